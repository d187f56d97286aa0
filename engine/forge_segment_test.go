package engine_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
)

func openForged(f *forger) (*engine.DB, error) {
	db, err := engine.Open(ctx, f.o)
	if err == nil {
		f.t.Cleanup(func() { _ = db.Close() })
	}
	return db, err
}

// says reports whether a problem has the code and all the words.
func says(problems []engine.Problem, code dberr.Code, words ...string) bool {
	return slices.ContainsFunc(problems, func(p engine.Problem) bool {
		return p.Code == code && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(p.File+": "+p.Message, w) })
	})
}

// A segment of the same database, number and size, whole in itself, that is not the
// one CHECKPOINT lists: nothing but the checksum of the whole file tells.
func TestStaleSegment(t *testing.T) {
	f := forgeable(t)
	f.changeSegment(false, func(list []forgedEntry) []forgedEntry {
		for i := range list { // the same length, compressed too
			list[i].value = bytes.ReplaceAll(list[i].value, []byte("x"), []byte("y"))
		}
		return list
	})
	if list := f.problems(); !says(list, dberr.StorageCorruption, "segments/000001.seg", "checksum of the whole file") {
		t.Errorf("verify finds %+v", list)
	}
	o := f.o
	o.Verify = engine.VerifyFull
	_, err := engine.Open(ctx, o)
	wantCode(t, err, dberr.StorageCorruption)
	if e := dberr.From(err); !strings.HasSuffix(e.Path, "segments/000001.seg") {
		t.Errorf("%v names no file", err)
	}
}

// withoutKey returns the entries without one.
func withoutKey(list []forgedEntry, k []byte) []forgedEntry {
	return slices.DeleteFunc(list, func(e forgedEntry) bool { return bytes.Equal(e.key, k) })
}

// An index entry whose document is gone is damage, never a shorter answer.
func TestEntryWithoutItsDocument(t *testing.T) {
	f := forgeable(t)
	f.changeSegment(true, func(list []forgedEntry) []forgedEntry { return withoutKey(list, documentKey(1, 1, "a")) })
	db, err := openForged(f)
	mustDo(t, err)
	c, err := db.Collection("t", "v1")
	mustDo(t, err)
	for _, q := range []engine.Query{{Filter: []byte(`{"n":1}`)}, {Filter: []byte(`{"n":{"$gte":0}}`)}, {Sort: "n"}, {Sort: "-n"}, {Filter: []byte(`{"n":{"$gte":0}}`), Sort: "-_id"}} {
		q.Limit, q.HasLimit = 10, true
		docs, err := c.Find(ctx, q)
		if dberr.CodeOf(err) != dberr.StorageCorruption {
			t.Errorf("filter %s, sort %q: %s, %v", q.Filter, q.Sort, docs, err)
		}
	}
}

// Verify compares the documents of each collection with its digest, not only the sum
// of all.
func TestVerifyComparesDigests(t *testing.T) {
	f := forgeable(t)
	f.changeCheckpoint(func(m *manifest.Manifest) {
		c := m.Collections
		c[0].Digest, c[1].Digest = c[1].Digest, c[0].Digest
	})
	for _, collection := range []string{`"t"`, `"u"`} {
		if list := f.problems(); !says(list, dberr.RecoveryInconsistent, "collection "+collection, "digest") {
			t.Errorf("collection %s: verify finds %+v", collection, list)
		}
	}
	// And the sum, where the digests of collections are forged with it.
	f = forgeable(t)
	f.digests("a", doc("a", 1, 10), "b", doc("b", 3, 10))
	if list := f.problems(); !says(list, dberr.RecoveryInconsistent, "the digest is") {
		t.Errorf("verify finds %+v", list)
	}
}

// Verify reads the log again: what is in memory proves nothing about the disk.
func TestVerifyReadsTheLogAgain(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)), stepInsert("v1", doc("b", 1, 10)))...))
	defer s.db.Close()
	name := genDir + "/wal/00000000000000000001.wal"
	file, err := s.mem.OpenFile(name, 2, 0)
	mustDo(t, err)
	st, err := s.db.Stats()
	mustDo(t, err)
	_, err = file.WriteAt(make([]byte, 512), st.WALSizeBytes-512) // the last record never reached the disk
	mustDo(t, err)
	mustDo(t, file.Close())
	r, err := s.db.Verify(ctx, nil)
	mustDo(t, err)
	if !says(r.Problems, dberr.WALCorruption, "the log ends at sequence 2") {
		t.Errorf("verify finds %+v", r.Problems)
	}
}
