package wal

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

func TestFileNames(t *testing.T) {
	for _, first := range []uint64{1, 42, math.MaxUint64} {
		name := FileName(first)
		if got, ok := ParseFileName(name); !ok || got != first || len(name) != 24 {
			t.Errorf("%d is %q, read back as %d, %v", first, name, got, ok)
		}
	}
	for _, name := range []string{"", ".wal", "1.wal", FileName(0), "00000000000000000001.WAL", "00000000000000000001.wal.tmp",
		"99999999999999999999.wal", "+0000000000000000001.wal", "0000000000000000000x.wal", "000000000000000000001.wal"} {
		if first, ok := ParseFileName(name); ok {
			t.Errorf("%q is taken for the log of %d", name, first)
		}
	}
}

func TestCreateRefusesHeader(t *testing.T) {
	for _, h := range []Header{
		{FirstSequence: 0, Size: 4096},
		{FirstSequence: 1, Size: 0},
		{FirstSequence: 1, Size: -512},
		{FirstSequence: 1, Size: SizeMin - 512},
		{FirstSequence: 1, Size: 4097},
	} {
		o, _ := flatOptions(nil)
		_, err := Create(o, h)
		wantCode(t, err, dberr.InternalInvariant)
	}
}

// resum makes the checksum of a file header right again after a change.
func resum(b []byte) { binary.LittleEndian.PutUint32(b[12:], fileChecksum(b[:HeaderBytes])) }

func TestHeaderRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(b []byte)
		code   dberr.Code
		offset int64
		says   []string
	}{
		{"magic", func(b []byte) { b[0] = 'B' }, dberr.WALCorruption, 0, []string{`"BEROWAL1"`, `"AEROWAL1"`}},
		{"checksum", func(b []byte) { b[100] = 1 }, dberr.WALCorruption, 12, []string{"checksum"}},
		{"damaged version", func(b []byte) { b[8] = 2 }, dberr.WALCorruption, 12, nil},
		{"newer version", func(b []byte) { b[8] = 2; resum(b) }, dberr.RecoveryFailed, 8, []string{"version 2", "version 1"}},
		{"other database", func(b []byte) { b[16] = 0xff; resum(b) }, dberr.WALCorruption, 16,
			[]string{"ff20010203", "ae20010203"}},
		{"other name", func(b []byte) { b[40] = 7; resum(b) }, dberr.WALCorruption, 40, []string{"is 7", "says 1"}},
		{"other size", func(b []byte) { b[33] = 0x20; resum(b) }, dberr.WALCorruption, 4096, []string{"truncated to 4096", "8192"}},
		{"smaller size", func(b []byte) { b[33] = 0x06; copy(sector(b, 3), sector(b, 1)); reframe(b, 3); resum(b) }, dberr.WALCorruption, 1024, []string{"sequence 1 follows at 1536"}},
		{"odd size", func(b []byte) { b[32] = 1; resum(b) }, dberr.WALCorruption, 32, nil},
		{"negative size", func(b []byte) { b[39] = 0x80; resum(b) }, dberr.WALCorruption, 32, nil},
		{"slack", func(b []byte) { b[511] = 1; resum(b) }, dberr.WALCorruption, 80, nil},
	} {
		b := flatLog(t, 4096, false, 10)
		test.change(b)
		_, _, err := readFlat(b)
		e := wantCode(t, err, test.code)
		if e.Path != "wal/"+FileName(1) || e.Offset != test.offset {
			t.Errorf("%s: %v, expected offset %d", test.name, e, test.offset)
		}
		for _, s := range test.says {
			if !strings.Contains(e.Message, s) {
				t.Errorf("%s: %q does not name %s", test.name, e.Message, s)
			}
		}
	}
}

func TestEveryLength(t *testing.T) {
	for _, seal := range []bool{false, true} {
		whole := flatLog(t, 4096, seal, 10, 900)
		for n := range whole {
			_, _, err := readFlat(whole[:n])
			wantDamage(t, err, "size")
		}
		for _, n := range []int{1, 512, 4096} {
			h, report, err := readFlat(append(bytes.Clone(whole), make([]byte, n)...))
			if seal {
				wantDamage(t, err, "size")
				continue
			}
			if err != nil || len(h) != 2 || report.SurplusBytes != int64(n) { // a crash while it grew
				t.Errorf("longer by %d: %d records, %+v, %v", n, len(h), report, err)
			}
		}
	}
}
