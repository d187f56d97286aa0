package command

import (
	"fmt"
	"io"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/spf13/cobra"
)

// snapshotCommand returns `aerodb snapshot`, which creates one, and its
// subcommands.
func snapshotCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "create, list and remove snapshots",
		Long: "A snapshot is a folder below the data directory that holds the whole state of\n" +
			"one moment as hard links: any tool can copy it. Without a subcommand one is\ncreated.",
		Example: "aerodb snapshot",
		Args:    parameters(),
		RunE:    a.opened(a.createSnapshot),
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:     "create",
			Short:   "create a snapshot",
			Long:    "Creates a snapshot. With nothing changed since the last one, the last one is\nreturned.",
			Example: "aerodb snapshot create",
			Args:    parameters(),
			RunE:    a.opened(a.createSnapshot),
		},
		&cobra.Command{
			Use:     "list",
			Short:   "list the snapshots, oldest first",
			Long:    "Lists the snapshots, oldest first, ordered by sequence and not by time.",
			Example: "aerodb snapshot list",
			Args:    parameters(),
			RunE:    a.opened(a.listSnapshots),
		},
		&cobra.Command{
			Use:     "remove ID",
			Short:   "remove a snapshot",
			Long:    "Removes a snapshot and frees what only it held. The current checkpoint's\nsnapshot cannot be removed.",
			Example: `aerodb snapshot remove "$(aerodb eval 'return storage.snapshots()[1].id')"`,
			Args:    parameters("ID"),
			RunE:    a.opened(a.removeSnapshot),
		},
	)
	return cmd
}

func (a *app) createSnapshot(db *engine.DB, _ []string) error {
	s, err := db.Snapshot(a.ctx)
	if err != nil {
		return err
	}
	if s.Created {
		db.Record(s.HistoryEntry())
	}
	return a.out.result(s.Value(), func(w io.Writer) {
		note := durationText(s.Duration)
		if !s.Created {
			note = "nothing has changed since"
		}
		fmt.Fprintf(w, "snapshot %s: %s, %s, %s\n", s.ID, count(s.Documents, "document"), bytesText(s.Bytes), note)
	})
}

func (a *app) listSnapshots(db *engine.DB, _ []string) error {
	list, err := db.Snapshots()
	if err != nil {
		return err
	}
	values := make([]document.Value, len(list))
	rows := make([][]string, len(list))
	for i, s := range list {
		values[i] = s.Value()
		rows[i] = []string{s.ID, s.CreatedAt.UTC().Format(time.RFC3339), fmt.Sprint(s.Sequence),
			fmt.Sprint(s.Documents), bytesText(s.Bytes), s.Digest.String()[:16]}
	}
	return a.out.result(document.ArrayValue(values...), func(w io.Writer) {
		writeColumns(w, []string{"id", "created", "sequence", "documents", "size", "digest"}, rows)
	})
}

func (a *app) removeSnapshot(db *engine.DB, args []string) error {
	r, err := db.RemoveSnapshot(args[0])
	if err != nil {
		return err
	}
	return a.out.result(r.Value(), func(w io.Writer) {
		fmt.Fprintf(w, "removed %s, %s freed\n", r.ID, bytesText(r.FreedBytes))
	})
}
