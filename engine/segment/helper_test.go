package segment

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/vfs"
)

var testID = ID{UUID: [16]byte{0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf}, Number: 7}

const testName = "segments/000007.seg"

// A bytesFile is a file in a byte slice, which a test can damage.
type bytesFile struct {
	vfs.File
	b        []byte
	writeErr error
	readErr  error
	syncs    int
	closes   int
	writes   int
}

// A bytesFS is a file system of one file, or of none.
type bytesFS struct {
	vfs.FS
	file *bytesFile
}

func (f bytesFS) OpenFile(string, int, fs.FileMode) (vfs.File, error) {
	if f.file == nil {
		return nil, &fs.PathError{Op: "open", Path: testName, Err: fs.ErrNotExist}
	}
	return f.file, nil
}

func (f *bytesFile) ReadAt(p []byte, off int64) (int, error) {
	if f.readErr != nil {
		return 0, f.readErr
	}
	if off >= int64(len(f.b)) {
		return 0, io.EOF
	}
	n := copy(p, f.b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *bytesFile) WriteAt(p []byte, off int64) (int, error) {
	if f.writeErr != nil {
		return 0, f.writeErr
	}
	if off != int64(len(f.b)) {
		return 0, fmt.Errorf("a write at %d of a file of %d bytes", off, len(f.b))
	}
	f.b = append(f.b, p...)
	f.writes++
	return len(p), nil
}

func (f *bytesFile) Datasync() error             { f.syncs++; return f.writeErr }
func (f *bytesFile) DropCache()                  {}
func (f *bytesFile) StartWriteback(off, n int64) {}
func (f *bytesFile) Close() error                { f.closes++; return nil }
func (f *bytesFile) Stat() (fs.FileInfo, error)  { return fileInfo(len(f.b)), nil }

type fileInfo int64

func (i fileInfo) Name() string       { return testName }
func (i fileInfo) Size() int64        { return int64(i) }
func (i fileInfo) Mode() fs.FileMode  { return 0 }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return false }
func (i fileInfo) Sys() any           { return nil }

// A pair is an entry of a test's model.
type pair struct {
	key, value []byte
	tombstone  bool
}

// build writes a segment of the pairs.
func build(t testing.TB, id ID, o WriterOptions, pairs []pair) (*bytesFile, Info) {
	t.Helper()
	f := &bytesFile{}
	w := NewWriter(f, testName, id, o)
	for _, p := range pairs {
		if err := w.Add(p.key, p.value, p.tombstone); err != nil {
			t.Fatal(err)
		}
	}
	info, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return f, info
}

func open(t testing.TB, f *bytesFile, id ID, cache *blockcache.Cache) *Segment {
	t.Helper()
	s, err := Open(bytesFS{file: f}, testName, testName, id, int64(len(f.b)), cache)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func verify(s *Segment) error {
	_, err := s.Verify(context.Background(), nil)
	return err
}

// randomPairs returns n pairs or a few less: about half in each space, keys of
// many lengths with long common prefixes, a few large values, some tombstones.
func randomPairs(rng *rand.Rand, n int) []pair {
	pairs := make([]pair, 0, n)
	for range n {
		p := pair{key: randomKey(rng)}
		switch r := rng.IntN(40); {
		case r < 6:
			p.tombstone = true
		case r == 39:
			p.value = bytes.Repeat([]byte{byte(rng.Uint32())}, rng.IntN(3000))
		default:
			p.value = make([]byte, rng.IntN(60))
			for i := range p.value {
				p.value[i] = byte(rng.Uint32())
			}
		}
		pairs = append(pairs, p)
	}
	sort.Slice(pairs, func(i, j int) bool { return bytes.Compare(pairs[i].key, pairs[j].key) < 0 })
	unique := pairs[:0]
	for i, p := range pairs {
		if i == 0 || !bytes.Equal(p.key, pairs[i-1].key) {
			unique = append(unique, p)
		}
	}
	return unique
}

func randomKey(rng *rand.Rand) []byte {
	k := []byte{key.SpaceDocument + byte(rng.IntN(2)), 0, byte(rng.IntN(2))}
	const letters = "\x00\x01ab\xfe\xff"
	for range rng.IntN(14) {
		k = append(k, letters[rng.IntN(len(letters))])
	}
	if rng.IntN(50) == 0 {
		k = append(k, bytes.Repeat([]byte{'x'}, rng.IntN(300))...)
	}
	return k
}

// isDamage fails the test unless err names the file as corrupt, with an offset in it.
func isDamage(t *testing.T, err error, size int) {
	t.Helper()
	e := dberr.From(err)
	if e == nil || e.Code != dberr.StorageCorruption || e.Path != testName || e.HasOffset && (e.Offset < 0 || e.Offset > int64(size)) {
		t.Fatalf("damage reported as %#v", err)
	}
}
