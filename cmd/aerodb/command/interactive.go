package command

import (
	"github.com/aerodb/aerodb/shell"
	"github.com/spf13/cobra"
)

// runRoot is aerodb without a command: -e CODE, the shell on a terminal, or the
// Lua that comes through a pipe.
func (a *app) runRoot(cmd *cobra.Command, code string, scratch bool) error {
	if cmd.Flags().Changed("eval") {
		return a.eval(cmd, code, scratch)
	}
	return a.inSession(cmd, scratch, func(s *shell.Session) error {
		return a.runScript(s, "-", nil)
	})
}
