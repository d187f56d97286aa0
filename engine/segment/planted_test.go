package segment

import (
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
)

// A file in which everything is right but the order of two keys, as a writer that did
// not look would make it, is refused. Verify once went round for ever there: the walk
// had failed and stayed on its entry.
func TestVerifyRefusesDisorder(t *testing.T) {
	document := func(id string) []byte { return key.AppendDocument(nil, 1, 1, []byte(id)) }
	for _, second := range []string{"c", "m"} { // smaller than the first, and the first again
		f := &bytesFile{}
		w := NewWriter(f, testName, testID, WriterOptions{})
		if err := w.Add(document("m"), []byte("x"), false); err != nil {
			t.Fatal(err)
		}
		w.last = document("a") // what the writer compares with
		if err := w.Add(document(second), []byte("x"), false); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Finish(); err != nil {
			t.Fatal(err)
		}
		s := open(t, f, testID, nil)
		err := verify(s)
		s.Unref()
		if err == nil {
			t.Fatalf("%q behind %q is verified", second, "m")
		}
		isDamage(t, err, len(f.b))
	}
}

// A filter that lacks a bit, under a right checksum, hides a key: it is refused.
func TestVerifyRefusesFilter(t *testing.T) {
	f, _ := build(t, testID, WriterOptions{}, tinyPairs())
	for at := 0; ; {
		h := decodeHeader(f.b[at:])
		if h.kind != kindFilter {
			at += headerBytes + int(h.stored)
			continue
		}
		payload := f.b[at+headerBytes:]
		i := 0
		for payload[i] == 0 {
			i++
		}
		payload[i] &= payload[i] - 1
		break
	}
	seal(f.b)
	s := open(t, f, testID, nil)
	defer s.Unref()
	err := verify(s)
	if err == nil {
		t.Fatal("it is verified")
	}
	isDamage(t, err, len(f.b))
}

// A whole segment that is not the one that was asked for is refused by its footer,
// before a block is read.
func TestOpenOfAnotherSegment(t *testing.T) {
	f, _ := build(t, testID, WriterOptions{}, tinyPairs())
	other := testID
	other.UUID[3]++
	for _, tt := range []struct {
		id     ID
		offset int64 // in the footer, of what tells
	}{{other, 0}, {ID{testID.UUID, testID.Number + 1}, 16}} {
		_, err := Open(bytesFS{file: f}, testName, testName, tt.id, int64(len(f.b)), nil)
		e := dberr.From(err)
		if dberr.CodeOf(err) != dberr.StorageCorruption || e.Offset != int64(len(f.b))-footerBytes+tt.offset {
			t.Errorf("asked for %v: %v", tt.id, err)
		}
	}
}
