package wal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// slow is a flat file that reads in its own way.
type slow struct {
	*flat
	read  func(p []byte, off int64) (int, error)
	short bool // writes report half of what they did, and no error
}

func (s *slow) ReadAt(p []byte, off int64) (int, error) {
	if s.read == nil {
		return s.flat.ReadAt(p, off)
	}
	return s.read(p, off)
}

func (s *slow) WriteAt(p []byte, off int64) (int, error) {
	n, err := s.flat.WriteAt(p, off)
	if s.short {
		n /= 2
	}
	return n, err
}

func openSlow(s *slow) (*Log, history, Report, error) {
	var h history
	l, report, err := open(Options{UUID: testUUID}, s, FileName(1), h.replay, false)
	return l, h, report, err
}

func TestShortReadsGoOn(t *testing.T) {
	f := &flat{b: flatLog(t, 8192, false, 10, 1900, 700)}
	_, h, report, err := openSlow(&slow{flat: f, read: func(p []byte, off int64) (int, error) { return f.ReadAt(p[:min(len(p), 100)], off) }})
	if err != nil || len(h) != 3 || report.Rule != CleanEnd {
		t.Fatalf("%d records, %v", len(h), err)
	}
}

// TestReadFails fails the read of each part of a log that is larger than what is
// read at a time: an error is no corruption, an end of file is.
func TestReadFails(t *testing.T) {
	const size = 6 << 20
	for _, bad := range []int64{0, 100, 512, 3 << 20, 5<<20 + 7, size - 1} {
		for _, test := range []struct {
			err  error
			code dberr.Code
		}{{vfs.EIO, dberr.StorageIOError}, {io.EOF, dberr.WALCorruption}, {nil, dberr.StorageIOError}} {
			f := &flat{b: flatLog(t, size, false, 10, 4<<20, 700)}
			clear(sector(f.b, 100)) // torn at 1024, so that the tail is read as well
			_, _, _, err := openSlow(&slow{flat: f, read: func(p []byte, off int64) (int, error) {
				if off+int64(len(p)) > bad {
					n, _ := f.ReadAt(p[:max(0, bad-off)], off)
					return n, test.err
				}
				return f.ReadAt(p, off)
			}})
			if e := wantCode(t, err, test.code); !e.HasOffset || e.Offset != bad || e.Path != "wal/"+FileName(1) {
				t.Errorf("reading up to %d, then %v: %v", bad, test.err, e)
			}
		}
	}
}

// TestReadChanges gives other bytes when the last record is read again.
func TestReadChanges(t *testing.T) {
	f := &flat{b: flatLog(t, 4096, false, 10, 700)}
	before := bytes.Clone(f.b)
	reads := 0
	_, _, _, err := openSlow(&slow{flat: f, read: func(p []byte, off int64) (int, error) {
		n, err := f.ReadAt(p, off)
		if reads++; off == 1024 {
			p[100] ^= 1
		}
		return n, err
	}})
	if e := wantCode(t, err, dberr.WALCorruption); e.Offset != 1024 || reads != 3 || !bytes.Equal(f.b, before) {
		t.Errorf("%v after %d reads", e, reads)
	}
}

// TestShortWriteWithoutError takes a count that is too small for a failure.
func TestShortWriteWithoutError(t *testing.T) {
	s := &slow{flat: &flat{b: flatLog(t, 4096, true, 10)}}
	l, _, _, err := openSlow(s)
	if err != nil {
		t.Fatal(err)
	}
	s.short = true
	wantCode(t, l.Append(grouped(l, insert(2, 10)), digestAt(2)), dberr.WALAppendFailed)
}

func TestMissingFile(t *testing.T) {
	m := vfs.NewMem()
	_, _, err := Open(memOptions(m), FileName(1), nil, true)
	if !vfs.IsNotExist(err) || dberr.CodeOf(err) != dberr.StorageIOError {
		t.Errorf("opening: %v", err)
	}
	if _, _, err := Inspect(m, "wal/x", nil); !vfs.IsNotExist(err) {
		t.Errorf("inspecting: %v", err)
	}
	if _, _, err := Open(Options{FS: flatFS{&flat{b: flatLog(t, 4096, false)}}, UUID: testUUID}, "1.wal", nil, true); dberr.CodeOf(err) != dberr.InternalInvariant {
		t.Errorf("a name of another form: %v", err)
	}
	for n, b := range [][]byte{nil, make([]byte, 511), make([]byte, 4096), flatLog(t, 4096, false)[:1024]} {
		_, _, err := Inspect(flatFS{&flat{b: b}}, "wal/x", nil)
		if e := wantCode(t, err, dberr.WALCorruption); e.Path != "x" {
			t.Errorf("file %d: %v", n, err)
		}
	}
}

type callStep struct {
	name string
	take func() error
}

// callsOf takes steps and returns what each of them called.
func callsOf(t *testing.T, s *sim, steps []callStep) string {
	var b strings.Builder
	for _, step := range steps {
		shown := len(s.m.Trace())
		if err := step.take(); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n----\n%s\n", step.name, vfs.FormatTrace(s.m.Trace()[shown:]))
	}
	return strings.ReplaceAll(b.String(), FileName(1), "LOG")
}

// TestCallOrder shows the calls of a log's life; a missing sync is a missing line.
func TestCallOrder(t *testing.T) {
	s, large, small := newSim(t), newSim(t), newSim(t)
	if err := large.createLarge(); err != nil {
		t.Fatal(err)
	}
	small.begin()
	got := callsOf(t, s, []callStep{
		{"create", s.create},
		{"append", func() error { return s.append(insert(1, 10)) }},
		{"append three sectors", func() error { return s.append(insert(2, 1200)) }},
		{"reopen, unsealed", s.reopen},
		{"seal", s.seal},
		{"reopen, sealed", s.reopen},
		{"append in place of the seal", func() error { return s.append(insert(3, 10)) }},
		{"die in an append, reopen", s.tear},
		{"close", func() error { return s.l.Close() }},
	}) + callsOf(t, large, []callStep{
		{"reopen a large one, unsealed", large.reopen},
		{"seal it, whose slack is in doubt", large.seal},
		{"append to it", func() error { return large.append(insert(1, 10)) }},
		{"seal it again", large.seal},
	}) + callsOf(t, small, []callStep{
		{"create one that is to grow", small.createSmall},
		{"append what fits", func() error { return small.append(insert(1, 1000)) }},
		{"seal it", small.seal},
		{"append what does not fit", func() error { return small.append(insert(2, 5000)) }},
		{"append what does not fit, without space", func() error {
			return small.failing(vfs.KindWrite, vfs.ShortWrite{N: 512, Err: vfs.ENOSPC}, func() error { return small.append(insert(3, 9000)) })
		}},
		{"append it, the header fails", func() error {
			return small.failing(vfs.KindWrite, nth{1, vfs.EIO}, func() error { return small.append(insert(3, 9000)) })
		}},
	})
	const golden = "testdata/calls.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || got != string(want) {
		t.Errorf("the calls are\n%s\nexpected\n%s%v", got, want, err)
	}
}
