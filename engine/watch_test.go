package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// What a watcher shows after whatever the other process did is what an open shows.
func TestWatcherShowsWhatIsThere(t *testing.T) {
	const seed = 5
	rng := rand.New(rand.NewPCG(seed, seed))
	db, o := newDB(t)
	w := engine.NewWatcher(o)
	t.Cleanup(w.Close)
	people(t, db)
	var tar []byte
	version := "v1"
	steps := map[string]func(){
		"write": func() {
			c, err := db.Collection("person", version)
			mustDo(t, err)
			var batch [][]byte
			for range 1 + rng.IntN(40) {
				batch = append(batch, fmt.Appendf(nil, `{"_id":"%d","name":"n","age":%d}`, rng.Uint64(), rng.IntN(90)))
			}
			mustDo(t, c.InsertMany(batch))
		},
		"write one": func() {
			c, err := db.Collection("person", version)
			mustDo(t, err)
			mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"n"}`, rng.Uint64())))
		},
		"look":       func() {},
		"checkpoint": func() { _, err := db.Checkpoint(ctx); mustDo(t, err) },
		"snapshot":   func() { _, err := db.Snapshot(ctx); mustDo(t, err) },
		"compact":    func() { _, err := db.Compact(ctx, nil); mustDo(t, err) },
		"backup":     func() { tar = backupOf(t, db) },
		"define": func() {
			if version == "v1" {
				_, err := db.DefineSchema(mustSchema(t, personV2))
				mustDo(t, err)
				version = "v2"
			}
		},
		"move": func() {
			if c, err := db.Collection("person", "v2"); err == nil {
				_, err := c.MoveFrom(ctx, "v1", nil)
				mustDo(t, err)
			}
		},
		// Also that nothing the watcher holds is in the way of the next open.
		"reopen": func() { mustDo(t, db.Close()); db = mustOpen(t, o) },
		"close":  func() { mustDo(t, db.Close()) },
		"restore": func() {
			mustDo(t, db.Close())
			if tar != nil {
				restoreInto(t, o, tar)
				_, err := engine.DropPrevious(ctx, o)
				mustDo(t, err)
				tar = nil
			}
			db = mustOpen(t, o)
			if _, err := db.Schema("person", "v2"); err != nil {
				version = "v1"
			}
		},
	}
	names := []string{"write", "write", "write", "write one", "write one", "look", "checkpoint", "snapshot", "compact", "backup", "define", "move", "reopen", "restore"}
	for i := range 120 {
		name := names[rng.IntN(len(names))]
		steps[name]()
		seen, err := w.Look(ctx)
		if err != nil {
			t.Fatalf("seed %d, step %d, %s: %v", seed, i, name, err)
		}
		want := shown(t, db)
		if got := shown(t, seen); got != want {
			t.Fatalf("seed %d, step %d, %s:\n%s\nwant\n%s", seed, i, name, got, want)
		}
	}
	steps["close"]()
}

// shown is what is to be seen of a database.
func shown(t *testing.T, db *engine.DB) string {
	t.Helper()
	m, err := observe(db)
	mustDo(t, err)
	s, err := db.Stats()
	mustDo(t, err)
	var b bytes.Buffer
	fmt.Fprintf(&b, "sequence %d, %d documents, digest %s, %s\n", m.sequence, len(m.docs), m.digest(), s.Digest)
	fmt.Fprintf(&b, "%d segments of %d bytes, %d snapshots, %d bytes of log, %d schemas\n", s.SegmentCount, s.StorageSizeBytes, s.SnapshotCount, s.WALSizeBytes, s.SchemaCount)
	for _, c := range s.Collections {
		fmt.Fprintf(&b, "%+v\n", c)
	}
	return b.String()
}

// A look at a database that nothing happened to reads next to nothing; one after a write
// replays that write only.
func TestWatcherCosts(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.WALMaxSize = 4 << 20
	mustInit(t, o)
	db := mustOpen(t, o)
	t.Cleanup(func() { _ = db.Close() })
	c := people(t, db)
	for i := range 1000 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"%s"}`, i, bytes.Repeat([]byte{'x'}, 1000))))
	}
	w := engine.NewWatcher(o)
	t.Cleanup(w.Close)
	look := func() (read int64, table int64) {
		mem.SetFault(func(op vfs.Op) error {
			if op.Kind == vfs.KindRead {
				read += op.Len
			}
			if op.Mutates() {
				t.Errorf("a look changes something: %v", op)
			}
			return nil
		})
		defer mem.SetFault(nil)
		seen, err := w.Look(ctx)
		mustDo(t, err)
		n, err := seen.Collection("person", "v1")
		mustDo(t, err)
		table, err = n.Count()
		mustDo(t, err)
		return read, table
	}
	look()
	look()
	if read, n := look(); read > 32<<10 || n != 1000 {
		t.Errorf("a look at what is as it was reads %d bytes, and finds %d documents", read, n)
	}
	mustDo(t, c.Insert([]byte(`{"_id":"more","name":"n"}`)))
	if read, n := look(); read < 1<<20 || n != 1001 {
		t.Errorf("a look behind a write reads %d bytes, and finds %d documents", read, n)
	}
	if read, n := look(); read > 32<<10 || n != 1001 {
		t.Errorf("the look after reads %d bytes, and finds %d documents", read, n)
	}
}

// A watcher that opened the database while nobody had it open is in nobody's way.
func TestWatcherHoldsNoLock(t *testing.T) {
	db, o := newDB(t)
	c := people(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"1","name":"n"}`)))
	mustDo(t, db.Close())
	w := engine.NewWatcher(o)
	t.Cleanup(w.Close)
	_, err := w.Look(ctx)
	mustDo(t, err)
	_, err = w.Look(ctx)
	mustDo(t, err)
	db = mustOpen(t, o)
	defer db.Close()
	// The record takes the place of the seal, so that the log is as long as before.
	c, err = db.Collection("person", "v1")
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(`{"_id":"2","name":"n"}`)))
	seen, err := w.Look(ctx)
	mustDo(t, err)
	if got, want := shown(t, seen), shown(t, db); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
