package wal

import (
	"bytes"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// FuzzOpen opens a log of arbitrary bytes behind a valid file header. With sum,
// the first record gets right checksums, so that what is behind them is reached.
func FuzzOpen(f *testing.F) {
	f.Add(flatLog(f, 4096, true, 100, 900)[512:], false)
	f.Add(flatLog(f, 4096, false, 700, 10)[512:], true)
	f.Add(flatLog(f, 2048, true)[512:], true)
	f.Add(make([]byte, 1024), true)
	torn := flatLog(f, 4096, false, 100, 1900)
	clear(sector(torn, 4))
	f.Add(torn[512:], false)
	behind := flatLog(f, 4096, true, 100, 900)
	copy(sector(behind, 7), sector(behind, 1))
	f.Add(behind[512:], false)
	f.Fuzz(func(t *testing.T, data []byte, sum bool) {
		if len(data) > 1<<16 {
			return
		}
		size := int64(max(SizeMin, HeaderBytes+(len(data)+sectorBytes-1)/sectorBytes*sectorBytes))
		b := make([]byte, size)
		h := Header{FirstSequence: 1, Size: size, BaseDigest: digestAt(0)}
		copy(b, h.Encode(testUUID))
		copy(b[HeaderBytes:], data)
		if sum {
			reframe(b, 1)
		}
		records, report, err := readFlat(b)
		if err != nil {
			if code := dberr.CodeOf(err); code != dberr.WALCorruption {
				t.Fatalf("%v has the code %q", err, code)
			}
			checkUntouched(t, b)
			return
		}
		checkRewritten(t, b, records)
		if report.Used < size {
			checkReopen(t, b, records)
			checkGoesOn(t, b, records)
		}
	})
}

// checkRewritten encodes what was read and compares it with the file.
func checkRewritten(t *testing.T, b []byte, records history) {
	t.Helper()
	s := newSalt(testUUID, 1)
	for _, r := range records {
		want := sealRecord(s.at(r.Offset), r.FirstSequence, r.Digest)
		if r.Count > 0 {
			var batch Batch
			batch.Reset(r.FirstSequence)
			for _, op := range r.Ops {
				batch.Add(op)
			}
			want = batch.frame(s.at(r.Offset), r.Digest)
		}
		if !bytes.Equal(b[r.Offset:r.Offset+r.Bytes], want) {
			t.Fatalf("the record at %d is not what its operations encode to", r.Offset)
		}
	}
}

// checkReopen opens b for writing, twice, and reads the same each time.
func checkReopen(t *testing.T, b []byte, records history) {
	t.Helper()
	o, _ := flatOptions(bytes.Clone(b))
	for range 2 {
		var h history
		if _, _, err := Open(o, FileName(1), h.replay, false); err != nil || !h.equal(records) {
			t.Fatalf("opened for writing: %d records, %v; read-only %d", len(h), err, len(records))
		}
	}
}

// checkGoesOn appends to b, whose last record may be a seal, and reads it again.
func checkGoesOn(t *testing.T, b []byte, records history) {
	t.Helper()
	l, f, _, _ := openFlat(t, bytes.Clone(b))
	if l.Sealed() {
		records = records[:len(records)-1]
	}
	next := grouped(l, insert(1, 10))
	if !l.Fits(next) {
		return
	}
	if err := l.Append(next, digestAt(1)); err != nil {
		t.Fatal(err)
	}
	h, _, err := readFlat(f.b)
	if err != nil || len(h) != len(records)+1 || !h[:len(records)].equal(records) {
		t.Fatalf("appended: %d records, %v; before %d", len(h), err, len(records))
	}
}
