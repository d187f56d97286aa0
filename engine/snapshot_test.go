package engine_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

func snapshotSequences(t *testing.T, db *engine.DB) (list []uint64) {
	t.Helper()
	all, err := db.Snapshots()
	mustDo(t, err)
	for _, s := range all {
		list = append(list, s.Sequence)
	}
	return list
}

func TestKeepRemovesTheOldest(t *testing.T) {
	s := newSim()
	s.keep = 2
	mustDo(t, s.run(fresh()...))
	defer func() { _ = s.db.Close() }()
	for i := range 4 {
		mustDo(t, s.run(stepInsert("v1", doc(fmt.Sprint(i), i, 10)), stepCheckpoint()))
	}
	if list := snapshotSequences(t, s.db); !slices.Equal(list, []uint64{4, 5}) {
		t.Errorf("kept are the snapshots of %v, want the last two, of 4 and 5", list)
	}
}

// After a restore of an older state, snapshots of the time behind it may come later in
// the order of sequences. The current checkpoint's stays, whichever place it has.
func TestKeepSparesTheCurrentSnapshot(t *testing.T) {
	s := newSim()
	s.keep = 1
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)))...))
	tar := backupOf(t, s.db)
	for i := range 4 {
		mustDo(t, s.run(stepInsert("v1", doc(fmt.Sprint(i), i, 10))))
	}
	mustDo(t, s.run(stepCheckpoint(), stepClose()))
	o := s.options(s.mem)
	_, err := engine.Restore(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{})
	mustDo(t, err)
	db := mustOpen(t, o)
	defer db.Close()
	c, err := db.Collection("t", "v1")
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(doc("after", 1, 10))))
	r, err := db.Checkpoint(ctx)
	mustDo(t, err)
	if r.Snapshot.Sequence != 3 {
		t.Fatalf("the checkpoint is of sequence %d", r.Snapshot.Sequence)
	}
	if list := snapshotSequences(t, db); !slices.Contains(list, 3) {
		t.Errorf("there are snapshots of %v; the current checkpoint's, of 3, is gone", list)
	}
	again, err := db.Checkpoint(ctx)
	mustDo(t, err)
	if again.Snapshot.ID != r.Snapshot.ID {
		t.Errorf("%s, want %s", again.Snapshot.ID, r.Snapshot.ID)
	}
}

func TestCurrentSnapshotStays(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint())...))
	defer s.db.Close()
	list, err := s.db.Snapshots()
	mustDo(t, err)
	before := s.mem.Hash()
	_, err = s.db.RemoveSnapshot(list[0].ID)
	wantCode(t, err, dberr.SnapshotFailed)
	_, err = s.db.RemoveSnapshot("20260101T000000Z-9")
	wantCode(t, err, dberr.SnapshotNotFound)
	if s.mem.Hash() != before {
		t.Error("a refused removal changed something")
	}
}

// A process that was killed before it synced a snapshot's name leaves one that is in
// the page cache only. A checkpoint that finds it names it durably before CHECKPOINT
// does.
func TestSnapshotOfAKilledProcess(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)))...))
	var left *vfs.Mem
	s.watch = func(op vfs.Op) error {
		if left == nil && op.Kind == vfs.KindSyncDir && op.Path == "data/snapshots" {
			left = s.mem.Clone()
		}
		return nil
	}
	mustDo(t, s.run(stepCheckpoint()))
	if left == nil {
		t.Fatal("the folder of snapshots was not synced")
	}
	db := mustOpen(t, s.options(left))
	defer db.Close()
	made, err := db.Checkpoint(ctx)
	mustDo(t, err)
	if made.Snapshot.Created {
		t.Fatal("the snapshot was made again: this shows nothing")
	}
	after := mustOpen(t, s.options(left.AfterCrash(vfs.LoseAll)))
	defer after.Close()
	r, err := after.Checkpoint(ctx)
	mustDo(t, err)
	if r.Snapshot.ID != made.Snapshot.ID {
		t.Errorf("after a power cut the checkpoint's snapshot is %q, it was %q", r.Snapshot.ID, made.Snapshot.ID)
	}
}
