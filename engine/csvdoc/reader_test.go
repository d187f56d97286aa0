package csvdoc

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
)

const personSchema = `{"schema_id":"person","schema_version":"v1","fields":{"_id":{"type":"string","required":true},
	"name":{"type":"string","required":true},"age":"int","score":"float","member":"bool",
	"home":{"type":"object","fields":{"city":"string","geo":{"type":"object","fields":{"lat":"float","lon":"float"}}}},
	"tags":{"type":"array","items":"string"}}}`

func person(t testing.TB) *schema.Schema {
	t.Helper()
	s, err := schema.Parse([]byte(personSchema))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// read returns the documents of text, each behind its line and its bytes.
func read(t testing.TB, text string) (docs []string, err error) {
	t.Helper()
	r := NewReader(strings.NewReader(text), person(t), 1000)
	for {
		doc, err := r.Next()
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return docs, err
		}
		docs = append(docs, fmt.Sprintf("%d+%d %s", r.Line(), r.Bytes(), doc))
	}
}

func TestRows(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"all types", "_id,name,age,score,member,tags\n1,Ada,36,1.5,true,\"[\"\"a\"\",\"\"b\"\"]\"\n",
			`2+65 {"_id":"1","name":"Ada","age":36,"score":1.5,"member":true,"tags":["a","b"]}`},
		{"any order of columns", "age,name,_id\n7,x,1\n", `2+19 {"age":7,"name":"x","_id":"1"}`},
		{"empty cells", "_id,name,age,home.city\n1,x,,\n", `2+29 {"_id":"1","name":"x"}`},
		{"objects", "home.geo.lat,_id,home.city,name,home.geo.lon\n1.5,1,Oslo,x,2\n", `2+60 {"home":{"geo":{"lat":1.5,"lon":2},"city":"Oslo"},"_id":"1","name":"x"}`},
		{"half an object", "_id,name,home.city,home.geo.lat\n1,x,,2\n2,y,Oslo,\n",
			`2+39 {"_id":"1","name":"x","home":{"geo":{"lat":2}}}` + "|" + `3+10 {"_id":"2","name":"y","home":{"city":"Oslo"}}`},
		{"no final newline", "_id,name\n1,x", `2+12 {"_id":"1","name":"x"}`},
		{"CRLF", "_id,name\r\n1,x\r\n2,y", `2+15 {"_id":"1","name":"x"}` + "|" + `3+3 {"_id":"2","name":"y"}`},
		{"empty lines", "\n\n_id,name\n\n1,x\n\n", `5+16 {"_id":"1","name":"x"}`},
		{"a value over lines", "_id,name\n1,\"a\nb\"\n2,y\n", `2+17 {"_id":"1","name":"a\nb"}` + "|" + `4+4 {"_id":"2","name":"y"}`},
		{"line ends in quotes stay", "_id,name\n1,\"a\r\nb\rc\r\r\n\"\n", `2+25 {"_id":"1","name":"a\r\nb\rc\r\r\n"}`},
		{"white space stays", "_id,name\n 1 , x\n", `2+16 {"_id":" 1 ","name":" x"}`},
		{"nothing but a header", "_id,name\n", ``},
		{"all digits", "_id,name,age,score\n1,x,9223372036854775807,0.1234567890123456789\n", `2+65 {"_id":"1","name":"x","age":9223372036854775807,"score":0.1234567890123456789}`},
		{"text that looks like JSON", "_id,name\n\"1\"\",\"\"x\",\"\\u0041\"\n", `2+28 {"_id":"1\",\"x","name":"\\u0041"}`},
	}
	for _, test := range tests {
		docs, err := read(t, test.text)
		got := strings.Join(docs, "|")
		if err != nil || got != test.want {
			t.Errorf("%s: %v\n got %s\nwant %s", test.name, err, got, test.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, text string
		line       int64
		column     string // detail
		message    string
	}{
		{"no header", "", 1, "", "line 1: the header is missing"},
		{"byte order mark", "\xef\xbb\xbf_id,name\n1,x\n", 1, "", "line 1: a byte order mark"},
		{"unknown column", "_id,name,agee\n1,x,1\n", 1, "agee", `line 1: column "agee": person v1 has no such field; did you mean "age"?`},
		{"unknown column in an object", "_id,name,home.ciyt\n1,x,1\n", 1, "home.ciyt", `did you mean "home.city"?`},
		{"column of spaces", "_id,name, age\n1,x,1\n", 1, " age", `did you mean "age"?`},
		{"empty column", "_id,name,\n1,x,1\n", 1, "", "line 1: column 3 has no name"},
		{"object column", "_id,name,home\n1,x,1\n", 1, "home", `as in "home.city"`},
		{"column below a scalar", "_id,name,age.x\n1,x,1\n", 1, "age.x", "no such field"},
		{"column named twice", "_id,name,age,age\n1,x,1,1\n", 1, "age", "named twice"},
		{"no _id", "name\nx\n", 1, "_id", `line 1: column "_id": the column is missing`},
		{"no required field", "_id\n1\n", 1, "name", "the column is missing; person v1 requires the field"},
		{"short row", "_id,name\n1,x\n2\n", 3, "", "line 3: the row has 1 values, the header names 2 columns"},
		{"long row", "_id,name\n1,x,y\n", 2, "", "has 3 values"},
		{"fraction for an int", "_id,name,age\n1,x,1.5\n", 2, "age", `line 2: column "age": wants an int, got "1.5"`},
		{"2^63", "_id,name,age\n1,x,9223372036854775808\n", 2, "age", "wants an int"},
		{"word for an int", "_id,name,age\n1,x,seven\n", 2, "age", `got "seven"`},
		{"zeros before an int", "_id,name,age\n1,x,007\n", 2, "age", `got "007"`},
		{"plus", "_id,name,age\n1,x,+7\n", 2, "age", `got "+7"`},
		{"spaces around an int", "_id,name,age\n1,x, 7\n", 2, "age", `got " 7"`},
		{"two numbers", "_id,name,age\n1,x,\"7,\"\"name\"\":8\"\n", 2, "age", `follows the value`},
		{"hexadecimal", "_id,name,score\n1,x,0x10\n", 2, "score", "wants a float"},
		{"NaN", "_id,name,score\n1,x,NaN\n", 2, "score", "NaN is not a JSON number"},
		{"1e400", "_id,name,score\n1,x,1e400\n", 2, "score", "outside the range"},
		{"1e-400", "_id,name,score\n1,x,1e-400\n", 2, "score", "outside the range"},
		{"comma for a point", "_id,name,score\n1,x,\"1,5\"\n", 2, "score", "wants a float"},
		{"capital bool", "_id,name,member\n1,x,TRUE\n", 2, "member", "wants true or false"},
		{"1 for a bool", "_id,name,member\n1,x,1\n", 2, "member", `wants true or false, got "1"`},
		{"array that is none", "_id,name,tags\n1,x,a;b\n", 2, "tags", "wants an array, as JSON"},
		{"object for an array", "_id,name,tags\n1,x,{}\n", 2, "tags", "wants an array, as JSON"},
		{"invalid UTF-8", "_id,name\n1,\xff\n", 2, "name", `not valid UTF-8: "\xff"`},
		{"invalid UTF-8 in the header", "_id,name,\xff\n1,x,y\n", 1, `"\xff"`, "no such field"},
		{"quote in the middle", "_id,name\n1,x\n2,y\"z\n", 3, "", "line 3: "},
		{"quote not closed", "_id,name\n1,x\n2,\"y\n\n", 3, "", "line 3: "},
		{"long value", "_id,name,age\n1,x," + strings.Repeat("9", 100) + "\n", 2, "age", "(100 bytes)"},
	}
	for _, test := range tests {
		_, err := read(t, test.text)
		e := dberr.From(err)
		if err == nil || e.Code != dberr.SchemaValidationFailed {
			t.Errorf("%s: got %v", test.name, err)
			continue
		}
		details := map[string]any{}
		for _, d := range e.Details {
			details[d.Key] = d.Value
		}
		column, _ := details["column"].(string)
		if details["line"] != test.line || column != test.column || !strings.Contains(e.Message, test.message) {
			t.Errorf("%s: line %v, column %q: %s", test.name, details["line"], column, e.Message)
		}
	}
}

// endless is a value that never ends.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}

// A row is refused as soon as it is too long, quoted or not; one that just fits is
// taken.
func TestLongRows(t *testing.T) {
	for _, start := range []string{"1,", `1,"`} {
		in := &endless{}
		r := NewReader(io.MultiReader(strings.NewReader("_id,name\n0,y\n"+start), in), person(t), 1<<20)
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		_, err := r.Next()
		if dberr.CodeOf(err) != dberr.DocumentTooLarge || in.read > 2<<20 || !strings.Contains(err.Error(), "line 3: ") {
			t.Errorf("%q: %v after %d bytes", start, err, in.read)
		}
	}
	row := "1," + strings.Repeat("x", 998) // and its end
	if _, err := read(t, "_id,name\n"+row[:999]+"\n"); err != nil {
		t.Error(err)
	}
	if _, err := read(t, "_id,name\n"+row+"\n"); dberr.CodeOf(err) != dberr.DocumentTooLarge {
		t.Errorf("got %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the pipe broke") }

// An input that fails is an error, not an end, and no half of a row is taken.
func TestBrokenInput(t *testing.T) {
	for _, text := range []string{"", "_id,na", "_id,name\n1,x\n2,\"y", "_id,name\n1,x\n2,y"} {
		r := NewReader(io.MultiReader(strings.NewReader(text), broken{}), person(t), 1000)
		var err error
		rows := 0
		for ; err == nil; rows++ {
			_, err = r.Next()
		}
		if dberr.CodeOf(err) != dberr.StorageIOError || !strings.Contains(err.Error(), "the pipe broke") || rows > 2 {
			t.Errorf("%q: %v after %d rows", text, err, rows)
		}
	}
}
