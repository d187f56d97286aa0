package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/suggest"
)

// Parse reads a schema's JSON. Errors are SchemaInvalid.
func Parse(data []byte) (*Schema, error) {
	v, err := document.Parse(data, document.Options{MaxBytes: SchemaBytesMax})
	if err != nil {
		e := dberr.New(dberr.SchemaInvalid, "the schema is not valid JSON: %w", err)
		if s := (*document.SyntaxError)(nil); errors.As(err, &s) {
			e.With("field", s.Path).With("offset", s.Offset)
		}
		return nil, e
	}
	return FromValue(v)
}

// FromValue reads a schema. Errors are SchemaInvalid.
func FromValue(v document.Value) (*Schema, error) {
	s := &Schema{}
	r := reader{}
	if err := r.schema(s, v); err != nil {
		name := "schema"
		if s.ID != "" && s.Version != "" {
			name = fmt.Sprintf("schema %s %s", s.ID, s.Version)
		}
		e := dberr.New(dberr.SchemaInvalid, "%s: %s", name, err.Error())
		if err.path != "" {
			e.With("field", err.path)
		}
		return nil, e
	}
	return s, nil
}

// A reader reads one schema and counts what is bounded over all of it.
type reader struct {
	fields int
}

// A mistake is what a schema has wrong, at a path of its JSON.
type mistake struct{ path, text string }

func (m *mistake) Error() string {
	if m.path == "" {
		return m.text
	}
	return m.path + ": " + m.text
}

func mistakef(path, format string, args ...any) *mistake {
	return &mistake{path, fmt.Sprintf(format, args...)}
}

func (r *reader) schema(s *Schema, v document.Value) *mistake {
	if err := checkMembers("", v, schemaMembers); err != nil {
		return err
	}
	id, err := readName(v, "schema_id", SchemaIDBytesMax)
	if err != nil {
		return err
	}
	version, err := readName(v, "schema_version", SchemaVersionBytesMax)
	if err != nil {
		return err
	}
	s.ID, s.Version = id, version
	if n := len(FileName(id, version)); n > FileNameBytesMax {
		return mistakef("", "schema_id and schema_version make a file name of %d bytes, longer than the limit of %d; use more of a-z, 0-9 and '-'", n, FileNameBytesMax)
	}
	fields, ok := v.Get("fields")
	if !ok {
		return mistakef("fields", "is missing")
	}
	if s.Fields, err = r.fieldList("fields", fields, 1); err != nil {
		return err
	}
	if f, ok := s.Field(IDField); !ok || f.Type != String || !f.Required {
		return mistakef("fields."+IDField, `must be declared as {"type":"string","required":true}`)
	}
	if indexes, ok := v.Get("indexes"); ok {
		return s.readIndexes(indexes)
	}
	return nil
}

// The members that there may be.
var (
	schemaMembers = []string{"schema_id", "schema_version", "fields", "indexes"}
	fieldMembers  = []string{"type", "required", "fields", "items", "element"}
	itemMembers   = []string{"type", "fields", "items", "element"}
)

// checkMembers refuses what is no object, and members other than the known.
func checkMembers(path string, v document.Value, known []string) *mistake {
	if v.Kind() != document.Object {
		return mistakef(path, "wants an object, got %s", article(v.Kind()))
	}
	for _, m := range v.Members() {
		if !slices.Contains(known, m.Name) {
			return mistakef(path, "unknown member %q%s", m.Name, suggest.DidYouMean(m.Name, known))
		}
	}
	return nil
}

// article returns the name of a kind or type for use in a sentence.
func article(kind fmt.Stringer) string {
	switch name := kind.String(); name {
	case "null":
		return name
	case "int", "array", "object":
		return "an " + name
	default:
		return "a " + name
	}
}

func readName(v document.Value, member string, bytesMax int) (string, *mistake) {
	name, ok := v.Get(member)
	switch {
	case !ok:
		return "", mistakef(member, "is missing")
	case name.Kind() != document.String:
		return "", mistakef(member, "wants a string, got %s", article(name.Kind()))
	}
	if wrong := checkName(name.Str(), bytesMax); wrong != "" {
		return "", mistakef(member, "%s", wrong)
	}
	return name.Str(), nil
}

// fieldList reads the fields of the document, at depth 1, or of an object.
func (r *reader) fieldList(path string, v document.Value, depth int) ([]Field, *mistake) {
	if v.Kind() != document.Object {
		return nil, mistakef(path, "wants an object, got %s", article(v.Kind()))
	}
	if len(v.Members()) == 0 {
		return nil, mistakef(path, "declares no field")
	}
	fields := make([]Field, 0, len(v.Members()))
	for _, m := range v.Members() {
		at := path + "." + document.MemberPath(m.Name, "")
		if wrong := checkFieldName(m.Name); wrong != "" {
			return nil, mistakef(at, "%s", wrong)
		}
		if r.fields++; r.fields > FieldsMax {
			return nil, mistakef(at, "the schema declares more than %d fields", FieldsMax)
		}
		f := Field{Name: m.Name}
		if err := r.field(&f, at, m.Value, depth); err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	slices.SortFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return fields, nil
}

// field reads what is declared for a field, or for items if f has no name.
func (r *reader) field(f *Field, path string, v document.Value, depth int) *mistake {
	if depth > DepthMax {
		return mistakef(path, "is nested deeper than %d", DepthMax)
	}
	if v.Kind() == document.String {
		if err := f.readType(path, v); err != nil {
			return err
		}
		if !f.Type.Scalar() {
			return mistakef(path, "an %s cannot be declared by its type alone", f.Type)
		}
		return nil
	}
	known := fieldMembers
	if f.Name == "" {
		known = itemMembers
	}
	if err := checkMembers(path, v, known); err != nil {
		return err
	}
	kind, ok := v.Get("type")
	if !ok {
		return mistakef(path+".type", "is missing")
	}
	if err := f.readType(path+".type", kind); err != nil {
		return err
	}
	if required, ok := v.Get("required"); ok {
		if required.Kind() != document.Bool {
			return mistakef(path+".required", "wants a bool, got %s", article(required.Kind()))
		}
		f.Required = required.Bool()
	}
	if err := r.objectFields(f, path, v, depth); err != nil {
		return err
	}
	return r.arrayItems(f, path, v, depth)
}

func (f *Field) readType(path string, v document.Value) *mistake {
	if v.Kind() != document.String {
		return mistakef(path, "wants the name of a type, got %s", article(v.Kind()))
	}
	i := slices.Index(typeNames, v.Str())
	if i < 0 {
		return mistakef(path, "unknown type %q, the types are %s%s", v.Str(), strings.Join(typeNames, ", "), suggest.DidYouMean(v.Str(), typeNames))
	}
	f.Type = String + Type(i)
	return nil
}

func (r *reader) objectFields(f *Field, path string, v document.Value, depth int) (err *mistake) {
	fields, ok := v.Get("fields")
	switch {
	case f.Type != Object && ok:
		return mistakef(path+".fields", "only an object has fields, this is of type %s", f.Type)
	case f.Type == Object && !ok:
		return mistakef(path+".fields", "is missing: an object declares its fields")
	case f.Type == Object:
		f.Fields, err = r.fieldList(path+".fields", fields, depth+1)
	}
	return err
}

func (r *reader) arrayItems(f *Field, path string, v document.Value, depth int) *mistake {
	items, ok := v.Get("items")
	element, other := v.Get("element")
	path += ".items"
	switch {
	case f.Type != Array && (ok || other):
		return mistakef(path, "only an array has items, this is of type %s", f.Type)
	case f.Type != Array:
		return nil
	case ok && other:
		return mistakef(path, "is given twice: element is another word for it")
	case !ok && !other:
		return mistakef(path, "is missing: an array declares what its items are")
	case other:
		items = element
	}
	f.Items = &Field{}
	return r.field(f.Items, path, items, depth+1)
}

func (s *Schema) readIndexes(v document.Value) *mistake {
	if v.Kind() != document.Array {
		return mistakef("indexes", "wants an array, got %s", article(v.Kind()))
	}
	for i, item := range v.Items() {
		at := "indexes" + document.ItemPath(i, "")
		if item.Kind() != document.String {
			return mistakef(at, "wants the path of a field, got %s", article(item.Kind()))
		}
		path := item.Str()
		if path == IDField {
			continue
		}
		if wrong := s.checkIndex(path); wrong != "" {
			return mistakef(at, "%s", wrong)
		}
		s.Indexes = append(s.Indexes, path)
	}
	slices.Sort(s.Indexes)
	s.Indexes = slices.Compact(s.Indexes)
	if len(s.Indexes) > IndexesMax {
		return mistakef("indexes", "%d indexes are more than the limit of %d", len(s.Indexes), IndexesMax)
	}
	return nil
}

// checkIndex says why there can be no index on path; "" if there can.
func (s *Schema) checkIndex(path string) string {
	f, ok := s.Field(path)
	switch {
	case !ok:
		return fmt.Sprintf("no field %q is declared%s", path, suggest.DidYouMean(path, scalarPaths(nil, "", s.Fields)))
	case !f.Type.Scalar():
		return fmt.Sprintf("%s is an %s; only string, int, float and bool fields can be indexed", path, f.Type)
	case strings.HasPrefix(path, "-"):
		return fmt.Sprintf("%q begins with '-', which a sort could not tell from descending", path)
	}
	return ""
}

// scalarPaths appends the paths of all fields that can be indexed.
func scalarPaths(dst []string, prefix string, fields []Field) []string {
	for i := range fields {
		if f := &fields[i]; f.Type.Scalar() {
			dst = append(dst, prefix+f.Name)
		} else {
			dst = scalarPaths(dst, prefix+f.Name+".", f.Fields)
		}
	}
	return dst
}
