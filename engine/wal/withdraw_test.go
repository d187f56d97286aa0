package wal

import (
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// TestWithdrawnStaysAway fails the write of a record after each of its sectors, the
// last one too. The caller is told that the record is not in the log, so no power cut
// may bring it back, nor make damage of what is left of it.
func TestWithdrawnStaysAway(t *testing.T) {
	for n := int64(0); n <= 3*sectorBytes; n += sectorBytes {
		m := vfs.NewMem()
		if err := vfs.MkdirAll(m, "wal"); err != nil {
			t.Fatal(err)
		}
		l := create(t, memOptions(m), 16384)
		appendOps(t, l, insert(1, 10))
		failed := false
		m.SetFault(func(op vfs.Op) error {
			if op.Kind != vfs.KindWrite || failed {
				return nil
			}
			failed = true
			return vfs.ShortWrite{N: n, Err: vfs.EIO}
		})
		b := grouped(l, insert(2, 1200))
		wantCode(t, l.Append(b, digestAt(2)), dberr.WALAppendFailed)
		m.SetFault(nil)
		if l.Failed() || l.NextSequence() != 2 {
			t.Fatalf("%d bytes written: failed %t, next sequence %d", n, l.Failed(), l.NextSequence())
		}
		for loss := range m.EveryLoss(crashSeed, 12) {
			var h history
			after, report, err := Open(memOptions(m.AfterCrash(loss)), FileName(1), h.replay, false)
			if err != nil || len(h) != 1 || report.TornBytes != 0 {
				t.Fatalf("%d bytes written, power cut, %v: %d records, %d torn bytes, %v", n, loss, len(h), report.TornBytes, err)
			}
			_ = after.Close()
		}
		appendOps(t, l, insert(3, 10))
		if h, _, err := readFlat(logBytes(t, m)); err != nil || len(h) != 2 {
			t.Fatalf("%d bytes written, then a record: %d records, %v", n, len(h), err)
		}
	}
}

func logBytes(t *testing.T, m *vfs.Mem) []byte {
	t.Helper()
	b, err := vfs.ReadFile(m, "wal/"+FileName(1), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
