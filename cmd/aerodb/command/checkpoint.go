package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/spf13/cobra"
)

// checkpointCommand returns `aerodb checkpoint`.
func checkpointCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "checkpoint",
		Short: "write what the WAL holds to segments and start a new WAL",
		Long: "Writes what changed since the last checkpoint to a segment, merges segments\nby the fixed rule, " +
			"makes a snapshot and starts a new WAL, all before it returns.",
		Example: "aerodb checkpoint",
		Args:    parameters(),
		RunE: a.opened(func(db *engine.DB, _ []string) error {
			r, err := db.Checkpoint(a.ctx)
			if err != nil {
				return err
			}
			db.Record(r.HistoryEntry())
			return a.out.result(r.Value(), func(w io.Writer) {
				fmt.Fprintf(w, "checkpoint %s: %s flushed, %s written, %s merged, WAL %s -> %s, %s\n",
					r.Snapshot.ID, count(r.DocumentsFlushed, "document"), bytesText(r.BytesWritten),
					count(r.SegmentsMerged, "segment"), bytesText(r.WALBytesBefore), bytesText(r.WALBytesAfter),
					durationText(r.Duration))
			})
		}),
	}
}
