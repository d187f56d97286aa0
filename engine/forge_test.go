package engine_test

import (
	"bytes"
	"context"
	"path"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A forger changes a closed database as only a bug could: every checksum is right,
// what is written under them is not.
type forger struct {
	t    *testing.T
	mem  *vfs.Mem
	o    engine.Options
	uuid [16]byte
}

// forgeable is a closed database of one segment, of two documents in each of two
// collections; t has an index on n.
func forgeable(t *testing.T) *forger {
	t.Helper()
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10), doc("b", 2, 10)), stepDefine(schemaU1))...))
	u, err := s.db.Collection("u", "v1")
	mustDo(t, err)
	mustDo(t, u.InsertMany([][]byte{[]byte(`{"_id":"x"}`), []byte(`{"_id":"y"}`)}))
	mustDo(t, s.run(stepCheckpoint(), stepClose()))
	f := &forger{t: t, mem: s.mem, o: s.options(s.mem)}
	f.uuid = uuidOf(f.checkpoint().UUID)
	return f
}

func (f *forger) checkpoint() manifest.Manifest {
	f.t.Helper()
	m, err := manifest.DecodeCheckpoint("CHECKPOINT", content(f.mem, genDir+"/CHECKPOINT"))
	mustDo(f.t, err)
	return m
}

func (f *forger) changeCheckpoint(change func(*manifest.Manifest)) {
	f.t.Helper()
	m := f.checkpoint()
	change(&m)
	mustDo(f.t, f.mem.Remove(genDir+"/CHECKPOINT"))
	rewrite(f.mem, genDir+"/CHECKPOINT", m.EncodeCheckpoint())
}

// An entry is one of a segment.
type forgedEntry struct{ key, value []byte }

func documentKey(coll, version uint16, id string) []byte {
	return key.AppendDocument(nil, coll, version, []byte(id))
}

// changeSegment writes the one segment again, with other entries, in its live place;
// snapshots keep the one there was. CHECKPOINT is told if it is to be.
func (f *forger) changeSegment(tell bool, change func([]forgedEntry) []forgedEntry) {
	f.t.Helper()
	e := f.checkpoint().Segments[0]
	name := genDir + "/segments/" + segment.FileName(e.Number)
	id := segment.ID{UUID: f.uuid, Number: e.Number}
	s, err := segment.Open(f.mem, name, name, id, e.Bytes, nil)
	mustDo(f.t, err)
	var entries []forgedEntry
	it := s.NewIter()
	for ok := it.First(); ok; ok = it.Next() {
		entries = append(entries, forgedEntry{bytes.Clone(it.Key()), bytes.Clone(it.Value())})
	}
	mustDo(f.t, it.Err())
	it.Close()
	s.Unref()
	entries = change(entries)
	slices.SortFunc(entries, func(a, b forgedEntry) int { return bytes.Compare(a.key, b.key) })

	mustDo(f.t, f.mem.Remove(name))
	out, err := f.mem.OpenFile(name, vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, 0o600)
	mustDo(f.t, err)
	w := segment.NewWriter(out, name, id, segment.WriterOptions{})
	for _, e := range entries {
		mustDo(f.t, w.Add(e.key, e.value, false))
	}
	info, err := w.Finish()
	mustDo(f.t, err)
	mustDo(f.t, out.Close())
	if tell {
		f.changeCheckpoint(func(m *manifest.Manifest) { m.Segments[0].Bytes, m.Segments[0].CRC32C = info.Bytes, info.CRC32C })
	}
}

// digests makes CHECKPOINT say what the documents of t are, each as id and text.
func (f *forger) digests(docs ...string) {
	f.t.Helper()
	var h digest.Hasher
	var sum digest.Sum
	for i := 0; i < len(docs); i += 2 {
		sum = sum.Add(h.Document("t", "v1", []byte(docs[i]), []byte(docs[i+1])))
	}
	f.changeCheckpoint(func(m *manifest.Manifest) {
		m.Digest = m.Digest.Sub(m.Collections[0].Digest).Add(sum)
		m.Collections[0].Digest = sum
	})
	f.emptyLog()
}

// emptyLog gives the log the digest that CHECKPOINT has.
func (f *forger) emptyLog() {
	f.t.Helper()
	m := f.checkpoint()
	f.changeLog(m.WAL.FirstSequence, m.Digest, nil)
}

// problems verifies the closed database.
func (f *forger) problems() []engine.Problem {
	f.t.Helper()
	r, err := engine.Verify(context.Background(), f.o, nil)
	mustDo(f.t, err)
	return r.Problems
}

func (f *forger) logName() string { return path.Join(genDir, "wal", f.checkpoint().WAL.File) }
