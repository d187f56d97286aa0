package command

import (
	"github.com/aerodb/aerodb/shell"
	"github.com/spf13/cobra"
)

// evalCommand returns `aerodb eval`.
func evalCommand(a *app) *cobra.Command {
	var scratch bool
	cmd := &cobra.Command{
		Use:     "eval CODE",
		Short:   "run one chunk of Lua and print what it returns",
		Long:    "Runs one chunk of Lua against the database and prints what it returns. The\nsame as aerodb -e CODE.",
		Example: "aerodb eval 'return storage.digest()'",
		Args:    parameters("CODE"),
	}
	scratchFlag(cmd, &scratch)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.eval(cmd, args[0], scratch)
	}
	return cmd
}

// eval runs code and prints what it returns.
func (a *app) eval(cmd *cobra.Command, code string, scratch bool) error {
	return a.inSession(cmd, scratch, func(s *shell.Session) error {
		values, err := s.Run(a.ctx, "eval", code, nil)
		if err != nil {
			return notAPrompt(err, code)
		}
		return a.out.values(a.ctx, s, values)
	})
}
