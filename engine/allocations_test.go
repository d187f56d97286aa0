package engine_test

import (
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// TestAllocations bounds how often the paths that are walked most ask for memory.
// Times differ from machine to machine and hour to hour; these counts do not, so a
// change that makes a path dearer shows here first. The bounds are tight: if a count
// falls, lower its bound.
func TestAllocations(t *testing.T) {
	if slowBuild {
		t.Skip("the race detector allocates on its own")
	}
	const stored, spare = 4000, 2600
	o := testOptions(vfs.OS)
	o.Dir, o.WALMaxSize, o.CacheSize = t.TempDir()+"/data", 4<<20, 8<<20
	db, c := openUsers(t, o)
	docs := users(stored + spare)
	mustDo(t, c.InsertMany(docs[:stored]))

	next := stored
	count(t, "insert", 1, 9.5, func() { mustDo(t, c.Insert(docs[next])); next++ })
	count(t, "insert of many", 100, 0.6, func() { mustDo(t, c.InsertMany(docs[next:next+100])); next += 100 })
	count(t, "insert of many, out of order", 50, 3, func() {
		docs[next], docs[next+1] = docs[next+1], docs[next]
		mustDo(t, c.InsertMany(docs[next:next+50]))
		next += 50
	})
	count(t, "replace", 1, 14.5, func() { mustDo(t, c.Replace(docs[7])) })

	read := func(from string, bound float64) {
		get := 0
		count(t, "get from "+from, 1, bound, func() { get += 37; mustGet(t, c, get%stored) })
		city := engine.Query{Filter: []byte(`{"city":"city-007"}`), Sort: "_id", Limit: 10, HasLimit: true}
		count(t, "equality from "+from, 10, 5, func() { mustFind(t, c, city, 10) })
		age := engine.Query{Filter: []byte(`{"age":{"$gte":30,"$lte":31}}`), Sort: "age", Limit: 50, HasLimit: true}
		count(t, "range from "+from, 50, 2, func() { mustFind(t, c, age, 50) })
	}
	read("the memtable", 2)
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	read("a segment", 5)
	var buf []byte
	count(t, "get of a cached document into a buffer", 1, 0, func() {
		var err error
		if buf, _, err = c.AppendGet(buf[:0], "u0000000007"); err != nil || len(buf) == 0 {
			t.Fatal(len(buf), err)
		}
	})
}

// count runs f often, and bounds its allocations for each of n things.
func count(t *testing.T, name string, n int, bound float64, f func()) {
	t.Helper()
	f() // what is made once
	each := testing.AllocsPerRun(10, f) / float64(n)
	t.Logf("%s: %.2f", name, each)
	if each > bound {
		t.Errorf("%s: %.2f allocations each, more than %v", name, each, bound)
	}
}

func mustGet(t *testing.T, c *engine.Collection, i int) {
	t.Helper()
	if doc, err := c.Get(fmt.Sprintf("u%010d", i)); err != nil || doc == nil {
		t.Fatal(err)
	}
}

func mustFind(t *testing.T, c *engine.Collection, q engine.Query, want int) {
	t.Helper()
	if docs, err := c.Find(ctx, q); err != nil || len(docs) != want {
		t.Fatal(len(docs), err)
	}
}

// TestReplayAllocations bounds the allocations of opening by the documents of the log,
// with what is the same for any log taken away.
func TestReplayAllocations(t *testing.T) {
	if slowBuild {
		t.Skip("the race detector allocates on its own")
	}
	few, many := openAllocations(t, 1000), openAllocations(t, 5000)
	each := (many - few) / 4000
	t.Logf("replay: %.3f a document", each)
	if each > 0.06 {
		t.Errorf("replay allocates %.3f times a document", each)
	}
}

// openAllocations counts the allocations of opening and closing a database with a log
// of n documents, in records of 50.
func openAllocations(t *testing.T, n int) float64 {
	t.Helper()
	o := testOptions(vfs.OS)
	o.Dir, o.WALMaxSize = t.TempDir()+"/data", 16<<20
	db, c := openUsers(t, o)
	docs := users(n)
	for i := 0; i < n; i += 50 {
		mustDo(t, c.InsertMany(docs[i:i+50]))
	}
	mustDo(t, db.Close())
	return testing.AllocsPerRun(3, func() {
		db := mustOpen(t, o)
		if got := db.Recovery().Ops; got < int64(n) {
			t.Fatalf("replayed %d operations of %d", got, n)
		}
		mustDo(t, db.Close())
	})
}
