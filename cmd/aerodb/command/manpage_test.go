package command

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/config"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const manPage = "../../../docs/man/aerodb.1"

// manDate is when the page was last changed by hand: a page is the same wherever it is made.
const manDate = "2026-02-04"

// The manual page is what the commands say of themselves, as docs/cli.md is.
func TestManPage(t *testing.T) { checkPage(t, manPage, manual()) }

// The programs that show manual pages find nothing to complain about.
func TestManPageIsClean(t *testing.T) {
	ran := false
	for _, check := range [][]string{
		{"mandoc", "-T", "lint", "-W", "warning", manPage},
		{"groff", "-man", "-Tutf8", "-ww", "-z", manPage},
	} {
		if _, err := exec.LookPath(check[0]); err != nil {
			continue
		}
		ran = true
		out, err := exec.Command(check[0], check[1:]...).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", strings.Join(check, " "), err, out)
		}
	}
	if !ran {
		t.Skip("there is neither mandoc nor groff")
	}
}

// Every command, flag and exit code is on the page, and text that looks like a request of
// roff does not become one.
func TestManPageIsWhole(t *testing.T) {
	page := manual()
	for code := range exitMeanings {
		if !strings.Contains(page, fmt.Sprintf(".TP\n.B %d\n", code)) {
			t.Errorf("exit code %d is missing", code)
		}
	}
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		if cmd.HasParent() && !strings.Contains(page, ".SS "+cmd.CommandPath()+"\n") {
			t.Errorf("%s is missing", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(page, roff("--"+f.Name)) {
				t.Errorf("%s --%s is missing", cmd.CommandPath(), f.Name)
			}
		})
		for _, sub := range cmd.Commands() {
			check(sub)
		}
	}
	check((&app{env: &Env{}}).root())
	for in, want := range map[string]string{
		"plain":         "plain",
		".hidden 'a'":   `\&.hidden \(aqa\(aq`,
		"'x":            `\(aqx`,
		`a\b --c ~ ^ d`: `a\eb \-\-c \(ti \(ha d`,
		"one\n.two":     "one\n\\&.two",
	} {
		if got := roff(in); got != want {
			t.Errorf("roff(%q) = %q, want %q", in, got, want)
		}
	}
}

// manual returns the page.
func manual() string {
	var b strings.Builder
	root := (&app{env: &Env{}}).root()
	fmt.Fprintf(&b, ".\\\" Made from what the commands say of themselves; do not edit.\n.TH AERODB 1 %s AeroDB\n", manDate)
	fmt.Fprintf(&b, ".SH NAME\naerodb \\- %s\n.SH SYNOPSIS\n", roff(root.Short))
	writeSynopsis(&b, root)
	b.WriteString(".SH DESCRIPTION\n")
	writeText(&b, root.Long)
	b.WriteString(".PP\nStandard output carries results only;\nlogs, progress, prompts and errors go to standard error.\n" +
		"Flags may stand before and after arguments; what follows\n.B \\-\\-\nis never a flag.\n")
	b.WriteString(".SH OPTIONS\n")
	writeManFlags(&b, root.LocalNonPersistentFlags())
	b.WriteString(".PP\nEvery command has these:\n")
	writeManFlags(&b, root.PersistentFlags())
	b.WriteString(".SH COMMANDS\n")
	for _, cmd := range root.Commands() {
		writeManCommand(&b, cmd)
	}
	b.WriteString(".SH \"EXIT STATUS\"\n")
	for _, code := range []int{exitOK, exitFailed, exitUsage, exitLocked, exitCorruption, exitInterrupted} {
		fmt.Fprintf(&b, ".TP\n.B %d\n%s\n", code, roff(exitMeanings[code]))
	}
	writeEnvironment(&b)
	b.WriteString(manTail)
	return b.String()
}

func writeEnvironment(b *strings.Builder) {
	b.WriteString(".SH ENVIRONMENT\nA flag counts before the environment, the environment before\n.IR config.toml .\n")
	for i := range config.Keys {
		k := &config.Keys[i]
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(k.Variable()), filled(k.Note))
	}
	b.WriteString(".TP\n.B NO_COLOR\nno colour on a terminal\n")
}

const manTail = `.SH FILES
.TP
.I config.toml
the configuration, in the working directory unless
.B \-\-config
names another
.TP
.I data
the data directory, unless
.B \-\-data\-dir
or the configuration names another
.TP
.I ~/.local/state/aerodb/history
what was typed at the prompt
.SH "SEE ALSO"
The pages under
.I docs
describe the shell, Lua, the configuration, errors and the formats on disk.
At the prompt,
.B help
explains everything that Lua offers.
`

func writeManCommand(b *strings.Builder, cmd *cobra.Command) {
	fmt.Fprintf(b, ".SS %s\n", cmd.CommandPath())
	writeSynopsis(b, cmd)
	b.WriteString(".PP\n")
	writeText(b, cmd.Long)
	writeManFlags(b, cmd.LocalNonPersistentFlags())
	if cmd.Example != "" {
		fmt.Fprintf(b, ".PP\nExample:\n.PP\n.RS 4\n.nf\n%s\n.fi\n.RE\n", roff(cmd.Example))
	}
	for _, sub := range cmd.Commands() {
		if sub.Name() != "help" {
			writeManCommand(b, sub)
		}
	}
}

func writeSynopsis(b *strings.Builder, cmd *cobra.Command) {
	for i, line := range synopsis(cmd) {
		if i > 0 {
			b.WriteString(".br\n")
		}
		fmt.Fprintf(b, ".B %s\n", roff(line))
	}
}

// writeText writes paragraphs; lines that begin with blanks stay as they are.
func writeText(b *strings.Builder, text string) {
	for i, paragraph := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		if strings.HasPrefix(paragraph, " ") {
			fmt.Fprintf(b, ".RS 4\n.nf\n%s\n.fi\n.RE\n", roff(trimLines(paragraph)))
			continue
		}
		b.WriteString(filled(paragraph) + "\n")
	}
}

func trimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}

func writeManFlags(b *strings.Builder, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, text := pflag.UnquoteUsage(f)
		flag := "--" + f.Name
		if f.Shorthand != "" {
			flag = "-" + f.Shorthand + ", " + flag
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(flag+" "+name)), filled(text))
	})
}

// filled is roff of a paragraph whose lines the page breaks anew.
func filled(text string) string {
	const columns = 78
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		word = roff(word)
		if line != "" && len(line)+1+len(word) > columns {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n")
}

var beginsRequest = regexp.MustCompile(`(?m)^\.`)

// roff writes text so that every character stands for itself.
func roff(text string) string {
	text = strings.ReplaceAll(text, `\`, `\e`)
	text = beginsRequest.ReplaceAllString(text, `\&.`)
	return strings.NewReplacer("-", `\-`, "'", `\(aq`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`).Replace(text)
}
