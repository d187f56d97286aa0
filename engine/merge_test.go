package engine_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A checkpoint that merges some segments and leaves others keeps the tombstones that
// hide what is in those.
func TestMergeKeepsTombstones(t *testing.T) {
	db, o := newDB(t)
	c := people(t, db)
	var docs [][]byte
	for i := range 300 {
		docs = append(docs, fmt.Appendf(nil, `{"_id":"%03d","name":"n%d","age":%d}`, i, i*i*7919, i))
	}
	mustDo(t, c.InsertMany(docs))
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	merged := int64(0)
	for i := range 4 {
		_, err := c.Delete(fmt.Sprintf("%03d", i))
		mustDo(t, err)
		mustDo(t, c.Replace(fmt.Appendf(nil, `{"_id":"%03d","name":"new","age":-1}`, 100+i)))
		r, err := db.Checkpoint(ctx)
		mustDo(t, err)
		merged += r.SegmentsMerged
	}
	st, err := db.Stats()
	mustDo(t, err)
	if merged != 4 || st.SegmentCount != 2 {
		t.Fatalf("%d segments were merged, %d are there: this shows nothing", merged, st.SegmentCount)
	}
	want := digestOf(t, db)
	for range 2 {
		for i := range 4 {
			if doc, err := c.Get(fmt.Sprintf("%03d", i)); err != nil || doc != nil {
				t.Errorf("the deleted document %d is back: %s, %v", i, doc, err)
			}
		}
		v, err := db.Verify(ctx, nil)
		mustDo(t, err)
		if !v.OK() || v.Documents != 296 || v.Digest.String() != want {
			t.Errorf("%d documents, %+v", v.Documents, v.Problems)
		}
		mustDo(t, db.Close())
		db = mustOpen(t, o)
		c, err = db.Collection("person", "")
		mustDo(t, err)
	}
	mustDo(t, db.Close())
}

// A merge that meets a bad block installs nothing, in whichever segment the block is,
// the first of its blocks or one in the middle.
func TestMergeStopsAtDamage(t *testing.T) {
	for _, place := range []struct {
		segment  int
		fraction int64 // of the file, in eighths
	}{{1, 0}, {1, 2}, {2, 0}, {2, 2}} {
		db, o := newDB(t)
		mem := o.FS.(*vfs.Mem)
		c := people(t, db)
		for batch := range 2 {
			for i := range 200 {
				id := sha256.Sum256([]byte{byte(i), byte(batch)}) // nothing to compress: several blocks
				mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%x","name":"%x"}`, id, id[5:])))
			}
			_, err := db.Checkpoint(ctx)
			mustDo(t, err)
		}
		mustDo(t, db.Close())
		name := fmt.Sprintf("%s/segments/%06d.seg", genDir, place.segment)
		data := content(mem, name)
		data[20+int64(len(data))*place.fraction/8] ^= 1
		mustDo(t, mem.Remove(name))
		rewrite(mem, name, data)
		db = mustOpen(t, o)
		before := mem.Files()
		_, err := db.Compact(ctx, nil)
		if e := dberr.From(err); dberr.CodeOf(err) != dberr.StorageCorruption || "data/"+e.Path != name {
			t.Errorf("a flipped bit %d eighths into %s: %v", place.fraction, name, err)
		}
		if files := mem.Files(); fmt.Sprint(files) != fmt.Sprint(before) {
			t.Errorf("there are %q, before %q", files, before)
		}
		mustDo(t, db.Close())
	}
}

// The power is cut at each call of one checkpoint that merges. The sweep of whole
// workloads does this too, and takes a hundred times as long.
func TestCrashInMerge(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(append(fresh(), merges()[:9]...)...))
	c := newCutter(s)
	c.shallow = true
	mustDo(t, c.run(stepCheckpoint()))
	if len(c.seen) < 50 {
		t.Errorf("only %d images", len(c.seen))
	}
}

// An index entry is written with every version of its document, also when its own
// value stays, so that both lie in the same run.
func TestReplacedEntryLiesWithItsDocument(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepReplace("v1", doc("a", 1, 20)))...))
	defer func() { _ = s.db.Close() }()
	for range 2 {
		found, err := observe(s.db)
		mustDo(t, err)
		if how := s.now.differs(found); how != "" {
			t.Error(how)
		}
		mustDo(t, s.run(stepCheckpoint()))
	}
}
