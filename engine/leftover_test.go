package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// What a crash cannot have left is named and stays; what it can have left goes.
func TestUnknownFilesStay(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepClose())...))
	unknown := []string{"notes.txt", "CURRENT.bak", "generations/old", "generations/1", "generations/000001/README", "generations/000001/CHECKPOINT.1",
		"generations/000001/metadata/x", "generations/000001/metadata/schemas/README", "generations/000001/segments/7.seg", "generations/000001/segments/000007.seg.bak",
		"generations/000001/wal/7.wal", "generations/000001/wal/notes", "snapshots/mine", "snapshots/mine.tmp"}
	leftovers := []string{"CURRENT.tmp", "generations/000007", "generations/000001/CHECKPOINT.tmp", "generations/000001/metadata/schemas/u_v1.json",
		"generations/000001/segments/000007.seg", "generations/000001/wal/00000000000000000009.wal", "snapshots/20260101T000000Z-1.tmp"}
	for _, name := range slices.Concat(unknown, leftovers) {
		rewrite(s.mem, "data/"+name, []byte("x"))
	}
	db := mustOpen(t, s.options(s.mem))
	defer db.Close()
	r := db.Recovery()
	for _, list := range [][]string{unknown, leftovers, r.Unknown, r.Swept} {
		slices.Sort(list)
	}
	if !slices.Equal(r.Unknown, unknown) || !slices.Equal(r.Swept, leftovers) {
		t.Errorf("unknown: %q\nswept: %q", r.Unknown, r.Swept)
	}
	for _, name := range unknown {
		if content(s.mem, "data/"+name) == nil {
			t.Errorf("%s is gone", name)
		}
	}
	for _, name := range leftovers {
		if content(s.mem, "data/"+name) != nil {
			t.Errorf("%s is still there", name)
		}
	}
}

// A segment's number is in the salt of its checksums, so it is never given to another,
// also when all segments have gone since.
func TestSegmentNumbersAreNotUsedAgain(t *testing.T) {
	s := newSim()
	s.keep = 9
	numbers := map[string]int{}
	last := ""
	for round := range 3 {
		id := fmt.Sprint(round)
		if round == 0 {
			mustDo(t, s.run(fresh()...))
		} else {
			mustDo(t, s.run(stepOpen()))
		}
		mustDo(t, s.run(stepInsert("v1", doc(id, 1, 10)), stepCheckpoint()))
		for _, name := range s.mem.Files() {
			if dir, base, _ := strings.Cut(name, "/segments/"); dir == genDir {
				last = max(last, base)
				numbers[base]++
			}
		}
		mustDo(t, s.run(stepDelete("v1", id), stepCheckpoint(), stepCompact()))
		st, err := s.db.Stats()
		mustDo(t, err)
		if st.SegmentCount != 0 {
			t.Fatalf("%d segments of no documents", st.SegmentCount)
		}
		mustDo(t, s.run(stepClose()))
	}
	if len(numbers) != 3 || numbers[last] != 1 {
		t.Errorf("the first segments after each start are %v", numbers)
	}
}

// A checkpoint that fails leaves no file of its own, whatever it had made.
func TestFailedCheckpointLeavesNothing(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10)))...))
	before := s.mem.Files()
	s.watch = func(op vfs.Op) error {
		if op.Kind == vfs.KindAllocate { // of the new log, when segment and snapshot are there
			return vfs.EIO
		}
		return nil
	}
	_, err := s.db.Checkpoint(ctx)
	wantCode(t, err, dberr.CheckpointFailed)
	if files := s.mem.Files(); !slices.Equal(files, before) {
		t.Errorf("there are %q, before %q", files, before)
	}
	s.watch = nil
	mustDo(t, s.run(stepCheckpoint(), stepClose()))
}

// A log that was made for a larger wal.max_size is used up to the smaller one only.
func TestSmallerLimitHoldsAtOnce(t *testing.T) {
	o := testOptions(vfs.NewMem())
	o.WALMaxSize = 1 << 20 // of which 64 KiB are laid out
	mustInit(t, o)
	o.WALMaxSize, o.WALOnFull = 16<<10, engine.OnFullReject
	db := mustOpen(t, o)
	defer db.Close()
	c := people(t, db)
	var err error
	for n := 0; n < 100 && err == nil; n++ {
		err = c.Insert(fmt.Appendf(nil, `{"_id":"%03d","name":"somebody"}`, n))
	}
	wantCode(t, err, dberr.WALFull)
	st, err := db.Stats()
	mustDo(t, err)
	if st.WALSizeBytes > o.WALMaxSize || st.WALLimitBytes != o.WALMaxSize {
		t.Errorf("the log has %d bytes, its limit is %d, wal.max_size %d", st.WALSizeBytes, st.WALLimitBytes, o.WALMaxSize)
	}
}
