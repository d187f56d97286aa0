package engine_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
)

// olderReader has every way in which a holder of version v1 can meet the document "x",
// which v2 wrote.
var olderReader = []struct {
	name string
	meet func(c *engine.Collection) (what string, err error)
}{
	{"get", func(c *engine.Collection) (string, error) { doc, err := c.Get("x"); return string(doc), err }},
	{"find by _id", func(c *engine.Collection) (string, error) {
		docs, err := c.Find(ctx, engine.Query{Filter: []byte(`{"_id":"x"}`), Limit: 9, HasLimit: true})
		return join(docs), err
	}},
	{"find by index", func(c *engine.Collection) (string, error) {
		docs, err := c.Find(ctx, engine.Query{Filter: []byte(`{"age":7}`), Limit: 9, HasLimit: true})
		return join(docs), err
	}},
	{"find in order", func(c *engine.Collection) (string, error) {
		docs, err := c.Find(ctx, engine.Query{Sort: "age", Limit: 9, HasLimit: true})
		return join(docs), err
	}},
	{"export", func(c *engine.Collection) (string, error) {
		var out bytes.Buffer
		_, err := c.Export(ctx, &out, engine.ExportOptions{})
		return out.String(), err
	}},
	{"count", func(c *engine.Collection) (string, error) {
		n, err := c.Count()
		return strings.Repeat("x", int(n)), err
	}},
	{"insert", func(c *engine.Collection) (string, error) {
		return "", refusedBy(dberr.DocumentExists, c.Insert([]byte(olderText)))
	}},
	{"insert_many", func(c *engine.Collection) (string, error) {
		return "", refusedBy(dberr.DocumentExists, c.InsertMany([][]byte{[]byte(strings.Replace(olderText, "x", "y", 1)), []byte(olderText)}))
	}},
	{"replace", func(c *engine.Collection) (string, error) {
		return "", refusedBy(dberr.DocumentNotFound, c.Replace([]byte(olderText)))
	}},
	{"import", func(c *engine.Collection) (string, error) {
		_, err := c.Import(ctx, strings.NewReader(olderText+"\n"), engine.ImportOptions{})
		return "", refusedBy(dberr.DocumentExists, err)
	}},
	{"delete", func(c *engine.Collection) (string, error) {
		found, err := c.Delete("x")
		return map[bool]string{true: "deleted it"}[found], err
	}},
}

const olderText = `{"_id":"x","name":"older","age":7}`

// refusedBy is nil if err has the code.
func refusedBy(code dberr.Code, err error) error {
	if dberr.CodeOf(err) == code {
		return nil
	}
	return fmt.Errorf("got %v, want %s", err, code)
}

// A reader of version n never silently loses a field that version n+1 wrote: it does not
// see the document, and whatever it does, the document stays as it is. So in the memtable,
// in a segment and after a reopen.
func TestOlderReaderLosesNothing(t *testing.T) {
	const newer = `{"_id":"x","age":7,"email":"x@y","home":{"city":"Oslo","zip":"150"},"name":"newer"}`
	db, o := newDB(t)
	people(t, db)
	if _, err := db.DefineSchema(mustSchema(t, personV2)); err != nil {
		t.Fatal(err)
	}
	handle := func(version string) *engine.Collection {
		c, err := db.Collection("person", version)
		mustDo(t, err)
		return c
	}
	mustDo(t, handle("v1").Insert([]byte(olderText)))
	mustDo(t, handle("v2").Replace([]byte(newer))) // moved, not new
	check := func(where string) {
		t.Helper()
		before := digestOf(t, db)
		for _, r := range olderReader {
			what, err := r.meet(handle("v1"))
			if err != nil || what != "" {
				t.Errorf("%s, %s: %q, %v", where, r.name, what, err)
			}
			if doc, err := handle("v2").Get("x"); err != nil || string(doc) != newer || digestOf(t, db) != before {
				t.Fatalf("%s, %s: the document is now %s, %v", where, r.name, doc, err)
			}
		}
	}
	check("memtable")
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	check("segment")
	mustDo(t, db.Close())
	db = mustOpen(t, o)
	t.Cleanup(func() { _ = db.Close() })
	check("reopened")
}

// A new index covers what is written under its version, from the first document on, and
// nothing else: registering it reads and writes no document.
func TestNewIndexCoversItsVersion(t *testing.T) {
	db, _ := newDB(t)
	v1 := people(t, db)
	for i := range 50 {
		mustDo(t, v1.Insert(fmt.Appendf(nil, `{"_id":"%02d","name":"n","age":%d}`, i, i)))
	}
	before, err := db.Stats()
	mustDo(t, err)
	_, err = db.DefineSchema(mustSchema(t, strings.Replace(strings.Replace(personV1, `"v1"`, `"v2"`, 1), `["age"`, `["name","age"`, 1)))
	mustDo(t, err)
	after, err := db.Stats()
	mustDo(t, err)
	if after.Digest != before.Digest || after.StorageSizeBytes != before.StorageSizeBytes || after.MemtableSizeBytes != before.MemtableSizeBytes {
		t.Errorf("registering an index changed documents: %+v, then %+v", before, after)
	}
	v2, err := db.Collection("person", "v2")
	mustDo(t, err)
	found := func() int {
		docs, err := v2.Find(ctx, engine.Query{Filter: []byte(`{"name":"n"}`), Limit: 99, HasLimit: true})
		mustDo(t, err)
		return len(docs)
	}
	for i := range 50 {
		if n := found(); n != i {
			t.Fatalf("the index finds %d documents of %d that have moved", n, i)
		}
		mustDo(t, v2.Replace(fmt.Appendf(nil, `{"_id":"%02d","name":"n","age":%d}`, i, i)))
	}
	if n, _ := v1.Count(); n != 0 || found() != 50 {
		t.Errorf("%d left behind, %d found", n, found())
	}
}
