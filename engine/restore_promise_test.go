package engine_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/backup"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// restorable is a closed database, a backup of an earlier state of it, and the digests
// of both.
func restorable(t *testing.T) (o engine.Options, mem *vfs.Mem, tar []byte, then, now string) {
	t.Helper()
	db, o := newDB(t)
	c := people(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"1","name":"in both"}`)))
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(`{"_id":"2","name":"in the log of the backup"}`)))
	tar, then = backupOf(t, db), digestOf(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"3","name":"after the backup"}`)))
	now = digestOf(t, db)
	mustDo(t, db.Close())
	mem = o.FS.(*vfs.Mem).AfterCrash(vfs.KeepAll)
	o.FS = mem
	return o, mem, tar, then, now
}

// opens returns the digest of what a power cut leaves.
func opens(t *testing.T, o engine.Options, mem *vfs.Mem, loss vfs.Loss) string {
	t.Helper()
	o.FS = mem.AfterCrash(loss)
	db := mustOpen(t, o)
	defer db.Close()
	return digestOf(t, db)
}

// A restore, an undo and a drop that were acknowledged survive the power cut that
// comes right after.
func TestAcknowledgedRestoreStays(t *testing.T) {
	o, mem, tar, then, now := restorable(t)
	expect := func(what, want string) {
		t.Helper()
		for _, loss := range []vfs.Loss{vfs.LoseAll, vfs.KeepBytesNotNames, vfs.KeepNamesNotBytes, vfs.KeepSome(1), vfs.KeepAll} {
			if got := opens(t, o, mem, loss); got != want {
				t.Errorf("%s, then a power cut, %v: digest %s, want %s", what, loss, got, want)
			}
		}
	}
	restoreInto(t, o, tar)
	expect("restore", then)
	_, err := engine.UndoRestore(ctx, o)
	mustDo(t, err)
	expect("undo", now)
	restoreInto(t, o, tar)
	_, err = engine.DropPrevious(ctx, o)
	mustDo(t, err)
	expect("drop", then)

	mem = vfs.NewMem()
	o.FS = mem
	restoreInto(t, o, tar)
	expect("first restore", then)
}

// The sync after CURRENT is replaced may fail. Which generation a power cut leaves is
// then not known, so both stay, whole.
func TestRestoreInDoubtKeepsBoth(t *testing.T) {
	o, mem, tar, then, now := restorable(t)
	renamed := false
	mem.SetFault(func(op vfs.Op) error {
		renamed = renamed || op.Kind == vfs.KindRename && op.To == "data/CURRENT"
		if renamed && op.Kind == vfs.KindSyncDir {
			return vfs.EIO
		}
		return nil
	})
	_, err := engine.Restore(ctx, o, bytes.NewReader(tar), engine.RestoreOptions{})
	wantCode(t, err, dberr.RestoreFailed)
	mem.SetFault(nil)
	if !renamed {
		t.Fatal("CURRENT was not replaced")
	}
	if got := opens(t, o, mem, vfs.KeepAll); got != then {
		t.Errorf("with the rename the digest is %s, want the backup's, %s", got, then)
	}
	if got := opens(t, o, mem, vfs.LoseAll); got != now {
		t.Errorf("without the rename the digest is %s, want %s", got, now)
	}
}

// unpackedBackup keeps the entries of an archive.
type unpackedBackup struct {
	manifest manifest.Backup
	files    map[string][]byte
}

type unpackedFile struct {
	bytes.Buffer
	name string
	to   *unpackedBackup
}

func (u *unpackedBackup) Begin(m manifest.Backup) error { u.manifest = m; return nil }
func (u *unpackedBackup) Create(e backup.Entry) (backup.File, error) {
	return &unpackedFile{name: e.Name, to: u}, nil
}
func (f *unpackedFile) Commit() error { f.to.files[f.name] = f.Bytes(); return nil }
func (f *unpackedFile) Abort()        {}

type nopCloser struct{ io.ReaderAt }

func (nopCloser) Close() error { return nil }

// lie writes a backup again with another manifest; its checksums are right.
func lie(t *testing.T, tar []byte, change func(*manifest.Backup)) []byte {
	t.Helper()
	u := &unpackedBackup{files: map[string][]byte{}}
	_, _, err := backup.Read(ctx, bytes.NewReader(tar), u, backup.Options{})
	mustDo(t, err)
	change(&u.manifest)
	var out bytes.Buffer
	_, err = backup.Write(ctx, &out, u.manifest, func(e backup.Entry) (backup.Content, error) {
		return nopCloser{bytes.NewReader(u.files[e.Name])}, nil
	}, nil)
	mustDo(t, err)
	return out.Bytes()
}

// A backup whose bytes are all as its manifest says, and whose manifest says of the
// database what is not so, is refused before it is live.
func TestRestoreRefusesALie(t *testing.T) {
	o, mem, tar, _, now := restorable(t)
	files := mem.Files()
	for name, change := range map[string]func(*manifest.Backup){
		"digest":                  func(m *manifest.Backup) { m.Digest[5] ^= 1 },
		"documents":               func(m *manifest.Backup) { m.Documents++ },
		"sequence":                func(m *manifest.Backup) { m.Sequence++ },
		"digest of checkpoint":    func(m *manifest.Backup) { m.Checkpoint.Digest[5] ^= 1 },
		"documents of checkpoint": func(m *manifest.Backup) { m.Checkpoint.Documents++ },
		"another database":        func(m *manifest.Backup) { m.Database.UUID = "00000000-0000-4000-8000-000000000001" },
		"longer log":              func(m *manifest.Backup) { m.WAL.FileBytes += 4096 },
		"shorter log":             func(m *manifest.Backup) { m.WAL.FileBytes -= 4096 },
	} {
		for _, sink := range []string{"data", "elsewhere"} {
			p := o
			p.Dir = sink
			_, err := engine.Restore(ctx, p, bytes.NewReader(lie(t, tar, change)), engine.RestoreOptions{})
			if dberr.CodeOf(err) != dberr.BackupInvalid {
				t.Errorf("%s, into %s: %v", name, sink, err)
			}
		}
		mustDo(t, vfs.RemoveAll(mem, "elsewhere"))
		if got := mem.Files(); !slices.Equal(got, files) {
			t.Errorf("%s: there are %q, before %q", name, got, files)
		}
	}
	if got := opens(t, o, mem, vfs.KeepAll); got != now {
		t.Errorf("the digest is %s, want %s", got, now)
	}
}
