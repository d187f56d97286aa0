package jsonapi

import (
	"slices"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/suggest"
)

// operations lists what op may be, and the members of each beside op, schema_id and
// schema_version.
var operations = []struct {
	op      string
	members []string
}{
	{"insert", []string{"document"}},
	{"update", []string{"document"}},
	{"delete", []string{"_id"}},
	{"query", []string{"filter", "sort", "limit"}},
	{"explain", []string{"filter", "sort", "limit"}},
}

// request is a request whose members have the right names and types.
type request struct {
	op, id, version string
	document        []byte // as it was sent
	documentID      string
	filter          []byte // as it was sent, nil if there is none
	sort            string
	limit           int64
	hasLimit        bool
}

func invalid(format string, args ...any) *dberr.Error {
	return dberr.New(dberr.QueryInvalid, format, args...)
}

// parse reads one request.
func parse(line []byte) (*request, error) {
	root, err := document.Parse(line, document.Options{})
	if err != nil {
		return nil, invalid("the request is not valid JSON: %w", err)
	}
	if root.Kind() != document.Object {
		return nil, invalid("a request is an object, not %s", describe(root))
	}
	r := &request{}
	for _, step := range []func(document.Value, []byte) error{r.readOperation, r.readSchema, r.readDocument, r.readQuery} {
		if err := step(root, line); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// readOperation reads op and refuses members that it does not have.
func (r *request) readOperation(root document.Value, _ []byte) error {
	known := make([]string, len(operations))
	for i := range operations {
		known[i] = operations[i].op
	}
	op, ok := root.Get("op")
	if !ok {
		return invalid("the member \"op\" is missing").WithHint("op is one of insert, update, delete, query, explain")
	}
	i := slices.Index(known, op.Str())
	if op.Kind() != document.String {
		return wrongType("op", "a string", op)
	}
	if i < 0 {
		return invalid("there is no op %s%s", describe(op), suggest.DidYouMean(op.Str(), known)).
			WithHint("op is one of insert, update, delete, query, explain")
	}
	r.op = known[i]
	names := append([]string{"op", "schema_id", "schema_version"}, operations[i].members...)
	for _, m := range root.Members() {
		if !slices.Contains(names, m.Name) {
			return invalid("%s has no member %q%s", r.op, m.Name, suggest.DidYouMean(m.Name, names))
		}
	}
	return nil
}

// readSchema reads schema_id and schema_version. No version is never the newest one.
func (r *request) readSchema(root document.Value, _ []byte) error {
	for _, m := range []struct {
		name string
		code dberr.Code
		dst  *string
	}{
		{"schema_id", dberr.SchemaRequired, &r.id},
		{"schema_version", dberr.SchemaVersionRequired, &r.version},
	} {
		v, ok := root.Get(m.name)
		switch {
		case !ok || v.Kind() == document.String && v.Str() == "":
			return dberr.New(m.code, "%s needs the member %q", r.op, m.name)
		case v.Kind() != document.String:
			return wrongType(m.name, "a string", v)
		}
		*m.dst = v.Str()
	}
	return nil
}

// readDocument reads what a write needs.
func (r *request) readDocument(root document.Value, line []byte) error {
	switch r.op {
	case "insert", "update":
		v, ok := root.Get("document")
		switch {
		case !ok:
			return invalid("%s needs the member \"document\"", r.op)
		case v.Kind() != document.Object:
			return wrongType("document", "an object", v)
		}
		r.document = line[v.Offset():v.End()]
	case "delete":
		v, ok := root.Get("_id")
		switch {
		case !ok:
			return invalid("delete needs the member \"_id\"")
		case v.Kind() != document.String:
			return wrongType("_id", "a string", v)
		}
		r.documentID = v.Str()
	}
	return nil
}

// readQuery reads filter, sort and limit, which other operations do not have. Whether
// they bound the query is the engine's to say.
func (r *request) readQuery(root document.Value, line []byte) error {
	if v, ok := root.Get("filter"); ok {
		if v.Kind() != document.Object {
			return wrongType("filter", "an object", v)
		}
		r.filter = line[v.Offset():v.End()]
	}
	if v, ok := root.Get("sort"); ok {
		if v.Kind() != document.String {
			return wrongType("sort", "a string", v)
		}
		r.sort = v.Str()
	}
	if v, ok := root.Get("limit"); ok {
		if v.Kind() != document.Int {
			return wrongType("limit", "an integer", v)
		}
		r.limit, r.hasLimit = v.Int(), true
	}
	return nil
}

func wrongType(name, wanted string, v document.Value) error {
	return invalid("%q must be %s, not %s", name, wanted, describe(v))
}

// describe shows a scalar and names anything else.
func describe(v document.Value) string {
	const max = 60
	switch v.Kind() {
	case document.Object:
		return "an object"
	case document.Array:
		return "an array"
	}
	if literal := v.Literal(); literal != "" {
		return literal
	}
	text := string(document.Append(nil, v))
	if len(text) > max {
		return "a long " + v.Kind().String()
	}
	return text
}
