package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell/progress"
	"github.com/spf13/cobra"
)

// exportCommand returns `aerodb export`.
func exportCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "export COLLECTION VERSION [FILE.jsonl]",
		Short: "write a collection as JSON Lines, ordered by _id",
		Long: "Writes one document a line, ordered by _id, to standard output or to FILE.jsonl.\n" +
			"A file appears under its name only when it is whole. A file that is there is\nreplaced only with --yes.",
		Example: "aerodb export quake v1 quakes.jsonl",
		Args:    parameters("COLLECTION", "VERSION", "[FILE.jsonl]"),
		RunE:    a.opened(a.export),
	}
}

func (a *app) export(db *engine.DB, args []string) error {
	c, err := db.Collection(args[0], args[1])
	if err != nil {
		return err
	}
	total, err := c.Count()
	if err != nil {
		return err
	}
	if len(args) < 3 || args[2] == "-" {
		r, err := a.exportTo(a.out, c, 0)
		if err == nil {
			err = a.out.flush() // what is not out is not exported
		}
		if err == nil {
			a.say("exported %s, %s", count(r.Documents, "document"), durationText(r.Duration))
		}
		return err
	}
	name := args[2]
	f, err := a.create(name)
	if err != nil {
		return err
	}
	r, err := a.exportTo(f, c, total)
	if err != nil {
		a.discard(f)
		return inFile(err, name)
	}
	if err := f.Commit(); err != nil {
		return vfs.Wrap(err, "export", name)
	}
	return a.out.result(r.Value(), func(w io.Writer) {
		fmt.Fprintf(w, "exported %s to %s, %s, %s\n",
			count(r.Documents, "document"), name, bytesText(r.Bytes), durationText(r.Duration))
	})
}

// exportTo writes the collection to w. Progress is shown for a file: a terminal
// that shows the documents themselves shows how far they are.
func (a *app) exportTo(w io.Writer, c *engine.Collection, total int64) (engine.ExportResult, error) {
	o := engine.ExportOptions{}
	if total > 0 {
		bar := progress.New(a.env.Stderr, a.showProgress(), "export", total, progress.Documents)
		defer bar.Finish()
		o.Progress = bar.Set
	}
	return c.Export(a.ctx, w, o)
}
