package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpCommand returns `aerodb help [COMMAND]`.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND...]",
		Short:   "explain a command",
		Long:    "Explains a command, or lists them all.",
		Example: "aerodb help snapshot remove",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return unknownCommand(cmd, strings.Join(rest, " "))
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// writeHelp explains a command.
func writeHelp(w io.Writer, cmd *cobra.Command) {
	fmt.Fprintf(w, "%s\n\nUsage:\n", cmd.Long)
	for _, line := range synopsis(cmd) {
		fmt.Fprintf(w, "  %s\n", line)
	}
	if names := subcommands(cmd); len(names) > 0 {
		fmt.Fprint(w, "\nCommands:\n")
		for _, c := range cmd.Commands() {
			if !c.Hidden {
				fmt.Fprintf(w, "  %-11s %s\n", c.Name(), c.Short)
			}
		}
	}
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExample:\n  %s\n", cmd.Example)
	}
	writeFlags(w, "Flags", cmd.LocalNonPersistentFlags())
	if cmd.HasParent() {
		writeFlags(w, "Global flags", cmd.InheritedFlags())
	} else {
		writeFlags(w, "Global flags", cmd.PersistentFlags())
		fmt.Fprint(w, "\nAERODB_ environment variables and config.toml set the rest: see docs/CONFIG.md.\nFor one command: aerodb help COMMAND\n")
	}
}

// writeFlags lists flags, one a line.
func writeFlags(w io.Writer, heading string, flags *pflag.FlagSet) {
	if flags.HasAvailableFlags() {
		fmt.Fprintf(w, "\n%s:\n%s", heading, flags.FlagUsages())
	}
}

// synopsis returns the ways to call a command, one a line.
func synopsis(cmd *cobra.Command) []string {
	var lines []string
	if cmd.Runnable() && (!cmd.HasSubCommands() || cmd.Args != nil) {
		lines = append(lines, strings.TrimSpace(strings.TrimSuffix(cmd.CommandPath(), cmd.Name())+cmd.Use))
	}
	if cmd.HasSubCommands() {
		lines = append(lines, cmd.CommandPath()+" COMMAND")
	}
	return lines
}
