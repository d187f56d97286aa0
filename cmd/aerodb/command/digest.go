package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/spf13/cobra"
)

// digestCommand returns `aerodb digest`.
func digestCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "digest",
		Short: "the digest of the whole logical state",
		Long: "Prints 64 hex digits. Two databases with equal digests hold equal documents;\n" +
			"the digest guards against accidents, not against an adversary.",
		Example: "aerodb digest",
		Args:    parameters(),
		RunE: a.opened(func(db *engine.DB, _ []string) error {
			sum, err := db.Digest()
			if err != nil {
				return err
			}
			return a.out.result(document.StringValue(sum.String()), func(w io.Writer) { fmt.Fprintln(w, sum) })
		}),
	}
}
