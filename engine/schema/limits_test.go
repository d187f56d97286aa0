package schema

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
)

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
