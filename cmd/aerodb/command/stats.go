package command

import (
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/spf13/cobra"
)

// statsCommand returns `aerodb stats`.
func statsCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "stats",
		Short: "counts, sizes, times and the digest",
		Long: "Prints what storage.stats() returns: documents, schemas, sizes, what the WAL\nholds and may hold, " +
			"the last checkpoint, what this open had to recover, the\ndigest, and the same by collection.",
		Example: "aerodb stats --output-format json",
		Args:    parameters(),
		RunE: a.opened(func(db *engine.DB, _ []string) error {
			s, err := db.Stats()
			if err != nil {
				return err
			}
			v := s.Value()
			return a.out.result(v, func(w io.Writer) { writeMembers(w, v, "") })
		}),
	}
}
