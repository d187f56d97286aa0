package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/spf13/cobra"
)

// schemaDiffCommand returns `aerodb schema diff`.
func schemaDiffCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "diff (FILE.json | ID V1 V2)",
		Short: "what a version changes, and whether it may follow",
		Long: "Lists what version V2 of a schema does to V1; with FILE.json, what the schema in\n" +
			"that file does to the newest version that is registered, without registering it.\n" +
			"Each line has the field's path and what happens to it; the exit code is 1 if\n" +
			"something is not allowed in a new version, and 0 if all is.",
		Example: "aerodb schema diff quake.json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 3 {
				return usage(cmd, "%s wants FILE.json, or ID V1 V2", cmd.CommandPath())
			}
			return nil
		},
		RunE: a.opened(a.diffSchemas),
	}
}

func (a *app) diffSchemas(db *engine.DB, args []string) error {
	old, next, err := a.twoSchemas(db, args)
	if err != nil {
		return err
	}
	differences := schema.Differences(old, next)
	refused := 0
	values := make([]document.Value, len(differences))
	for i, d := range differences {
		values[i] = d.Value()
		if !d.Rule.Allowed() {
			refused++
		}
	}
	// A version that is registered already may only be applied again as it is.
	_, known := db.Schema(next.ID, next.Version)
	taken := len(args) == 1 && known == nil && len(differences) > 0
	compatible := refused == 0 && !taken
	err = a.out.result(document.ObjectValue(
		document.Member{Name: "schema_id", Value: document.StringValue(next.ID)},
		document.Member{Name: "from", Value: document.StringValue(old.Version)},
		document.Member{Name: "to", Value: document.StringValue(next.Version)},
		document.Member{Name: "compatible", Value: document.BoolValue(compatible)},
		document.Member{Name: "differences", Value: document.ArrayValue(values...)},
	), func(w io.Writer) {
		writeSchemaDiff(w, old, next, differences)
		switch {
		case taken:
			fmt.Fprintf(w, "version %s is registered already and never changes: give the change a version of its own\n", next.Version)
		case refused > 0:
			fmt.Fprintf(w, "%s may not follow %s: %s not allowed\n", next.Version, old.Version, count(int64(refused), "change"))
		case len(differences) > 0:
			fmt.Fprintf(w, "%s may follow %s\n", next.Version, old.Version)
		}
	})
	if err == nil && !compatible {
		err = answered(exitFailed)
	}
	return err
}

// twoSchemas returns the schemas that the arguments name: two registered ones, or the
// newest registered one and the one of a file.
func (a *app) twoSchemas(db *engine.DB, args []string) (old, next *schema.Schema, err error) {
	if len(args) == 3 {
		if args[1] == "" || args[2] == "" { // to the engine it means the newest
			return nil, nil, dberr.New(dberr.SchemaVersionRequired, "schema diff needs two versions of %q", args[0])
		}
		if old, err = db.Schema(args[0], args[1]); err == nil {
			next, err = db.Schema(args[0], args[2])
		}
		return old, next, err
	}
	data, err := a.readAll(args[0], schemaBytesMax)
	if err != nil {
		return nil, nil, err
	}
	if next, err = schema.Parse(data); err != nil {
		return nil, nil, inFile(err, args[0])
	}
	old, err = db.Schema(next.ID, "")
	return old, next, err
}

func writeSchemaDiff(w io.Writer, old, next *schema.Schema, differences []schema.Difference) {
	if len(differences) == 0 {
		fmt.Fprintf(w, "%s and %s are the same\n", old.Version, next.Version)
		return
	}
	rows := make([][]string, len(differences))
	for i, d := range differences {
		verdict := "allowed"
		if !d.Rule.Allowed() {
			verdict = "NOT ALLOWED"
		}
		rows[i] = []string{verdict, string(d.Rule), d.Path, d.Text}
	}
	writeColumns(w, []string{"verdict", "rule", "path", "change"}, rows)
}
