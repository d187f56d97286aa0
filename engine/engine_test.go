package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

func TestWriteReadReopen(t *testing.T) {
	db, o := newDB(t)
	c := people(t, db)
	mustDo(t, c.Insert([]byte(`{"name":"Ada","_id":"1","age":36}`)))
	mustDo(t, c.InsertMany([][]byte{[]byte(`{"_id":"2","name":"Bob","age":20}`), []byte(`{"_id":"3","name":"Cid"}`)}))
	mustDo(t, c.Replace([]byte(`{"_id":"2","name":"Bob","age":21}`)))
	if gone, err := c.Delete("3"); err != nil || !gone {
		t.Fatal(gone, err)
	}
	if gone, err := c.Delete("3"); err != nil || gone {
		t.Fatal("deleted twice", err)
	}
	wantCode(t, c.Insert([]byte(`{"_id":"1","name":"x"}`)), dberr.DocumentExists)
	wantCode(t, c.Replace([]byte(`{"_id":"9","name":"x"}`)), dberr.DocumentNotFound)
	want := digestOf(t, db)
	for round := range 3 {
		doc, err := c.Get("2")
		if err != nil || string(doc) != `{"_id":"2","age":21,"name":"Bob"}` {
			t.Fatalf("round %d: %s, %v", round, doc, err)
		}
		if n, _ := c.Count(); n != 2 {
			t.Fatalf("round %d: count %d", round, n)
		}
		if round == 1 {
			r, err := db.Checkpoint(ctx)
			mustDo(t, err)
			if !r.Snapshot.Created || r.DocumentsFlushed == 0 {
				t.Errorf("checkpoint: %+v", r)
			}
		}
		mustDo(t, db.Close())
		db = mustOpen(t, o)
		if got := digestOf(t, db); got != want {
			t.Fatalf("round %d: digest %s, want %s", round, got, want)
		}
		if !db.Recovery().Sealed {
			t.Errorf("round %d: the log is not sealed", round)
		}
		c, err = db.Collection("person", "v1")
		mustDo(t, err)
	}
	mustDo(t, db.Close())
}

func TestInsertManyIsAllOrNone(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"b","name":"B"}`)))
	before := digestOf(t, db)
	for _, last := range []string{`{"_id":"b","name":"again"}`, `{"_id":"a","name":"twice"}`, `{"_id":"c"}`} {
		err := c.InsertMany([][]byte{[]byte(`{"_id":"a","name":"A"}`), []byte(last)})
		if err == nil {
			t.Fatalf("%s passed", last)
		}
		e := dberr.From(err)
		if d := e.Details[len(e.Details)-1]; d.Key != "index" || d.Value != int64(1) {
			t.Errorf("%s: details %v do not name index 1", last, e.Details)
		}
		if digestOf(t, db) != before {
			t.Errorf("%s: something was written", last)
		}
	}
	mustDo(t, c.InsertMany([][]byte{[]byte(`{"_id":"a","name":"A"}`)}))
}

func TestVersions(t *testing.T) {
	db, o := newDB(t)
	v1 := people(t, db)
	mustDo(t, v1.Insert([]byte(`{"_id":"1","name":"Ada","age":36}`)))
	mustDo(t, v1.Insert([]byte(`{"_id":"2","name":"Bob","age":20}`)))
	created, err := db.DefineSchema(mustSchema(t, personV2))
	if err != nil || !created {
		t.Fatal(created, err)
	}
	if again, err := db.DefineSchema(mustSchema(t, personV2)); err != nil || again {
		t.Fatal(again, err)
	}
	_, err = db.DefineSchema(mustSchema(t, `{"schema_id":"person","schema_version":"v2","fields":{"_id":{"type":"string","required":true}}}`))
	wantCode(t, err, dberr.SchemaImmutable)
	v2, err := db.Collection("person", "")
	mustDo(t, err)
	if v2.Version() != "v2" {
		t.Fatalf("the newest version is %s", v2.Version())
	}
	wantCode(t, v2.Insert([]byte(`{"_id":"1","name":"x"}`)), dberr.DocumentExists)
	if doc, _ := v2.Get("1"); doc != nil {
		t.Error("a document of v1 shows under v2")
	}
	if gone, _ := v2.Delete("1"); gone {
		t.Error("a document of v1 was deleted under v2")
	}
	mustDo(t, v2.Replace([]byte(`{"_id":"1","name":"Ada","age":37,"email":"a@b.c"}`)))
	wantCode(t, v1.Replace([]byte(`{"_id":"1","name":"back"}`)), dberr.DocumentNotFound)
	check := func() {
		t.Helper()
		n1, _ := v1.Count()
		n2, _ := v2.Count()
		if n1 != 1 || n2 != 1 {
			t.Errorf("counts %d and %d, want 1 and 1", n1, n2)
		}
		q := engine.Query{Filter: []byte(`{"age":{"$gte":0}}`), Limit: 10, HasLimit: true}
		d1, _ := v1.Find(ctx, q)
		d2, _ := v2.Find(ctx, q)
		if join(d1) != `{"_id":"2","age":20,"name":"Bob"}` || join(d2) != `{"_id":"1","age":37,"email":"a@b.c","name":"Ada"}` {
			t.Errorf("found %s and %s", d1, d2)
		}
	}
	check()
	want := digestOf(t, db)
	for range 2 {
		_, err = db.Checkpoint(ctx)
		mustDo(t, err)
		mustDo(t, db.Close())
		db = mustOpen(t, o)
		v1, _ = db.Collection("person", "v1")
		v2, _ = db.Collection("person", "v2")
		check()
		if digestOf(t, db) != want {
			t.Error("the digest changed")
		}
	}
	mustDo(t, db.Close())
}

func TestFullLog(t *testing.T) {
	for _, mode := range []engine.OnFull{engine.OnFullCheckpoint, engine.OnFullReject} {
		o := testOptions(vfs.NewMem())
		o.WALMaxSize, o.WALOnFull = 16<<10, mode
		mustInit(t, o)
		db := mustOpen(t, o)
		c := people(t, db)
		var err error
		n := 0
		for ; n < 200 && err == nil; n++ {
			err = c.Insert(fmt.Appendf(nil, `{"_id":"%03d","name":"somebody"}`, n))
			s, serr := db.Stats()
			mustDo(t, serr)
			if s.WALSizeBytes > o.WALMaxSize {
				t.Fatalf("the log has %d bytes of %d", s.WALSizeBytes, o.WALMaxSize)
			}
		}
		s, _ := db.Stats()
		if mode == engine.OnFullReject {
			wantCode(t, err, dberr.WALFull)
			_, err = db.Checkpoint(ctx)
			mustDo(t, err)
			mustDo(t, c.Insert([]byte(`{"_id":"after","name":"x"}`)))
		} else if err != nil || s.AutoCheckpoints == 0 {
			t.Errorf("%v, %d automatic checkpoints", err, s.AutoCheckpoints)
		}
		huge := []byte(`{"_id":"huge","name":"` + strings.Repeat("x", 17<<10) + `"}`)
		wantCode(t, c.Insert(huge), dberr.WALFull)
		if doc, _ := c.Get("huge"); doc != nil {
			t.Error("a refused document shows")
		}
		mustDo(t, db.Close())
	}
}

// A log that is empty when wal.max_size grows gets the new size with the first write
// that needs it.
func TestLargerLogAtOnce(t *testing.T) {
	o := testOptions(vfs.NewMem())
	o.WALMaxSize = 16 << 10
	mustInit(t, o)
	db := mustOpen(t, o)
	people(t, db)
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, db.Close())
	o.WALMaxSize = 256 << 10
	db = mustOpen(t, o)
	c, err := db.Collection("person", "v1")
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(`{"_id":"huge","name":"`+strings.Repeat("x", 100<<10)+`"}`)))
	want := digestOf(t, db)
	mustDo(t, db.Close())
	db = mustOpen(t, o)
	if digestOf(t, db) != want || len(db.Recovery().Swept)+len(db.Recovery().Unknown) > 0 {
		t.Errorf("%s, want %s; %+v", digestOf(t, db), want, db.Recovery())
	}
	mustDo(t, db.Close())
}
