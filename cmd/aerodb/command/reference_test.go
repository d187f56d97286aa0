package command

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "rewrite docs/cli.md and docs/man/aerodb.1")

const referencePage = "../../../docs/cli.md"

// The page docs/cli.md is what the commands say of themselves. Its examples are
// run, in their order, by TestExamples of package main.
func TestReferencePage(t *testing.T) { checkPage(t, referencePage, reference()) }

// checkPage says that a committed page is what the commands make; -update writes it.
func checkPage(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the commands say; run: go test ./cmd/aerodb/command -update", name)
	}
}

// reference returns the text of docs/cli.md.
func reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	for _, code := range []int{exitOK, exitFailed, exitUsage, exitLocked, exitCorruption, exitInterrupted} {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", code, exitMeanings[code], strings.Join(codesOf(code), ", "))
	}
	root := (&app{env: &Env{}}).root()
	b.WriteString("\n## Global flags\n\n```\n" + root.PersistentFlags().FlagUsages() + "```\n")
	writeReference(&b, root)
	return b.String()
}

const referenceHead = `# Command line

Every command, made from what the commands say of themselves (aerodb help). The
examples are tried by a test, in this order, in one directory.

Standard output carries results only; logs, progress, prompts and errors go to
standard error. With --output-format json results are one JSON value a line, and
an error is one JSON object, as remarks and log lines are. The formats, and what
a pipe does, are in [SHELL](SHELL.md). Flags may stand before and after
arguments; what follows -- is never a flag.

| exit | meaning | codes |
| --- | --- | --- |
`

var exitMeanings = map[int]string{
	exitOK:          "done",
	exitFailed:      "the operation or script failed",
	exitUsage:       "wrong usage or configuration",
	exitLocked:      "the database is in use by another process, which is named",
	exitCorruption:  "corruption was detected",
	exitInterrupted: "interrupted",
}

// codesOf lists the error codes that end the program with an exit code.
func codesOf(exit int) []string {
	var names []string
	for _, row := range dberr.Table {
		if code, ok := exitCodes[row.Code]; ok && code == exit {
			names = append(names, string(row.Code))
		}
	}
	switch exit {
	case exitOK:
		return nil
	case exitFailed:
		return []string{"all others"}
	}
	return names
}

// writeReference writes the section of a command and those of its subcommands.
func writeReference(b *strings.Builder, cmd *cobra.Command) {
	fmt.Fprintf(b, "\n## %s\n\n```\n%s\n```\n\n%s\n", cmd.CommandPath(), strings.Join(synopsis(cmd), "\n"), cmd.Long)
	flags := cmd.LocalNonPersistentFlags()
	if flags.HasAvailableFlags() {
		fmt.Fprintf(b, "\n```\n%s```\n", flags.FlagUsages())
	}
	if cmd.Example != "" {
		fmt.Fprintf(b, "\n```sh\n%s\n```\n", cmd.Example)
	}
	for _, sub := range cmd.Commands() {
		if sub.Name() != "help" {
			writeReference(b, sub)
		}
	}
}

// Every command explains itself, with an example of its own.
func TestCommandsExplainThemselves(t *testing.T) {
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Long == "" {
			t.Errorf("%s has no description", cmd.CommandPath())
		}
		if cmd.Example == "" && cmd.Args != nil {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		if cmd.Example != "" && !strings.Contains(cmd.Example, cmd.CommandPath()) && cmd.HasParent() {
			t.Errorf("the example of %s is of another command", cmd.CommandPath())
		}
		for _, line := range strings.Split(cmd.Long, "\n") {
			if len(line) > 80 {
				t.Errorf("%s: a line of the description is %d columns wide", cmd.CommandPath(), len(line))
			}
		}
		for _, sub := range cmd.Commands() {
			check(sub)
		}
	}
	check((&app{env: &Env{}}).root())
}

// Exit codes of the contract, by error code.
func TestExitCodes(t *testing.T) {
	a := &app{env: &Env{Signals: make(chan Signal)}}
	defer a.watch()()
	for exit, codes := range map[int][]dberr.Code{
		1:   {dberr.SchemaUnknown, dberr.DatabaseNotFound, dberr.WALFsyncFailed, dberr.ScriptError, dberr.InternalInvariant, dberr.RecoveryFailed},
		2:   {dberr.ConfigInvalid, dberr.ConfigUnsafe, dberr.ConfigIOFailed},
		3:   {dberr.DatabaseLocked},
		4:   {dberr.StorageCorruption, dberr.WALCorruption, dberr.RecoveryInconsistent, dberr.RecoverySchemaMissing},
		130: {dberr.ScriptInterrupted},
	} {
		for _, code := range codes {
			if got := exitCode(a.ctx, fmt.Errorf("wrapped: %w", dberr.New(code, "x"))); got != exit {
				t.Errorf("%s exits with %d, want %d", code, got, exit)
			}
		}
	}
	for code := range exitCodes {
		if !slices.ContainsFunc(dberr.Table, func(e dberr.Entry) bool { return e.Code == code }) {
			t.Errorf("%s is no code", code)
		}
	}
	if got := exitCode(a.ctx, nil); got != 0 {
		t.Errorf("success exits with %d", got)
	}
	a.cancel(errSignal)
	if got := exitCode(a.ctx, dberr.New(dberr.CheckpointFailed, "x")); got != 130 {
		t.Errorf("an error after a signal exits with %d, want 130", got)
	}
	if got := exitCode(a.ctx, nil); got != 0 {
		t.Errorf("what was done in spite of a signal exits with %d", got)
	}
}

// A disk that cannot be read is no corruption, unless there is some beside it.
func TestVerdict(t *testing.T) {
	unread, damaged := engine.Problem{Code: dberr.StorageIOError}, engine.Problem{Code: dberr.WALCorruption}
	if got := verdict([]engine.Problem{unread}); got != exitFailed {
		t.Errorf("an unreadable disk exits with %d", got)
	}
	if got := verdict([]engine.Problem{unread, damaged}); got != exitCorruption {
		t.Errorf("damage on an unreadable disk exits with %d", got)
	}
}
