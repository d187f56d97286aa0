package engine

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
)

// TestVerifyNamesWhatDoesNotBelongTogether plants entries that no write makes, behind
// good checksums, and reads the report.
func TestVerifyNamesWhatDoesNotBelongTogether(t *testing.T) {
	index := func(age int64, id string) []byte {
		return key.AppendIndex(nil, 1, 1, 0, key.AppendInt(nil, age), []byte(id))
	}
	doc := func(id string) []byte { return key.AppendDocument(nil, 1, 1, []byte(id)) }
	for _, c := range []struct {
		name       string
		key, value []byte
		dead       bool
		want       string
	}{
		{"an entry without a document", index(7, "ghost"), nil, false, `the entry of document "ghost" is not what the document has`},
		{"a document without an entry", index(2, "b"), nil, true, `document "b" has no entry`},
		{"an entry of another value", index(9, "b"), nil, false, `the entry of document "b" is not what the document has`},
		{"an entry in another file than its document", index(1, "a"), nil, false, `the entry of document "a" lies in another file than the document`},
		{"an entry that is none", append(key.AppendIndexPrefix(nil, 1, 1, 0), 9, 9), nil, false, "an entry that is none: 02 00 01 00 01 00 00 09 09"},
		{"a document with white space", doc("b"), []byte(`{"_id":"b", "age":2}`), false, `document "b" of collection "person" version "v1": it is not in canonical form`},
		{"a document with an undeclared field", doc("b"), []byte(`{"_id":"b","agf":2}`), false, `document "b" of collection "person" version "v1": person v1: agf: no such field is declared`},
		{"a document under another _id", doc("c"), []byte(`{"_id":"b","age":2}`), false, `document "c" of collection "person" version "v1": its _id is "b"`},
		{"a document that is gone", doc("b"), nil, true, "has 1 documents, 2 by its records"},
		{"a document of no collection", key.AppendDocument(nil, 5, 1, []byte("x")), []byte(`{}`), false, "an entry 01 00 05 00 01 78 of a collection, version or index that no schema declares"},
		{"an entry of no index", key.AppendIndex(nil, 1, 1, 3, nil, []byte("x")), nil, false, "an entry 02 00 01 00 01 00 03 78 of a collection"},
		{"a key of no kind", []byte{3}, nil, false, "an entry 03 of a collection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := planted(t, c.key, c.value, c.dead)
			r, err := db.Verify(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, p := range r.Problems {
				all.WriteString(p.Message + "\n")
				if p.Affected == "" || p.Hint == "" {
					t.Errorf("says too little: %+v", p)
				}
			}
			if !strings.Contains(all.String(), c.want) {
				t.Errorf("found\n%swant %s", all.String(), c.want)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// planted is a database with a document "a" in a segment and a document "b" in the
// memtable, into which the entry is put past everything that would refuse it.
func planted(t *testing.T, k, value []byte, dead bool) *DB {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	o := Options{Dir: "data", FS: vfs.NewMem(), Rand: bytes.NewReader(make([]byte, 64)), WALMaxSize: WALSizeMin}
	_, err := Init(o)
	must(err)
	db, err := Open(t.Context(), o)
	must(err)
	s, err := schema.Parse([]byte(`{"schema_id":"person","schema_version":"v1","fields":{"_id":{"type":"string","required":true},"age":"int"},"indexes":["age"]}`))
	must(err)
	_, err = db.DefineSchema(s)
	must(err)
	c, err := db.Collection("person", "v1")
	must(err)
	must(c.Insert([]byte(`{"_id":"a","age":1}`)))
	_, err = db.Checkpoint(t.Context())
	must(err)
	must(c.Insert([]byte(`{"_id":"b","age":2}`)))
	sound, err := db.Verify(t.Context(), nil)
	must(err)
	if !sound.OK() {
		t.Fatalf("before: %+v", sound.Problems)
	}
	db.viewMu.Lock()
	db.visible++
	db.state.table.Add(db.visible, k, value, dead)
	db.viewMu.Unlock()
	return db
}
