package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

func imported(t *testing.T, c *engine.Collection, text string) (engine.ImportResult, error) {
	t.Helper()
	return c.Import(ctx, strings.NewReader(text), engine.ImportOptions{})
}

// Lines may end as any editor ends them.
func TestImportLines(t *testing.T) {
	tests := []struct{ name, text string }{
		{"plain", `{"_id":"1","name":"a"}` + "\n" + `{"_id":"2","name":"b"}` + "\n"},
		{"no final newline", `{"_id":"1","name":"a"}` + "\n" + `{"_id":"2","name":"b"}`},
		{"CRLF", `{"_id":"1","name":"a"}` + "\r\n" + `{"_id":"2","name":"b"}` + "\r\n"},
		{"CRLF, no final newline", `{"_id":"1","name":"a"}` + "\r\n" + `{"_id":"2","name":"b"}` + "\r"},
		{"empty lines", "\n\n\r\n" + `{"_id":"1","name":"a"}` + "\n\n  \t\n" + `{"_id":"2","name":"b"}` + "\n\n\n"},
		{"white space", "  " + `{"_id": "1", "name": "a"}` + " \n\t" + `{"name":"b" ,"_id":"2"}`},
	}
	for _, test := range tests {
		db, _ := newDB(t)
		c := people(t, db)
		r, err := imported(t, c, test.text)
		if err != nil || r.Documents != 2 || r.Batches != 1 {
			t.Errorf("%s: %+v, %v", test.name, r, err)
		}
		var out bytes.Buffer
		if _, err := c.Export(ctx, &out, engine.ExportOptions{}); err != nil || out.String() != `{"_id":"1","name":"a"}`+"\n"+`{"_id":"2","name":"b"}`+"\n" {
			t.Errorf("%s: gives back %q, %v", test.name, out.String(), err)
		}
	}
	db, _ := newDB(t)
	for _, nothing := range []string{"", "\n", "\r\n\r\n", "   "} {
		if r, err := imported(t, people(t, db), nothing); err != nil || r.Documents != 0 || r.Batches != 0 {
			t.Errorf("%q: %+v, %v", nothing, r, err)
		}
	}
}

// lines writes documents n0..n1-1, one a line.
func lines(n0, n1 int) string {
	var b strings.Builder
	for i := n0; i < n1; i++ {
		fmt.Fprintf(&b, `{"_id":"%05d","name":"n","age":%d}`+"\n", i, i%7)
	}
	return b.String()
}

// What is wrong names its line, as the file counts them; what was acknowledged
// before stays, and nothing of the batch it was in.
func TestImportStopsAtItsLine(t *testing.T) {
	const before = 2500 // two batches and a half
	tests := []struct {
		name, line string
		code       dberr.Code
	}{
		{"duplicate of an acknowledged one", `{"_id":"00007","name":"n"}`, dberr.DocumentExists},
		{"duplicate in its batch", `{"_id":"02490","name":"n"}`, dberr.DocumentExists},
		{"invalid", `{"_id":"x"}`, dberr.SchemaValidationFailed},
		{"mistyped", `{"_id":"x","name":"n","age":"old"}`, dberr.SchemaValidationFailed},
		{"not JSON", `hello`, dberr.SchemaValidationFailed},
		{"two documents", `{"_id":"x","name":"n"}{"_id":"y","name":"n"}`, dberr.SchemaValidationFailed},
		{"binary", "\x00\x1f\x8b\xff\xfe", dberr.SchemaValidationFailed},
	}
	for _, test := range tests {
		o := testOptions(vfs.NewMem())
		o.WALMaxSize = 1 << 20 // so that a batch is full by its documents
		mustInit(t, o)
		db := mustOpen(t, o)
		c := people(t, db)
		var progress []int64
		text := "\n" + lines(0, before) + test.line + "\n" + lines(before, before+100)
		r, err := c.Import(ctx, strings.NewReader(text), engine.ImportOptions{Progress: func(_, n int64) { progress = append(progress, n) }})
		if dberr.CodeOf(err) != test.code {
			t.Errorf("%s: %v, want %s", test.name, err, test.code)
			continue
		}
		if line := detail(err, "line"); line != int64(before+2) || !strings.Contains(dberr.From(err).Message, fmt.Sprintf("line %d: ", before+2)) {
			t.Errorf("%s: names line %v: %v", test.name, line, err)
		}
		if detail(err, "index") != nil {
			t.Errorf("%s: %v tells of an index that the caller never saw", test.name, dberr.From(err).Details)
		}
		n, _ := c.Count()
		if n != r.Documents || n != 2000 || fmt.Sprint(progress) != "[1000 2000]" || r.Bytes != int64(len(lines(0, 2000))-2000) {
			t.Errorf("%s: %d documents, told %+v and progress %v", test.name, n, r, progress)
		}
		mustDo(t, db.Close())
	}
}

// The very first line at fault is named too, also alone in its batch.
func TestImportOfOneBadLine(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"1","name":"n"}`)))
	for _, line := range []string{`{"_id":"1","name":"again"}`, `{"_id":"2"}`, "\xff\x00"} {
		_, err := imported(t, c, "\n\n"+line)
		if err == nil || detail(err, "line") != int64(3) || !strings.Contains(dberr.From(err).Message, "line 3: ") {
			t.Errorf("%q: %v does not say that it is line 3", line, err)
		}
	}
}

// endless is a line that never ends; it counts what was read of it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read += int64(len(p))
	if e.read > 1<<30 {
		return 0, errors.New("a gigabyte was read")
	}
	return len(p), nil
}

// A gigabyte line is refused as soon as it is too long for a document.
func TestImportOfAnEndlessLine(t *testing.T) {
	o := testOptions(vfs.NewMem())
	o.DocumentSizeMax = 1 << 20
	mustInit(t, o)
	db := mustOpen(t, o)
	defer db.Close()
	c := people(t, db)
	line := &endless{}
	r, err := c.Import(ctx, io.MultiReader(strings.NewReader(lines(0, 5)), line), engine.ImportOptions{})
	wantCode(t, err, dberr.DocumentTooLarge)
	if detail(err, "line") != int64(6) || line.read > 2<<20 {
		t.Errorf("%v after %d bytes", err, line.read)
	}
	if n, _ := c.Count(); n != 5 || r.Documents != 5 {
		t.Errorf("%d of the 5 lines before are there, told %+v", n, r)
	}
	exact := `{"_id":"x","name":"` + strings.Repeat("n", 190<<10) + `"}`
	if _, err := imported(t, c, exact+strings.Repeat(" ", 1000)); err != nil {
		t.Errorf("white space is not part of a document: %v", err)
	}
}

// An input that fails half way is an error, not an end; what was acknowledged stays.
func TestImportOfABrokenInput(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	broken := errors.New("the pipe broke")
	r, err := c.Import(ctx, io.MultiReader(strings.NewReader(lines(0, 1500)+`{"_id":"cut","na`), failing{broken}), engine.ImportOptions{})
	wantCode(t, err, dberr.StorageIOError)
	if !errors.Is(err, broken) || detail(err, "line") != int64(1501) {
		t.Errorf("%v, line %v", err, detail(err, "line"))
	}
	if n, _ := c.Count(); n != 1500 || r.Documents != 1500 {
		t.Errorf("%d documents, told %+v, want 1500", n, r)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, err = c.Import(stopped, strings.NewReader(lines(2000, 2100)), engine.ImportOptions{})
	wantCode(t, err, dberr.ScriptInterrupted)
	_, err = c.Export(ctx, failing{broken}, engine.ExportOptions{})
	wantCode(t, err, dberr.StorageIOError)
	if !errors.Is(err, broken) {
		t.Errorf("%v hides its cause", err)
	}
}

// failing is an input and an output that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// What is exported and imported elsewhere is the same state.
func TestExportImport(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	model := newModel()[0]
	rng := seededRand(9)
	for i := range 700 {
		d := randomDoc(rng, model, 0, fmt.Sprintf("%d\x00%d", i%13, i))
		mustDo(t, c.Insert([]byte(d.canonical())))
		if i%200 == 0 {
			_, err := db.Checkpoint(ctx)
			mustDo(t, err)
		}
	}
	var first, second bytes.Buffer
	r, err := c.Export(ctx, &first, engine.ExportOptions{})
	mustDo(t, err)
	if r.Documents != 700 || r.Bytes != int64(first.Len()) {
		t.Errorf("%+v of %d bytes", r, first.Len())
	}
	other, _ := newDB(t)
	oc := people(t, other)
	_, err = imported(t, oc, first.String())
	mustDo(t, err)
	if digestOf(t, other) != digestOf(t, db) {
		t.Errorf("digest %s, want %s", digestOf(t, other), digestOf(t, db))
	}
	_, err = oc.Export(ctx, &second, engine.ExportOptions{})
	mustDo(t, err)
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the second export is of other bytes")
	}
}

// An import fits any log: small documents have more overhead than text, and a
// float may be longer in canonical form.
func TestImportIntoSmallLogs(t *testing.T) {
	for _, size := range []int64{16 << 10, 20 << 10, 64 << 10} {
		for _, line := range []string{`{"_id":"%d"}`, `{"_id":"%d","f":1e20}`, `{"_id":"%d","l":[1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20]}`} {
			o := testOptions(vfs.NewMem())
			o.WALMaxSize = size
			mustInit(t, o)
			db := mustOpen(t, o)
			_, err := db.DefineSchema(mustSchema(t, `{"schema_id":"s","schema_version":"v1","fields":{"_id":{"type":"string","required":true},"f":{"type":"float"},"l":{"type":"array","items":{"type":"float"}}}}`))
			mustDo(t, err)
			c, err := db.Collection("s", "")
			mustDo(t, err)
			var text strings.Builder
			for i := range 2000 {
				fmt.Fprintf(&text, line+"\n", i)
			}
			if r, err := imported(t, c, text.String()); err != nil || r.Documents != 2000 || r.Bytes != int64(text.Len()-2000) {
				t.Errorf("log of %d, %s: %+v, %v", size, line, r, err)
			}
			mustDo(t, db.Close())
		}
	}
}
