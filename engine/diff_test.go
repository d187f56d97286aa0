package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// contents returns every document by _id, with its version.
func contents(t testing.TB, db *engine.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	schemas, err := db.Schemas()
	mustDo(t, err)
	for _, s := range schemas {
		c, err := db.Collection(s.ID, s.Version)
		mustDo(t, err)
		it, err := c.Each(engine.EachOptions{})
		mustDo(t, err)
		for it.Next() {
			all[s.ID+"/"+string(it.ID())] = s.Version + string(it.Document())
		}
		mustDo(t, it.Err())
		it.Close()
	}
	return all
}

func wantDiff(a, b map[string]string) (added, changed, removed []string) {
	for id, doc := range b {
		if old, ok := a[id]; !ok {
			added = append(added, id)
		} else if old != doc {
			changed = append(changed, id)
		}
	}
	for id := range a {
		if _, ok := b[id]; !ok {
			removed = append(removed, id)
		}
	}
	return added, changed, removed
}

// Random histories: every snapshot, the live state, a backup, and a database of
// another uuid with the same documents are compared with a slow diff.
func TestDiffAgainstModel(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 77))
		o := testOptions(vfs.NewMem())
		o.SnapshotsKeep = 100
		mustInit(t, o)
		db := mustOpen(t, o)
		v1 := people(t, db)
		_, err := db.DefineSchema(mustSchema(t, personV2))
		mustDo(t, err)
		v2, err := db.Collection("person", "v2")
		mustDo(t, err)
		states := map[string]map[string]string{}
		for range 6 {
			for range rng.IntN(25) {
				id := fmt.Sprintf("%02d", rng.IntN(30))
				doc := fmt.Appendf(nil, `{"_id":"%s","name":"n","age":%d}`, id, rng.IntN(3))
				switch rng.IntN(5) {
				case 0:
					_ = v1.Insert(doc) // may exist: the model reads what is there
				case 1:
					_ = v2.Insert(doc)
				case 2:
					_ = v1.Replace(doc)
				case 3:
					_ = v2.Replace(doc)
				case 4:
					_, err = v1.Delete(id)
					mustDo(t, err)
				}
			}
			var id string
			if rng.IntN(3) == 0 {
				c, err := db.Checkpoint(ctx)
				mustDo(t, err)
				id = c.Snapshot.ID
			} else {
				s, err := db.Snapshot(ctx)
				mustDo(t, err)
				id = s.ID
			}
			states[id] = contents(t, db)
		}
		mustDo(t, v1.Insert([]byte(`{"_id":"tail","name":"in the log only"}`)))
		states["live"] = contents(t, db)
		_, err = db.BackupFile(ctx, "b.tar", false, nil)
		mustDo(t, err)
		states["b.tar"] = states["live"]
		var names []string
		for name := range states {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, a := range names {
			for _, b := range names {
				r, err := engine.DiffNames(ctx, engine.DiffOptions{Options: o, Live: db, Scratch: "scratch"}, a, b)
				mustDo(t, err)
				added, changed, removed := wantDiff(states[a], states[b])
				var got engine.CollectionDiff
				if len(r.Collections) > 0 {
					got = r.Collections[0]
				}
				if int(got.Added.Count) != len(added) || int(got.Changed.Count) != len(changed) || int(got.Removed.Count) != len(removed) || r.Equal() != (len(added)+len(changed)+len(removed) == 0) {
					t.Fatalf("seed %d: %s to %s: %+v, want %d added, %d changed, %d removed", seed, a, b, got, len(added), len(changed), len(removed))
				}
				for _, id := range got.Changed.IDs {
					if !slices.Contains(changed, "person/"+id) {
						t.Fatalf("seed %d: %s to %s names %s", seed, a, b, id)
					}
				}
			}
		}
		if _, err := o.FS.Stat("scratch"); !vfs.IsNotExist(err) {
			t.Fatal("the scratch directory is still there")
		}
		mustDo(t, db.Close())
	}
}

// The cost follows what differs: a handful of changes over a large shared segment
// reads a handful of documents.
func TestDiffDoesNotReadWhatIsShared(t *testing.T) {
	db, o := newDB(t)
	c := people(t, db)
	for i := 0; i < 5000; i += 500 {
		docs := make([][]byte, 500)
		for j := range docs {
			docs[j] = fmt.Appendf(nil, `{"_id":"%05d","name":"somebody"}`, i+j)
		}
		mustDo(t, c.InsertMany(docs))
	}
	r, err := db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, c.Replace([]byte(`{"_id":"02500","name":"somebody else"}`)))
	mem := o.FS.(*vfs.Mem)
	before := mem.Ops()
	d, err := engine.DiffNames(ctx, engine.DiffOptions{Options: o, Live: db, Scratch: "scratch"}, r.Snapshot.ID, "live")
	mustDo(t, err)
	if len(d.Collections) != 1 || d.Collections[0].Changed.Count != 1 || d.Collections[0].Changed.IDs[0] != "02500" {
		t.Errorf("%+v", d)
	}
	if calls := mem.Ops() - before; calls > 60 {
		t.Errorf("a diff of one document took %d calls of the file system", calls)
	}
}
