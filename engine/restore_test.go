package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

func backupOf(t testing.TB, db *engine.DB) []byte {
	t.Helper()
	var b bytes.Buffer
	info, err := db.Backup(ctx, &b, nil)
	mustDo(t, err)
	if info.Bytes != int64(b.Len()) {
		t.Fatalf("the backup has %d bytes and says %d", b.Len(), info.Bytes)
	}
	return b.Bytes()
}

func restoreInto(t testing.TB, o engine.Options, tar []byte) engine.RestoreResult {
	t.Helper()
	r, err := engine.Restore(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{Path: "b.tar"})
	mustDo(t, err)
	return r
}

func TestBackupRestore(t *testing.T) {
	db, o := grown(t)
	mem := o.FS.(*vfs.Mem)
	before := mem.Hash()
	tar := backupOf(t, db)
	if mem.Hash() != before {
		t.Error("a backup changed the data directory")
	}
	if !bytes.Equal(tar, backupOf(t, db)) {
		t.Error("the same state gave other bytes")
	}
	want, sequence := digestOf(t, db), db.Sequence()
	mustDo(t, db.Close())
	db = mustOpen(t, o)
	if !bytes.Equal(tar, backupOf(t, db)) {
		t.Error("closing and opening changed the backup")
	}
	mustDo(t, db.Close())

	info, err := engine.InspectBackup(ctx, bytes.NewReader(tar), "b.tar", newClock().Now, nil)
	mustDo(t, err)
	if info.Digest.String() != want || info.Sequence != sequence || info.Documents != 57 {
		t.Errorf("%+v", info)
	}

	// Into a directory that does not exist.
	fresh := o
	fresh.Dir = "elsewhere"
	r := restoreInto(t, fresh, tar)
	if r.Digest.String() != want || r.Sequence != sequence || r.Previous != "" {
		t.Errorf("%+v", r)
	}
	copyDB := mustOpen(t, fresh)
	if digestOf(t, copyDB) != want || copyDB.Sequence() != sequence || len(copyDB.Recovery().Swept)+len(copyDB.Recovery().Unknown) != 0 {
		t.Errorf("restored: %s at %d, %+v", digestOf(t, copyDB), copyDB.Sequence(), copyDB.Recovery())
	}
	if !bytes.Equal(tar, backupOf(t, copyDB)) {
		t.Error("a backup of the restored database is not the backup")
	}
	c, err := copyDB.Collection("person", "")
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(`{"_id":"new","name":"after the restore"}`)))
	_, err = copyDB.Checkpoint(ctx)
	mustDo(t, err)
	v, err := copyDB.Verify(ctx, nil)
	mustDo(t, err)
	if !v.OK() {
		t.Errorf("%+v", v.Problems)
	}
	mustDo(t, copyDB.Close())
}

func TestRestoreReplacesAndUndo(t *testing.T) {
	db, o := grown(t)
	tar := backupOf(t, db)
	old := digestOf(t, db)
	c, err := db.Collection("person", "")
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(`{"_id":"later","name":"written after the backup"}`)))
	newer := digestOf(t, db)
	_, err = engine.Restore(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{})
	wantCode(t, err, dberr.DatabaseLocked)
	mustDo(t, db.Close())

	// The question is asked before anything is written.
	mem := o.FS.(*vfs.Mem)
	no := errors.New("no")
	var asked engine.Replacement
	_, err = engine.Restore(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{Confirm: func(r engine.Replacement) error {
		asked = r
		return dberr.New(dberr.RestoreFailed, "%w", no)
	}})
	if !errors.Is(err, no) || asked.Foreign() || !asked.Older() || asked.Live.Digest.String() != newer || asked.Backup.Digest.String() != old {
		t.Fatalf("%v, %+v", err, asked)
	}
	expect := func(digest string, previous bool) {
		t.Helper()
		db := mustOpen(t, o)
		defer db.Close()
		if digestOf(t, db) != digest {
			t.Errorf("digest %s, want %s", digestOf(t, db), digest)
		}
		if rec := db.Recovery(); len(rec.Swept)+len(rec.Unknown) != 0 {
			t.Errorf("leftovers: %v %v", rec.Swept, rec.Unknown)
		}
		v, err := db.Verify(ctx, nil)
		mustDo(t, err)
		if !v.OK() {
			t.Errorf("%+v", v.Problems)
		}
	}
	expect(newer, false)
	if r := restoreInto(t, o, tar); r.Previous != "000001" || r.Generation != "000002" {
		t.Errorf("%+v", r)
	}
	expect(old, true)
	_, err = engine.Restore(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{})
	wantCode(t, err, dberr.RestoreFailed) // the one before is still kept
	u, err := engine.UndoRestore(ctx, o)
	mustDo(t, err)
	if u.State.Digest.String() != newer || u.FreedBytes == 0 {
		t.Errorf("%+v", u)
	}
	expect(newer, false)
	_, err = engine.UndoRestore(ctx, o)
	wantCode(t, err, dberr.RestoreFailed)
	restoreInto(t, o, tar)
	if _, err = engine.DropPrevious(ctx, o); err != nil {
		t.Fatal(err)
	}
	expect(old, false)
	for _, f := range mem.Files() {
		if strings.Contains(f, "generations/000001") {
			t.Errorf("%s is still there", f)
		}
	}
}

func TestRestoreOverDamage(t *testing.T) {
	db, o := grown(t)
	tar := backupOf(t, db)
	want := digestOf(t, db)
	mustDo(t, db.Close())
	mustDo(t, o.FS.Remove("data/generations/000001/CHECKPOINT"))
	var asked engine.Replacement
	_, err := engine.Restore(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{Confirm: func(r engine.Replacement) error { asked = r; return nil }})
	mustDo(t, err)
	if asked.Live != nil || asked.Broken == nil || !asked.Foreign() {
		t.Errorf("%+v", asked)
	}
	db = mustOpen(t, o)
	if digestOf(t, db) != want {
		t.Error("another digest")
	}
	mustDo(t, db.Close())
}

// A backup that is refused leaves every byte as it was: no directory, no file.
func TestRefusedBackupLeavesNothing(t *testing.T) {
	db, o := grown(t)
	tar := backupOf(t, db)
	mustDo(t, db.Close())
	mem := o.FS.(*vfs.Mem)
	files := fmt.Sprint(mem.Files())
	for _, c := range []struct {
		name string
		tar  []byte
	}{
		{"empty", nil}, {"not a tar", []byte("hello")}, {"cut", tar[:len(tar)/2]}, {"cut at the end", tar[:len(tar)-1024-512]},
		{"a flipped bit", flip(tar, len(tar)/2)}, {"bytes behind", append(bytes.Clone(tar), 1)},
	} {
		_, err := engine.Restore(ctx, o, bytes.NewReader(c.tar), engine.RestoreOptions{Path: "b.tar"})
		if dberr.CodeOf(err) != dberr.BackupInvalid {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := fmt.Sprint(mem.Files()); got != files {
			t.Errorf("%s: left %s, had %s", c.name, got, files)
		}
		fresh := o
		fresh.Dir = "fresh"
		if _, err := engine.Restore(ctx, fresh, bytes.NewReader(c.tar), engine.RestoreOptions{Path: "b.tar"}); dberr.CodeOf(err) != dberr.BackupInvalid {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := engine.Open(ctx, fresh); dberr.CodeOf(err) != dberr.DatabaseNotFound {
			t.Errorf("%s: %v", c.name, err)
		}
		mustDo(t, vfs.RemoveAll(mem, "fresh"))
	}
	db = mustOpen(t, o)
	mustDo(t, db.Close())
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 4
	return b
}

func TestDrill(t *testing.T) {
	db, o := grown(t)
	tar := backupOf(t, db)
	scratch := o
	scratch.Dir = "scratch"
	r, err := engine.Drill(ctx, scratch, bytes.NewReader(tar), engine.RestoreOptions{})
	mustDo(t, err)
	if !r.OK || r.Digest.String() != digestOf(t, db) || r.Documents != 57 {
		t.Errorf("%+v", r)
	}
	if _, err := o.FS.Stat("scratch"); !vfs.IsNotExist(err) {
		t.Error("the scratch directory is still there")
	}
	_, err = engine.Drill(ctx, scratch, bytes.NewReader(tar[:5000]), engine.RestoreOptions{})
	wantCode(t, err, dberr.BackupInvalid)
	if _, err := o.FS.Stat("scratch"); !vfs.IsNotExist(err) {
		t.Error("a failed drill left its scratch directory")
	}
}

func TestBackupFile(t *testing.T) {
	db, o := grown(t)
	mem := o.FS.(*vfs.Mem)
	_, err := db.BackupFile(ctx, "data/inside.tar", false, nil)
	wantCode(t, err, dberr.BackupFailed)
	_, err = db.BackupFile(ctx, "data/snapshots/inside.tar", false, nil)
	wantCode(t, err, dberr.BackupFailed)
	info, err := db.BackupFile(ctx, "b.tar", false, nil)
	mustDo(t, err)
	data, err := vfs.ReadFile(mem, "b.tar", 1<<30)
	mustDo(t, err)
	if !bytes.Equal(data, backupOf(t, db)) || info.Path != "b.tar" {
		t.Errorf("%+v", info)
	}
	_, err = db.BackupFile(ctx, "b.tar", false, nil)
	wantCode(t, err, dberr.BackupFailed)
	_, err = db.BackupFile(ctx, "b.tar", true, nil)
	mustDo(t, err)
	if _, err := mem.Stat("b.tar.tmp"); !vfs.IsNotExist(err) {
		t.Error("the temporary file is still there")
	}
}

// A drill removes what lies in its directory, so it takes none that anything lies in.
func TestDrillInADatabase(t *testing.T) {
	db, o := grown(t)
	tar, want := backupOf(t, db), digestOf(t, db)
	_, err := engine.Drill(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{})
	wantCode(t, err, dberr.DatabaseExists)
	mustDo(t, db.Close())
	_, err = engine.Drill(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{})
	wantCode(t, err, dberr.DatabaseExists)
	db = mustOpen(t, o)
	if digestOf(t, db) != want {
		t.Error("the drill changed the database")
	}
	mustDo(t, db.Close())
}

// A snapshot's folder is backed up as it lies; right after its checkpoint the bytes
// are those of the database itself.
func TestBackupOfSnapshot(t *testing.T) {
	db, o := grown(t)
	c, err := db.Collection("person", "")
	mustDo(t, err)
	check, err := db.Checkpoint(ctx)
	mustDo(t, err)
	live := backupOf(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"later","name":"not in the snapshot"}`)))
	so := o
	so.Dir = check.Snapshot.Path
	snap := mustOpen(t, so)
	tar := backupOf(t, snap)
	mustDo(t, snap.Close())
	if !bytes.Equal(tar, live) {
		t.Error("the snapshot's backup is not that of the database it was taken of")
	}
	fresh := o
	fresh.Dir = "elsewhere"
	if r := restoreInto(t, fresh, tar); r.Digest != check.Snapshot.Digest {
		t.Errorf("%+v", r)
	}
	copyDB := mustOpen(t, fresh)
	v, err := copyDB.Verify(ctx, nil)
	mustDo(t, err)
	if !v.OK() || digestOf(t, copyDB) != check.Snapshot.Digest.String() {
		t.Errorf("%+v", v.Problems)
	}
	mustDo(t, copyDB.Close())
	mustDo(t, db.Close())
}
