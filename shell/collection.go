package shell

import (
	"context"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/convert"
	"github.com/aerodb/aerodb/shell/lang"
)

// collectionModule is the methods of a handle on a collection.
func collectionModule(s *Session) *bind.Module {
	return &bind.Module{
		Name: "collection", Receiver: "c",
		Doc:   "the documents of one schema version, as db.collection or db.users returns it",
		Types: []bind.Type{planType, importType, exportType, moveType},
		Funcs: slices.Concat(writeMethods(s), moveMethods(s), readMethods(s), transferMethods(s)),
	}
}

var idParam = bind.Param{Name: "id", Kind: bind.String, Names: bind.Nothing, Doc: "the document's `_id`"}

func writeMethods(s *Session) []bind.Func {
	doc := bind.Param{Name: "doc", Kind: bind.Table, Doc: "the document; its `_id` is a string"}
	refusals := append([]dberr.Code{dberr.SchemaValidationFailed, dberr.DocumentTooLarge}, writeErrors...)
	return []bind.Func{
		{Name: "insert", Doc: "Adds a document. It is durable when the call returns.",
			Params: []bind.Param{doc}, Misuse: dberr.SchemaValidationFailed,
			Example: `db.users:insert{_id = "carol", name = "Carol", age = 41}`,
			Errors:  append([]dberr.Code{dberr.DocumentExists}, refusals...),
			Call:    s.write((*engine.Collection).InsertContext, func(c *change) { c.inserted++ })},
		{Name: "insert_many", Doc: "Adds documents as one durable record: all are valid and new, or none is written. The error's details.index counts from 0.",
			Params:  []bind.Param{{Name: "docs", Kind: bind.Table, Doc: "a list of documents"}},
			Misuse:  dberr.SchemaValidationFailed,
			Returns: bind.Field{Type: "integer", Doc: "how many documents were added."},
			Example: `db.users:insert_many{{_id = "u1", name = "One"}, {_id = "u2", name = "Two"}}`,
			Errors:  append([]dberr.Code{dberr.DocumentExists}, refusals...),
			Call:    s.with(s.insertMany)},
		{Name: "replace", Doc: "Replaces the whole document of that `_id`. Under a newer schema version it moves the document there.",
			Params: []bind.Param{doc}, Misuse: dberr.SchemaValidationFailed,
			Example: "local alice = db.users:get(\"alice\")\nalice.age = alice.age + 1\ndb.users:replace(alice)",
			Errors:  append([]dberr.Code{dberr.DocumentNotFound}, refusals...),
			Call:    s.write((*engine.Collection).ReplaceContext, func(c *change) { c.replaced++ })},
		{Name: "delete", Doc: "Deletes a document.",
			Params:  []bind.Param{idParam},
			Returns: bind.Field{Type: "boolean", Doc: "true if it was there."},
			Example: `assert(db.users:delete("bob"))`,
			Errors:  writeErrors,
			Call: s.with(func(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
				found, err := c.DeleteContext(a.Ctx, a.String("id"))
				if found && err == nil {
					s.changes.of(c).deleted++
				}
				return lua.LBool(found), err
			})},
	}
}

func readMethods(s *Session) []bind.Func {
	query := bind.Param{Name: "query", Kind: bind.Options, Doc: "what to look for", Members: []bind.Param{
		{Name: "filter", Kind: bind.Table, Optional: true, Doc: "fields and values, or bounds: `{age = {[\"$gte\"] = 18, [\"$lt\"] = 65}}`"},
		{Name: "sort", Kind: bind.String, Names: bind.IndexedFields, Optional: true, Doc: "an indexed field; descending with a leading `-`"},
		{Name: "limit", Kind: bind.Int, Optional: true, Doc: "the most documents to return; it must be given"},
	}}
	refusals := []dberr.Code{dberr.QueryInvalid, dberr.QueryLimitRequired, dberr.QueryUnbounded, dberr.QueryUnindexedField, dberr.QuerySortNotIndexed}
	return []bind.Func{
		{Name: "get", Doc: "Returns a document by its `_id`.",
			Params:  []bind.Param{idParam},
			Returns: bind.Field{Type: "table?", Doc: "the document, nil if there is none."},
			Example: `print(db.users:get("alice").name)`,
			Errors:  []dberr.Code{dberr.StorageCorruption, dberr.StorageIOError, dberr.DatabaseFailed},
			Call:    s.with(s.get)},
		{Name: "find", Doc: "Returns the documents that a query finds. It runs only if an index bounds its cost. Ties in the order are broken by `_id`.",
			Params: []bind.Param{query}, Misuse: dberr.QueryInvalid,
			Returns: bind.Field{Type: "table[]", Doc: "a list of documents."},
			Example: `local adults = db.users:find{filter = {age = {["$gte"] = 18}}, sort = "-age", limit = 10}`,
			Errors:  refusals,
			Call:    s.with(s.find)},
		{Name: "explain", Doc: "Tells how find would answer the same query, without running it.",
			Params: []bind.Param{query}, Misuse: dberr.QueryInvalid,
			Returns: bind.Field{Type: "Plan", Doc: "the plan."},
			Example: `print(db.users:explain{filter = {age = 30}, limit = 10}.scan_type)`,
			Errors:  refusals,
			Call:    s.with(s.explain)},
		{Name: "count", Doc: "Returns the number of documents of this version. It costs nothing.",
			Returns: bind.Field{Type: "integer", Doc: "the number."},
			Example: `print(db.users:count())`,
			Errors:  []dberr.Code{dberr.DatabaseFailed},
			Call: s.with(func(c *engine.Collection, _ *bind.Args) (lua.LValue, error) {
				n, err := c.Count()
				return lang.Integer(n), err
			})},
		{Name: "each", Doc: "Walks the documents in the order of `_id`, over a view that later writes do not change. It is the only way to go over a whole collection.",
			Params: []bind.Param{{Name: "options", Kind: bind.Options, Optional: true, Doc: "where to begin and end", Members: []bind.Param{
				{Name: "after", Kind: bind.String, Names: bind.Nothing, Optional: true, Doc: "begin behind this `_id`"},
				{Name: "limit", Kind: bind.Int, Optional: true, Doc: "the most documents to walk"},
			}}},
			Returns: bind.Field{Type: "iterator", Doc: "an iterator for a for loop."},
			Example: "for user in db.users:each() do print(user._id) end",
			Errors:  []dberr.Code{dberr.QueryInvalid, dberr.StorageCorruption, dberr.StorageIOError, dberr.DatabaseFailed},
			Call:    s.with(s.each)},
	}
}

func transferMethods(s *Session) []bind.Func {
	file := bind.Param{Name: "path", Kind: bind.String, Doc: "the file"}
	return []bind.Func{
		{Name: "import", Doc: "Inserts the documents of a JSON Lines file, in durable batches. If a line fails, the error names it, and what was acknowledged before stays; details.documents says how many.",
			Params:  []bind.Param{file},
			Returns: bind.Field{Type: "Import", Doc: "what was acknowledged."},
			Example: "db.users:export(dir .. \"/users.jsonl\")\ndb.define_schema{schema_id = \"copy\", schema_version = \"v1\", fields = db.schema(\"users\").fields}\nprint(db.copy:import(dir .. \"/users.jsonl\").documents)",
			Errors:  []dberr.Code{dberr.StorageIOError, dberr.DocumentExists, dberr.SchemaValidationFailed},
			Call:    s.with(s.importFile)},
		{Name: "export", Doc: "Writes the documents to a JSON Lines file, ordered by `_id`. The file is whole or not there.",
			Params: []bind.Param{file, {Name: "options", Kind: bind.Options, Optional: true, Doc: "whether to replace", Members: []bind.Param{
				{Name: "overwrite", Kind: bind.Bool, Optional: true, Doc: "replace a file that is there; otherwise that is an error"},
			}}},
			Returns: bind.Field{Type: "Export", Doc: "what was written."},
			Example: `print(db.users:export(dir .. "/users.jsonl").documents)`,
			Errors:  []dberr.Code{dberr.StorageIOError, dberr.StorageNoSpace},
			Call:    s.with(s.exportFile)},
	}
}

// write makes insert or replace of the engine's method; what was written is counted.
func (s *Session) write(method func(*engine.Collection, context.Context, []byte) error, count func(*change)) func(*bind.Args) (lua.LValue, error) {
	return s.with(func(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
		doc, err := s.document(c, a.Table("doc"))
		if err != nil {
			return nil, err
		}
		if err := method(c, a.Ctx, doc); err != nil {
			return nil, err
		}
		count(s.changes.of(c))
		return nil, nil
	})
}

// document is the JSON of a Lua table meant for c.
func (s *Session) document(c *engine.Collection, t *lua.LTable) ([]byte, error) {
	doc, err := s.codec.Append(nil, t, s.shape(c))
	if err != nil {
		return nil, refused(dberr.SchemaValidationFailed, "a document of "+c.ID()+" "+c.Version(), err)
	}
	return doc, nil
}

func (s *Session) insertMany(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	list := a.Table("docs")
	docs := make([][]byte, list.Len())
	if len(docs) == 0 && list.RawGetString("_id") != lua.LNil {
		return nil, dberr.New(dberr.SchemaValidationFailed, "c:insert_many: wants a list of documents, not one document").
			WithHint("use c:insert(doc), or put it into a list: {doc}")
	}
	for i := range docs {
		item := list.RawGetInt(i + 1)
		t, ok := item.(*lua.LTable)
		if !ok {
			return nil, dberr.New(dberr.SchemaValidationFailed, "c:insert_many: document %d of the list is %s, not a table", i+1, bind.Describe(item)).
				With("index", int64(i))
		}
		doc, err := s.document(c, t)
		if err != nil {
			return nil, dberr.From(err).With("index", int64(i))
		}
		docs[i] = doc
	}
	if err := c.InsertManyContext(a.Ctx, docs); err != nil {
		return nil, err
	}
	s.changes.of(c).inserted += int64(len(docs))
	return lua.LNumber(len(docs)), nil
}

// storedKept is the largest buffer, in bytes, that is kept for the next document.
const storedKept = 1 << 20

func (s *Session) get(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	doc, found, err := c.AppendGet(s.stored[:0], a.String("id"))
	if err != nil || !found {
		return lua.LNil, err
	}
	if cap(doc) <= storedKept {
		s.stored = doc
	}
	return s.fromDocument(c, doc, a.Value("id"))
}

func (s *Session) explain(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	q, err := s.query(a)
	if err != nil {
		return nil, err
	}
	plan, err := valueOf(c.Explain(q))
	return s.codec.FromValue(plan, nil), err
}

// fromDocument turns a stored document into a table. Id is its _id if a script has that
// already, else nil.
func (s *Session) fromDocument(c *engine.Collection, doc []byte, id lua.LValue) (lua.LValue, error) {
	v, err := s.codec.DecodeDocument(doc, s.shape(c), id)
	if err != nil {
		return nil, dberr.New(dberr.InternalInvariant, "a stored document of %s is not JSON: %w", c.ID(), err)
	}
	return v, nil
}

func (s *Session) query(a *bind.Args) (engine.Query, error) {
	q := engine.Query{Sort: a.String("sort"), Limit: a.Int("limit"), HasLimit: a.Has("limit")}
	if t := a.Table("filter"); t != nil {
		filter, err := s.codec.Append(nil, t, &convert.Shape{Kind: convert.Object})
		if err != nil {
			return q, refused(dberr.QueryInvalid, "the filter", err)
		}
		q.Filter = filter
	}
	return q, nil
}

func (s *Session) find(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	q, err := s.query(a)
	if err != nil {
		return nil, err
	}
	docs, err := c.Find(a.Ctx, q)
	if err != nil {
		return nil, err
	}
	list := a.L.CreateTable(len(docs), 0)
	for _, doc := range docs {
		v, err := s.fromDocument(c, doc, nil)
		if err != nil {
			return nil, err
		}
		list.Append(v)
	}
	if len(docs) == 0 {
		s.codec.MarkArray(list)
	}
	return list, nil
}

// resultTable makes a table of a result and adds members.
func (s *Session) resultTable(v document.Value, more ...document.Member) lua.LValue {
	return s.codec.FromValue(document.ObjectValue(append(append([]document.Member{}, v.Members()...), more...)...), nil)
}
