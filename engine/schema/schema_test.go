package schema

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
)

const idField = `"_id":{"type":"string","required":true}`

// withFields returns a schema's JSON with more fields and indexes.
func withFields(fields, indexes string) string {
	return fmt.Sprintf(`{"schema_id":"s","schema_version":"v1","fields":{%s%s},"indexes":[%s]}`, idField, fields, indexes)
}

func TestCanonicalSchema(t *testing.T) {
	const want = `{"fields":{"_id":{"required":true,"type":"string"},"age":{"required":false,"type":"int"},` +
		`"location":{"fields":{"lat":{"required":true,"type":"float"}},"required":false,"type":"object"},` +
		`"types":{"items":{"type":"string"},"required":true,"type":"array"}},` +
		`"indexes":["age","location.lat"],"schema_id":"quake","schema_version":"v1"}`
	for _, in := range []string{
		want,
		`{"schema_version":"v1","schema_id":"quake","indexes":["location.lat","age"],"fields":{"types":{"type":"array","items":{"type":"string"},"required":true},"location":{"type":"object","fields":{"lat":{"type":"float","required":true}}},"age":{"type":"int"},"_id":{"type":"string","required":true}}}`,
		`{"schema_version":"v1","schema_id":"quake","indexes":["age","_id","location.lat","age"],"fields":{"types":{"type":"array","element":"string","required":true},"location":{"type":"object","required":false,"fields":{"lat":{"type":"float","required":true}}},"age":"int","_id":{"type":"string","required":true}}}`,
	} {
		s, err := Parse([]byte(in))
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if got := s.Canonical(); string(got) != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestNoIndexes(t *testing.T) {
	s, err := Parse([]byte(`{"schema_id":"s","schema_version":"v1","fields":{` + idField + `}}`))
	if err != nil || len(s.Indexes) != 0 {
		t.Fatalf("%v, %v", s, err)
	}
	other, err := Parse(s.Canonical())
	if err != nil || !s.Equal(other) {
		t.Errorf("%s: %v", s.Canonical(), err)
	}
}

func TestSchemaRefuses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{`, "the schema is not valid JSON: at byte 1: a member name in quotes should begin here, not the end of the input"},
		{`{"schema_id":"a","schema_id":"b"}`, "the schema is not valid JSON: at byte 17, in schema_id: the member comes twice"},
		{`[]`, "schema: wants an object, got an array"},
		{`{}`, "schema: schema_id: is missing"},
		{`{"schema_id":"s"}`, "schema: schema_version: is missing"},
		{`{"schema_id":1,"schema_version":"v1"}`, "schema: schema_id: wants a string, got an int"},
		{`{"schema_id":"s","schema_version":null}`, "schema: schema_version: wants a string, got null"},
		{`{"schema_id":"s","schema_version":"v1","field":{}}`, `schema: unknown member "field"; did you mean "fields"?`},
		{`{"schema_id":"s","schema_version":"v1"}`, "schema s v1: fields: is missing"},
		{`{"schema_id":"s","schema_version":"v1","fields":[]}`, "schema s v1: fields: wants an object, got an array"},
		{`{"schema_id":"s","schema_version":"v1","fields":{}}`, "schema s v1: fields: declares no field"},
		{`{"schema_id":"s","schema_version":"v1","fields":{"a":"int"}}`, `schema s v1: fields._id: must be declared as {"type":"string","required":true}`},
		{`{"schema_id":"s","schema_version":"v1","fields":{"_id":"string"}}`, `schema s v1: fields._id: must be declared as {"type":"string","required":true}`},
		{`{"schema_id":"s","schema_version":"v1","fields":{"_id":{"type":"int","required":true}}}`, `schema s v1: fields._id: must be declared as {"type":"string","required":true}`},
		{withFields(`,"a":"strng"`, ""), `schema s v1: fields.a: unknown type "strng", the types are string, int, float, bool, object, array; did you mean "string"?`},
		{withFields(`,"a":{"type":"xyzzy"}`, ""), `schema s v1: fields.a.type: unknown type "xyzzy", the types are string, int, float, bool, object, array`},
		{withFields(`,"a":{"type":5}`, ""), "schema s v1: fields.a.type: wants the name of a type, got an int"},
		{withFields(`,"a":{}`, ""), "schema s v1: fields.a.type: is missing"},
		{withFields(`,"a":true`, ""), "schema s v1: fields.a: wants an object, got a bool"},
		{withFields(`,"a":{"type":"int","requird":true}`, ""), `schema s v1: fields.a: unknown member "requird"; did you mean "required"?`},
		{withFields(`,"a":{"type":"int","default":1}`, ""), `schema s v1: fields.a: unknown member "default"`},
		{withFields(`,"a":{"type":"int","required":"yes"}`, ""), "schema s v1: fields.a.required: wants a bool, got a string"},
		{withFields(`,"a":"object"`, ""), "schema s v1: fields.a: an object cannot be declared by its type alone"},
		{withFields(`,"a":"array"`, ""), "schema s v1: fields.a: an array cannot be declared by its type alone"},
		{withFields(`,"a":{"type":"object"}`, ""), "schema s v1: fields.a.fields: is missing: an object declares its fields"},
		{withFields(`,"a":{"type":"object","fields":{}}`, ""), "schema s v1: fields.a.fields: declares no field"},
		{withFields(`,"a":{"type":"object","fields":{"b":{"type":"flaot"}}}`, ""), `schema s v1: fields.a.fields.b.type: unknown type "flaot", the types are string, int, float, bool, object, array; did you mean "float"?`},
		{withFields(`,"a":{"type":"int","fields":{}}`, ""), "schema s v1: fields.a.fields: only an object has fields, this is of type int"},
		{withFields(`,"a":{"type":"int","items":"int"}`, ""), "schema s v1: fields.a.items: only an array has items, this is of type int"},
		{withFields(`,"a":{"type":"array"}`, ""), "schema s v1: fields.a.items: is missing: an array declares what its items are"},
		{withFields(`,"a":{"type":"array","items":"int","element":"int"}`, ""), "schema s v1: fields.a.items: is given twice: element is another word for it"},
		{withFields(`,"a":{"type":"array","items":{"type":"int","required":true}}`, ""), `schema s v1: fields.a.items: unknown member "required"`},
		{withFields(`,"a":{"type":"array","items":{"type":"array","items":"in"}}`, ""), `schema s v1: fields.a.items.items: unknown type "in", the types are string, int, float, bool, object, array; did you mean "int"?`},
		{withFields(`,"a":"int","b":"int"`, `"a","c"`), `schema s v1: indexes[1]: no field "c" is declared`},
		{withFields(`,"location":{"type":"object","fields":{"lat":"float"}}`, `"location.lta"`), `schema s v1: indexes[0]: no field "location.lta" is declared; did you mean "location.lat"?`},
		{withFields(`,"location":{"type":"object","fields":{"lat":"float"}}`, `"location"`), "schema s v1: indexes[0]: location is an object; only string, int, float and bool fields can be indexed"},
		{withFields(`,"tags":{"type":"array","items":"string"}`, `"tags"`), "schema s v1: indexes[0]: tags is an array; only string, int, float and bool fields can be indexed"},
		{withFields(`,"a":{"type":"array","items":{"type":"object","fields":{"b":"int"}}}`, `"a.b"`), `schema s v1: indexes[0]: no field "a.b" is declared`},
		{withFields(`,"-a":"int"`, `"-a"`), `schema s v1: indexes[0]: "-a" begins with '-', which a sort could not tell from descending`},
		{withFields("", `5`), "schema s v1: indexes[0]: wants the path of a field, got an int"},
		{`{"schema_id":"s","schema_version":"v1","fields":{` + idField + `},"indexes":{}}`, "schema s v1: indexes: wants an array, got an object"},
		{withFields(`,"a.b":"int"`, ""), `schema s v1: fields.["a.b"]: a field name may not hold '.': it separates the names of a path`},
		{withFields(`,"$a":"int"`, ""), "schema s v1: fields.$a: a field name may not begin with '$': operators do"},
		{withFields(`,"":"int"`, ""), `schema s v1: fields.[""]: the name is empty`},
		{withFields(`,"a\u0000":"int"`, ""), `schema s v1: fields.["a\x00"]: "a\x00" holds a control character`},
	} {
		_, err := Parse([]byte(c.in))
		if dberr.CodeOf(err) != dberr.SchemaInvalid {
			t.Errorf("%s: %v, want %s", c.in, err, dberr.SchemaInvalid)
			continue
		}
		if got := dberr.From(err).Message; got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestSchemaNames(t *testing.T) {
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"user", true}, {"User_2", true}, {"größe", true}, {"a.b", true}, {"...", true}, {" ", true}, {"CON", true},
		{"", false}, {".", false}, {"..", false}, {"a/b", false}, {`a\\b`, false}, {`a\u0000`, false}, {`a\n`, false}, {`\u007f`, false}, {`\u0085`, false},
	} {
		for _, form := range []string{`{"schema_id":"%s","schema_version":"v1","fields":{%s}}`, `{"schema_id":"s","schema_version":"%s","fields":{%s}}`} {
			_, err := Parse(fmt.Appendf(nil, form, c.name, idField))
			if (err == nil) != c.ok {
				t.Errorf(form+": %v", c.name, "...", err)
			}
		}
	}
	bad := document.ObjectValue(
		document.Member{Name: "schema_id", Value: document.StringValue("\xff")},
		document.Member{Name: "schema_version", Value: document.StringValue("v1")},
	)
	if _, err := FromValue(bad); err == nil || !strings.Contains(err.Error(), "is not valid UTF-8") {
		t.Errorf("invalid UTF-8: %v", err)
	}
}

// Each limit holds at its value and refuses one beyond.
func TestSchemaLimits(t *testing.T) {
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	fields := func(n int) string { return repeat(n, `,"f%04d":"int"`) }
	indexes := func(n int) string { return strings.TrimSuffix(repeat(n, `"f%04d",`), ",") }
	objects := func(depth int) string { // the innermost field is at depth
		return `,"o":` + strings.Repeat(`{"type":"object","fields":{"o":`, depth-1) + `"int"` + strings.Repeat("}}", depth-1)
	}
	arrays := func(depth int) string {
		return `,"a":` + strings.Repeat(`{"type":"array","items":`, depth-1) + `"int"` + strings.Repeat("}", depth-1)
	}
	named := func(id, version string) string {
		return fmt.Sprintf(`{"schema_id":"%s","schema_version":"%s","fields":{%s}}`, id, version, idField)
	}
	padded := func(n int) string {
		s := withFields("", "")
		return s + strings.Repeat(" ", n-len(s))
	}
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		what       string
		at, beyond string
	}{
		{"bytes", padded(SchemaBytesMax), padded(SchemaBytesMax + 1)},
		{"fields", withFields(fields(FieldsMax-1), ""), withFields(fields(FieldsMax), "")},
		{"nested fields", withFields(`,"o":{"type":"object","fields":{"x":"int"`+fields(FieldsMax-3)+`}}`, ""), withFields(`,"o":{"type":"object","fields":{"x":"int"`+fields(FieldsMax-2)+`}}`, "")},
		{"depth of objects", withFields(objects(DepthMax), ""), withFields(objects(DepthMax+1), "")},
		{"depth of arrays", withFields(arrays(DepthMax), ""), withFields(arrays(DepthMax+1), "")},
		{"indexes", withFields(fields(100), indexes(IndexesMax)+`,"_id"`), withFields(fields(100), indexes(IndexesMax+1))},
		{"id", named(x(SchemaIDBytesMax), "v"), named(x(SchemaIDBytesMax+1), "v")},
		{"version", named("s", x(SchemaVersionBytesMax)), named("s", x(SchemaVersionBytesMax+1))},
		{"field name", withFields(`,"`+x(FieldNameBytesMax)+`":"int"`, ""), withFields(`,"`+x(FieldNameBytesMax+1)+`":"int"`, "")},
		// 49 capitals and 147, _ and 96, .json: 249; one more letter and its %xx: 250 and 252.
		{"file name", named(strings.Repeat("X", 49)+"x", strings.Repeat("X", 32)), named(strings.Repeat("X", 50), strings.Repeat("X", 32))},
	} {
		if _, err := Parse([]byte(c.at)); err != nil {
			t.Errorf("%s, at the limit: %v", c.what, err)
		}
		if _, err := Parse([]byte(c.beyond)); dberr.CodeOf(err) != dberr.SchemaInvalid {
			t.Errorf("%s, one beyond: %v", c.what, err)
		}
	}
	if n := len(FileName(strings.Repeat("X", 49)+"x", strings.Repeat("X", 32))); n != FileNameBytesMax {
		t.Errorf("the file name at the limit has %d bytes", n)
	}
}

func TestFileName(t *testing.T) {
	for _, c := range []struct{ id, version, want string }{
		{"user", "v1", "user_v1.json"},
		{"user_a", "v1", "user_a_v1.json"},
		{"user", "a_v1", "user_a%5fv1.json"},
		{"User", "V1", "%55ser_%561.json"},
		{"größe", "1.0", "gr%c3%b6%c3%9fe_1%2e0.json"},
		{"...", " ", "%2e%2e%2e_%20.json"},
		{"a-b", "%20", "a-b_%2520.json"},
	} {
		if got := FileName(c.id, c.version); got != c.want {
			t.Errorf("FileName(%q, %q) = %s, want %s", c.id, c.version, got, c.want)
		}
	}
}

func TestFieldAndIndex(t *testing.T) {
	s, err := Parse([]byte(withFields(`,"b":"int","a":{"type":"object","fields":{"y":"bool","x":{"type":"object","fields":{"z":{"type":"string","required":true}}}}},"l":{"type":"array","items":"int"}`, `"b","a.x.z"`)))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]Type{"b": Int, "a": Object, "a.y": Bool, "a.x.z": String, "l": Array, "_id": String} {
		if f, ok := s.Field(path); !ok || f.Type != want {
			t.Errorf("%s is %v, %v, want %v", path, f.Type, ok, want)
		}
	}
	for _, path := range []string{"", "c", "a.z", "b.x", "l.0", "a.", ".a", "a.x.z.z"} {
		if f, ok := s.Field(path); ok {
			t.Errorf("%q is found: %v", path, f)
		}
	}
	if !slices.Equal(s.Indexes, []string{"a.x.z", "b"}) {
		t.Errorf("indexes are %q", s.Indexes)
	}
	if i, ok := s.Index("b"); i != 1 || !ok {
		t.Errorf("index b is %d, %v", i, ok)
	}
	if _, ok := s.Index("a"); ok {
		t.Error("there is no index a")
	}
}

// Any schema that is taken is a fixed point, has a file name within bounds and
// an encoder, and may follow itself.
func FuzzSchema(f *testing.F) {
	f.Add([]byte(userSchema))
	f.Add([]byte(fixtureSchema))
	f.Add([]byte(withFields(`,"a":{"type":"array","element":{"type":"object","fields":{"x":"bool"}}}`, `"_id"`)))
	f.Add([]byte(withFields(`,"\"":"int"`, `"\""`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse(data)
		if err != nil {
			if dberr.CodeOf(err) != dberr.SchemaInvalid {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		again, err := Parse(s.Canonical())
		if err != nil || !bytes.Equal(again.Canonical(), s.Canonical()) {
			t.Fatalf("%q: %s is not a fixed point: %v", data, s.Canonical(), err)
		}
		if err := Compatible(s, again); err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if n := len(FileName(s.ID, s.Version)); n > FileNameBytesMax {
			t.Fatalf("%q: a file name of %d bytes", data, n)
		}
		var e Encoded
		if err := NewEncoder(s, 0).Encode(&e, []byte(`{"_id":"x"}`)); err != nil && dberr.CodeOf(err) != dberr.SchemaValidationFailed {
			t.Fatalf("%q: %v", data, err)
		}
	})
}
