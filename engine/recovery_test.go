package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A long log tells how far its replay is, a short one does not, and an interruption
// ends the replay, after which the next open finds all that was acknowledged.
func TestReplayTellsHowFarItIs(t *testing.T) {
	_, o := newDB(t)
	m := o.FS.(*vfs.Mem).Clone()
	o.FS, o.WALMaxSize = m, 8<<20
	o.Dir = "long"
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	name := bytes.Repeat([]byte{'x'}, 100<<10)
	for i := range 40 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"%s"}`, i, name)))
	}
	want := digestOf(t, db)
	killed := m.Clone() // as the process ends here
	o.FS = killed
	var told [][2]int64
	o.ReplayProgress = func(done, total int64) { told = append(told, [2]int64{done, total}) }
	interrupted, cancel := context.WithCancel(ctx)
	cancel()
	_, err := engine.Open(interrupted, o)
	wantCode(t, err, dberr.ScriptInterrupted)
	if n := killed.OpenHandles(); n != 0 {
		t.Errorf("%d files are open after it", n)
	}
	told = nil
	dir := "long/generations/000001/wal"
	info, err := killed.Stat(path.Join(dir, onlyName(t, killed, dir)))
	mustDo(t, err)
	db = mustOpen(t, o)
	if digestOf(t, db) != want || len(told) < 4 {
		t.Errorf("told %v", told)
	}
	for i, now := range told {
		if i > 0 && now[0] <= told[i-1][0] || now[0] > now[1] || now[1] != info.Size() {
			t.Errorf("told %v", told)
		}
	}
	if last := told[len(told)-1]; last[0] != last[1] {
		t.Errorf("it ends at %v", last)
	}
	mustDo(t, db.Close())
	told = nil
	short, so := newDB(t)
	mustDo(t, people(t, short).Insert([]byte(`{"_id":"a","name":"x"}`)))
	so.FS, so.ReplayProgress = so.FS.(*vfs.Mem).Clone(), o.ReplayProgress
	mustDo(t, mustOpen(t, so).Close())
	if len(told) > 0 {
		t.Errorf("a short log: told %v", told)
	}
}

// A log of many records that insert, change and delete the same documents over and over,
// more than are gathered at once, comes back as what it was.
func TestReplayOfManyChanges(t *testing.T) {
	for seed := range uint64(3) {
		o := testOptions(vfs.NewMem())
		o.WALMaxSize = 32 << 20
		mustInit(t, o)
		db := mustOpen(t, o)
		c := people(t, db)
		want := map[string]string{}
		rng := rand.New(rand.NewPCG(seed, 17))
		next := 0
		for len(want) < 9000 {
			var batch [][]byte
			for range 1 + rng.IntN(120) {
				id := fmt.Sprintf("id%06d", next)
				next++
				want[id] = fmt.Sprintf(`{"_id":"%s","age":%d,"home":{"city":"c%d"},"name":"%d"}`, id, rng.IntN(90), rng.IntN(40), next)
				batch = append(batch, []byte(want[id]))
			}
			mustDo(t, c.InsertMany(batch))
			for range rng.IntN(30) {
				id := fmt.Sprintf("id%06d", next-1-rng.IntN(min(next, 100*(1+rng.IntN(80)))))
				if _, ok := want[id]; !ok {
					continue
				}
				if rng.IntN(3) == 0 {
					delete(want, id)
					_, err := c.Delete(id)
					mustDo(t, err)
					continue
				}
				want[id] = fmt.Sprintf(`{"_id":"%s","age":%d,"name":"again"}`, id, rng.IntN(90))
				mustDo(t, c.Replace([]byte(want[id])))
			}
		}
		digest := digestOf(t, db)
		o.FS = o.FS.(*vfs.Mem).Clone() // as the process ends here
		db = mustOpen(t, o)
		if got := digestOf(t, db); got != digest {
			t.Errorf("seed %d: the digest is %s, was %s", seed, got, digest)
		}
		c, err := db.Collection("person", "v1")
		mustDo(t, err)
		for id, doc := range want {
			if got, err := c.Get(id); err != nil || string(got) != doc {
				t.Fatalf("seed %d: %q is %s, %v; want %s", seed, id, got, err, doc)
			}
		}
		if n, err := c.Count(); err != nil || n != int64(len(want)) {
			t.Errorf("seed %d: %d documents, %v; want %d", seed, n, err, len(want))
		}
		// Every entry of the indexes against its document, in the memtable too.
		if r, err := db.Verify(ctx, nil); err != nil || !r.OK() {
			t.Errorf("seed %d: %+v, %v", seed, r.Problems, err)
		}
		mustDo(t, db.Close())
	}
}
