package shell

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/jsonapi"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/convert"
)

const exampleSchema = `db.define_schema{
  schema_id = "orders", schema_version = "v1",
  fields = {
    _id = {type = "string", required = true},
    total = "int",
    tags = {type = "array", items = "string"},
  },
  indexes = {"total"},
}`

// definitionMembers are the members of a schema definition.
var definitionMembers = []bind.Param{
	{Name: "schema_id", Kind: bind.String, Names: bind.Collections, Doc: "the collection's name"},
	{Name: "schema_version", Kind: bind.String, Names: bind.Nothing, Doc: "the version's name"},
	{Name: "fields", Kind: bind.Table, Doc: "by name: a type, or a table with `type`, `required`, `fields` of an object, `items` of an array"},
	{Name: "indexes", Kind: bind.Table, Type: "string[]", Optional: true, Doc: "fields with an index, dotted paths into objects too"},
}

// requestMembers are the members of a request of the JSON API.
var requestMembers = []bind.Param{
	{Name: "op", Kind: bind.String, Choices: []string{"insert", "update", "delete", "query", "explain"}, Doc: "what to do"},
	{Name: "schema_id", Kind: bind.String, Names: bind.Collections, Doc: "the collection"},
	{Name: "schema_version", Kind: bind.String, Names: bind.Versions, Doc: "the version"},
	{Name: "document", Kind: bind.Table, Optional: true, Doc: "of `insert` and `update`"},
	{Name: "_id", Kind: bind.String, Names: bind.Nothing, Optional: true, Doc: "of `delete`"},
	{Name: "filter", Kind: bind.Table, Optional: true, Doc: "of `query` and `explain`"},
	{Name: "sort", Kind: bind.String, Names: bind.IndexedFields, Optional: true, Doc: "of `query` and `explain`"},
	{Name: "limit", Kind: bind.Int, Optional: true, Doc: "of `query` and `explain`"},
}

// dbModule is the global table db. A name that is no function is a collection.
func dbModule(s *Session) *bind.Module {
	m := &bind.Module{
		Name:   "db",
		Doc:    "schemas and collections",
		Others: "collection",
		Funcs:  slices.Concat(schemaFuncs(s), dataFuncs(s)),
	}
	m.Missing = func(_ *bind.Args, name string) (lua.LValue, error) { return s.newest(m, name) }
	return m
}

func schemaFuncs(s *Session) []bind.Func {
	return []bind.Func{
		{Name: "define_schema",
			Doc:     "Registers a schema version. The same definition again changes nothing. A version, once registered, never changes; a newer version may add optional fields and indexes. It begins without documents, and an index covers those of its version: c:move_from(version) moves them, and so builds the index.",
			Params:  []bind.Param{{Name: "definition", Kind: bind.Table, Doc: "`schema_id`, `schema_version`, `fields`, `indexes`", Members: definitionMembers}},
			Returns: bind.Field{Type: "table", Doc: "a table: `schema_id`, `schema_version`, `created` (false if it was registered before)."},
			Example: exampleSchema,
			Errors:  []dberr.Code{dberr.SchemaInvalid, dberr.SchemaImmutable, dberr.SchemaIncompatible},
			Misuse:  dberr.SchemaInvalid,
			Call:    s.defineSchema},
		{Name: "schemas",
			Doc:     "Lists the definitions of all registered schema versions, ordered by id, then by registration.",
			Returns: bind.Field{Type: "table[]", Doc: "a list of definitions with every short form written out."},
			Example: "for _, d in ipairs(db.schemas()) do print(d.schema_id, d.schema_version) end",
			Errors:  []dberr.Code{dberr.DatabaseFailed},
			Call:    s.value(func(db *engine.DB, _ *bind.Args) (document.Value, error) { return schemas(db) })},
		{Name: "schema",
			Doc: "Returns the definition of one schema version.",
			Params: []bind.Param{
				{Name: "id", Kind: bind.String, Names: bind.Collections, Doc: "the schema's id"},
				{Name: "version", Kind: bind.String, Names: bind.Versions, Optional: true, Doc: "its version; the newest if left out"},
			},
			Returns: bind.Field{Type: "table", Doc: "the definition with every short form written out."},
			Example: `print(db.schema("users", "v1").fields.age.type)`,
			Errors:  []dberr.Code{dberr.SchemaUnknown, dberr.SchemaVersionUnknown},
			Call: s.value(func(db *engine.DB, a *bind.Args) (document.Value, error) {
				return valueOf(db.Schema(a.String("id"), a.String("version")))
			})},
	}
}

func dataFuncs(s *Session) []bind.Func {
	return []bind.Func{
		{Name: "collection",
			Doc: "Returns a handle on the documents of one schema version. `db.users` is short for the newest version of users.",
			Params: []bind.Param{
				{Name: "id", Kind: bind.String, Names: bind.Collections, Missing: dberr.SchemaRequired, Doc: "the schema's id"},
				{Name: "version", Kind: bind.String, Names: bind.Versions, Missing: dberr.SchemaVersionRequired, Doc: "its version"},
			},
			Returns: bind.Field{Type: "collection", Doc: "the handle."},
			Example: "local users = db.collection(\"users\", \"v1\")\nprint(users:count())",
			Errors:  []dberr.Code{dberr.SchemaUnknown, dberr.SchemaVersionUnknown, dberr.SchemaRequired, dberr.SchemaVersionRequired},
			Call:    s.collection},
		{Name: "request",
			Doc:     "Answers a request of the JSON API, given and answered as tables. It raises nothing for a request that fails: look at status.",
			Params:  []bind.Param{{Name: "request", Kind: bind.Table, Doc: "`op` and the members that belong to it", Members: requestMembers}},
			Returns: bind.Field{Type: "table", Doc: "a table: `status` and `data`, or `status`, `code`, `severity` and `message`."},
			Example: "local r = db.request{op = \"query\", schema_id = \"users\", schema_version = \"v1\", filter = {age = {[\"$gte\"] = 18}}, limit = 10}\nassert(r.status == \"ok\")",
			Errors:  []dberr.Code{dberr.QueryInvalid, dberr.DatabaseFailed},
			Misuse:  dberr.QueryInvalid,
			Call:    s.request},
	}
}

func (s *Session) defineSchema(a *bind.Args) (lua.LValue, error) {
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	definition, err := s.codec.Append(nil, a.Table("definition"), convert.Definition)
	if err != nil {
		return nil, refused(dberr.SchemaInvalid, "the schema definition", err)
	}
	parsed, err := schema.Parse(definition)
	if err != nil {
		return nil, err
	}
	created, err := db.DefineSchema(parsed)
	if err != nil {
		return nil, err
	}
	return s.codec.FromValue(document.ObjectValue(
		document.Member{Name: "created", Value: document.BoolValue(created)},
		document.Member{Name: "schema_id", Value: document.StringValue(parsed.ID)},
		document.Member{Name: "schema_version", Value: document.StringValue(parsed.Version)},
	), nil), nil
}

func schemas(db *engine.DB) (document.Value, error) {
	all, err := db.Schemas()
	if err != nil {
		return document.Value{}, err
	}
	items := make([]document.Value, len(all))
	for i, definition := range all {
		items[i] = definition.Value()
	}
	return document.ArrayValue(items...), nil
}

func (s *Session) collection(a *bind.Args) (lua.LValue, error) {
	if a.String("version") == "" { // to the engine it means the newest
		return nil, dberr.New(dberr.SchemaVersionRequired, "db.collection needs a version of %q", a.String("id")).
			WithHint("name it, or use db[%q] for the newest version", a.String("id"))
	}
	return s.newHandle(a.String("id"), a.String("version"))
}

// newest answers for db.name: a handle on the newest version of a collection.
func (s *Session) newest(m *bind.Module, name string) (lua.LValue, error) {
	handle, err := s.newHandle(name, "")
	if err == nil {
		return handle, nil
	}
	if code := dberr.From(err).Code; code != dberr.SchemaUnknown && code != dberr.SchemaRequired {
		return nil, err
	}
	all, err := s.db.Schemas()
	if err != nil {
		return nil, err
	}
	known := make([]string, len(all))
	for i, definition := range all {
		known[i] = definition.ID
	}
	unknown := dberr.From(m.Unknown(name, known))
	return nil, dberr.New(dberr.SchemaUnknown, "db has neither a collection nor a function %q%s", name, suggestion(unknown.Message)).
		WithHint("list the collections with: db.schemas()")
}

// request is db.request.
func (s *Session) request(a *bind.Args) (lua.LValue, error) {
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	t := a.Table("request")
	docs := s.requestDocuments(db, t)
	line, err := s.codec.Append(nil, t, &convert.Shape{Kind: convert.Object, Members: map[string]*convert.Shape{
		"filter": {Kind: convert.Object}, "document": docs,
	}})
	var misfit *convert.Error
	var response []byte
	switch {
	case err == nil:
		var ok bool
		if response, ok = jsonapi.Handle(a.Ctx, db, line); ok {
			s.countRequest(db, t)
		}
	case errors.As(err, &misfit) && strings.HasPrefix(misfit.Path, "document."):
		// What the schema refuses is a request that fails, also where the table says it
		// in a way that no JSON can.
		what := fmt.Sprintf("%s %s", text(t, "schema_id"), text(t, "schema_version"))
		response = jsonapi.Failure(dberr.New(dberr.SchemaValidationFailed, "%s: %s: %s", what, strings.TrimPrefix(misfit.Path, "document."), misfit.Reason))
	default:
		return nil, refused(dberr.QueryInvalid, "the request", err)
	}
	v, err := s.codec.Decode(response, &convert.Shape{Kind: convert.Object, Members: map[string]*convert.Shape{
		"data": {Kind: convert.Array, Item: docs},
	}})
	if err != nil {
		return nil, dberr.New(dberr.InternalInvariant, "the JSON API answered what is not JSON: %w", err)
	}
	return v, nil
}

// countRequest counts what a request that succeeded has written.
func (s *Session) countRequest(db *engine.DB, t *lua.LTable) {
	c, err := db.Collection(text(t, "schema_id"), text(t, "schema_version"))
	if err != nil {
		return
	}
	switch text(t, "op") {
	case "insert":
		s.changes.of(c).inserted++
	case "update":
		s.changes.of(c).replaced++
	case "delete":
		s.changes.of(c).deleted++
	}
}

// requestDocuments is the shape of the documents that a request is about.
func (s *Session) requestDocuments(db *engine.DB, t *lua.LTable) *convert.Shape {
	if version := text(t, "schema_version"); version != "" {
		if c, err := db.Collection(text(t, "schema_id"), version); err == nil {
			return s.shape(c)
		}
	}
	return &convert.Shape{Kind: convert.Object}
}

// text returns the string at a name of t, "" if it is none.
func text(t *lua.LTable, name string) string {
	s, _ := t.RawGetString(name).(lua.LString)
	return string(s)
}
