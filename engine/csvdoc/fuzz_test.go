package csvdoc

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
)

// FuzzRows: what is read is what encoding/csv reads, cell by cell, and valid JSON
// that the schema's encoder takes or refuses with a code; what is refused names its
// line.
func FuzzRows(f *testing.F) {
	f.Add("_id,name,age\n1,x,7\n2,y,\n")
	f.Fuzz(func(t *testing.T, text string) {
		s := person(t)
		r := NewReader(strings.NewReader(text), s, 1<<16)
		enc := schema.NewEncoder(s, 0)
		slow := csv.NewReader(strings.NewReader(text))
		slow.FieldsPerRecord = -1
		header, _ := slow.Read()
		for {
			doc, err := r.Next()
			if errors.Is(err, io.EOF) {
				if _, err := slow.Read(); !errors.Is(err, io.EOF) {
					t.Fatalf("rows are left: %v", err)
				}
				return
			}
			if err != nil {
				place(t, err, strings.Count(text, "\n")+1)
				return
			}
			row, err := slow.Read()
			if err != nil || len(row) != len(header) {
				t.Fatalf("encoding/csv: %q, %v, of header %q", row, err, header)
			}
			for i, cell := range row {
				compare(t, doc, header[i], cell)
			}
			var e schema.Encoded
			if err := enc.Encode(&e, doc); err != nil && dberr.CodeOf(err) != dberr.SchemaValidationFailed {
				t.Fatalf("%s: %v", doc, err)
			}
		}
	})
}

// place fails the test if an error has no code or no line of the input.
func place(t *testing.T, err error, lines int) {
	t.Helper()
	e := dberr.From(err)
	if e.Code != dberr.SchemaValidationFailed && e.Code != dberr.DocumentTooLarge {
		t.Fatalf("got %v", err)
	}
	for _, d := range e.Details {
		if d.Key == "line" {
			if line := d.Value.(int64); line < 1 || line > int64(lines) {
				t.Fatalf("line %d of %d: %v", line, lines, err)
			}
			return
		}
	}
	t.Fatalf("%v names no line", err)
}

// compare finds the value of a column in a document by encoding/json and compares it
// with its cell.
func compare(t *testing.T, doc []byte, column, cell string) {
	t.Helper()
	if !json.Valid(doc) {
		t.Fatalf("%q is not JSON", doc)
	}
	at := json.RawMessage(doc)
	for _, name := range strings.Split(column, ".") {
		var members map[string]json.RawMessage
		if json.Unmarshal(at, &members) != nil && cell != "" {
			t.Fatalf("%s has no place for %q", doc, column)
		}
		at = members[name]
	}
	var text string
	switch {
	case cell == "" && at == nil:
	case json.Unmarshal(at, &text) == nil && at[0] == '"':
		// encoding/csv alone takes one '\r' from a line end inside quotes.
		if strings.ReplaceAll(text, "\r\n", "\n") != cell {
			t.Fatalf("column %q: %q became %q", column, cell, text)
		}
	case string(at) != cell && !bytes.ContainsAny(at, "\r\n"):
		t.Fatalf("column %q: %q became %s", column, cell, at)
	}
}

// FuzzRoundTrip: what encoding/csv writes is read back equal, byte by byte and in
// all digits.
func FuzzRoundTrip(f *testing.F) {
	f.Add("1", "Ada", int64(36), 1.5, true, "Lon\r\ndon")
	f.Fuzz(func(t *testing.T, id, name string, age int64, score float64, member bool, city string) {
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		_ = w.Write([]string{"_id", "name", "age", "score", "member", "home.city"})
		_ = w.Write([]string{id, name, strconv.FormatInt(age, 10), strconv.FormatFloat(score, 'g', -1, 64), strconv.FormatBool(member), city})
		w.Flush()
		r := NewReader(&file, person(t), 1<<20)
		doc, err := r.Next()
		if err != nil {
			sound := utf8.ValidString(id+"\n"+name+"\n"+city) && score-score == 0
			if sound && dberr.CodeOf(err) != dberr.DocumentTooLarge {
				t.Fatal(err)
			}
			return
		}
		var got struct {
			ID     string `json:"_id"`
			Name   string
			Age    int64
			Score  float64
			Member bool
			Home   struct{ City string }
		}
		if err := json.Unmarshal(doc, &got); err != nil || got.ID != id || got.Name != name || got.Age != age || got.Score != score || got.Member != member || got.Home.City != city {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}
