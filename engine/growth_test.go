package engine_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// logFile returns the name and the size of the only log of the first generation.
func logFile(t *testing.T, m *vfs.Mem) (name string, size int64) {
	t.Helper()
	name = path.Join("data/generations/000001/wal", onlyName(t, m, "data/generations/000001/wal"))
	info, err := m.Stat(name)
	mustDo(t, err)
	return name, info.Size()
}

func wantLogSize(t *testing.T, m *vfs.Mem, when string, want int64) {
	t.Helper()
	if _, size := logFile(t, m); size != want {
		t.Errorf("%s the log has %d bytes, want %d", when, size, want)
	}
}

// A new database and a checkpoint lay out one step of a log, whatever wal.max_size is, and
// writes no more steps than they fill.
func TestLogBeginsSmall(t *testing.T) {
	o := testOptions(vfs.NewMem())
	o.WALMaxSize = 64 << 20
	m := o.FS.(*vfs.Mem)
	mustInit(t, o)
	wantLogSize(t, m, "after init", 4<<20)
	db := mustOpen(t, o)
	c := people(t, db)
	for i := range 9 {
		mustDo(t, c.Insert(privateDoc(fmt.Sprint(i), 1<<20)))
	}
	wantLogSize(t, m, "with nine documents of a MiB", 12<<20)
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	wantLogSize(t, m, "after a checkpoint", 4<<20)
	mustDo(t, db.Close())
}

// verified checks that a database is sound and has the digest.
func verified(t *testing.T, db *engine.DB, digest string) {
	t.Helper()
	r, err := db.Verify(ctx, nil)
	mustDo(t, err)
	if !r.OK() || digestOf(t, db) != digest {
		t.Errorf("digest %s, want %s; %+v", digestOf(t, db), digest, r.Problems)
	}
}

// compatible loads a database that an earlier version left into memory.
func compatible(t *testing.T, name string) *vfs.Mem {
	t.Helper()
	m := vfs.NewMem()
	root := path.Join("testdata/compat", name)
	mustDo(t, fs.WalkDir(os.DirFS(root), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if err == nil {
				err = m.Mkdir(path.Join("data", p), vfs.DirPerm)
			}
			return err
		}
		data, err := os.ReadFile(path.Join(root, p))
		rewrite(m, path.Join("data", p), data)
		return err
	}))
	for _, dir := range []string{"snapshots", "generations/000001/segments"} { // empty: git keeps none
		if err := m.Mkdir(path.Join("data", dir), vfs.DirPerm); err != nil && !vfs.IsExist(err) {
			t.Fatal(err)
		}
	}
	return m.AfterCrash(vfs.KeepAll)
}

// What the database in testdata/compat/whole-log holds: its log was laid out whole, to a
// wal.max_size of 16 KiB, and its process was killed.
const (
	wholeLogDigest  = "38e034122e92edcef40b0a61f071841d66c06e0adadccdf56a836312cd02b4dd"
	wholeLogRecords = 23
)

// A database whose log was laid out whole opens, goes on, and grows when it may.
func TestLogThatWasLaidOutWhole(t *testing.T) {
	for _, most := range []int64{engine.WALSizeMin, 256 << 10} {
		m := compatible(t, "whole-log")
		before := m.Hash()
		o := testOptions(m)
		o.WALMaxSize, o.ReadOnly = most, true
		db := mustOpen(t, o)
		verified(t, db, wholeLogDigest)
		mustDo(t, db.Close())
		if m.Hash() != before {
			t.Error("a read-only open changed something")
		}
		o.ReadOnly = false
		db = mustOpen(t, o)
		verified(t, db, wholeLogDigest)
		if r := db.Recovery(); r.Records != wholeLogRecords || r.TornBytes != 0 || r.LogSurplus != 0 {
			t.Errorf("%+v", r)
		}
		wantLogSize(t, m, "opened, ", 16<<10)
		c := people(t, db)
		for i := range 20 {
			mustDo(t, c.Insert(privateDoc(fmt.Sprint("new", i), 1000)))
		}
		if _, size := logFile(t, m); size > most || most > 16<<10 && size <= 16<<10 {
			t.Errorf("with more than it was laid out for, and at most %d, the log has %d bytes", most, size)
		}
		want := digestOf(t, db)
		o.FS = m.AfterCrash(vfs.LoseAll)
		mustDo(t, db.Close())
		db = mustOpen(t, o)
		verified(t, db, want)
		mustDo(t, db.Close())
	}
}

// The old log is refused at every length that it does not have.
func TestLogThatWasLaidOutWholeAndCut(t *testing.T) {
	whole := compatible(t, "whole-log")
	name, size := logFile(t, whole)
	data := content(whole, name)
	for n := int64(0); n < size; n += 512 {
		m := whole.Clone()
		rewrite(m, name, data[:n])
		_, err := engine.Open(ctx, testOptions(m))
		wantCode(t, err, dberr.WALCorruption)
	}
}

// Whatever call of a growth finds no space, the write is refused, reads and smaller writes
// go on, closing and opening need no space, and the write goes in once there is room.
func TestNoSpaceToGrow(t *testing.T) {
	large := privateDoc("large", 50<<10)
	for _, fail := range []struct {
		kind string
		err  error
	}{
		{vfs.KindAllocate, vfs.ENOSPC},
		{vfs.KindWrite, vfs.ENOSPC},
		{vfs.KindWrite, vfs.ShortWrite{N: 20 << 10, Err: vfs.ENOSPC}},
	} {
		db, o := newDB(t)
		m := o.FS.(*vfs.Mem)
		c := people(t, db)
		mustDo(t, c.Insert(privateDoc("1", 10)))
		_, before := logFile(t, m)
		want := digestOf(t, db)
		name, _ := logFile(t, m)
		full := func(op vfs.Op) error { // no block more for the log, and overwriting takes none
			if op.Kind == fail.kind && op.Path == name && op.Off+op.Len > before {
				return fail.err
			}
			return nil
		}
		m.SetFault(full)
		for range 2 {
			err := c.Insert(large)
			wantCode(t, err, dberr.StorageNoSpace)
			if digestOf(t, db) != want {
				t.Fatal("a refused write changed the digest")
			}
			wantLogSize(t, m, "refused,", before)
		}
		mustDo(t, c.Insert(privateDoc("2", 10)))
		want = digestOf(t, db)
		verified(t, db, want)
		mustDo(t, db.Close())
		db = mustOpen(t, o)
		verified(t, db, want)
		wantCode(t, people(t, db).Insert(large), dberr.StorageNoSpace) // the log was sealed
		o.FS = m.AfterCrash(vfs.LoseAll)
		killed := mustOpen(t, o)
		verified(t, killed, want)
		mustDo(t, killed.Close())
		o.FS = m
		m.SetFault(nil)
		mustDo(t, people(t, db).Insert(large))
		verified(t, db, digestOf(t, db))
		mustDo(t, db.Close())
	}
}

// A writerFunc is a function that takes what is written.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A backup is of the moment that it began, also if the log grows while it is written.
func TestBackupWhileTheLogGrows(t *testing.T) {
	o := testOptions(vfs.NewMem())
	o.WALMaxSize = 8 << 20
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	noise := make([]byte, 2<<20) // more than is gathered before the log's turn comes
	_, err := seeded(2).Read(noise)
	mustDo(t, err)
	mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"0","name":"%x"}`, noise)))
	_, err = db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, c.Insert(privateDoc("1", 3000)))
	want, tar := digestOf(t, db), backupOf(t, db)
	var got []byte
	_, before := logFile(t, o.FS.(*vfs.Mem))
	_, err = db.Backup(context.Background(), writerFunc(func(p []byte) (int, error) {
		if len(got) == 0 {
			mustDo(t, c.Insert(privateDoc("2", 1<<20)))
		}
		got = append(got, p...)
		return len(p), nil
	}), nil)
	mustDo(t, err)
	if _, after := logFile(t, o.FS.(*vfs.Mem)); after <= before {
		t.Fatal("the log did not grow")
	}
	if string(got) != string(tar) {
		t.Error("the backup is another one than before the log grew")
	}
	o.FS, o.Dir = vfs.NewMem(), "restored"
	restoreInto(t, o, got)
	restored := mustOpen(t, o)
	verified(t, restored, want)
	mustDo(t, restored.Close())
	mustDo(t, db.Close())
}

// A power cut between the zeros and the header of a growth: the open cuts them off, says
// so, and a read-only open leaves them.
func TestOpenAfterInterruptedGrowth(t *testing.T) {
	db, o := newDB(t)
	m := o.FS.(*vfs.Mem)
	c := people(t, db)
	mustDo(t, c.Insert(privateDoc("1", 10)))
	want := digestOf(t, db)
	name, before := logFile(t, m)
	var cut *vfs.Mem
	m.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.KindWrite && op.Path == name && op.Off == 0 {
			cut = m.AfterCrash(vfs.LoseAll)
		}
		return nil
	})
	mustDo(t, c.Insert(privateDoc("2", 60<<10)))
	m.SetFault(nil)
	mustDo(t, db.Close())
	if cut == nil {
		t.Fatal("the log did not grow")
	}
	_, longer := logFile(t, cut)
	o.FS, o.ReadOnly = cut, true
	for _, readOnly := range []bool{true, false} {
		o.ReadOnly = readOnly
		db := mustOpen(t, o)
		verified(t, db, want)
		if r := db.Recovery(); r.LogSurplus != longer-before || r.LogFile == "" {
			t.Errorf("%+v, want a surplus of %d bytes", r, longer-before)
		}
		tar := backupOf(t, db)
		mustDo(t, db.Close())
		size := before
		if readOnly {
			size = longer
		}
		wantLogSize(t, cut, fmt.Sprintf("read-only %t,", readOnly), size)
		restored := testOptions(vfs.NewMem())
		restoreInto(t, restored, tar)
		wantLogSize(t, restored.FS.(*vfs.Mem), "restored,", before)
	}
	if used, size, err := wal.Extent(cut, name); err != nil || size != before || used > size {
		t.Errorf("%d of %d bytes used, %v", used, size, err)
	}
}
