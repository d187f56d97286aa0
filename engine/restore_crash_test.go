package engine_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// everyCrash runs work on a clone of mem again and again, dies before each call that
// changes something, and gives check what a power cut leaves then.
func everyCrash(t *testing.T, mem *vfs.Mem, work func(*vfs.Mem) error, check func(image *vfs.Mem, call string)) (images int) {
	t.Helper()
	whole := mem.Clone()
	from := whole.Ops()
	mustDo(t, work(whole))
	var calls []vfs.Op
	for _, op := range whole.Trace() {
		if op.N >= from && op.Mutates() {
			calls = append(calls, op)
		}
	}
	if len(calls) < 3 {
		t.Fatalf("only %d calls change something", len(calls))
	}
	seen := map[[32]byte]bool{}
	look := func(m *vfs.Mem, seed int, call string) {
		for loss := range m.EveryLoss(uint64(seed)*16, 6) {
			if len(damagedFiles(loss, m.Pending())) > 0 {
				continue // TestCrashEverywhere has these
			}
			image := m.AfterCrash(loss)
			if h := image.Hash(); !seen[h] {
				seen[h] = true
				check(image, call)
			}
		}
	}
	for i, op := range calls {
		m := mem.Clone()
		m.DieAt(op.N - from + m.Ops())
		_ = work(m) // dead, or past its last step: only garbage was left to remove
		look(m, i, op.String())
	}
	look(whole, len(calls), "the end")
	tally.images.add(len(seen))
	return len(seen)
}

// expectState opens an image and returns its digest; what was left is swept, and
// opening again finds nothing.
func expectState(t *testing.T, o engine.Options, image *vfs.Mem, call string, allowed ...string) string {
	t.Helper()
	o.FS = image
	db, err := engine.Open(ctx, o)
	if err != nil {
		t.Fatalf("crash before %s: %v", call, err)
	}
	if len(db.Recovery().Unknown) > 0 {
		t.Fatalf("crash before %s: unknown files %v", call, db.Recovery().Unknown)
	}
	got := digestOf(t, db)
	if !slices.Contains(allowed, got) {
		t.Fatalf("crash before %s: digest %s, want one of %v", call, got, allowed)
	}
	v, err := db.Verify(ctx, nil)
	mustDo(t, err)
	if !v.OK() {
		t.Fatalf("crash before %s: %+v", call, v.Problems)
	}
	mustDo(t, db.Close())
	db = mustOpen(t, o)
	if len(db.Recovery().Swept) > 0 || digestOf(t, db) != got {
		t.Fatalf("crash before %s: the second open swept %v", call, db.Recovery().Swept)
	}
	mustDo(t, db.Close())
	return got
}

// Whatever happens in a restore, an undo or a drop, the directory holds the old
// database or the new one, whole.
func TestCrashInRestore(t *testing.T) {
	db, o := newDB(t)
	c := people(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"1","name":"in both"}`)))
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(`{"_id":"2","name":"in the log of the backup"}`)))
	tar, old := backupOf(t, db), ""
	backup := digestOf(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"3","name":"after the backup"}`)))
	old = digestOf(t, db)
	mustDo(t, db.Close())
	mem := o.FS.(*vfs.Mem).AfterCrash(vfs.KeepAll) // everything so far is durable
	with := func(m *vfs.Mem) engine.Options { p := o; p.FS = m; return p }

	restore := func(m *vfs.Mem) error {
		_, err := engine.Restore(context.Background(), with(m), bytes.NewReader(tar), engine.RestoreOptions{})
		return err
	}
	ends := map[string]int{}
	images := everyCrash(t, mem, restore, func(image *vfs.Mem, call string) {
		ends[expectState(t, o, image, call, old, backup)]++
	})
	if ends[old] == 0 || ends[backup] == 0 {
		t.Errorf("the images of the restore end as %v: not both states were seen", ends)
	}
	t.Logf("restore: %d images", images)

	restored := mem.Clone()
	mustDo(t, restore(restored))
	restored = restored.AfterCrash(vfs.KeepAll)
	undo := func(m *vfs.Mem) error { _, err := engine.UndoRestore(ctx, with(m)); return err }
	images = everyCrash(t, restored, undo, func(image *vfs.Mem, call string) { expectState(t, o, image, call, old, backup) })
	t.Logf("undo: %d images", images)
	drop := func(m *vfs.Mem) error { _, err := engine.DropPrevious(ctx, with(m)); return err }
	images = everyCrash(t, restored, drop, func(image *vfs.Mem, call string) { expectState(t, o, image, call, backup) })
	t.Logf("drop: %d images", images)
}

// A restore into a directory that does not exist leaves no database or the whole
// one, and can be run again.
func TestCrashInFirstRestore(t *testing.T) {
	db, o := newDB(t)
	c := people(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"1","name":"one"}`)))
	tar, backup := backupOf(t, db), digestOf(t, db)
	mustDo(t, db.Close())
	restore := func(m *vfs.Mem) error {
		p := o
		p.FS = m
		_, err := engine.Restore(ctx, p, bytes.NewReader(tar), engine.RestoreOptions{})
		return err
	}
	images := everyCrash(t, vfs.NewMem(), restore, func(image *vfs.Mem, call string) {
		p := o
		p.FS = image
		db, err := engine.Open(ctx, p)
		if dberr.CodeOf(err) == dberr.DatabaseNotFound {
			if err := restore(image); err != nil {
				t.Fatalf("crash before %s: restoring again: %v", call, err)
			}
		} else if err != nil {
			t.Fatalf("crash before %s: %v", call, err)
		} else {
			mustDo(t, db.Close())
		}
		expectState(t, o, image, call, backup)
	})
	t.Logf("%d images", images)
}

// An undo or a drop replaces CURRENT of a database that was closed cleanly. If the sync
// of that fails, or the process is killed before it, the next open must not build upon a
// name that is in the page cache only, nor sweep what the name before reached.
func TestUndoNotSynced(t *testing.T) {
	for _, undo := range []bool{true, false} {
		for _, fault := range []error{vfs.EIO, vfs.ErrCrashed} {
			db, o := newDB(t)
			c := people(t, db)
			mustDo(t, c.Insert([]byte(`{"_id":"1","name":"in both"}`)))
			tar := backupOf(t, db)
			mustDo(t, c.Insert([]byte(`{"_id":"2","name":"after the backup"}`)))
			mustDo(t, db.Close())
			restoreInto(t, o, tar)
			mustDo(t, mustOpen(t, o).Close())
			mem := o.FS.(*vfs.Mem)
			switched := false
			mem.SetFault(func(op vfs.Op) error {
				if op.Kind == vfs.KindRename && op.To == "data/CURRENT" {
					switched = true
				} else if switched && (fault == vfs.ErrCrashed || op.Kind == vfs.KindSyncDir) {
					return fault
				}
				return nil
			})
			step := engine.DropPrevious
			if undo {
				step = engine.UndoRestore
			}
			if _, err := step(ctx, o); !errors.Is(err, fault) {
				t.Fatalf("got %v, want %v", err, fault)
			}
			o.FS = mem.Clone()
			db = mustOpen(t, o)
			c, err := db.Collection("person", "v1")
			mustDo(t, err)
			mustDo(t, c.Insert([]byte(`{"_id":"3","name":"acknowledged"}`)))
			want := digestOf(t, db)
			mustDo(t, db.Close())
			for _, loss := range []vfs.Loss{vfs.LoseAll, vfs.KeepAll} {
				expectState(t, o, o.FS.(*vfs.Mem).AfterCrash(loss), "the end", want)
			}
		}
	}
}

// A first restore that fails takes back what it made. A power cut behind it may bring any
// of that back: still no database, and the next restore or init works.
func TestCrashInFailedFirstRestore(t *testing.T) {
	db, o := newDB(t)
	mustDo(t, people(t, db).Insert([]byte(`{"_id":"1","name":"one"}`)))
	tar, backup := backupOf(t, db), digestOf(t, db)
	mustDo(t, db.Close())
	restore := func(m *vfs.Mem, tar []byte) error {
		p := o
		p.FS = m
		_, err := engine.Restore(ctx, p, bytes.NewReader(tar), engine.RestoreOptions{})
		return err
	}
	fails := func(m *vfs.Mem) error {
		if err := restore(m, tar[:len(tar)-700]); err == nil {
			return errors.New("half a backup was restored")
		}
		return nil
	}
	images := everyCrash(t, vfs.NewMem(), fails, func(image *vfs.Mem, call string) {
		p := o
		p.FS = image
		if _, err := engine.Open(ctx, p); dberr.CodeOf(err) != dberr.DatabaseNotFound {
			t.Fatalf("crash before %s: %v", call, err)
		}
		again := image.Clone()
		if err := restore(again, tar); err != nil {
			t.Fatalf("crash before %s: restoring again: %v", call, err)
		}
		expectState(t, o, again, call, backup)
		if _, err := engine.Init(p); err != nil {
			t.Fatalf("crash before %s: init: %v", call, err)
		}
	})
	t.Logf("%d images", images)
}
