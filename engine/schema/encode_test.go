package schema

import (
	"bufio"
	"bytes"
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

// The fixture is the schema of a week of real earthquakes and its first lines.
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
