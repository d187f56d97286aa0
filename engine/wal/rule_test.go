package wal

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// sectors of the log that the rule tests damage: header, one single-sector record
// (1), one of four sectors (2 to 5), one of three (6 to 8), zeros.
func ruleLog(t *testing.T) []byte { return flatLog(t, 8192, false, 100, 1900, 1300) }

func sector(b []byte, i int) []byte { return b[i*sectorBytes : (i+1)*sectorBytes] }

var ruleTests = []struct {
	name    string
	change  func(b []byte)
	rule    Rule
	records int   // valid ones, if it is no damage
	torn    int64 // bytes
}{
	{"nothing", func(b []byte) {}, CleanEnd, 3, 0},
	{"last record never came", func(b []byte) { clear(b[6*512:]) }, CleanEnd, 2, 0},
	{"no record at all", func(b []byte) { clear(b[512:]) }, CleanEnd, 0, 0},

	{"first sector zero, a record behind", func(b []byte) { clear(sector(b, 1)) }, LaterRecord, 0, 0},
	{"middle record zero, a record behind", func(b []byte) { clear(b[2*512 : 6*512]) }, LaterRecord, 0, 0},
	{"middle record's last sector zero", func(b []byte) { clear(sector(b, 5)) }, LaterRecord, 0, 0},
	{"middle record's document flipped", func(b []byte) { sector(b, 3)[77] ^= 1 }, LaterRecord, 0, 0},
	{"middle record's header flipped", func(b []byte) { sector(b, 2)[9] ^= 1 }, LaterRecord, 0, 0},

	{"torn and a byte behind", func(b []byte) { clear(sector(b, 8)); sector(b, 10)[3] = 1 }, BeyondEnd, 0, 0},
	{"damaged and a byte behind", func(b []byte) { sector(b, 8)[5] ^= 1; sector(b, 9)[3] = 1 }, BeyondEnd, 0, 0},
	{"a byte in the seal's reserve", func(b []byte) { clear(sector(b, 6)); sector(b, 15)[0] = stampNext }, BeyondEnd, 0, 0},

	{"first sector lost", func(b []byte) { clear(sector(b, 6)) }, Torn, 2, 3 * 512},
	{"middle sector lost", func(b []byte) { clear(sector(b, 7)) }, Torn, 2, 3 * 512},
	{"last sector lost", func(b []byte) { clear(sector(b, 8)) }, Torn, 2, 3 * 512},
	{"only the first came", func(b []byte) { clear(b[7*512:]) }, Torn, 2, 3 * 512},
	{"only the last came", func(b []byte) { clear(b[6*512 : 8*512]) }, Torn, 2, 3 * 512},
	{"only the middle came", func(b []byte) { clear(sector(b, 6)); clear(sector(b, 8)) }, Torn, 2, 2 * 512},
	{"header damaged, a sector lost", func(b []byte) { sector(b, 6)[9] ^= 1; clear(sector(b, 7)) }, Torn, 2, 3 * 512},

	{"last record's document flipped", func(b []byte) { sector(b, 7)[77] ^= 1 }, Damaged, 0, 0},
	{"last record's header flipped", func(b []byte) { sector(b, 6)[20] ^= 1 }, Damaged, 0, 0},
	{"last record's padding flipped", func(b []byte) { sector(b, 8)[511] ^= 1 }, Damaged, 0, 0},
	{"last record's stamp flipped, a sector lost", func(b []byte) { sector(b, 8)[0] ^= 1; clear(sector(b, 7)) }, Damaged, 0, 0},
	{"a byte at the start of the unused", func(b []byte) { sector(b, 9)[0] = 1 }, Damaged, 0, 0},
	{"a byte in the unused", func(b []byte) { sector(b, 12)[100] = 1 }, Damaged, 0, 0},
	{"a first sector in the unused", func(b []byte) { copy(sector(b, 9), sector(b, 6)) }, Damaged, 0, 0},
}

// TestRules applies rule by rule what the package comment promises.
func TestRules(t *testing.T) {
	for _, test := range ruleTests {
		t.Run(test.name, func(t *testing.T) {
			b := ruleLog(t)
			test.change(b)
			h, report, err := readFlat(b)
			if report.Rule != test.rule {
				t.Fatalf("rule %v, expected %v (%v)", report.Rule, test.rule, err)
			}
			if test.rule == CleanEnd || test.rule == Torn {
				if err != nil || len(h) != test.records || report.TornBytes != test.torn {
					t.Fatalf("%d records, %d bytes torn, %v", len(h), report.TornBytes, err)
				}
				checkRepair(t, b, h)
				return
			}
			wantDamage(t, err, test.rule.String())
			checkUntouched(t, b)
		})
	}
}

// checkRepair opens b for writing: zeros replace the torn extent and nothing else
// changes, a second time nothing at all, and the log takes a record.
func checkRepair(t *testing.T, b []byte, want history) {
	t.Helper()
	repaired := bytes.Clone(b)
	o, f := flatOptions(repaired)
	l, report, err := Open(o, FileName(1), new(history).replay, false)
	if err != nil {
		t.Fatal(err)
	}
	zeroed := bytes.Clone(b)
	clear(zeroed[report.Used:])
	if !bytes.Equal(f.b, zeroed) {
		t.Fatal("the repair did not leave the valid records and zeros")
	}
	if _, again, err := Open(o, FileName(1), new(history).replay, false); err != nil || again.TornBytes != 0 || !bytes.Equal(f.b, zeroed) {
		t.Fatalf("opening the repaired log: %+v, %v", again, err)
	}
	appendOps(t, l, insert(7, 10))
	h, _, err := readFlat(f.b)
	if err != nil || len(h) != len(want)+1 || !h[:len(want)].equal(want) {
		t.Fatalf("after an append: %d records, %v", len(h), err)
	}
}

func checkUntouched(t *testing.T, b []byte) {
	t.Helper()
	before := bytes.Clone(b)
	o, f := flatOptions(b)
	if _, _, err := Open(o, FileName(1), new(history).replay, false); err == nil {
		t.Fatal("a damaged log opens for writing")
	}
	if !bytes.Equal(f.b, before) {
		t.Fatal("opening a damaged log changed it")
	}
}

// reframe gives the record at sector i a right checksum again after a change.
func reframe(b []byte, i int) {
	salted := newSalt(testUUID, 1).at(int64(i) * sectorBytes)
	h := sector(b, i)
	n := RecordBytes(int(binary.LittleEndian.Uint32(h[16:])))
	if end := int64(i)*sectorBytes + n; end <= int64(len(b)) {
		binary.LittleEndian.PutUint32(h[12:], bodyChecksum(salted, b[int64(i)*sectorBytes:end]))
	}
	binary.LittleEndian.PutUint32(h[8:], headChecksum(salted, h))
}

// TestSenseRefused checks records whose checksums are right and that no writer of
// this format makes.
func TestSenseRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		sector int
		change func(b []byte)
		rule   string
	}{
		{"type 0", 1, func(b []byte) { b[4] = 0 }, "content"},
		{"type 3", 1, func(b []byte) { b[4] = 3 }, "content"},
		{"reserved byte", 1, func(b []byte) { b[7] = 1 }, "content"},
		{"seal with operations", 1, func(b []byte) { b[4] = 2 }, "content"},
		{"commit without operations", 1, func(b []byte) { b[20] = 0 }, "content"},
		{"commit without payload", 1, func(b []byte) { clear(b[16:20]) }, "content"},
		{"payload above the limit", 1, func(b []byte) { b[19] = 0x10; b[16] = 1 }, "content"},
		{"payload past the file", 6, func(b []byte) { b[18] = 1 }, "content"},
		{"one operation too many", 1, func(b []byte) { b[20] = 2 }, "content"},
		{"unknown operation", 1, func(b []byte) { b[64] = 9 }, "content"},
		{"padding", 1, func(b []byte) { b[511] = 1 }, "content"},
		{"stamp", 2, func(b []byte) { b[512] = stampFirst }, "content"},
		{"sequence repeated", 2, func(b []byte) { b[24] = 1 }, "sequence"},
		{"sequence skipped", 2, func(b []byte) { b[24] = 3 }, "sequence"},
		{"sequence past its range", 2, func(b []byte) { copy(b[24:32], bytes.Repeat([]byte{0xff}, 8)) }, "content"},
		{"digest of the seal", 9, func(b []byte) { b[33] ^= 1 }, "content"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := flatLog(t, 8192, true, 100, 1900, 1300)
			test.change(b[test.sector*sectorBytes:])
			reframe(b, test.sector)
			_, _, err := readFlat(b)
			if e := wantDamage(t, err, test.rule); e.Offset != int64(test.sector)*sectorBytes {
				t.Errorf("%v, expected offset %d", e, test.sector*sectorBytes)
			}
		})
	}
}

// TestForgedHeader stores documents made of valid record headers of this very
// file, for the very offsets they come to lie at. Torn in every way, they are
// never taken for records.
func TestForgedHeader(t *testing.T) {
	const size, forged = 16384, 12
	base := flatLog(t, size, false, 100)
	start := 2 // the sector of the record that carries the document
	s := newSalt(testUUID, 1)
	for shift := range sectorBytes {
		var document []byte
		document = append(document, make([]byte, shift)...)
		for i := range forged {
			off := int64(start+1+i) * sectorBytes
			document = append(document, sealRecord(s.at(off), 99, digestAt(99))...)
		}
		o, f := flatOptions(bytes.Clone(base))
		l, _, err := Open(o, FileName(1), new(history).replay, false)
		if err != nil {
			t.Fatal(err)
		}
		op := insert(1, 0)
		op.Document = document
		appendOps(t, l, op)
		last := int(l.Used()/sectorBytes) - 1
		if h, _, err := readFlat(f.b); err != nil || len(h) != 2 {
			t.Fatalf("shift %d: %d records, %v", shift, len(h), err)
		}
		for _, lost := range []int{start, start + 1, (start + last) / 2, last} {
			torn := slices.Clone(f.b)
			clear(sector(torn, lost))
			if h, report, err := readFlat(torn); err != nil || len(h) != 1 || report.Rule != Torn {
				t.Fatalf("shift %d, sector %d lost: %d records, %v, %v", shift, lost, len(h), report.Rule, err)
			}
		}
	}
}
