package wal

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// flatGrowing returns an empty log in a byte slice that may grow to sizeMax.
func flatGrowing(t testing.TB, sizeMax int64) (*Log, Options, *flat) {
	t.Helper()
	o, f := flatOptions(nil)
	o.SizeMax = sizeMax
	return create(t, o, o.FirstSize()), o, f
}

func TestFirstSize(t *testing.T) {
	for _, test := range []struct{ sizeMax, first, step int64 }{
		{0, SizeMin, 4 << 10},
		{2048, 2048, 4 << 10},
		{4096 + 511, 4 << 10, 4 << 10},
		{64 << 10, 4 << 10, 4 << 10},
		{128<<10 - 1, 4 << 10, 4 << 10},
		{128 << 10, 8 << 10, 8 << 10},
		{64<<20 - 1, 4<<20 - 4096, 4<<20 - 4096},
		{64 << 20, 4 << 20, 4 << 20},
		{4 << 30, 4 << 20, 4 << 20},
	} {
		o := Options{SizeMax: test.sizeMax}
		if first, step := o.FirstSize(), o.step(); first != test.first || step != test.step {
			t.Errorf("%d: begins with %d and grows by %d, expected %d and %d", test.sizeMax, first, step, test.first, test.step)
		}
	}
}

// documentOf makes a record of so many sectors, with nothing left in the last one.
func documentOf(sectors int) int {
	return documentFor(firstPayloadBytes + (sectors-1)*nextPayloadBytes)
}

// TestGrowsByWholeSteps appends records and looks at the size after each: the next whole
// step behind the record and its seal, never past the limit.
func TestGrowsByWholeSteps(t *testing.T) {
	l, o, f := flatGrowing(t, 34<<10) // steps of 4 KiB, and a rest of 2
	for _, test := range []struct{ sectors, size int }{
		{6, 4 << 10},   // up to 3584: the seal has the last sector
		{1, 8 << 10},   // to the end of the step, where no seal would fit
		{7, 8 << 10},   // up to 7680
		{20, 20 << 10}, // several steps at once, as many as it takes
		{23, 32 << 10},
		{9, 34 << 10}, // the limit: the seal ends there
	} {
		before := l.Used()
		if b := grouped(l, insert(1, documentOf(test.sectors))); !l.Fits(b) {
			t.Fatalf("%d sectors do not fit at %d", test.sectors, before)
		}
		appendOps(t, l, insert(1, documentOf(test.sectors)))
		if used := l.Used() - before; used != int64(test.sectors)*sectorBytes {
			t.Fatalf("the record has %d bytes, expected %d sectors", used, test.sectors)
		}
		if l.Size() != int64(test.size) || len(f.b) != test.size || l.Header().Size != l.Size() {
			t.Fatalf("%d sectors at %d: %d bytes are laid out, the file has %d, expected %d", test.sectors, before, l.Size(), len(f.b), test.size)
		}
	}
	if b := grouped(l, insert(1, 10)); l.Fits(b) {
		t.Error("a full log takes one more")
	} else {
		wantCode(t, l.Append(b, digestAt(9)), dberr.WALFull)
	}
	if err := l.Seal(l.Digest()); err != nil || l.Used() != 34<<10 {
		t.Errorf("sealed: %d bytes used, %v", l.Used(), err)
	}
	if h, report, err := readFlat(f.b); err != nil || len(h) != 7 || !report.Sealed || report.SurplusBytes != 0 {
		t.Errorf("%d records, %+v, %v", len(h), report, err)
	}
	// Where less is allowed by now, what is laid out may still be used, and no more.
	o.SizeMax = 8 << 10
	o.FS = flatFS{f}
	l, _, err := Open(o, FileName(1), new(history).replay, false)
	if err != nil || l.Size() != 34<<10 || l.Fits(grouped(l, insert(1, 10))) {
		t.Errorf("opened: %v", err)
	}
}

// TestGrownBytes compares a log that grew with one that was laid out whole: only the
// size is another, in the header and in fact.
func TestGrownBytes(t *testing.T) {
	l, _, grown := flatGrowing(t, 32<<10)
	o, whole := flatOptions(nil)
	w := create(t, o, 32<<10)
	for i, n := range []int{10, 2000, 1, 5000, 9000, 700} {
		appendOps(t, l, insert(i, n))
		appendOps(t, w, insert(i, n))
	}
	if len(grown.b) != 20<<10 || !bytes.Equal(grown.b[HeaderBytes:], whole.b[HeaderBytes:len(grown.b)]) || !allZero(whole.b[len(grown.b):]) {
		t.Errorf("a log of %d bytes that grew has other records than one that was laid out whole", len(grown.b))
	}
	if n := copy(grown.b, whole.b[:32]); n != 32 { // up to the size, the checksum included
		t.Fatal(n)
	}
	copy(grown.b[32:40], whole.b[32:40])
	if !bytes.Equal(grown.b[:HeaderBytes], whole.b[:HeaderBytes]) {
		t.Error("the headers differ in more than the size and the checksum")
	}
}

// TestCutAfterGrowth cuts a log that grew several times at every length, sealed and not,
// after each record: at the end of an earlier step too, it never passes for a shorter log.
func TestCutAfterGrowth(t *testing.T) {
	for _, seal := range []bool{false, true} {
		l, _, f := flatGrowing(t, 32<<10)
		for i, sectors := range []int{6, 1, 7, 1, 8, 8, 1, 12} {
			appendOps(t, l, insert(i, documentOf(sectors)))
			if seal {
				if err := l.Seal(l.Digest()); err != nil {
					t.Fatal(err)
				}
			}
			for n := 0; n < len(f.b); n += 1 + n%2*510 { // both sides of every edge of a sector
				_, _, err := readFlat(f.b[:n])
				wantDamage(t, err, "size")
			}
			if h, _, err := readFlat(f.b); err != nil || len(h) < i+1 {
				t.Fatalf("%d records, %v", len(h), err)
			}
		}
	}
}

// TestStaleHeader puts the header of an earlier size back, as a disk may that lost a write:
// whatever lies behind that size then, no acknowledged record is passed over.
func TestStaleHeader(t *testing.T) {
	for _, seal := range []bool{false, true} {
		l, _, f := flatGrowing(t, 32<<10)
		var headers [][]byte
		for i, sectors := range []int{6, 1, 7, 1, 8, 8, 1, 12} {
			headers = append(headers, bytes.Clone(f.b[:HeaderBytes]))
			appendOps(t, l, insert(i, documentOf(sectors)))
		}
		if seal {
			if err := l.Seal(l.Digest()); err != nil {
				t.Fatal(err)
			}
		}
		for i, h := range headers {
			b := append(bytes.Clone(h), f.b[HeaderBytes:]...)
			checkStale(t, fmt.Sprintf("the header before record %d, sealed %t", i, seal), b, bytes.Equal(h, f.b[:HeaderBytes]))
		}
	}
}

// checkStale opens b, whose header is older than its records, for reading and for writing.
func checkStale(t *testing.T, what string, b []byte, current bool) {
	t.Helper()
	before := bytes.Clone(b)
	_, _, err := readFlat(b)
	if current != (err == nil) || !current && dberr.CodeOf(err) != dberr.WALCorruption {
		t.Errorf("%s: %v", what, err)
	}
	o, f := flatOptions(b)
	if _, _, err := Open(o, FileName(1), new(history).replay, false); current != (err == nil) {
		t.Errorf("%s, to write: %v", what, err)
	}
	if !bytes.Equal(f.b, before) && !current {
		t.Errorf("%s: the refused file was changed", what)
	}
}

// TestInterruptedGrowth opens logs that are longer than their header says: what is behind
// is cut, whatever it is, and the log grows over it as if it had never been.
func TestInterruptedGrowth(t *testing.T) {
	for name, surplus := range map[string][]byte{
		"zeros":                               make([]byte, 4096),
		"a part of them":                      make([]byte, 700),
		"garbage":                             bytes.Repeat([]byte{stampFirst, 'R', 'E', 'C', 7}, 900),
		"a sector of a record from elsewhere": append(make([]byte, 512), sealRecord(newSalt(testUUID, 1).at(512), 3, digestAt(2))...),
	} {
		l, o, f := flatGrowing(t, 16<<10)
		appendOps(t, l, insert(1, 1000))
		appendOps(t, l, insert(2, 1000))
		want := bytes.Clone(f.b)
		f.b = append(f.b, surplus...)
		ro, report, err := Open(o, FileName(1), new(history).replay, true)
		if err != nil || report.SurplusBytes != int64(len(surplus)) || report.Rule != CleanEnd || ro.Size() != 4096 || len(f.b) != 4096+len(surplus) {
			t.Fatalf("%s: %+v, %v", name, report, err)
		}
		if _, report, err := Inspect(o.FS, FileName(1), new(history).replay); err != nil || report.SurplusBytes != int64(len(surplus)) {
			t.Errorf("%s, inspected: %+v, %v", name, report, err)
		}
		l, report, err = Open(o, FileName(1), new(history).replay, false)
		if err != nil || report.SurplusBytes != int64(len(surplus)) || !bytes.Equal(f.b, want) {
			t.Fatalf("%s: opened to write: %+v, %v", name, report, err)
		}
		appendOps(t, l, insert(3, 3000))
		if h, report, err := readFlat(f.b); err != nil || len(h) != 3 || report.SurplusBytes != 0 || len(f.b) != 8192 || !allZero(f.b[report.Used:]) {
			t.Errorf("%s: grown over it: %d records, %+v, %v", name, len(h), report, err)
		}
	}
}

// TestTornBeforeSurplus has both: a torn record, and a file that is longer than its header
// says. The two are told apart, and neither hides the other.
func TestTornBeforeSurplus(t *testing.T) {
	l, o, f := flatGrowing(t, 16<<10)
	appendOps(t, l, insert(1, 10))
	appendOps(t, l, insert(2, 1000))
	clear(f.b[1024+512 : 2048])
	f.b = append(f.b, make([]byte, 4096)...)
	_, report, err := Open(o, FileName(1), new(history).replay, false)
	if err != nil || report.Rule != Torn || report.TornOffset != 1024 || report.SurplusBytes != 4096 || len(f.b) != 4096 || !allZero(f.b[1024:]) {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestFullDiskKeepsTheLogUsable fills the disk at each sector of each growth: the record is
// refused, the file has the size that it had, and once there is room the same record goes
// in.
func TestFullDiskKeepsTheLogUsable(t *testing.T) {
	for _, kind := range []string{vfs.KindAllocate, vfs.KindWrite} {
		for n := int64(0); n < 8192; n += sectorBytes {
			s := newSim(t)
			s.begin()
			err := s.run(s.createSmall, func() error { return s.append(insert(1, 2000)) }, s.seal)
			if err != nil {
				t.Fatal(err)
			}
			fault := error(vfs.ENOSPC)
			if kind == vfs.KindWrite {
				fault = nth{1, vfs.ShortWrite{N: n, Err: vfs.ENOSPC}} // the first write breaks the seal
			}
			s.fail = map[string]error{kind: fault}
			large := insert(2, 9000)
			wantCode(t, s.append(large), dberr.StorageNoSpace)
			if s.l.Failed() || s.l.Sealed() || s.l.Size() != 4096 || len(mustRead(t, s.m)) != 4096 {
				t.Fatalf("%s, %d bytes: failed %t, sealed %t, size %d", kind, n, s.l.Failed(), s.l.Sealed(), s.l.Size())
			}
			s.checkLosses("refused")
			err = s.run(s.seal, s.reopen, func() error { return s.append(insert(3, 10)) }, func() error { return s.append(large) }, s.seal, s.reopen)
			if err != nil || s.l.Size() != 16<<10 {
				t.Fatalf("%s, %d bytes: %v", kind, n, err)
			}
			s.checkLosses("there is room")
		}
	}
}

func mustRead(t *testing.T, m *vfs.Mem) []byte {
	t.Helper()
	b, err := vfs.ReadFile(m, "wal/"+FileName(1), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGrowthThatCannotBeUndone fails all that follows a growth: the log has failed, and
// the next open finds what was acknowledged.
func TestGrowthThatCannotBeUndone(t *testing.T) {
	for _, kind := range []string{vfs.KindTruncate, vfs.KindSync} {
		s := newSim(t)
		s.begin()
		if err := s.run(s.createSmall, func() error { return s.append(insert(1, 2000)) }); err != nil {
			t.Fatal(err)
		}
		s.fail = map[string]error{vfs.KindWrite: vfs.ENOSPC, kind: vfs.EIO}
		err := s.append(insert(2, 3000))
		if err == nil || !s.l.Failed() {
			t.Fatalf("%s: %v", kind, err)
		}
		s.checkLosses(kind)
		if err := s.restart(); err != nil {
			t.Fatal(err)
		}
		if err := s.run(func() error { return s.append(insert(2, 3000)) }, s.seal); err != nil {
			t.Fatal(err)
		}
		s.checkLosses(kind + ", restarted")
	}
}

// TestReadBesideGrowth reads a log that another process makes larger while it is read:
// what was acknowledged before the read began is there, whenever it grows.
func TestReadBesideGrowth(t *testing.T) {
	for at := 0; ; at++ {
		l, o, f := flatGrowing(t, 32<<10)
		appendOps(t, l, insert(1, 1000))
		appendOps(t, l, insert(2, 1000))
		reads := 0
		grow := func() {
			appendOps(t, l, insert(3, 3000))
			appendOps(t, l, insert(4, 9000))
		}
		var h history
		_, report, err := open(o, &slow{flat: f, read: func(p []byte, off int64) (int, error) {
			if reads++; reads == at {
				grow()
			}
			return f.ReadAt(p[:min(len(p), sectorBytes)], off)
		}}, FileName(1), h.replay, true)
		if err != nil || len(h) < 2 {
			t.Errorf("grown before read %d: %d records, %+v, %v", at, len(h), report, err)
		}
		if reads < at {
			return
		}
	}
}
