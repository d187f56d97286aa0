package wal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

var testUUID = [16]byte{0xae, 0x20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}

// digestAt is the digest that test logs carry after the operation of a sequence.
func digestAt(sequence uint64) [32]byte { return sha256.Sum256(fmt.Appendf(nil, "state %d", sequence)) }

// flat is a file system of one file, in a byte slice, that nothing can happen to.
// It makes the tests that open thousands of damaged files fast.
type flat struct {
	vfs.FS
	vfs.File
	b []byte
}

type flatInfo struct {
	fs.FileInfo
	size int64
}

func (i flatInfo) Size() int64 { return i.size }

func (f *flat) OpenFile(string, int, fs.FileMode) (vfs.File, error) { return f, nil }
func (f *flat) Remove(string) error                                 { return nil }
func (f *flat) SyncDir(string) error                                { return nil }
func (f *flat) Stat() (fs.FileInfo, error)                          { return flatInfo{size: int64(len(f.b))}, nil }
func (f *flat) Datasync() error                                     { return nil }
func (f *flat) Close() error                                        { return nil }
func (f *flat) StartWriteback(off, n int64)                         {}
func (f *flat) Allocate(size int64) error {
	f.b = append(f.b, make([]byte, size-int64(len(f.b)))...)
	return nil
}
func (f *flat) Truncate(size int64) error                { f.b = f.b[:size:size]; return nil }
func (f *flat) WriteAt(p []byte, off int64) (int, error) { return copy(f.b[off:], p), nil }

func (f *flat) ReadAt(p []byte, off int64) (int, error) {
	n := copy(p, f.b[min(off, int64(len(f.b))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// flatFS separates the two methods called Stat.
type flatFS struct{ *flat }

func (f flatFS) Stat(string) (fs.FileInfo, error) { return f.flat.Stat() }

func flatOptions(b []byte) (Options, *flat) {
	f := &flat{b: b}
	return Options{FS: flatFS{f}, Dir: "wal", UUID: testUUID}, f
}

// insert is an operation whose document has the given length.
func insert(i, document int) Op {
	return Op{Kind: Insert, Collection: 1, Version: 1, ID: fmt.Appendf(nil, "u%03d", i), Document: bytes.Repeat([]byte{byte('a' + i%26)}, document)}
}

// grouped returns one batch of ops that goes on behind l.
func grouped(l *Log, ops ...Op) *Batch {
	var b Batch
	b.Reset(l.NextSequence())
	for _, op := range ops {
		b.Add(op)
	}
	return &b
}

func appendOps(t testing.TB, l *Log, ops ...Op) {
	t.Helper()
	b := grouped(l, ops...)
	if err := l.Append(b, digestAt(b.First()+uint64(b.Count())-1)); err != nil {
		t.Fatal(err)
	}
}

func create(t testing.TB, o Options, size int64) *Log {
	t.Helper()
	l, err := Create(o, Header{FirstSequence: 1, Size: size, BaseDigest: digestAt(0)})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// flatLog returns the bytes of a log of the given records, each a document length.
func flatLog(t testing.TB, size int64, seal bool, documents ...int) []byte {
	t.Helper()
	o, f := flatOptions(nil)
	l := create(t, o, size)
	for i, n := range documents {
		appendOps(t, l, insert(i, n))
	}
	if seal {
		if err := l.Seal(l.Digest()); err != nil {
			t.Fatal(err)
		}
	}
	return f.b
}

// history copies what replay gives.
type history []Record

func (h *history) replay(r Record) error {
	r.Ops = slices.Clone(r.Ops)
	for i := range r.Ops {
		r.Ops[i].ID = bytes.Clone(r.Ops[i].ID)
		r.Ops[i].Document = bytes.Clone(r.Ops[i].Document)
	}
	*h = append(*h, r)
	return nil
}

func (h history) equal(other history) bool {
	return slices.EqualFunc(h, other, func(a, b Record) bool {
		return a.FirstSequence == b.FirstSequence && a.Count == b.Count && a.Digest == b.Digest && a.Offset == b.Offset &&
			slices.EqualFunc(a.Ops, b.Ops, sameOp)
	})
}

func sameOp(a, b Op) bool {
	return a.Kind == b.Kind && a.Collection == b.Collection && a.Version == b.Version &&
		bytes.Equal(a.ID, b.ID) && bytes.Equal(a.Document, b.Document)
}

// readFlat opens the file b read-only.
func readFlat(b []byte) (history, Report, error) {
	o, _ := flatOptions(b)
	var h history
	_, report, err := Open(o, FileName(1), h.replay, true)
	return h, report, err
}

func wantCode(t testing.TB, err error, code dberr.Code) *dberr.Error {
	t.Helper()
	var e *dberr.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("error is %v, expected %s", err, code)
	}
	return e
}

// wantDamage checks that err is WAL_CORRUPTION at an offset of the test's file.
func wantDamage(t testing.TB, err error, rule string) *dberr.Error {
	t.Helper()
	e := wantCode(t, err, dberr.WALCorruption)
	if e.Path != "wal/"+FileName(1) || !e.HasOffset {
		t.Fatalf("%v names no file and offset", e)
	}
	if e.Details[0].Value != rule {
		t.Fatalf("%v was decided by rule %q, expected %q", e, e.Details[0].Value, rule)
	}
	return e
}
