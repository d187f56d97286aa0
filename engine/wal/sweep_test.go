package wal

import (
	"bytes"
	"testing"
)

// undecidable reports whether the sector at off of the log whole, damaged to
// sector, is the one case that cannot be told from a torn write: in the last
// record, without a seal behind it, a sector that reads as zeros.
func undecidable(whole history, off int64, sector []byte) bool {
	last := whole[len(whole)-1]
	return last.Count > 0 && off >= last.Offset && off < last.Offset+last.Bytes && allZero(sector)
}

// checkDamaged opens the damaged file b. It must be refused, or, undecidable, lack
// the last record and no more.
func checkDamaged(t *testing.T, b []byte, whole history, off int) {
	t.Helper()
	h, report, err := readFlat(b)
	at := off - off%sectorBytes
	if !undecidable(whole, int64(at), b[at:at+sectorBytes]) {
		wantCode(t, err, "AERO_WAL_CORRUPTION")
		return
	}
	if err != nil || !h.equal(whole[:len(whole)-1]) || (report.Rule != Torn && report.Rule != CleanEnd) {
		t.Fatalf("byte %d: %d records, %v, %v", off, len(h), report.Rule, err)
	}
}

// TestEveryByte changes each byte of small logs in four ways.
func TestEveryByte(t *testing.T) {
	for name, b := range map[string][]byte{
		"sealed":           flatLog(t, 5120, true, 100, 1200, 20),
		"unsealed":         flatLog(t, 5120, false, 100, 20, 1200),
		"lone last byte":   flatLog(t, 5120, false, documentFor(448+511+1)),
		"full":             flatLog(t, 2560, true, 100, 900),
		"without a record": flatLog(t, 2048, true),
	} {
		t.Run(name, func(t *testing.T) {
			whole, _, err := readFlat(b)
			if err != nil {
				t.Fatal(err)
			}
			for i, was := range b {
				for _, is := range [...]byte{was ^ 0x01, was ^ 0x80, 0, 0xff} {
					if is == was {
						continue
					}
					b[i] = is
					checkDamaged(t, b, whole, i)
				}
				b[i] = was
			}
		})
	}
}

// TestEverySlackSector changes a byte of each sector further behind a seal than
// opening looks, another one in each. Opening does not detect that, on purpose, and
// returns what was committed; the first append and Inspect do.
func TestEverySlackSector(t *testing.T) {
	b := flatLog(t, sealedSize, true, 100, 1200)
	whole, report, err := readFlat(b)
	if err != nil {
		t.Fatal(err)
	}
	for i := report.Used + peekBytes; i < sealedSize; i += sectorBytes + 3 {
		b[i] = 1 << (i % 8)
		checkSlackDamage(t, b, whole, i)
		b[i] = 0
	}
}

// TestEverySector zeroes each sector, and replaces each by each other one.
func TestEverySector(t *testing.T) {
	for _, seal := range []bool{false, true} {
		b := flatLog(t, 5120, seal, 100, 1200, 20, 600)
		whole, _, err := readFlat(b)
		if err != nil {
			t.Fatal(err)
		}
		for to := range len(b) / sectorBytes {
			was := bytes.Clone(sector(b, to))
			for from := range len(b) / sectorBytes {
				copy(sector(b, to), sector(b, from))
				if !bytes.Equal(sector(b, to), was) && !sealLost(whole, to, sector(b, to)) && !tornAlike(whole, to, b) {
					checkDamaged(t, b, whole, to*sectorBytes)
				}
				copy(sector(b, to), was)
			}
		}
	}
}

// sealLost is the harmless twin of the undecidable case: a seal that reads as zeros.
func sealLost(whole history, i int, b []byte) bool {
	last := whole[len(whole)-1]
	return last.Count == 0 && int64(i)*sectorBytes == last.Offset && allZero(b)
}

// tornAlike reports whether sector i, behind the last record with a gap, became
// one that a torn write of the next record could have left.
func tornAlike(whole history, i int, b []byte) bool {
	last := whole[len(whole)-1]
	next := int((last.Offset + last.Bytes) / sectorBytes)
	return i > next && i < len(b)/sectorBytes-1 && sector(b, i)[0] == stampNext
}
