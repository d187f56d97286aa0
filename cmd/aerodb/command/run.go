package command

import (
	"errors"
	"strings"

	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/repl"
	"github.com/spf13/cobra"
	lua "github.com/yuin/gopher-lua"
)

// scriptBytesMax bounds Lua that is read from standard input.
const scriptBytesMax = 64 << 20

// runCommand returns `aerodb run`.
func runCommand(a *app) *cobra.Command {
	r := &runbook{app: a}
	cmd := &cobra.Command{
		Use:   "run FILE.lua [ARG...]",
		Short: "run a Lua runbook",
		Long: "Runs a Lua script against the database; '-' reads it from standard input. The\n" +
			"ARGs are in the table arg. What looks like a flag and is meant for the script\n" +
			"comes after --. Steps of the script, step(\"name\", fn), are journaled in the\n" +
			"data directory: if it fails, --resume RUN_ID goes on after the last one that is\n" +
			"done, without FILE.lua, in the same directory. It refuses if the script, its\n" +
			"arguments or the database have changed since, and if a step was interrupted so\n" +
			"that its outcome is unknown. --rehearsed ID refuses if they have changed since\n" +
			"that rehearsal.",
		Example: "aerodb run report.lua 4.5",
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("resume") {
				return nil
			}
			return parameters("FILE.lua", "[ARG...]")(cmd, args)
		},
	}
	scratchFlag(cmd, &r.scratch)
	cmd.Flags().StringVar(&r.resume, "resume", "", "go on with the run `RUN_ID`, as aerodb runs lists it, after its last completed step")
	cmd.Flags().StringVar(&r.rehearsed, "rehearsed", "", "the real run of the rehearsal `ID`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if r.scratch && (r.resume != "" || r.rehearsed != "") || r.resume != "" && r.rehearsed != "" {
			return usage(cmd, "only one of --scratch, --resume and --rehearsed has a meaning")
		}
		if len(args) > 0 {
			r.path, r.args = args[0], args[1:]
		}
		return a.inPreparedSession(cmd, r.scratch, r.prepare, r.run)
	}
	return cmd
}

// runStdin runs the Lua that comes through standard input.
func (a *app) runStdin(s *shell.Session, args []string) ([]lua.LValue, error) {
	source, err := a.readAll("-", scriptBytesMax)
	if err != nil {
		return nil, err
	}
	s.AddSource("-", string(source))
	values, err := s.Run(a.ctx, "stdin", string(source), args)
	return values, notAPrompt(err, string(source))
}

// notAPrompt adds to a syntax error what a chunk is not: a line of the prompt, where a
// dot-command is one, and an expression is enough.
func notAPrompt(err error, source string) error {
	var f *shell.Failure
	if !errors.As(err, &f) || f.Column == 0 {
		return err
	}
	switch {
	case repl.IsCommand(strings.TrimSpace(f.Source)):
		f.Err.WithHint("dot-commands are the prompt's; here there is Lua, and flags such as --output-format")
	case lang.Check("return "+source, f.Name) == nil:
		f.Err.WithHint("to print a value, return it: return %s", strings.TrimSpace(f.Source))
	}
	return err
}
