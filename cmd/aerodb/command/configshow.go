package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/config"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/spf13/cobra"
)

// configCommand returns `aerodb config`.
func configCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "show the configuration and where each value came from",
		Long:    "The configuration: every key with its value, and whether a flag, the\nenvironment, a file or the default gave it.",
		Example: "aerodb config show",
		Args:    parameters(),
		RunE:    wantsSubcommand,
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "show",
		Short: "every key, its value, and where that came from",
		Long: "Prints every key with its value and where that came from: a flag, an\n" +
			"environment variable, a line of the configuration file, or the default. No\n" +
			"database is opened.",
		Example: "aerodb config show",
		Args:    parameters(),
		RunE:    a.configured(func([]string) error { return a.showConfig() }),
	})
	return cmd
}

func (a *app) showConfig() error {
	var members []document.Member
	keyWidth, valueWidth := 0, 0
	for i := range config.Keys {
		k := &config.Keys[i]
		members = append(members, document.Member{Name: k.Name, Value: document.ObjectValue(
			document.Member{Name: "value", Value: document.StringValue(a.config.Text(k))},
			document.Member{Name: "source", Value: document.StringValue(a.config.Source(k.Name).String())},
			document.Member{Name: "variable", Value: document.StringValue(k.Variable())},
		)})
		keyWidth, valueWidth = max(keyWidth, len(k.Name)), max(valueWidth, len(a.quotedText(k)))
	}
	return a.out.result(document.ObjectValue(members...), func(w io.Writer) {
		for i := range config.Keys {
			k := &config.Keys[i]
			fmt.Fprintf(w, "%-*s  %-*s  %s\n", keyWidth, k.Name, valueWidth, a.quotedText(k), a.config.Source(k.Name))
		}
	})
}

// quotedText shows where a text begins and ends; a number needs no quotes.
func (a *app) quotedText(k *config.Key) string {
	text := a.config.Text(k)
	if k.Kind == config.Size || k.Kind == config.Int {
		return text
	}
	return fmt.Sprintf("%q", text)
}
