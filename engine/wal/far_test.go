package wal

import (
	"testing"
)

// TestTornFarBackIsZeroed tears a record that reaches further than the zeros that an
// open writes behind the last one: of all its sectors the first, or the last, arrived.
// What lies there must not show under a later record.
func TestTornFarBackIsZeroed(t *testing.T) {
	const size, far = 256 << 10, 2 * behindBytes
	for _, first := range []bool{true, false} {
		b := flatLog(t, size, false, 10, far)
		kept := 2 // the sector of the second record
		if !first {
			kept += int(RecordBytes(opBytes(opOf(far)))/sectorBytes) - 1
		}
		for i := 2; i < len(b)/sectorBytes; i++ {
			if i != kept {
				clear(sector(b, i))
			}
		}
		if allZero(sector(b, kept)) {
			t.Fatalf("sector %d is none of the record", kept)
		}
		l, f, h, report := openFlat(t, b)
		if len(h) != 1 || report.Rule != Torn {
			t.Fatalf("%d records, %v", len(h), report.Rule)
		}
		if !allZero(f.b[l.Used():]) {
			t.Errorf("sector %d of a torn record stays in the log", kept)
		}
	}
}

func opOf(document int) *Op {
	op := insert(1, document)
	return &op
}

// TestSealedLogCutShort cuts a sealed log far behind its seal, where opening does not
// read: its size tells.
func TestSealedLogCutShort(t *testing.T) {
	b := flatLog(t, sealedSize, true, 10)
	for _, n := range []int{sealedSize - 1, sealedSize - sectorBytes, 100 << 10, HeaderBytes + 2*sectorBytes + peekBytes} {
		_, report, err := readFlat(b[:n])
		if e := wantDamage(t, err, "size"); e.Offset != int64(n) || report.Records != 0 {
			t.Errorf("cut to %d bytes: %v after %d records", n, err, report.Records)
		}
	}
}
