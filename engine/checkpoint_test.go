package engine_test

import (
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// A checkpoint of an empty database once failed: the log that was to follow would
// have had the name of the one there.
func TestCheckpointOfNothing(t *testing.T) {
	db, _ := newDB(t)
	for range 2 {
		_, err := db.Checkpoint(ctx)
		mustDo(t, err)
	}
	list, err := db.Snapshots()
	mustDo(t, err)
	if len(list) != 1 || list[0].Sequence != 0 {
		t.Errorf("there are the snapshots %+v, want one of sequence 0", list)
	}
	mustDo(t, people(t, db).Insert([]byte(`{"_id":"1","name":"Ada"}`)))
}

// A checkpoint that failed for good once left a log behind that every later one
// stumbled over, until the next open.
func TestCheckpointAfterOneThatCouldNotCleanUp(t *testing.T) {
	m := vfs.NewMem()
	o := testOptions(m)
	mustInit(t, o)
	db := mustOpen(t, o)
	defer db.Close()
	mustDo(t, people(t, db).Insert([]byte(`{"_id":"1","name":"Ada"}`)))
	failing := false
	m.SetFault(func(op vfs.Op) error {
		if failing = failing || op.Kind == vfs.KindAllocate; failing {
			return vfs.EIO
		}
		return nil
	})
	if _, err := db.Checkpoint(ctx); err == nil {
		t.Fatal("an injected error was swallowed")
	}
	m.SetFault(nil)
	r, err := db.Checkpoint(ctx)
	mustDo(t, err)
	if r.WALBytesAfter >= r.WALBytesBefore {
		t.Errorf("the log has %d bytes, before %d", r.WALBytesAfter, r.WALBytesBefore)
	}
}
