package segment

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"testing"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// sweepSegment is small, yet has compressed and raw blocks, two levels, filters
// and both spaces.
func sweepSegment(t testing.TB) (*bytesFile, []pair) {
	pairs := randomPairs(rand.New(rand.NewPCG(9, 9)), 40)
	for i := range pairs {
		pairs[i].value = pairs[i].value[:min(len(pairs[i].value), 20)]
	}
	pairs[7].value = bytes.Repeat([]byte("compress me "), 20)
	f, _ := build(t, testID, WriterOptions{BlockBytes: 64}, pairs)
	s := open(t, f, testID, nil)
	if err := verify(s); err != nil || s.foot.levels < 2 {
		t.Fatal(s.foot.levels, err)
	}
	return f, pairs
}

// neverWrong checks that the segment answers truly or says that it is damaged.
func neverWrong(t *testing.T, s *Segment, pairs []pair, size int) {
	t.Helper()
	it := s.NewIter()
	defer it.Close()
	i := 0
	for ok := it.First(); ok; ok = it.Next() {
		if !bytes.Equal(it.Key(), pairs[i].key) || !bytes.Equal(it.Value(), pairs[i].value) || it.Tombstone() != pairs[i].tombstone {
			t.Fatalf("entry %d: a wrong answer", i)
		}
		i++
	}
	if it.Err() != nil {
		isDamage(t, it.Err(), size)
	} else if i != len(pairs) {
		t.Fatalf("%d of %d entries and no error", i, len(pairs))
	}
	for i := 0; i < len(pairs); i += 1 + len(pairs)/16 {
		value, tombstone, found, err := s.Get(pairs[i].key, nil)
		if err != nil {
			isDamage(t, err, size)
		} else if !found || tombstone != pairs[i].tombstone || !bytes.Equal(value, pairs[i].value) {
			t.Fatalf("Get of entry %d: a wrong answer", i)
		}
	}
}

// checkDamaged checks that the damaged file is noticed, and never believed.
func checkDamaged(t *testing.T, f *bytesFile, wantBytes int, pairs []pair) {
	t.Helper()
	s, err := Open(bytesFS{file: f}, testName, testName, testID, int64(wantBytes), nil)
	if err != nil {
		isDamage(t, err, len(f.b))
		return
	}
	defer s.Unref()
	err = verify(s)
	if err == nil {
		t.Fatal("not noticed")
	}
	isDamage(t, err, len(f.b))
	neverWrong(t, s, pairs, len(f.b))
}

func TestFlippedBytes(t *testing.T) {
	f, pairs := sweepSegment(t)
	t.Logf("%d bytes", len(f.b))
	for i, old := range f.b {
		for _, b := range [...]byte{old ^ 1, old ^ 0x80, 0, 0xff} {
			if b == old {
				continue
			}
			f.b[i] = b
			checkDamaged(t, f, len(f.b), pairs)
		}
		f.b[i] = old
	}
}

func TestTruncatedAndExtended(t *testing.T) {
	f, pairs := sweepSegment(t)
	good := f.b
	for n := range len(good) {
		f.b = good[:n]
		if _, err := Open(bytesFS{file: f}, testName, testName, testID, int64(len(good)), nil); err == nil {
			t.Fatalf("opened with %d of %d bytes", n, len(good))
		} else {
			isDamage(t, err, len(good))
		}
		// Even if whoever opens it has the wrong size too.
		if _, err := Open(bytesFS{file: f}, testName, testName, testID, int64(n), nil); err == nil {
			t.Fatalf("opened cut to %d bytes", n)
		}
	}
	for _, tail := range []string{"\x00", "x", string(good)} {
		f.b = append(bytes.Clone(good), tail...)
		checkDamaged(t, f, len(good), pairs)
		checkDamaged(t, f, len(f.b), pairs)
	}
	// Cut behind the back of an open segment.
	f.b = good
	s := open(t, f, testID, nil)
	f.b = good[:len(good)/2]
	if err := verify(s); err == nil {
		t.Fatal("a file that lost its end is whole")
	} else {
		isDamage(t, err, len(good))
	}
	neverWrong(t, s, pairs, len(good))
}

// TestForeignBlocks replaces each block by the same block of a segment that
// differs in its uuid or its number only.
func TestForeignBlocks(t *testing.T) {
	f, pairs := sweepSegment(t)
	good := f.b
	otherUUID := testID
	otherUUID.UUID[15]++
	for _, id := range []ID{otherUUID, {testID.UUID, 8}} {
		other, _ := build(t, id, WriterOptions{BlockBytes: 64}, pairs)
		f.b = other.b
		if _, err := Open(bytesFS{file: f}, testName, testName, testID, int64(len(f.b)), nil); err == nil {
			t.Fatal("a foreign file was opened")
		} else {
			isDamage(t, err, len(f.b))
		}
		for at := 0; at < len(good)-footerBytes; {
			n := headerBytes + int(decodeHeader(good[at:]).stored)
			f.b = bytes.Clone(good)
			copy(f.b[at:at+n], other.b[at:])
			checkDamaged(t, f, len(good), pairs)
			at += n
		}
	}
}

func TestSwappedBlocks(t *testing.T) {
	f, pairs := sweepSegment(t)
	good := f.b
	places := map[int][]int{} // by length
	for at := 0; at < len(good)-footerBytes; {
		n := headerBytes + int(decodeHeader(good[at:]).stored)
		places[n] = append(places[n], at)
		at += n
	}
	swaps := 0
	for n, at := range places {
		for i := 1; i < len(at); i++ {
			f.b = bytes.Clone(good)
			copy(f.b[at[i-1]:], good[at[i]:at[i]+n])
			copy(f.b[at[i]:], good[at[i-1]:at[i-1]+n])
			checkDamaged(t, f, len(good), pairs)
			swaps++
		}
	}
	if swaps < 10 {
		t.Fatalf("only %d blocks to swap", swaps)
	}
}

func TestReadErrors(t *testing.T) {
	f, pairs := sweepSegment(t)
	s := open(t, f, testID, blockcache.New(1<<20))
	f.readErr = &fs.PathError{Op: "read", Path: "/x/" + testName, Err: vfs.EIO}
	_, _, _, err := s.Get(pairs[5].key, nil)
	if e := dberr.From(err); e.Code != dberr.StorageIOError || e.Path != testName || !e.HasOffset || !errors.Is(err, vfs.EIO) {
		t.Fatalf("EIO reported as %#v", err)
	}
	if err := verify(s); dberr.CodeOf(err) != dberr.StorageIOError {
		t.Fatal(err)
	}
	it := s.NewIter()
	defer it.Close()
	if it.First() || dberr.CodeOf(it.Err()) != dberr.StorageIOError {
		t.Fatal(it.Err())
	}
	if it.Next() || it.SeekGE(pairs[5].key) || it.Last() {
		t.Fatal("an iterator went on after an error")
	}
	// The database goes on: so does the segment.
	f.readErr = nil
	if _, _, found, err := s.Get(pairs[5].key, nil); err != nil || !found {
		t.Fatal(found, err)
	}
	f.readErr = vfs.EIO
	if _, err := Open(bytesFS{file: f}, testName, testName, testID, int64(len(f.b)), nil); dberr.CodeOf(err) != dberr.StorageIOError || f.closes != 1 {
		t.Fatal(err, f.closes)
	}
	if _, err := Open(bytesFS{}, testName, testName, testID, int64(len(f.b)), nil); dberr.CodeOf(err) != dberr.StorageCorruption || !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// TestSurvey damages one block of each kind and then several at once.
func TestSurvey(t *testing.T) {
	f, _ := sweepSegment(t)
	s := open(t, f, testID, nil)
	if found := s.Survey(t.Context()); len(found) != 0 {
		t.Fatal(found)
	}
	good := f.b
	byKind := map[byte]int{} // the last block of each kind, the first of the tree
	for at := 0; at < len(good)-footerBytes; {
		h := decodeHeader(good[at:])
		if _, seen := byKind[h.kind]; !seen || h.kind != kindTree {
			byKind[h.kind] = at
		}
		at += headerBytes + int(h.stored)
	}
	f.b = bytes.Clone(good)
	for n, kind := range []byte{kindDocuments, kindProperties, kindIndexKeys, kindFilter, kindTree} {
		f.b[byKind[kind]+headerBytes]++
		found := s.Survey(t.Context())
		if kind == kindTree { // hides what lies beneath
			f.b = bytes.Clone(good)
			f.b[byKind[kind]+headerBytes]++
			found, n = s.Survey(t.Context()), 0
		}
		if len(found) != n+1 {
			t.Fatalf("kind %d: found %v, want %d", kind, found, n+1)
		}
		if !containsOffset(found, int64(byKind[kind])) {
			t.Fatalf("kind %d: the block at %d is not named: %v", kind, byKind[kind], found)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found := s.Survey(ctx); len(found) != 1 || dberr.CodeOf(found[0]) != dberr.ScriptInterrupted {
		t.Fatal(found)
	}
}

func containsOffset(found []error, offset int64) bool {
	for _, err := range found {
		if dberr.From(err).Offset == offset {
			return true
		}
	}
	return false
}
