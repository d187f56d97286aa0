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
	var scratch bool
	cmd := &cobra.Command{
		Use:   "run FILE.lua [ARG...]",
		Short: "run a Lua runbook",
		Long: "Runs a Lua script against the database; '-' reads it from standard input. The\n" +
			"ARGs are in the table arg. What looks like a flag and is meant for the script\ncomes after --.",
		Example: "aerodb run report.lua 4.5",
		Args:    parameters("FILE.lua", "[ARG...]"),
	}
	scratchFlag(cmd, &scratch)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.inSession(cmd, scratch, func(s *shell.Session) error {
			return a.runScript(s, args[0], args[1:])
		})
	}
	return cmd
}

// runScript runs a script in s; '-' is standard input. What it returns is
// dropped: a runbook prints what it has to say.
func (a *app) runScript(s *shell.Session, name string, args []string) error {
	if name != "-" {
		_, err := s.RunFile(a.ctx, name, args)
		return err
	}
	_, err := a.runStdin(s, args)
	return err
}

// runStdin runs the Lua that comes through standard input.
func (a *app) runStdin(s *shell.Session, args []string) ([]lua.LValue, error) {
	source, err := a.readAll("-", scriptBytesMax)
	if err != nil {
		return nil, err
	}
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
