package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// grown is a database with several segments, replaced and deleted documents,
// snapshots and a log behind the checkpoint.
func grown(t testing.TB) (*engine.DB, engine.Options) {
	t.Helper()
	db, o := newDB(t)
	c := people(t, db)
	for i := range 60 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%03d","name":"n%d","age":%d,"home":{"city":"c%d"}}`, i, i, i%7, i%3)))
		if i%20 == 19 {
			_, err := db.Checkpoint(ctx)
			mustDo(t, err)
			mustDo(t, c.Replace(fmt.Appendf(nil, `{"_id":"%03d","name":"again","age":99}`, i-5)))
			_, err = c.Delete(fmt.Sprintf("%03d", i-9))
			mustDo(t, err)
		}
	}
	return db, o
}

func TestVerifyFindsNothingWrong(t *testing.T) {
	db, o := grown(t)
	check := func(r engine.VerifyResult, err error, documents int64) {
		t.Helper()
		mustDo(t, err)
		if !r.OK() || r.Documents != documents || r.IndexEntries != 4*documents || r.Digest.String() == "" {
			t.Errorf("%+v", r)
		}
	}
	var last, total int64
	r, err := db.Verify(ctx, func(done, all int64) {
		if done < last || done > all {
			t.Errorf("progress went from %d to %d of %d", last, done, all)
		}
		last, total = done, all
	})
	check(r, err, 57)
	if last == 0 || total == 0 {
		t.Error("there was no progress")
	}
	if r.Digest.String() != digestOf(t, db) {
		t.Error("another digest")
	}
	mem := o.FS.(*vfs.Mem)
	before := mem.Hash()
	held, err := engine.Verify(ctx, o, nil) // beside the writer
	check(held, err, 57)
	snaps, err := db.Snapshots()
	mustDo(t, err)
	for _, s := range snaps {
		so := o
		so.Dir = s.Path
		r, err := engine.Verify(ctx, so, nil)
		check(r, err, s.Documents)
		if r.Digest != s.Digest {
			t.Errorf("snapshot %s has another digest", s.ID)
		}
		snap := mustOpen(t, so)
		if !snap.ReadOnly() || digestOf(t, snap) != s.Digest.String() {
			t.Error("a snapshot opens with another digest, or for writing")
		}
		st, err := snap.Stats()
		mustDo(t, err)
		if st.DocumentCount != s.Documents {
			t.Errorf("%d documents, %d by the manifest", st.DocumentCount, s.Documents)
		}
		mustDo(t, snap.Close())
	}
	if mem.Hash() != before {
		t.Error("verifying changed a byte")
	}
	mustDo(t, db.Close())
	closed, err := engine.Verify(ctx, o, nil)
	check(closed, err, 57)
}

// Damage in any file is named, and not only the first.
func TestVerifyNamesDamage(t *testing.T) {
	db, o := grown(t)
	mustDo(t, db.Close())
	mem := o.FS.(*vfs.Mem)
	for _, name := range mem.Files() {
		if strings.HasSuffix(name, "LOCK") {
			continue
		}
		image := mem.Clone()
		f, err := image.OpenFile(name, vfs.O_RDWR, 0)
		mustDo(t, err)
		info, err := f.Stat()
		mustDo(t, err)
		b := make([]byte, 1)
		at := info.Size() / 3
		_, err = f.ReadAt(b, at)
		mustDo(t, err)
		b[0] ^= 0x40
		_, err = f.WriteAt(b, at)
		mustDo(t, err)
		mustDo(t, f.Close())
		bad := o
		bad.FS = image
		r, err := engine.Verify(ctx, bad, nil)
		mustDo(t, err)
		if r.OK() {
			t.Errorf("%s: a flipped bit at %d was not found", name, at)
			continue
		}
		short := strings.TrimPrefix(name, o.Dir+"/")
		named := false
		for _, p := range r.Problems {
			named = named || p.File == short
			if p.Code.Severity() != dberr.Fatal || p.Message == "" || p.Affected == "" || p.Hint == "" {
				t.Errorf("%s: a problem that says too little: %+v", name, p)
			}
		}
		// A segment is one inode under several names: any of them will do.
		if !named && !strings.Contains(r.Problems[0].File, "segments/") {
			t.Errorf("%s: not named in %+v", name, r.Problems)
		}
	}
}

func TestCompact(t *testing.T) {
	db, o := grown(t)
	c, err := db.Collection("person", "v1")
	mustDo(t, err)
	for i := range 50 {
		_, err := c.Delete(fmt.Sprintf("%03d", i))
		mustDo(t, err)
	}
	want := digestOf(t, db)
	r, err := db.Compact(ctx, nil)
	mustDo(t, err)
	if r.SegmentsAfter != 1 || r.BytesAfter >= r.BytesBefore || !r.Snapshot.Created {
		t.Errorf("%+v", r)
	}
	again, err := db.Compact(ctx, nil)
	mustDo(t, err)
	if again.BytesBefore != r.BytesAfter || again.BytesAfter != r.BytesAfter || again.Snapshot.Created {
		t.Errorf("compacting again: %+v", again)
	}
	for range 2 {
		if digestOf(t, db) != want {
			t.Fatal("the digest changed")
		}
		v, err := db.Verify(ctx, nil)
		mustDo(t, err)
		if !v.OK() {
			t.Fatalf("%+v", v.Problems)
		}
		mustDo(t, db.Close())
		db = mustOpen(t, o)
	}
	mustDo(t, db.Close())
}

func TestCompactTellsHowFarItIs(t *testing.T) {
	db, _ := grown(t)
	c, err := db.Collection("person", "v1")
	mustDo(t, err)
	for i := range 3000 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"more%d","name":"x"}`, i)))
	}
	var calls, last, whole int64
	r, err := db.Compact(ctx, func(done, total int64) {
		if done <= last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		calls, last, whole = calls+1, done, total
	})
	mustDo(t, err)
	if calls == 0 || whole < r.BytesBefore {
		t.Errorf("%d calls, %d bytes in all, %+v", calls, whole, r)
	}
	mustDo(t, db.Close())
}
