package backup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

var eio = &fs.PathError{Op: "read", Path: "x", Err: vfs.EIO}

// A faulty file gives what is there, then err.
type faulty struct {
	content
	err error
}

func (f faulty) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.content.ReadAt(p, off)
	if err != nil {
		err = f.err
	}
	return n, err
}

// What is not as the manifest says is not backed up, and every file that was opened
// is closed.
func TestWriteRefusesDamage(t *testing.T) {
	flip := func(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 4; return b }
	cut := func(b []byte) []byte { return b[:len(b)-1] }
	more := func(b []byte) []byte { return append(bytes.Clone(b), 0) }
	same := func(b []byte) []byte { return b }
	for _, name := range []string{"schemas/quake_v1.json", "segments/000001.seg", "wal/00000000000000001004.wal"} {
		for _, c := range []struct {
			what    string
			change  func([]byte) []byte
			err     error
			code    dberr.Code
			message string
		}{
			{"flipped", flip, io.EOF, dberr.StorageCorruption, "expected"},
			{"cut", cut, io.EOF, dberr.StorageCorruption, "the file ends here"},
			{"extended", more, io.EOF, dberr.StorageCorruption, "longer"},
			{"unreadable", cut, eio, dberr.StorageIOError, "input/output error"},
			{"unreadable behind its end", same, eio, dberr.StorageIOError, "input/output error"},
		} {
			s := newSample([]string{"quake v1"}, 600, 1500)
			opened, closed := 0, 0
			open := func(e Entry) (Content, error) {
				opened++
				b, err := s.files[e.Name], io.EOF
				if e.Name == name {
					b, err = c.change(b), c.err
				}
				return faulty{content{bytes.NewReader(b), &closed}, err}, nil
			}
			_, err := Write(context.Background(), io.Discard, s.m, open, nil)
			if opened != closed {
				t.Errorf("%s %s: of %d files %d were closed", name, c.what, opened, closed)
			}
			if strings.HasPrefix(name, dirWAL) && (c.what == "extended" || c.what == "unreadable behind its end") {
				if err != nil { // only its beginning is in the archive
					t.Errorf("%s %s: %v", name, c.what, err)
				}
				continue
			}
			var e *dberr.Error
			if !errors.As(err, &e) || e.Code != c.code || e.Path != name || !strings.Contains(e.Message, c.message) {
				t.Errorf("%s %s: %v", name, c.what, err)
			}
		}
	}
}

func TestWriteCannotOpen(t *testing.T) {
	s := newSample([]string{"quake v1"}, 600)
	_, err := Write(context.Background(), io.Discard, s.m, func(Entry) (Content, error) { return nil, eio }, nil)
	if e := dberr.From(err); e.Code != dberr.StorageIOError || e.Path != "schemas/quake_v1.json" {
		t.Error(err)
	}
}

// A limited writer is a disk that fills up.
type limited struct{ left int }

func (w *limited) Write(p []byte) (int, error) {
	if len(p) > w.left {
		return max(0, w.left), &fs.PathError{Op: "write", Path: "b.tar", Err: vfs.ENOSPC}
	}
	w.left -= len(p)
	return len(p), nil
}

// Whenever writing or reading ends, its goroutine does: a bubble of synctest waits
// for all that was started in it.
func TestEndings(t *testing.T) {
	s := samples()["large"]
	b := s.archive(t)
	interrupted, cancel := context.WithCancel(context.Background())
	cancel()
	for i := range 8 {
		at := len(b) * i / 7
		synctest.Test(t, func(t *testing.T) {
			if _, err := Write(context.Background(), &limited{at - 1}, s.m, s.open, nil); dberr.CodeOf(err) != dberr.StorageNoSpace {
				t.Errorf("a disk of %d bytes: %v", at-1, err)
			}
			r := io.MultiReader(bytes.NewReader(b[:at]), failing{})
			_, _, err := Read(context.Background(), r, nil, Options{Path: "b.tar"})
			if e := dberr.From(err); e.Code != dberr.StorageIOError || e.Path != "b.tar" || e.Offset != int64(at) {
				t.Errorf("a failure at %d: %v", at, err)
			}
			if _, err := Write(interrupted, io.Discard, s.m, s.open, nil); dberr.CodeOf(err) != dberr.ScriptInterrupted || !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if _, _, err := Read(interrupted, bytes.NewReader(b), nil, Options{}); dberr.CodeOf(err) != dberr.ScriptInterrupted || !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}

// A disk that is full from any byte on fails the backup: with a manifest larger than
// a buffer, and with a header that begins where a buffer does.
func TestFullDisk(t *testing.T) {
	s := zeroSample(15000, 1)
	edge := newSample([]string{"quake v1"}, 100, 200)
	before := entryBytes(nameManifest, int64(len(edge.m.Encode())))
	edge.files["segments/000002.seg"] = pattern(2, int(bufferBytes-before-5*blockBytes))
	edge.seal()
	if edge.m.Segments[0].Bytes < 100000 || int64(len(edge.m.Encode())) > before {
		t.Fatal("the sample is not what it should be")
	}
	for _, s := range []*sample{s, edge} {
		size := Bytes(s.m)
		for at := int64(0); at <= size; at += max(1, size/6) {
			_, err := Write(context.Background(), &limited{int(at)}, s.m, s.openZeros, nil)
			if want := at < size; want != (dberr.CodeOf(err) == dberr.StorageNoSpace) {
				t.Errorf("a disk of %d bytes for %d: %v", at, size, err)
			}
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, eio }

// An interruption in the middle is noticed at the next piece.
func TestInterruption(t *testing.T) {
	s := samples()["large"]
	ctx, cancel := context.WithCancel(context.Background())
	var out bytes.Buffer
	_, err := Write(ctx, &out, s.m, s.open, func(n int64) {
		if n >= 2*bufferBytes {
			cancel()
		}
	})
	if dberr.CodeOf(err) != dberr.ScriptInterrupted || out.Len() != 2*bufferBytes {
		t.Errorf("after %d bytes: %v", out.Len(), err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	var last int64
	sink := &memory{}
	_, _, err = Read(ctx, bytes.NewReader(s.archive(t)), sink, Options{Progress: func(n int64) {
		if last = n; n >= 2*bufferBytes {
			cancel()
		}
	}})
	if dberr.CodeOf(err) != dberr.ScriptInterrupted || last > 3*bufferBytes || len(sink.aborted) != 1 {
		t.Errorf("after %d bytes: %v; aborted %q", last, err, sink.aborted)
	}
}

// A stubborn sink fails at one call for one entry.
type stubborn struct {
	memory
	call, name string
	err        error
}

func (s *stubborn) Begin(m manifest.Backup) error {
	if s.call == "begin" {
		return s.err
	}
	return s.memory.Begin(m)
}

func (s *stubborn) Create(e Entry) (File, error) {
	if e.Name == s.name && s.call == "create" {
		return nil, s.err
	}
	f, err := s.memory.Create(e)
	if e.Name == s.name {
		return stubbornFile{f, s}, err
	}
	return f, err
}

type stubbornFile struct {
	File
	sink *stubborn
}

func (f stubbornFile) Write(p []byte) (int, error) {
	if f.sink.call == "write" {
		return 0, f.sink.err
	}
	return f.File.Write(p)
}

func (f stubbornFile) Commit() error {
	if f.sink.call == "commit" {
		return f.sink.err
	}
	return f.File.Commit()
}

func TestSinkFails(t *testing.T) {
	s := newSample([]string{"quake v1"}, 1000, 512)
	b := s.archive(t)
	const name = "segments/000001.seg"
	for _, call := range []string{"begin", "create", "write", "commit"} {
		for _, err := range []error{&fs.PathError{Op: call, Path: "x", Err: vfs.ENOSPC}, dberr.New(dberr.RestoreFailed, "no").In("y")} {
			sink := &stubborn{call: call, name: name, err: err}
			_, _, got := Read(context.Background(), bytes.NewReader(b), sink, Options{})
			e := dberr.From(got)
			if !errors.Is(got, err) || e.Code != dberr.StorageNoSpace && e.Code != dberr.RestoreFailed {
				t.Errorf("%s fails with %v: %v", call, err, got)
			}
			if where := e.Path; where != "y" && where != name && (call != "begin" || where != nameManifest) {
				t.Errorf("%s: the error is of %q", call, where)
			}
			if want := call == "write" || call == "commit"; want != slices.Equal(sink.aborted, []string{name}) {
				t.Errorf("%s: %q were aborted", call, sink.aborted)
			}
		}
	}
}
