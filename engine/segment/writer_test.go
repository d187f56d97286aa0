package segment

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

func TestAddRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		p    pair
	}{
		{"no key", pair{}},
		{"unknown space", pair{key: []byte{3}}},
		{"the same key", pair{key: []byte("\x01b")}},
		{"a smaller key", pair{key: []byte("\x01a")}},
		{"a prefix", pair{key: []byte("\x01")}},
		{"tombstone with value", pair{key: []byte("\x01c"), value: []byte("v"), tombstone: true}},
		{"long key", pair{key: append([]byte("\x01c"), make([]byte, KeyBytesMax-1)...)}},
		{"long value", pair{key: []byte("\x01c"), value: make([]byte, ValueBytesMax+1)}},
	} {
		w := NewWriter(&bytesFile{}, testName, testID, WriterOptions{})
		if err := w.Add([]byte("\x01b"), nil, false); err != nil {
			t.Fatal(err)
		}
		if err := w.Add(c.p.key, c.p.value, c.p.tombstone); dberr.CodeOf(err) != dberr.InternalInvariant {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := w.Finish(); err == nil {
			t.Errorf("%s: finished", c.name)
		}
	}
}

func TestLargest(t *testing.T) {
	value := bytes.Repeat([]byte("incompressible? no "), ValueBytesMax/19)
	value = append(value, make([]byte, ValueBytesMax-len(value))...)
	pairs := []pair{
		{key: []byte("\x01a"), value: []byte("small")},
		{key: append([]byte("\x01b"), make([]byte, KeyBytesMax-2)...), value: value},
		{key: []byte("\x01c"), value: []byte("small")},
	}
	f, info := build(t, testID, WriterOptions{}, pairs)
	s := open(t, f, testID, blockcache.New(1<<20))
	checkInfo(t, s, info, pairs)
	checkWalks(t, s.NewIter(), pairs)
	checkWalks(t, s.NewScan(), pairs)
}

func TestWriteErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		code dberr.Code
	}{{vfs.ENOSPC, dberr.StorageNoSpace}, {vfs.EIO, dberr.StorageIOError}} {
		f := &bytesFile{writeErr: c.err}
		w := NewWriter(f, testName, testID, WriterOptions{})
		for i := range 100 {
			if err := w.Add(benchKey(nil, i), make([]byte, 1<<20), false); err != nil {
				if dberr.CodeOf(err) != c.code || !errors.Is(err, c.err) || dberr.From(err).Path != testName {
					t.Fatal(err)
				}
				break
			}
		}
		f.writeErr = nil
		if _, err := w.Finish(); dberr.CodeOf(err) != c.code {
			t.Fatalf("a writer that failed finished: %v", err)
		}
		if f.syncs != 0 {
			t.Fatal("a file that failed was synced")
		}
	}
}

func TestFinishSyncsOnceAndLast(t *testing.T) {
	f, _ := build(t, testID, WriterOptions{}, benchPairs(20000))
	if f.syncs != 1 || f.closes != 0 {
		t.Fatalf("%d syncs, %d closes", f.syncs, f.closes)
	}
	if n := len(f.b)/outBytes + 2; f.writes > n {
		t.Fatalf("%d writes of %d bytes, want at most %d", f.writes, len(f.b), n)
	}
	w := NewWriter(&bytesFile{}, testName, testID, WriterOptions{})
	if _, err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Finish(); dberr.CodeOf(err) != dberr.InternalInvariant {
		t.Fatal("finished twice")
	}
	if err := w.Add([]byte{1}, nil, false); dberr.CodeOf(err) != dberr.InternalInvariant {
		t.Fatal("added after the end")
	}
}

func TestAddDoesNotAllocate(t *testing.T) {
	pairs := benchPairs(10000)
	f := &bytesFile{b: make([]byte, 0, 10<<20)}
	w := NewWriter(f, testName, testID, WriterOptions{})
	add := func(pairs []pair) {
		for _, p := range pairs {
			if err := w.Add(p.key, p.value, p.tombstone); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(pairs[:5000])
	next := 5000
	if n := testing.AllocsPerRun(4, func() { add(pairs[next : next+1000]); next += 1000 }); n > 20 {
		t.Fatalf("%v allocations in 1000 entries", n)
	}
}

func TestRefs(t *testing.T) {
	f, _ := build(t, testID, WriterOptions{}, benchPairs(100))
	cache := blockcache.New(1 << 20)
	s := open(t, f, testID, cache)
	it := s.NewIter()
	it.First()
	s.Unref()
	if !it.Next() || f.closes != 0 || cache.Stats().Bytes == 0 {
		t.Fatal("the segment went while an iterator was open")
	}
	it.Close()
	it.Close()
	if f.closes != 1 || cache.Stats().Bytes != 0 {
		t.Fatalf("%d closes, %d bytes cached", f.closes, cache.Stats().Bytes)
	}
}

func TestConcurrentReaders(t *testing.T) {
	pairs := benchPairs(2000)
	f, _ := build(t, testID, WriterOptions{BlockBytes: 512}, pairs)
	s := open(t, f, testID, blockcache.New(100<<10))
	var wg sync.WaitGroup
	for r := range 4 {
		wg.Go(func() {
			it := s.NewIter()
			defer it.Close()
			for i := r; i < len(pairs); i += 3 {
				value, _, found, err := s.Get(pairs[i].key, nil)
				if err != nil || !found || !bytes.Equal(value, pairs[i].value) {
					t.Errorf("Get %d: %v %v", i, found, err)
					return
				}
				if !it.SeekGE(pairs[i].key) || !bytes.Equal(it.Value(), pairs[i].value) {
					t.Errorf("SeekGE %d: %v", i, it.Err())
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestVerifyStops(t *testing.T) {
	f, _ := sweepSegment(t)
	s := open(t, f, testID, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var last int64
	_, err := s.Verify(ctx, func(n int64) {
		if n <= last {
			t.Fatalf("progress went from %d to %d", last, n)
		}
		last = n
		if n > int64(len(f.b)/2) {
			cancel()
		}
	})
	if dberr.CodeOf(err) != dberr.ScriptInterrupted || !errors.Is(err, context.Canceled) || last > int64(len(f.b)*3/4) {
		t.Fatal(err, last)
	}
	r, err := s.Verify(t.Context(), func(n int64) { last = n })
	if err != nil || last != int64(len(f.b)) || r.Blocks < 10 {
		t.Fatal(err, last, r.Blocks)
	}
}

// TestFileSystems writes and reads on the real file system and on the model.
func TestFileSystems(t *testing.T) {
	pairs := benchPairs(1000)
	for name, fs := range map[string]vfs.FS{t.TempDir() + "/000007.seg": vfs.OS, "000007.seg": vfs.NewMem()} {
		f, err := fs.OpenFile(name, vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, vfs.FilePerm)
		if err != nil {
			t.Fatal(err)
		}
		w := NewWriter(f, testName, testID, WriterOptions{})
		for _, p := range pairs {
			if err := w.Add(p.key, p.value, p.tombstone); err != nil {
				t.Fatal(err)
			}
		}
		info, err := w.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := Open(fs, name, testName, testID, info.Bytes, blockcache.New(1<<20))
		if err != nil {
			t.Fatal(err)
		}
		checkInfo(t, s, info, pairs)
		checkWalks(t, s.NewIter(), pairs)
		s.Unref()
	}
}
