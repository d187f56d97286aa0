package command

import (
	"github.com/aerodb/aerodb/engine/suggest"
	"github.com/spf13/cobra"
)

// shells lists the shells a completion script can be made for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

// completionCommand returns `aerodb completion SHELL`.
func completionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "a completion script for bash, zsh, fish or powershell",
		Long:      "Prints a script that teaches your shell to complete aerodb's commands and\nflags. For bash: source <(aerodb completion bash)",
		Example:   "aerodb completion bash",
		ValidArgs: shells,
		Args:      parameters("SHELL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.out, true)
			case "zsh":
				return root.GenZshCompletion(a.out)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.out)
			}
			err := usage(cmd, "there is no completion for %q", args[0])
			if near := suggest.Nearest(args[0], shells); near != "" {
				return err.WithHint("did you mean: aerodb completion %s?", near)
			}
			return err
		},
	}
}
