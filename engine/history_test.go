package engine_test

import (
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// entryNumber makes an entry with every member, told from others by its number.
func entryNumber(n int) engine.HistoryEntry {
	return engine.HistoryEntry{Op: engine.OpDrill, OK: n%2 == 0, Duration: time.Duration(n) * time.Millisecond, UUID: "u", Sequence: uint64(n), Documents: int64(n), Bytes: 7,
		Digest: digest.Sum{1, byte(n)}, Restore: time.Microsecond, Open: 2 * time.Microsecond, Verify: 3 * time.Microsecond}
}

// recorded lists the numbers of entries made by entryNumber.
func recorded(entries []engine.HistoryEntry) (numbers []int) {
	for _, e := range entries {
		numbers = append(numbers, int(e.Sequence))
	}
	return numbers
}

func TestHistory(t *testing.T) {
	db, o := newDB(t)
	if list, err := db.History(); err != nil || len(list) != 0 {
		t.Fatalf("a new database tells of %v, %v", list, err)
	}
	want := entryNumber(5)
	db.Record(want)
	db.Record(engine.HistoryEntry{}) // nothing was done
	want.Time = time.Time{}
	engine.Record(o, engine.HistoryEntry{Op: engine.OpVerify, OK: true}) // as beside the process that has it open
	list, err := db.History()
	mustDo(t, err)
	if len(list) != 2 || list[0].Time.IsZero() || list[1].Op != engine.OpVerify || list[1].UUID != db.Identity().UUID {
		t.Fatalf("%+v", list)
	}
	if list[0].Time = (time.Time{}); !reflect.DeepEqual(list[0], want) {
		t.Errorf("%+v was written, %+v read", want, list[0])
	}
	mustDo(t, db.Close())
	before := o.FS.(*vfs.Mem).Hash()
	o.ReadOnly = true
	engine.Record(o, want)
	reader := mustOpen(t, o)
	reader.Record(want)
	mustDo(t, reader.Close())
	nowhere := o
	nowhere.Dir, nowhere.ReadOnly = "nowhere", false
	engine.Record(nowhere, want)
	if o.FS.(*vfs.Mem).Hash() != before {
		t.Error("read-only, or where there is no database, something was written")
	}
}

// HISTORY is bounded, and the newest entries are there.
func TestHistoryIsBounded(t *testing.T) {
	db, o := newDB(t)
	const n = 2000
	for i := range n {
		db.Record(entryNumber(i))
	}
	list, err := db.History()
	mustDo(t, err)
	numbers := recorded(list)
	if len(numbers) < 100 || len(numbers) >= n || numbers[len(numbers)-1] != n-1 || !slices.IsSorted(numbers) || numbers[0] != n-len(numbers) {
		t.Errorf("%d entries from %d to %d", len(numbers), numbers[0], numbers[len(numbers)-1])
	}
	for _, name := range []string{"HISTORY", "HISTORY.1"} {
		info, err := o.FS.Stat(path.Join(o.Dir, name))
		mustDo(t, err)
		if info.Size() > 66<<10 {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
	}
	mustDo(t, db.Close())
	if u := mustOpen(t, o).Recovery().Unknown; len(u) > 0 {
		t.Errorf("unknown files %q", u)
	}
}

// TestCrashInHistory cuts the power at every call of a record, and the record after
// it mends what was torn: no entry that was acknowledged is lost.
func TestCrashInHistory(t *testing.T) {
	db, o := newDB(t)
	mustDo(t, db.Close())
	base := o.FS.(*vfs.Mem)
	turn := recordsUntilTurn(t, o, base.Clone())
	for _, already := range []int{0, 1, turn - 1, turn, turn + 1} {
		before := base.Clone()
		mo := o
		mo.FS = before
		for i := range already {
			engine.Record(mo, entryNumber(i))
		}
		images := map[[32]byte]bool{}
		for n := 0; ; n++ {
			m := before.Clone()
			mo.FS = m
			m.DieAt(n)
			engine.Record(mo, entryNumber(already))
			acknowledged := m.Ops() < n
			for loss := range m.EveryLoss(uint64(already), 0) {
				if slices.Contains([]string{vfs.KeepGarbage.String(), vfs.KeepStale.String(), vfs.KeepTornEnd.String()}, loss.String()) {
					continue // what a sector shares with an entry before would be garbage too
				}
				img := m.AfterCrash(loss)
				if seen := img.Hash(); images[seen] && !acknowledged {
					continue
				} else {
					images[seen] = true
				}
				mo.FS = img
				checkHistory(t, mo, already, acknowledged)
				if t.Failed() {
					t.Fatalf("%d entries, call %d, %s", already, n, loss)
				}
			}
			if acknowledged {
				break
			}
		}
		if len(images) < 3 {
			t.Errorf("%d entries: only %d images", already, len(images))
		}
	}
}

// recordsUntilTurn returns how many records fill HISTORY, so that it becomes HISTORY.1.
func recordsUntilTurn(t *testing.T, o engine.Options, m *vfs.Mem) int {
	t.Helper()
	o.FS = m
	for n := 1; n < 10000; n++ {
		engine.Record(o, entryNumber(n))
		if _, err := m.Stat(path.Join(o.Dir, "HISTORY.1")); err == nil {
			return n
		}
	}
	t.Fatal("HISTORY is not bounded")
	return 0
}

func checkHistory(t *testing.T, o engine.Options, already int, acknowledged bool) {
	t.Helper()
	list, err := engine.History(o)
	mustDo(t, err)
	numbers := recorded(list)
	if n := len(numbers); n != already+1 && (n != already || acknowledged) || !slices.IsSorted(numbers) {
		t.Errorf("%d entries of %d, acknowledged %v", n, already, acknowledged)
	}
	engine.Record(o, entryNumber(1000))
	again, err := engine.History(o)
	mustDo(t, err)
	if len(again) != len(list)+1 || again[len(list)].Sequence != 1000 {
		t.Errorf("%d entries after a record, %d before", len(again), len(list))
	}
}

// Every bit of HISTORY that flips is named by verify, or tears the last line.
func TestDamagedHistory(t *testing.T) {
	db, o := newDB(t)
	for i := range 3 {
		db.Record(entryNumber(i))
	}
	mustDo(t, db.Close())
	name := path.Join(o.Dir, "HISTORY")
	data, err := vfs.ReadFile(o.FS, name, 1<<20)
	mustDo(t, err)
	for i := range data {
		bad := slices.Clone(data)
		bad[i] ^= 1 << (i % 8)
		img := o.FS.(*vfs.Mem).Clone()
		rewrite(img, name, bad)
		io := o
		io.FS = img
		list, err := engine.History(io)
		if i == len(data)-1 {
			if len(list) != 2 || err != nil {
				t.Errorf("without its newline the last line is torn: %v, %v", recorded(list), err)
			}
			continue
		}
		wantCode(t, err, dberr.StorageCorruption)
		if e := dberr.From(err); e.Path != "HISTORY" || !e.HasOffset || e.Hint == "" {
			t.Fatalf("byte %d: %v has no place or hint", i, err)
		}
		if i%50 > 0 {
			continue
		}
		r, err := engine.Verify(ctx, io, nil)
		mustDo(t, err)
		if len(r.Problems) != 1 || r.Problems[0].File != "HISTORY" || !strings.Contains(r.Problems[0].Affected, "no data") {
			t.Errorf("byte %d: verify says %+v", i, r.Problems)
		}
		mustDo(t, mustOpen(t, io).Close()) // it informs only
	}
}
