package engine_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// records returns what the log holds.
func (f *forger) records() (list []wal.Record) {
	f.t.Helper()
	_, _, err := wal.Inspect(f.mem, f.logName(), func(r wal.Record) error {
		r.Ops = slices.Clone(r.Ops)
		for i := range r.Ops {
			r.Ops[i].ID, r.Ops[i].Document = bytes.Clone(r.Ops[i].ID), bytes.Clone(r.Ops[i].Document)
		}
		if r.Count > 0 {
			list = append(list, r)
		}
		return nil
	})
	mustDo(f.t, err)
	return list
}

// changeLog writes the log again, with the given records.
func (f *forger) changeLog(first uint64, base [32]byte, list []wal.Record) {
	f.t.Helper()
	info, err := f.mem.Stat(f.logName())
	mustDo(f.t, err)
	mustDo(f.t, f.mem.Remove(f.logName()))
	l, err := wal.Create(wal.Options{FS: f.mem, Dir: genDir + "/wal", UUID: f.uuid}, wal.Header{FirstSequence: first, Size: info.Size(), BaseDigest: base})
	mustDo(f.t, err)
	var b wal.Batch
	for _, r := range list {
		b.Reset(l.NextSequence())
		for _, op := range r.Ops {
			b.Add(op)
		}
		mustDo(f.t, l.Append(&b, r.Digest))
	}
	mustDo(f.t, l.Close())
}

// logged is a database whose log holds three inserts.
func logged(t *testing.T, steps ...step) *forger {
	t.Helper()
	s := newSim()
	mustDo(t, s.run(append(fresh(), steps...)...))
	mustDo(t, s.run(stepClose()))
	f := &forger{t: t, mem: s.mem.AfterCrash(vfs.KeepAll)}
	f.o = s.options(f.mem)
	f.uuid = uuidOf(f.checkpoint().UUID)
	return f
}

// Each record is held to the digest it carries, not only the last.
func TestReplayProvesItself(t *testing.T) {
	f := logged(t, stepInsert("v1", doc("a", 1, 10)), stepInsert("v1", doc("b", 2, 10)), stepInsert("v1", doc("c", 3, 10)))
	list := f.records()
	f.changeLog(1, [32]byte{}, list)
	mustDo(t, mustOpen(t, f.o).Close()) // the same records in another file are the same database
	list[1].Digest[0] ^= 1
	f.changeLog(1, [32]byte{}, list)
	_, err := openForged(f)
	wantCode(t, err, dberr.RecoveryInconsistent)
	if e := dberr.From(err); e.Path != f.logName()[len("data/"):] || e.Offset != list[1].Offset {
		t.Errorf("%v does not name the record at %d", err, list[1].Offset)
	}
}

// A document of the log is what the engine writes, or the log is refused for it.
func TestReplayChecksDocuments(t *testing.T) {
	for text, want := range map[string]string{
		`{"_id":"b", "n":2,"pad":""}`:  `sequence 3: the document of "b" is not in canonical form`,
		`{"_id":"bb","n":2,"pad":""}`:  `sequence 3: the document of "b" has the _id "bb"`,
		`{"_id":"b","n":"2","pad":""}`: `sequence 3: AERO_SCHEMA_VALIDATION_FAILED`,
	} {
		f := logged(t, stepInsert("v1", doc("a", 1, 0)), stepInsert("v1", doc("b", 2, 0)))
		list := f.records()
		list[2].Ops[0].Document = []byte(text)
		f.changeLog(1, [32]byte{}, list)
		_, err := openForged(f)
		wantCode(t, err, dberr.RecoveryInconsistent)
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v does not say %q", text, err, want)
		}
	}
}

// A log that ends before the checkpoint it goes on from is an old one: its next write
// would have a sequence that was given.
func TestLogShorterThanItsCheckpoint(t *testing.T) {
	f := logged(t, stepDefine(schemaV2), stepSnapshot())
	list := f.records()
	if len(list) != 2 || f.checkpoint().Sequence != 2 {
		t.Fatalf("%d records, checkpoint at %d", len(list), f.checkpoint().Sequence)
	}
	f.changeLog(1, [32]byte{}, list[:1])
	_, err := openForged(f)
	wantCode(t, err, dberr.WALCorruption)
}

// A CHECKPOINT whose parts and whole differ is refused.
func TestCheckpointThatDoesNotAddUp(t *testing.T) {
	for name, change := range map[string]func(*manifest.Manifest){
		"documents":                 func(m *manifest.Manifest) { m.Documents++ },
		"documents of a collection": func(m *manifest.Manifest) { m.Collections[0].Versions[0].Documents-- },
		"digest":                    func(m *manifest.Manifest) { m.Digest[0] ^= 1 },
		"digest of a collection":    func(m *manifest.Manifest) { m.Collections[1].Digest[0] ^= 1 },
	} {
		f := forgeable(t)
		f.changeCheckpoint(change)
		_, err := openForged(f)
		if dberr.CodeOf(err) != dberr.RecoveryInconsistent {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A CHECKPOINT that differs in nothing but the database it is of is refused.
func TestForeignCheckpoint(t *testing.T) {
	f := forgeable(t)
	f.changeCheckpoint(func(m *manifest.Manifest) { m.UUID = "00000000-0000-4000-8000-000000000001" })
	_, err := openForged(f)
	wantCode(t, err, dberr.StorageCorruption)
}
