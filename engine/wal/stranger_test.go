package wal

import (
	"bytes"
	"testing"
)

// TestStrangerRecords puts a record that is whole, and right in everything it says,
// its sequence too, in the place of another: one of another database, of another file,
// of another place in the same file. Nothing tells it from the record that belongs
// there but the salt of its checksums.
func TestStrangerRecords(t *testing.T) {
	const place, due = 2, 3 // the second record: its sector, its sequence
	logOf := func(uuid [16]byte, first uint64, records ...[]Op) []byte {
		f := &flat{}
		l, err := Create(Options{FS: flatFS{f}, Dir: "wal", UUID: uuid}, Header{FirstSequence: first, Size: 8192, BaseDigest: digestAt(first - 1)})
		if err != nil {
			t.Fatal(err)
		}
		for _, ops := range records {
			appendOps(t, l, ops...)
		}
		return f.b
	}
	other := testUUID
	other[15]++
	one, two, large := []Op{insert(1, 100)}, []Op{insert(1, 100), insert(2, 100)}, []Op{insert(1, 300), insert(2, 300)}
	whole := logOf(testUUID, 1, two, one, one)
	for _, test := range []struct {
		name   string
		record []byte
	}{
		{"of another database", sector(logOf(other, 1, two, one), place)},
		{"of another file", sector(logOf(testUUID, 2, one, one), place)},
		{"of another place", sector(logOf(testUUID, 1, large, one), place+1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.record[0] != stampFirst || test.record[24] != due {
				t.Fatalf("this is no record of sequence %d", due)
			}
			b := bytes.Clone(whole)
			copy(sector(b, place), test.record)
			_, _, err := readFlat(b)
			if e := wantDamage(t, err, LaterRecord.String()); e.Offset != place*sectorBytes {
				t.Errorf("%v, expected offset %d", e, place*sectorBytes)
			}
		})
	}
}
