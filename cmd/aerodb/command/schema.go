package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/spf13/cobra"
)

// schemaBytesMax bounds the schema file that is read, with room for white space
// around a schema of the largest size.
const schemaBytesMax = 4 << 20

// schemaCommand returns `aerodb schema` and its subcommands.
func schemaCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "register, list, show and compare schemas",
		Long: "A schema says which fields the documents of a collection have and which of\nthem are indexed. " +
			"A registered version never changes; the next version may add\noptional fields and indexes.",
		RunE: wantsSubcommand,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "apply FILE.json",
			Short: "register a schema",
			Long: "Registers the schema in a JSON file; '-' is standard input. A schema that is\n" +
				"registered already is left as it is. A file that would change one is refused.\n" +
				"A new version begins without documents, and its indexes cover no others: if\n" +
				"there are documents under older versions, it tells the command that moves them.",
			Example: "aerodb schema apply quake.json",
			Args:    parameters("FILE.json"),
			RunE:    a.opened(a.applySchema),
		},
		&cobra.Command{
			Use:     "list",
			Short:   "list the registered schemas",
			Long:    "Lists every registered version, by schema and then in the order of registration.",
			Example: "aerodb schema list",
			Args:    parameters(),
			RunE:    a.opened(a.listSchemas),
		},
		&cobra.Command{
			Use:     "show ID [VERSION]",
			Short:   "print a schema as JSON",
			Long:    "Prints a schema as JSON, the newest version if none is named.",
			Example: "aerodb schema show quake v1",
			Args:    parameters("ID", "[VERSION]"),
			RunE:    a.opened(a.showSchema),
		},
		schemaDiffCommand(a),
	)
	return cmd
}

func (a *app) listSchemas(db *engine.DB, _ []string) error {
	list, err := db.Schemas()
	if err != nil {
		return err
	}
	values := make([]document.Value, len(list))
	rows := make([][]string, len(list))
	for i, s := range list {
		values[i] = s.Value()
		rows[i] = []string{s.ID, s.Version, fmt.Sprint(len(s.Fields)), strings.Join(s.Indexes, ", ")}
	}
	return a.out.result(document.ArrayValue(values...), func(w io.Writer) {
		writeColumns(w, []string{"schema", "version", "fields", "indexes"}, rows)
	})
}

func (a *app) showSchema(db *engine.DB, args []string) error {
	version := ""
	if len(args) > 1 {
		version = args[1]
	}
	s, err := db.Schema(args[0], version)
	if err != nil {
		return err
	}
	v := s.Value()
	return a.out.result(v, func(w io.Writer) {
		w.Write(append(indentJSON(nil, v, 0), '\n'))
	})
}

func (a *app) applySchema(db *engine.DB, args []string) error {
	data, err := a.readAll(args[0], schemaBytesMax)
	if err != nil {
		return err
	}
	s, err := schema.Parse(data)
	if err != nil {
		return inFile(err, args[0])
	}
	created, err := db.DefineSchema(s)
	if err != nil {
		e := dberr.From(inFile(err, args[0]))
		if e.Code == dberr.SchemaIncompatible && args[0] != "-" {
			e = e.WithHint("%s; to see each difference: %s schema diff %s", e.Advice(), a.program(), quoted(args[0]))
		}
		return e
	}
	older, err := olderVersions(db, s)
	if err != nil {
		return err
	}
	members := []document.Member{
		{Name: "schema_id", Value: document.StringValue(s.ID)},
		{Name: "schema_version", Value: document.StringValue(s.Version)},
		{Name: "created", Value: document.BoolValue(created)},
	}
	if older.documents > 0 {
		members = append(members, document.Member{Name: "older_documents", Value: document.IntValue(older.documents)})
	}
	return a.out.result(document.ObjectValue(members...), func(w io.Writer) {
		if created {
			fmt.Fprintf(w, "registered %s %s\n", s.ID, s.Version)
		} else {
			fmt.Fprintf(w, "%s %s is registered already; nothing changed\n", s.ID, s.Version)
		}
		if older.documents > 0 {
			older.write(w, a.program(), s, args[0])
		}
	})
}
