package wal

import (
	"bytes"
	"errors"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

func TestAppendMisuse(t *testing.T) {
	o, f := flatOptions(nil)
	l := create(t, o, 4096)
	appendOps(t, l, insert(1, 10))
	before := bytes.Clone(f.b)
	var unset, empty, unknown, late Batch
	unset.Add(insert(1, 1))
	empty.Reset(2)
	unknown.Reset(2)
	unknown.Add(Op{Kind: 9})
	late.Reset(3)
	late.Add(insert(1, 1))
	last := Batch{}
	last.Reset(1<<64 - 1)
	last.Add(insert(1, 1))
	for name, b := range map[string]*Batch{"not reset": &unset, "empty": &empty, "unknown kind": &unknown, "a gap": &late,
		"past the last sequence": &last, "repeated": grouped(&Log{next: 1}, insert(1, 1))} {
		if err := l.Append(b, digestAt(2)); dberr.CodeOf(err) != dberr.InternalInvariant {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantCode(t, l.Seal(digestAt(2)), dberr.InternalInvariant)
	if l.Failed() || l.NextSequence() != 2 || !bytes.Equal(f.b, before) {
		t.Error("a caller's mistake changed the log")
	}
}

func TestBatchLimit(t *testing.T) {
	var b Batch
	b.Reset(1)
	b.Add(insert(1, 1))
	b.payload = PayloadBytesMax - opBytes(&Op{Kind: Insert}) + 1 // as if it were that long
	b.Add(Op{Kind: Insert})
	wantCode(t, b.check(), dberr.InternalInvariant)
	b.Reset(1)
	b.Add(insert(1, 1))
	if err := b.check(); err != nil {
		t.Errorf("after Reset: %v", err)
	}
}

// TestFull fills a log to its last byte but the seal's.
func TestFull(t *testing.T) {
	o, f := flatOptions(nil)
	l := create(t, o, 4096)
	for i := range 6 {
		appendOps(t, l, insert(i, 10))
	}
	b := grouped(l, insert(6, 10))
	if l.Fits(b) {
		t.Fatal("a record fits into the room of the seal")
	}
	wantCode(t, l.Append(b, digestAt(7)), dberr.WALFull)
	if err := l.Seal(digestAt(6)); err != nil {
		t.Fatal(err)
	}
	if l.Used() != l.Size() || l.Size() != 4096 || !l.Sealed() {
		t.Fatalf("used %d of %d", l.Used(), l.Size())
	}
	h, report, err := readFlat(f.b)
	if err != nil || len(h) != 7 || !report.Sealed || report.Rule != CleanEnd {
		t.Fatalf("%d records, %+v, %v", len(h), report, err)
	}
	l, _, err = Open(o, FileName(1), new(history).replay, false)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, l.Append(b, digestAt(7)), dberr.WALFull)
	if err := l.Seal(digestAt(6)); err != nil || l.Failed() {
		t.Fatalf("sealing a full, sealed log: %v", err)
	}
}

// TestFitsExactly ends the last record where the seal's room begins.
func TestFitsExactly(t *testing.T) {
	o, _ := flatOptions(nil)
	l := create(t, o, 4096)
	room := 448 + 5*511
	if l.Fits(grouped(l, insert(0, documentFor(room+1)))) {
		t.Error("one byte too many fits")
	}
	appendOps(t, l, insert(0, documentFor(room)))
	if l.Used() != 4096-SealBytes {
		t.Errorf("used %d", l.Used())
	}
}

func TestReadOnly(t *testing.T) {
	b := flatLog(t, 4096, false, 10, 900)
	clear(sector(b, 3))
	before := bytes.Clone(b)
	o, f := flatOptions(b)
	l, report, err := Open(o, FileName(1), new(history).replay, true)
	if err != nil || report.TornBytes != 1024 || report.TornOffset != 1024 {
		t.Fatalf("%+v, %v", report, err)
	}
	wantCode(t, l.Append(grouped(l, insert(1, 1)), digestAt(2)), dberr.DatabaseReadOnly)
	wantCode(t, l.Seal(l.Digest()), dberr.DatabaseReadOnly)
	if err := l.Close(); err != nil || !bytes.Equal(f.b, before) {
		t.Errorf("a read-only log changed; close: %v", err)
	}
}

// TestReplayStops returns replay's own error and repairs nothing.
func TestReplayStops(t *testing.T) {
	b := flatLog(t, 4096, false, 10, 10, 900)
	clear(sector(b, 3))
	before := bytes.Clone(b)
	o, f := flatOptions(b)
	stop := errors.New("stop")
	n := 0
	_, report, err := Open(o, FileName(1), func(Record) error {
		if n++; n == 2 {
			return stop
		}
		return nil
	}, false)
	if err != stop || n != 2 || report.Records != 2 || !bytes.Equal(f.b, before) {
		t.Errorf("%v after %d records, %+v", err, n, report)
	}
}

func TestInspect(t *testing.T) {
	b := flatLog(t, 8192, false, 100, 1900, 10)
	o, _ := flatOptions(b)
	var h history
	info, report, err := Inspect(o.FS, "some/where/copy.of.a.log", h.replay)
	if err != nil || info.UUID != testUUID || info.FormatVersion != 1 || info.Size != 8192 || info.FirstSequence != 1 ||
		info.BaseDigest != digestAt(0) || len(h) != 3 || report.Rule != CleanEnd {
		t.Fatalf("%+v, %+v, %d records, %v", info, report, len(h), err)
	}
	if h[1].Offset != 1024 || h[1].Bytes != 2048 || h[1].Payload != 1910 {
		t.Errorf("second record at %d, %d bytes, payload %d", h[1].Offset, h[1].Bytes, h[1].Payload)
	}
	sector(b, 3)[9] ^= 1
	h = nil
	_, report, err = Inspect(o.FS, "copy.of.a.log", h.replay)
	if e := wantCode(t, err, dberr.WALCorruption); e.Path != "copy.of.a.log" || report.Rule != LaterRecord || len(h) != 1 {
		t.Errorf("damaged: %v, %v, %d records", err, report.Rule, len(h))
	}
}
