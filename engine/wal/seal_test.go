package wal

import (
	"bytes"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// sealedSize is that of a log with slack further back than opening looks.
const sealedSize = 128 << 10

// openFlat opens the file b for writing.
func openFlat(t testing.TB, b []byte) (*Log, *flat, history, Report) {
	t.Helper()
	o, f := flatOptions(b)
	var h history
	l, report, err := Open(o, FileName(1), h.replay, false)
	if err != nil {
		t.Fatal(err)
	}
	return l, f, h, report
}

// TestTakesSealsPlace closes and reopens several times: no seal lies between the
// records, and none changes a sequence.
func TestTakesSealsPlace(t *testing.T) {
	o, f := flatOptions(nil)
	l := create(t, o, 8192)
	for i := range 4 {
		appendOps(t, l, insert(i, 100), insert(i+10, 100))
		if want := HeaderBytes + int64(i+1)*sectorBytes; l.Used() != want {
			t.Fatalf("used %d, expected %d", l.Used(), want)
		}
		for range 2 { // the second does nothing
			if err := l.Seal(l.Digest()); err != nil {
				t.Fatal(err)
			}
			if want := HeaderBytes + int64(i+2)*sectorBytes; l.Used() != want || !l.Sealed() {
				t.Fatalf("used %d, expected %d", l.Used(), want)
			}
		}
		if i%2 == 0 {
			l, f, _, _ = openFlat(t, f.b)
		}
	}
	h, report, err := readFlat(f.b)
	if err != nil || len(h) != 5 || report.Records != 4 || report.Ops != 8 || report.LastSequence != 8 || l.NextSequence() != 9 || report.Used != l.Used() {
		t.Fatalf("%d records, %+v, %v", len(h), report, err)
	}
}

// TestSealedDamage damages a sealed log up to its seal's end.
func TestSealedDamage(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(b []byte)
		rule   Rule
	}{
		{"seal flipped", func(b []byte) { sector(b, 5)[40] ^= 1 }, Damaged},
		{"seal's padding flipped", func(b []byte) { sector(b, 5)[500] ^= 1 }, Damaged},
		{"seal's stamp zero", func(b []byte) { sector(b, 5)[0] = 0 }, Damaged},
		{"record before the seal flipped", func(b []byte) { sector(b, 3)[40] ^= 1 }, LaterRecord},
		{"record before the seal zero", func(b []byte) { clear(b[2*512 : 5*512]) }, LaterRecord},
		{"seal zero", func(b []byte) { clear(sector(b, 5)) }, CleanEnd},
		{"seal zero, a byte behind", func(b []byte) { clear(sector(b, 5)); b[100<<10] = 1 }, Damaged},
		{"a byte behind the seal", func(b []byte) { sector(b, 6)[17] = 1 }, Slack},
		{"a seal behind the seal", func(b []byte) { copy(sector(b, 6), sealRecord(newSalt(testUUID, 1).at(6*512), 3, digestAt(2))) }, Slack},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := flatLog(t, sealedSize, true, 100, 1200)
			test.change(b)
			_, report, err := readFlat(b)
			if report.Rule != test.rule {
				t.Fatalf("rule %v, expected %v: %v", report.Rule, test.rule, err)
			}
			if test.rule != CleanEnd {
				wantDamage(t, err, test.rule.String())
				checkUntouched(t, b)
			}
		})
	}
}

// TestStaleSeal puts the block with an old seal back in place of what was written
// over it: the disk lost that write. What followed, right behind the block, tells.
func TestStaleSeal(t *testing.T) {
	for _, block := range []int{sectorBytes, 4 << 10, 32 << 10} {
		for _, documents := range [][]int{{10, 10}, {900}, {block, 10}, {2 * block}} {
			old := flatLog(t, 1<<20, true, 10, 600)
			l, f, _, _ := openFlat(t, bytes.Clone(old))
			for i, n := range documents {
				appendOps(t, l, insert(i, n))
			}
			for l.Used() < int64(2*block) {
				appendOps(t, l, insert(7, 200))
			}
			at := 4 * sectorBytes / block * block // the seal lies in sector 4
			copy(f.b[at:at+block], old[at:])
			_, _, err := readFlat(f.b)
			wantDamage(t, err, Slack.String())
		}
	}
}

// TestSlackDamage shows who finds damage far behind a seal: not Open, which does not
// read there, but Inspect, VerifySlack and the first append.
func TestSlackDamage(t *testing.T) {
	base := flatLog(t, sealedSize, true, 10, 600)
	whole, report, err := readFlat(base)
	if err != nil {
		t.Fatal(err)
	}
	const record = 120 << 10
	for _, test := range []struct {
		name string
		at   int64
		put  []byte
	}{
		{"first byte not looked at", report.Used + peekBytes, []byte{0x80}},
		{"last byte of the file", sealedSize - 1, []byte{1}},
		{"a byte in the middle", 100<<10 + 77, []byte{0xff}},
		{"a stamp", 100 << 10, []byte{stampNext}},
		{"a record", record, sealRecord(newSalt(testUUID, 1).at(record), 9, digestAt(8))},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := bytes.Clone(base)
			copy(b[test.at:], test.put)
			checkSlackDamage(t, b, whole, test.at)
		})
	}
}

// checkSlackDamage opens b, a sealed log that is not zero at off, further behind its
// seal than opening looks.
func checkSlackDamage(t *testing.T, b []byte, whole history, off int64) {
	t.Helper()
	wantSlack := func(err error) {
		t.Helper()
		if e := wantCode(t, err, dberr.WALCorruption); e.Offset != off || e.Details[0].Value != Slack.String() {
			t.Fatalf("%v, expected damage at %d by rule %v", err, off, Slack)
		}
	}
	o, f := flatOptions(bytes.Clone(b))
	_, report, err := Inspect(o.FS, FileName(1), new(history).replay)
	if wantSlack(err); report.Rule != Slack || !report.Sealed {
		t.Fatalf("inspected: %+v", report)
	}
	l, _, h, report := openFlat(t, f.b)
	if !h.equal(whole) || !report.Sealed || report.Rule != CleanEnd {
		t.Fatalf("opened: %d records, %+v", len(h), report)
	}
	wantSlack(l.VerifySlack())
	if err := l.Seal(l.Digest()); err != nil || l.Failed() {
		t.Fatalf("sealing the sealed log: %v", err)
	}
	next := grouped(l, insert(3, 10))
	wantSlack(l.Append(next, digestAt(3)))
	if !l.Failed() || !bytes.Equal(f.b, b) {
		t.Fatal("the log has not failed, or was written")
	}
	wantCode(t, l.Append(next, digestAt(3)), dberr.DatabaseFailed)
	wantCode(t, l.Seal(l.Digest()), dberr.DatabaseFailed)
	if !bytes.Equal(f.b, b) {
		t.Fatal("a failed log was written")
	}
}

// TestVerifySlackOfOpenLog finds what came to lie behind the last record of a log
// that is being written.
func TestVerifySlackOfOpenLog(t *testing.T) {
	l, f, _, _ := openFlat(t, flatLog(t, 8192, false, 10, 600))
	if err := l.VerifySlack(); err != nil {
		t.Fatal(err)
	}
	f.b[8000] = 1
	if e := wantDamage(t, l.VerifySlack(), Slack.String()); e.Offset != 8000 || l.Failed() {
		t.Errorf("%v; failed %v", e, l.Failed())
	}
}

// TestSlackUnreadable fails the read that comes before a seal is broken: nothing is
// written and the log can go on.
func TestSlackUnreadable(t *testing.T) {
	s := &slow{flat: &flat{b: flatLog(t, sealedSize, true, 10, 600)}}
	before := bytes.Clone(s.b)
	l, _, _, err := openSlow(s)
	if err != nil {
		t.Fatal(err)
	}
	s.read = func([]byte, int64) (int, error) { return 0, vfs.EIO }
	wantCode(t, l.Append(grouped(l, insert(3, 10)), digestAt(3)), dberr.StorageIOError)
	if l.Failed() || !l.Sealed() || !bytes.Equal(s.b, before) {
		t.Fatal("a read that failed changed the log")
	}
	s.read = nil
	appendOps(t, l, insert(3, 10))
	if err := l.Seal(l.Digest()); err != nil {
		t.Fatal(err)
	}
	s.read = func([]byte, int64) (int, error) { return 0, vfs.EIO }
	appendOps(t, l, insert(4, 10)) // behind its own seal it need not read
}

// TestSealedOpenReadsLittle bounds what opening a sealed log reads by its records,
// not by its size.
func TestSealedOpenReadsLittle(t *testing.T) {
	s := &slow{flat: &flat{b: flatLog(t, 8<<20, true, 10, 600)}}
	var end, read int64
	s.read = func(p []byte, off int64) (int, error) {
		end, read = max(end, off+int64(len(p))), read+int64(len(p))
		return s.flat.ReadAt(p, off)
	}
	l, h, _, err := openSlow(s)
	if err != nil || len(h) != 3 || end > l.Used()+2*peekBytes || read > 4*peekBytes {
		t.Fatalf("%d records, %v; read %d bytes up to %d", len(h), err, read, end)
	}
}
