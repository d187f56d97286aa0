package schema

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
)

// fixtureSchema has every type, nesting of both kinds, an index of every type
// and names that JSON has to escape.
const fixtureSchema = `{"schema_id":"fix","schema_version":"v2","fields":{
	"_id":{"type":"string","required":true},
	"b":"bool","f":"float","i":"int","s":"string","A":"int","\"":"string",
	"o":{"type":"object","fields":{"f":{"type":"float","required":true},"s":"string","p":{"type":"object","fields":{"i":"int"}}}},
	"l":{"type":"array","items":"float"},
	"ll":{"type":"array","items":{"type":"array","items":"int"}},
	"lo":{"type":"array","items":{"type":"object","fields":{"x":{"type":"int","required":true},"w":{"type":"bool","required":true},"y":"string"}}}},
	"indexes":["b","f","i","s","o.f","o.s","o.p.i","\""]}`

func TestEncode(t *testing.T) {
	enc := mustEncoder(t, fixtureSchema)
	var e Encoded
	for _, c := range []struct{ in, id, want string }{
		{`{"_id":"1"}`, "1", `{"_id":"1"}`},
		{" {\n\t\"_id\" : \"1\" } \r\n", "1", `{"_id":"1"}`},
		{`{"s":"x","_id":"ü\u00fc\n","A":1}`, "üü\n", `{"A":1,"_id":"üü\n","s":"x"}`},
		{`{"_id":"1","\u0062":true,"\"":"\/","\u0022":"x"}`, "", ""},
		{`{"\u005fid":"1","\u0062":true,"\"":"\/"}`, "1", `{"\"":"/","_id":"1","b":true}`},
		{`{"_id":"1","i":-0,"f":-0.0,"l":[-0,1.0,2,1e3,1E-7,0.10],"b":false}`, "1", `{"_id":"1","b":false,"f":0,"i":0,"l":[0,1,2,1000,1e-7,0.1]}`},
		{`{"_id":"1","i":-9223372036854775808,"A":9223372036854775807}`, "1", `{"A":9223372036854775807,"_id":"1","i":-9223372036854775808}`},
		{`{"_id":"1","f":9007199254740992,"l":[9223372036854775808,9223372036854776000,1e20,123456789012345680000]}`, "1", `{"_id":"1","f":9007199254740992,"l":[9223372036854776000,9223372036854776000,100000000000000000000,123456789012345680000]}`},
		{`{"o":{"s":"b","p":{"i":3},"f":1},"_id":"1","ll":[[],[1,2],[ ]],"lo":[{"x":1,"w":true},{"y":"q","w":false,"x":2}]}`, "1", `{"_id":"1","ll":[[],[1,2],[]],"lo":[{"w":true,"x":1},{"w":false,"x":2,"y":"q"}],"o":{"f":1,"p":{"i":3},"s":"b"}}`},
		{`{"_id":"1","l":[ ],"o":{"f":0,"p":{ }}}`, "1", `{"_id":"1","l":[],"o":{"f":0,"p":{}}}`},
	} {
		err := enc.Encode(&e, []byte(c.in))
		if c.want == "" {
			if err == nil {
				t.Errorf("%s is taken: %s", c.in, e.Document)
			}
			continue
		}
		if err != nil || string(e.Document) != c.want || string(e.ID) != c.id {
			t.Errorf("%s:\n got %s, _id %q, %v\nwant %s", c.in, e.Document, e.ID, err, c.want)
		}
	}
}

func TestIndexValuesOfEncode(t *testing.T) {
	enc := mustEncoder(t, fixtureSchema)
	var e Encoded
	// The order of the schema's Indexes: " b f i o.f o.p.i o.s s
	types := []key.Type{key.String, key.Bool, key.Float, key.Int, key.Float, key.Int, key.String, key.String}
	for i, want := range types {
		if got := enc.IndexType(i); got != want {
			t.Errorf("index %d is of type %d, want %d", i, got, want)
		}
	}
	missing := key.AppendMissing(nil)
	check := func(in string, want ...[]byte) {
		t.Helper()
		if err := enc.Encode(&e, []byte(in)); err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if len(e.Values) != len(want) {
			t.Fatalf("%s: %d values", in, len(e.Values))
		}
		for i := range want {
			if !bytes.Equal(e.Values[i], want[i]) {
				t.Errorf("%s: value %d is %s, want %s", in, i, hex.EncodeToString(e.Values[i]), hex.EncodeToString(want[i]))
			}
		}
	}
	check(`{"_id":"x"}`, missing, missing, missing, missing, missing, missing, missing, missing)
	check(`{"s":"a\u0000b","o":{"s":"","p":{"i":-7},"f":-2.5},"i":5,"f":3,"b":true,"_id":"x","\"":"q"}`,
		key.AppendString(nil, []byte("q")), key.AppendBool(nil, true), key.AppendFloat(nil, 3), key.AppendInt(nil, 5),
		key.AppendFloat(nil, -2.5), key.AppendInt(nil, -7), key.AppendString(nil, nil), key.AppendString(nil, []byte("a\x00b")))
	check(`{"_id":"x","o":{"f":1e21},"b":false}`,
		missing, key.AppendBool(nil, false), missing, missing, key.AppendFloat(nil, 1e21), missing, missing, missing)
}

func TestEncodeRefuses(t *testing.T) {
	enc := mustEncoder(t, fixtureSchema)
	long := strings.Repeat("9", 100)
	for _, c := range []struct {
		in     string
		offset int64
		field  string
		want   string
	}{
		{``, 0, "", "a value should begin here, not the end of the input"},
		{`[]`, 0, "", "wants an object, got an array"},
		{`null`, 0, "", "null is not allowed; leave the field out"},
		{`{}`, 0, "_id", "_id: is required and missing"},
		{`{"_id":""}`, 7, "_id", "_id: is empty"},
		{`{"_id":5}`, 7, "_id", "_id: wants a string, got a number"},
		{`{"_id":"1"} x`, 12, "", "'x' follows the value"},
		{`{"_id":"1","_id":"1"}`, 11, "_id", "_id: the member comes twice"},
		{`{"_id":"1","i":1,"\u0069":1}`, 17, "i", "i: the member comes twice"},
		{`{"_id":"1","ii":1}`, 11, "ii", `ii: no such field is declared; did you mean "i"?`},
		{`{"_id":"1","_ID":1}`, 11, "_ID", `_ID: no such field is declared; did you mean "_id"?`},
		{`{"_id":"1","o":{"f":1,"p":{"j.k":1}}}`, 27, `o.p["j.k"]`, `o.p["j.k"]: no such field is declared`},
		{`{"_id":"1","i":null}`, 15, "i", "i: null is not allowed; leave the field out"},
		{`{"_id":"1","i":"5"}`, 15, "i", "i: wants an int, got a string"},
		{`{"_id":"1","i":true}`, 15, "i", "i: wants an int, got a bool"},
		{`{"_id":"1","b":1}`, 15, "b", "b: wants a bool, got a number"},
		{`{"_id":"1","b":"true"}`, 15, "b", "b: wants a bool, got a string"},
		{`{"_id":"1","b":truth}`, 15, "b", "b: a value should begin here, not 't'"},
		{`{"_id":"1","f":[]}`, 15, "f", "f: wants a float, got an array"},
		{`{"_id":"1","f":NaN}`, 15, "f", "f: NaN is not a JSON number"},
		{`{"_id":"1","f":-Infinity}`, 15, "f", "f: -Infinity is not a JSON number"},
		{`{"_id":"1","s":{}}`, 15, "s", "s: wants a string, got an object"},
		{`{"_id":"1","o":"x"}`, 15, "o", "o: wants an object, got a string"},
		{`{"_id":"1","l":{}}`, 15, "l", "l: wants an array, got an object"},
		{`{"_id":"1","l":[1,2,"x"]}`, 20, "l[2]", "l[2]: wants a float, got a string"},
		{`{"_id":"1","ll":[[],[1,2.5]]}`, 23, "ll[1][1]", "ll[1][1]: wants an integer literal, without fraction or exponent, got 2.5"},
		{`{"_id":"1","lo":[{"x":1,"w":true},{}]}`, 34, "lo[1].w", "lo[1].w, lo[1].x: are required and missing"},
		{`{"_id":"1","o":{}}`, 15, "o.f", "o.f: is required and missing"},
		{`{"_id":"1","i":30.0}`, 15, "i", "i: wants an integer literal, without fraction or exponent, got 30.0"},
		{`{"_id":"1","i":3e1}`, 15, "i", "i: wants an integer literal, without fraction or exponent, got 3e1"},
		{`{"_id":"1","i":9.007199254740994e15}`, 15, "i", "i: wants an integer literal, without fraction or exponent, got 9.007199254740994e15"},
		{`{"_id":"1","i":9223372036854775808}`, 15, "i", "i: 9223372036854775808 is outside the range of a 64-bit int"},
		{`{"_id":"1","i":` + long + `}`, 15, "i", "i: " + long[:40] + "... (100 bytes) is outside the range of a 64-bit int"},
		{`{"_id":"1","i":01}`, 15, "i", "i: a number may not begin with 0"},
		{`{"_id":"1","f":1e400}`, 15, "f", "f: the number is outside the range of a 64-bit float"},
		{`{"_id":"1","f":1e-400}`, 15, "f", "f: the number is outside the range of a 64-bit float"},
		{`{"_id":"1","f":9007199254740993}`, 15, "f", "f: a 64-bit float cannot hold the integer 9007199254740993 exactly; with a fraction, .0, the nearest float is taken"},
		{`{"_id":"1","f":1.}`, 17, "f", "f: a number wants a digit after its point, not '}'"},
		{"{\"_id\":\"1\",\"s\":\"\xff\"}", 16, "s", "s: byte 0xff is not valid UTF-8"},
		{`{"_id":"1","s":"\ud800"}`, 16, "s", `s: \ud800 is half of a surrogate pair`},
		{`{"_id":"1","s":"x}`, 18, "s", "s: the string has no closing quote"},
		{`{"_id":"1","s"}`, 14, "s", "s: ':' should follow the member name, not '}'"},
		{`{"_id":"1",}`, 11, "", "a member name in quotes should begin here, not '}'"},
		{`{"_id":"1" "s":"x"}`, 11, "", "',' or '}' should follow here, not '\"'"},
		{`{"_id":"1","l":[1 2]}`, 18, "l", "l: ',' or ']' should follow here, not '2'"},
		{`{"_id":"1","l":[1,]}`, 18, "l[1]", "l[1]: a value should begin here, not ']'"},
		{`{"_id":"1"`, 10, "", "',' or '}' should follow here, not the end of the input"},
	} {
		var e Encoded
		err := enc.Encode(&e, []byte(c.in))
		if dberr.CodeOf(err) != dberr.SchemaValidationFailed {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		got := dberr.From(err)
		if want := fmt.Sprintf("fix v2: %s (at byte %d)", c.want, c.offset); got.Message != want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got.Message, want)
		}
		if d := got.Details; len(d) != 2 || d[0] != (dberr.Detail{Key: "field", Value: c.field}) || d[1] != (dberr.Detail{Key: "offset", Value: c.offset}) {
			t.Errorf("%s: details are %v", c.in, d)
		}
	}
}

// A failed document leaves nothing behind that the next one would see.
func TestEncodeAfterFailure(t *testing.T) {
	enc := mustEncoder(t, fixtureSchema)
	var e Encoded
	const good, want = `{"s":"x","_id":"1"}`, `{"_id":"1","s":"x"}`
	for _, bad := range []string{
		`{"_id":"2","i":5,"o":{"f":1,"s":"y","p":{"i":7,"i":8}}}`, `{"_id":"2","f":1,"lo":[{"x":1,"w":true},{"x":1,"x":2}]}`, `{"_id":"2","f":1`, `{"f":2}`,
	} {
		if err := enc.Encode(&e, []byte(bad)); err == nil {
			t.Fatalf("%s is taken", bad)
		}
		if err := enc.Encode(&e, []byte(good)); err != nil || string(e.Document) != want || string(e.ID) != "1" {
			t.Fatalf("after %s: %s, %q, %v", bad, e.Document, e.ID, err)
		}
		for i, v := range e.Values[:7] {
			if !key.Missing(v) {
				t.Errorf("after %s: value %d is % x", bad, i, v)
			}
		}
	}
}

func TestDocumentLimits(t *testing.T) {
	s, err := Parse([]byte(fixtureSchema))
	if err != nil {
		t.Fatal(err)
	}
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		what       string
		at, beyond string
		code       dberr.Code
	}{
		{"_id", `{"_id":"` + x(DocumentIDBytesMax) + `"}`, `{"_id":"` + x(DocumentIDBytesMax+1) + `"}`, dberr.SchemaValidationFailed},
		{"indexed string", `{"_id":"1","s":"` + x(IndexedStringBytesMax-1) + `\u0000"}`, `{"_id":"1","s":"` + x(IndexedStringBytesMax) + `\u0000"}`, dberr.SchemaValidationFailed},
		{"document", `{"_id":"1","l":[` + strings.Repeat("1,", 2000) + `1]}`, `{"_id":"1","l":[` + strings.Repeat("1,", 2000) + `1]} `, dberr.DocumentTooLarge},
		{"canonical document", `{"_id":"1","l":[` + strings.Repeat("1e20,", 181) + `1e6]}`, `{"_id":"1","l":[` + strings.Repeat("1e20,", 181) + `1e7]}`, dberr.DocumentTooLarge},
	} {
		var e Encoded
		limit := 4019 // the document of 2001 items
		if c.what == "canonical document" {
			limit = 18 + 181*22 + 7
		}
		enc := NewEncoder(s, limit)
		if err := enc.Encode(&e, []byte(c.at)); err != nil {
			t.Errorf("%s at the limit: %v", c.what, err)
		}
		if err := enc.Encode(&e, []byte(c.beyond)); dberr.CodeOf(err) != c.code {
			t.Errorf("%s one beyond: %v", c.what, err)
		}
	}
	err = NewEncoder(s, 10).Encode(new(Encoded), []byte(`{"_id":"1"}`))
	if got, want := fmt.Sprint(err), "AERO_DOCUMENT_TOO_LARGE: fix v2: the document has 11 bytes, more than the limit of 10"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := NewEncoder(s, 0).Encode(new(Encoded), []byte(`{"_id":"1"}`)); err != nil {
		t.Errorf("no limit: %v", err)
	}
}

// A document nested as deep as it likes is refused where it leaves the schema.
func TestDeepDocument(t *testing.T) {
	enc := mustEncoder(t, fixtureSchema)
	err := enc.Encode(new(Encoded), []byte(`{"_id":"1","ll":`+strings.Repeat("[", 1_000_000)))
	if err == nil || !strings.Contains(err.Error(), "ll[0][0]: wants an int, got an array") {
		t.Errorf("%v", err)
	}
}

// All fields a schema may declare, in an order far from the canonical one.
func TestManyFields(t *testing.T) {
	const others = FieldsMax - 1 // not a multiple of 7, so i*7 meets each once
	var fields, doc strings.Builder
	want := int64(-1)
	for i := range others {
		n := i * 7 % others
		fmt.Fprintf(&fields, `,"field-%d":"int"`, i)
		fmt.Fprintf(&doc, `,"field-%d":%d`, n, i)
		if n == 500 {
			want = int64(i)
		}
	}
	enc := mustEncoder(t, withFields(fields.String(), `"field-500"`))
	var e Encoded
	if err := enc.Encode(&e, []byte(`{"_id":"1"`+doc.String()+"}")); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(e.Values[0], key.AppendInt(nil, want)) {
		t.Errorf("field-500 is % x, want %d", e.Values[0], want)
	}
	checkEncoded(t, enc, &e, bytes.Clone(e.Document))
}

func TestEncodeDoesNotAllocate(t *testing.T) {
	enc, docs := mustEncoder(t, userSchema), userDocuments(10)
	var e Encoded
	canonical := make([][]byte, len(docs))
	for i := range docs {
		if err := enc.Encode(&e, docs[i]); err != nil {
			t.Fatal(err)
		}
		canonical[i] = bytes.Clone(e.Document)
	}
	var value []byte
	for name, run := range map[string]func(i int) error{
		"Encode":      func(i int) error { return enc.Encode(&e, docs[i]) },
		"IndexValues": func(i int) error { return enc.IndexValues(&e, canonical[i]) },
		"AppendIndexValue": func(i int) (err error) {
			value, err = enc.AppendIndexValue(value[:0], canonical[i], 1)
			return err
		},
	} {
		i := 0
		if n := testing.AllocsPerRun(100, func() {
			if err := run(i % len(docs)); err != nil {
				t.Fatal(err)
			}
			i++
		}); n != 0 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}

// One encoder serves many goroutines.
func TestEncodeConcurrently(t *testing.T) {
	enc, docs := mustEncoder(t, userSchema), userDocuments(100)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var e Encoded
			for _, doc := range docs {
				if err := enc.Encode(&e, doc); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// IndexValues trusts its input but must survive any.
func TestIndexValuesOfDamage(t *testing.T) {
	enc := mustEncoder(t, fixtureSchema)
	var e Encoded
	whole := []byte(`{"\"":"\\","_id":"a\"b","b":true,"f":1.5,"i":7,"o":{"f":1,"p":{"i":2},"s":"t"},"s":"\u0000"}`)
	if err := enc.IndexValues(&e, whole); err != nil || string(e.ID) != `a"b` || !bytes.Equal(e.Document, whole) {
		t.Fatalf("%q, %v", e.ID, err)
	}
	for n := range whole {
		enc.IndexValues(&e, bytes.Clone(whole[:n])) // any answer, no panic
		for i := range enc.Schema().Indexes {
			enc.AppendIndexValue(nil, bytes.Clone(whole[:n]), i)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"_id":5}`, `{"_id":""}`, `{"_id":"1","i":"x"}`, `{"_id":"1","i":1.5}`, `{"_id":"1","b":1}`, `{"_id":"1","o":5}`, `{"_id":"1","f":1x}`} {
		if err := enc.IndexValues(&e, []byte(bad)); dberr.CodeOf(err) != dberr.StorageCorruption {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := enc.AppendIndexValue(nil, []byte(`{"_id":"1","i":"x"}`), 3); dberr.CodeOf(err) != dberr.StorageCorruption {
		t.Errorf("AppendIndexValue: %v", err)
	}
}

func TestEarthquakes(t *testing.T) {
	schema, err := os.ReadFile("testdata/earthquake.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	enc := mustEncoder(t, string(schema))
	f, err := os.Open("testdata/earthquakes-50.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var e Encoded
	lines := 0
	for sc := bufio.NewScanner(f); sc.Scan(); lines++ {
		if err := enc.Encode(&e, sc.Bytes()); err != nil {
			t.Errorf("line %d: %v", lines+1, err)
		}
		checkEncoded(t, enc, &e, sc.Bytes())
	}
	if lines != 50 {
		t.Errorf("%d lines", lines)
	}
}
