package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/spf13/cobra"
)

// compactCommand returns `aerodb compact`.
func compactCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "compact",
		Short: "write everything to one segment and leave out what is dead",
		Long: "Merges all segments into one and leaves out deleted and replaced documents, all\n" +
			"before it returns. The digest stays as it is. Older snapshots hold their files\n" +
			"until they are removed.",
		Example: "aerodb compact",
		Args:    parameters(),
		RunE: a.opened(func(db *engine.DB, _ []string) error {
			bar := a.steps("compact")
			r, err := db.Compact(a.ctx, bar.Set)
			bar.Finish()
			if err != nil {
				return err
			}
			db.Record(r.HistoryEntry())
			return a.out.result(r.Value(), func(w io.Writer) {
				fmt.Fprintf(w, "compacted: %s -> %s, %s in %s, %s\n", bytesText(r.BytesBefore), bytesText(r.BytesAfter),
					count(r.Documents, "document"), count(r.SegmentsAfter, "segment"), durationText(r.Duration))
				if r.HeldBytes > 0 {
					fmt.Fprintf(w, "older snapshots still hold %s; to free them: aerodb snapshot list, aerodb snapshot remove ID\n", bytesText(r.HeldBytes))
				}
			})
		}),
	}
}
