package command

import (
	"io"

	"github.com/aerodb/aerodb/engine/suggest"
	"github.com/spf13/cobra"
)

// shells lists the shells a completion script can be made for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

// bashWithoutPackage stands in for what the script needs of the package bash-completion
// where that is not installed: which words are on the line, and which files fit.
const bashWithoutPackage = `if ! declare -F _get_comp_words_by_ref _init_completion >/dev/null; then
    _get_comp_words_by_ref()
    {
        local line="${COMP_LINE:0:COMP_POINT}"
        read -ra words <<<"$line"
        [[ $line == *[[:space:]] ]] && words+=("")
        cword=$((${#words[@]} - 1))
        cur="${words[cword]}"
        prev="${words[cword > 0 ? cword - 1 : 0]}"
    }
fi
if ! declare -F _filedir >/dev/null; then
    _filedir()
    {
        local name kind=-f endings="*.@(${1-})"
        [[ ${1-} == -d ]] && kind=-d
        compopt -o filenames 2>/dev/null
        while IFS='' read -r name; do
            [[ $kind == -d || -z ${1-} || -d $name || $name == $endings ]] && COMPREPLY+=("$name")
        done < <(compgen $kind -- "$cur")
    }
fi
`

// completionCommand returns `aerodb completion SHELL`.
func completionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "a completion script for bash, zsh, fish or powershell",
		Long: "Prints a script that teaches your shell to complete commands, flags, files and\n" +
			"the names in the database: collections, versions, snapshots. It takes no lock\nand changes nothing.\n\n" +
			"  bash  in ~/.bashrc: source <(aerodb completion bash)\n" +
			"  zsh   aerodb completion zsh > _aerodb, in a folder of $fpath\n" +
			"  fish  aerodb completion fish > ~/.config/fish/completions/aerodb.fish",
		Example: "aerodb completion bash",
		Args:    parameters("SHELL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				if _, err := io.WriteString(a.out, bashWithoutPackage); err != nil {
					return err
				}
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
