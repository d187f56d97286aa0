package wal

import (
	"bytes"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// FuzzHeader: of a file header whose checksum is right what is taken is what Encode
// writes, byte by byte; the rest is refused with a code and a place in the sector.
func FuzzHeader(f *testing.F) {
	h := Header{FirstSequence: 7, Size: SizeMin, BaseDigest: digestAt(3)}
	f.Add(h.Encode(testUUID))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := make([]byte, HeaderBytes)
		copy(b, data)
		if len(data) != HeaderBytes-1 { // else the checksum stays as it is
			resum(b)
		}
		h, uuid, err := decodeHeader(b, "x.wal")
		if err == nil {
			if !bytes.Equal(h.Encode(uuid), b) || h.check() != "" {
				t.Fatalf("% x is taken for %+v", b, h)
			}
			return
		}
		e := dberr.From(err)
		if e.Path != "x.wal" || e.HasOffset && (e.Offset < 0 || e.Offset >= HeaderBytes) || e.Code != dberr.WALCorruption && e.Code != dberr.RecoveryFailed {
			t.Fatalf("%v has the code %q and the place %q %d", err, e.Code, e.Path, e.Offset)
		}
	})
}
