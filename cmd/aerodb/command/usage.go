package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/suggest"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usage is the error for a command line that is wrong.
func usage(cmd *cobra.Command, format string, args ...any) *dberr.Error {
	err := dberr.New(dberr.ConfigInvalid, format, args...)
	return err.WithHint("see: %s", helpFor(cmd))
}

// helpFor returns the command that explains cmd.
func helpFor(cmd *cobra.Command) string {
	root := cmd.Root().Name()
	return strings.TrimSpace(root + " help" + strings.TrimPrefix(cmd.CommandPath(), root))
}

// parameters checks the arguments of a command against the names of its
// parameters: "FILE" is required, "[FILE]" may be left out, "[ARG...]" takes
// all that is left.
func parameters(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		for i, name := range names {
			if strings.HasSuffix(name, "...]") {
				return nil
			}
			if i >= len(args) && !strings.HasPrefix(name, "[") {
				return usage(cmd, "%s wants %s", cmd.CommandPath(), name)
			}
		}
		if len(args) <= len(names) {
			return nil
		}
		if cmd.HasAvailableSubCommands() {
			return unknownCommand(cmd, args[0])
		}
		return usage(cmd, "%s does not know what to do with %q", cmd.CommandPath(), args[len(names)])
	}
}

// wantsSubcommand is the body of a command that only has subcommands.
func wantsSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return unknownCommand(cmd, args[0])
	}
	return usage(cmd, "%s wants one of: %s", cmd.CommandPath(), strings.Join(subcommands(cmd), ", "))
}

// unknownCommand is the error for a name that no subcommand of cmd has.
func unknownCommand(cmd *cobra.Command, name string) error {
	err := usage(cmd, "%s has no command %q", cmd.CommandPath(), name)
	if near := suggest.Nearest(name, subcommands(cmd)); near != "" {
		return err.WithHint("did you mean: %s %s?", cmd.CommandPath(), near)
	}
	if strings.HasSuffix(name, ".lua") && cmd == cmd.Root() {
		return err.WithHint("to run a runbook: aerodb run %s", name)
	}
	return err
}

// subcommands returns the names of cmd's subcommands.
func subcommands(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	return names
}

// flagError turns an error of the flag parser into a usage error.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usage(cmd, "%s: %w", cmd.CommandPath(), err)
	}
	name := unknown.GetSpecifiedName()
	if short := unknown.GetSpecifiedShortnames(); short != "" {
		e := usage(cmd, "%s has no flag -%s", cmd.CommandPath(), short)
		if _, word, ok := strings.Cut(longFlag(cmd, short), "--"); ok {
			return e.WithHint("did you mean --%s?", word)
		}
		return passOn(cmd, e)
	}
	e := usage(cmd, "%s has no flag --%s", cmd.CommandPath(), name)
	if near := longFlag(cmd, name); near != "" {
		return e.WithHint("did you mean %s?", near)
	}
	return passOn(cmd, e)
}

// passOn adds how to give a flag to a runbook rather than to aerodb.
func passOn(cmd *cobra.Command, e *dberr.Error) error {
	if name := cmd.Name(); name == "run" || name == "rehearse" {
		return e.WithHint("what is meant for the runbook comes after --, as in: aerodb %s FILE.lua -- --its-flag", name)
	}
	return e
}

// longFlag returns the flag of cmd that name most likely meant, with its
// dashes, "" if none is near.
func longFlag(cmd *cobra.Command, name string) string {
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := suggest.Nearest(name, known); near != "" {
		return fmt.Sprintf("--%s", near)
	}
	return ""
}
