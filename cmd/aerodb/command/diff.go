package command

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/spf13/cobra"
)

// diffCommand returns `aerodb diff`.
func diffCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "what differs between two states",
		Long: "Compares two of: a data directory, a snapshot's folder or id, a backup; \"live\"\n" +
			"is the database of --data-dir. Says how many documents of each collection were\n" +
			"added, changed and removed from A to B, and which the first are. States that\n" +
			"share segments cost what differs, not what there is.",
		Example: "aerodb diff backup.tar live",
		Args:    parameters("A", "B"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.configure(cmd); err != nil {
			return err
		}
		scratch, err := a.temporary("diff")
		if err != nil {
			return err
		}
		bar := a.steps("unpack", "check")
		o := engine.DiffOptions{Options: a.options(cmd, a.config.DataDir), Scratch: scratch, Progress: bar.Set}
		r, err := engine.DiffNames(a.ctx, o, a.stateName(args[0]), a.stateName(args[1]))
		bar.Finish()
		if err != nil {
			return err
		}
		return a.out.result(r.Value(), func(w io.Writer) { writeDiff(w, args[0], args[1], r) })
	}
	return cmd
}

// stateName finds the state that a person means: "live" is the data directory, and an
// id that is no path a snapshot of it.
func (a *app) stateName(name string) string {
	if name == engine.LiveName {
		return a.config.DataDir
	}
	if _, err := a.env.FS.Stat(name); vfs.IsNotExist(err) && name != "" && !strings.Contains(name, "/") {
		snapshot := filepath.Join(a.config.DataDir, "snapshots", name)
		if _, err := a.env.FS.Stat(snapshot); err == nil {
			return snapshot
		}
	}
	return name
}

func writeDiff(w io.Writer, a, b string, r engine.DiffResult) {
	for _, side := range []struct {
		letter, name string
		state        engine.State
	}{{"A", a, r.A}, {"B", b, r.B}} {
		fmt.Fprintf(w, "%s  %s: %s, sequence %d, digest %s\n", side.letter, side.name,
			count(side.state.Documents, "document"), side.state.Sequence, side.state.Digest)
	}
	if r.A.UUID != r.B.UUID {
		fmt.Fprintln(w, "they are states of two databases")
	}
	if r.Equal() {
		fmt.Fprintln(w, "equal")
	}
	for _, c := range r.Collections {
		fmt.Fprintf(w, "%s: %d added, %d changed, %d removed\n", c.Name, c.Added.Count, c.Changed.Count, c.Removed.Count)
		writeDiffering(w, '+', c.Added)
		writeDiffering(w, '~', c.Changed)
		writeDiffering(w, '-', c.Removed)
	}
}

// writeDiffering lists the first documents of one kind.
func writeDiffering(w io.Writer, sign rune, d engine.Differing) {
	for _, id := range d.IDs {
		fmt.Fprintf(w, "  %c %q\n", sign, id)
	}
	if rest := d.Count - int64(len(d.IDs)); rest > 0 {
		fmt.Fprintf(w, "  %c and %d more\n", sign, rest)
	}
}
