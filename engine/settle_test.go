package engine_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// unsettled opens a database that was closed cleanly, lets change replace its CHECKPOINT,
// and then the sync of that name fail, or the process be killed before it. It returns the
// disk as the next process finds it.
func unsettled(t *testing.T, o engine.Options, fault error, change func(*engine.DB) error) *vfs.Mem {
	t.Helper()
	db := mustOpen(t, o)
	if !db.Recovery().Sealed {
		t.Fatal("the database was not closed cleanly")
	}
	mem := o.FS.(*vfs.Mem)
	replaced := false
	mem.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.KindRename && op.To == genDir+"/CHECKPOINT" {
			replaced = true
		} else if replaced && (fault == vfs.ErrCrashed || op.Kind == vfs.KindSyncDir) {
			return fault
		}
		return nil
	})
	if err := change(db); !errors.Is(err, fault) {
		t.Fatalf("got %v, want %v", err, fault)
	}
	next := mem.Clone()
	_ = db.Close() // it failed, and seals nothing
	return next
}

// A log that was sealed before CHECKPOINT was replaced proves nothing of that name. What
// the CHECKPOINT before it needs must stay, be it that the next open would sweep it; its
// snapshot may be removed.
func TestCheckpointNotSynced(t *testing.T) {
	snapshot := func(db *engine.DB) error { _, err := db.Snapshot(ctx); return err }
	compact := func(db *engine.DB) error { _, err := db.Compact(ctx, nil); return err }
	for _, tt := range []struct {
		name   string
		change func(*engine.DB) error
		then   func(t *testing.T, db *engine.DB)
	}{
		{"snapshot", snapshot, func(*testing.T, *engine.DB) {}},
		{"snapshot, then the one before is removed", snapshot, func(t *testing.T, db *engine.DB) {
			all, err := db.Snapshots()
			mustDo(t, err)
			_, err = db.RemoveSnapshot(all[0].ID)
			mustDo(t, err)
		}},
		{"compact", compact, func(*testing.T, *engine.DB) {}},
	} {
		for _, fault := range []error{vfs.EIO, vfs.ErrCrashed} {
			t.Run(fmt.Sprintf("%s, %v", tt.name, fault), func(t *testing.T) {
				db, o := newDB(t)
				c := people(t, db)
				for i := range 2 {
					mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"somebody"}`, i)))
					_, err := db.Checkpoint(ctx)
					mustDo(t, err)
				}
				if tt.name != "compact" { // which is of a log that holds nothing
					mustDo(t, c.Insert([]byte(`{"_id":"2","name":"in the log"}`)))
				}
				mustDo(t, db.Close())
				o.FS = unsettled(t, o, fault, tt.change)
				db = mustOpen(t, o)
				tt.then(t, db)
				c, err := db.Collection("person", "v1")
				mustDo(t, err)
				mustDo(t, c.Insert([]byte(`{"_id":"3","name":"acknowledged"}`)))
				want := digestOf(t, db)
				mustDo(t, db.Close())
				for _, loss := range []vfs.Loss{vfs.LoseAll, vfs.KeepAll} {
					expectWhole(t, o, o.FS.(*vfs.Mem).AfterCrash(loss), want)
				}
			})
		}
	}
}

// expectWhole opens what a power cut left, verifies it, and makes a snapshot of it.
func expectWhole(t *testing.T, o engine.Options, image *vfs.Mem, want string) {
	t.Helper()
	o.FS = image
	db := mustOpen(t, o)
	if got := digestOf(t, db); got != want {
		t.Errorf("the digest is %s, want %s", got, want)
	}
	r, err := db.Verify(ctx, nil)
	mustDo(t, err)
	if !r.OK() {
		t.Errorf("verify finds %+v", r.Problems)
	}
	_, err = db.Snapshot(ctx)
	mustDo(t, err)
	mustDo(t, db.Close())
}
