package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/progress"
	"github.com/spf13/cobra"
)

// importCommand returns `aerodb import`.
func importCommand(a *app) *cobra.Command {
	var csv bool
	cmd := &cobra.Command{
		Use:   "import COLLECTION VERSION FILE.jsonl",
		Short: "insert the documents of a JSON Lines or CSV file",
		Long: "Inserts one document a line; '-' is standard input. The documents become\ndurable batch by batch. " +
			"At the first line that does not fit the import ends and\nsays which line it was and how many documents are in.\n\n" +
			"With --csv the file has comma-separated values: the first line names the\nfields, one inside an object by its dotted path. " +
			"The schema says what a value\nmust be: numbers, true and false and arrays are written as in JSON, strings as\nthey stand. An empty value leaves its field out.",
		Example: "aerodb import quake v1 earthquakes.jsonl",
		Args:    parameters("COLLECTION", "VERSION", "FILE.jsonl"),
		RunE: a.opened(func(db *engine.DB, args []string) error {
			return a.importFile(db, args, csv)
		}),
	}
	cmd.Flags().BoolVar(&csv, "csv", false, "the file has comma-separated values, their names in the first line")
	return cmd
}

func (a *app) importFile(db *engine.DB, args []string, csv bool) error {
	c, err := db.Collection(args[0], args[1])
	if err != nil {
		return err
	}
	src, err := a.openSource(args[2])
	if err != nil {
		return err
	}
	defer src.close()
	bar := progress.New(a.env.Stderr, a.showProgress(), "import "+args[2], src.size, progress.Bytes)
	r, err := c.Import(a.ctx, src, engine.ImportOptions{
		CSV:      csv,
		Progress: func(bytes, _ int64) { bar.Set(bytes) },
	})
	bar.Finish()
	if err != nil {
		return acknowledged(inFile(err, args[2]), r.Documents)
	}
	return a.out.result(r.Value(), func(w io.Writer) {
		fmt.Fprintf(w, "imported %s into %s %s, %s, %s\n",
			count(r.Documents, "document"), c.ID(), c.Version(), bytesText(r.Bytes), durationText(r.Duration))
	})
}

// acknowledged says in the error of an import how much of it is in.
func acknowledged(err error, documents int64) error {
	e := dberr.From(err)
	if documents > 0 {
		e.Message += fmt.Sprintf("; %s before it are in and stay in", count(documents, "document"))
	}
	return e.With("documents", documents)
}
