package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// busy fills a database with segments, snapshots, two schemas and a log.
func busy(t testing.TB, db *engine.DB) *engine.Collection {
	t.Helper()
	c := people(t, db)
	for round := range 3 {
		for i := range 20 {
			mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d-%02d","name":"n","age":%d}`, round, i, i)))
		}
		_, err := db.Checkpoint(ctx)
		mustDo(t, err)
	}
	_, err := db.DefineSchema(mustSchema(t, personV2))
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(`{"_id":"last","name":"in the log"}`)))
	return c
}

// hashes lists every file of a data directory and its content.
func hashes(t testing.TB, fsys vfs.FS, dir string, into map[string]string) map[string]string {
	t.Helper()
	entries, err := fsys.ReadDir(dir)
	mustDo(t, err)
	for _, e := range entries {
		name := dir + "/" + e.Name()
		if e.IsDir() {
			into[name] = "dir"
			hashes(t, fsys, name, into)
			continue
		}
		data, err := vfs.ReadFile(fsys, name, 1<<30)
		mustDo(t, err)
		into[name] = string(data)
	}
	return into
}

// A clone is the database: same state, same answers, same snapshots. What is done to it,
// to the last file, does not touch the one it was made from.
func TestClone(t *testing.T) {
	o := testOptions(vfs.NewMem())
	mustInit(t, o)
	db := mustOpen(t, o)
	defer db.Close()
	busy(t, db)
	before := hashes(t, o.FS, "data", map[string]string{})
	result, err := db.Clone(ctx, "clone")
	mustDo(t, err)
	if !result.Linked || result.Copied > 64<<10 {
		t.Errorf("%+v", result)
	}
	if _, err := db.Clone(ctx, "clone"); err == nil {
		t.Error("a clone was made over another")
	}
	q := o
	q.Dir = "clone"
	clone := mustOpen(t, q)
	if d := digestOf(t, clone); d != digestOf(t, db) || clone.Sequence() != db.Sequence() || clone.Identity() != db.Identity() {
		t.Fatalf("the clone is at %d, digest %s", clone.Sequence(), d)
	}
	if v, err := clone.Verify(ctx, nil); err != nil || !v.OK() {
		t.Fatalf("%v, %v", v.Problems, err)
	}
	snapshots, err := clone.Snapshots()
	mustDo(t, err)
	if len(snapshots) != 2 {
		t.Errorf("%d snapshots", len(snapshots))
	}
	c, err := clone.Collection("person", "v2")
	mustDo(t, err)
	mustDo(t, c.Replace([]byte(`{"_id":"last","name":"moved"}`)))
	_, err = clone.RemoveSnapshot(snapshots[0].ID)
	mustDo(t, err)
	_, err = clone.Compact(ctx, nil)
	mustDo(t, err)
	diff, err := engine.Diff(ctx, db, clone)
	mustDo(t, err)
	if len(diff.Collections) != 1 || diff.Collections[0].Changed.Count != 1 || diff.Collections[0].Added.Count != 0 {
		t.Errorf("%+v", diff.Collections)
	}
	mustDo(t, clone.Close())
	mustDo(t, vfs.RemoveAll(o.FS, "clone"))
	after := hashes(t, o.FS, "data", map[string]string{})
	for name, content := range before {
		if after[name] != content {
			t.Errorf("%s changed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("there were %d files, there are %d", len(before), len(after))
	}
	if v, err := db.Verify(ctx, nil); err != nil || !v.OK() {
		t.Errorf("%v, %v", v.Problems, err)
	}
}

// A closed database, one that was killed, and one that another process has open are
// cloned without a change.
func TestCloneDir(t *testing.T) {
	for _, state := range []string{"closed", "killed", "held"} {
		t.Run(state, func(t *testing.T) {
			mem := vfs.NewMem()
			o := testOptions(mem)
			mustInit(t, o)
			db := mustOpen(t, o)
			busy(t, db)
			want := digestOf(t, db)
			switch state {
			case "closed":
				mustDo(t, db.Close())
			case "killed":
				o.FS = mem.Clone()
				mustDo(t, db.Close())
			default:
				defer db.Close()
			}
			before := hashes(t, o.FS, "data", map[string]string{})
			live, _, err := engine.CloneDir(ctx, o, "clone")
			mustDo(t, err)
			defer live.Close()
			q := o
			q.Dir = "clone"
			clone := mustOpen(t, q)
			defer clone.Close()
			if digestOf(t, clone) != want || digestOf(t, live) != want {
				t.Error("the clone has another digest")
			}
			if after := hashes(t, o.FS, "data", map[string]string{}); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Error("the database changed")
			}
			if state == "closed" { // nobody is kept out by a clone
				mustDo(t, mustOpen(t, o).Close())
			}
		})
	}
}

// The database before a restore comes with the clone, so that an undo can be rehearsed.
func TestCloneUndo(t *testing.T) {
	o := testOptions(vfs.NewMem())
	mustInit(t, o)
	db := mustOpen(t, o)
	c := busy(t, db)
	_, err := db.BackupFile(ctx, "b.tar", false, nil)
	mustDo(t, err)
	mustDo(t, c.Insert([]byte(`{"_id":"later","name":"x"}`)))
	want := digestOf(t, db)
	mustDo(t, db.Close())
	f, err := o.FS.OpenFile("b.tar", vfs.O_RDONLY, 0)
	mustDo(t, err)
	defer f.Close()
	_, err = engine.Restore(ctx, o, engine.NewFileReader(f), engine.RestoreOptions{})
	mustDo(t, err)
	live, _, err := engine.CloneDir(ctx, o, "clone")
	mustDo(t, err)
	defer live.Close()
	q := o
	q.Dir = "clone"
	undone, err := engine.UndoRestore(ctx, q)
	mustDo(t, err)
	if undone.State.Digest.String() != want {
		t.Errorf("undone in the clone, the digest is %s", undone.State.Digest)
	}
	clone := mustOpen(t, q)
	defer clone.Close()
	if digestOf(t, clone) != want {
		t.Error("the clone has another digest")
	}
}

// Whatever call fails, a clone that failed leaves nothing, and the database goes on.
func TestCloneFails(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	mustInit(t, o)
	db := mustOpen(t, o)
	defer db.Close()
	busy(t, db)
	from := mem.Ops()
	_, err := db.Clone(ctx, "clone")
	mustDo(t, err)
	calls := mem.Ops() - from
	mustDo(t, vfs.RemoveAll(mem, "clone"))
	for i := range calls {
		mem.FailAt(mem.Ops()+i, vfs.ENOSPC)
		_, err := db.Clone(ctx, "clone")
		mem.SetFault(nil)
		if err == nil { // a late close
			mustDo(t, vfs.RemoveAll(mem, "clone"))
			continue
		}
		if code := dberr.CodeOf(err); code != dberr.StorageNoSpace {
			t.Fatalf("call %d: %v", i, err)
		}
		if _, err := mem.Stat("clone"); !vfs.IsNotExist(err) {
			t.Fatalf("call %d: a part is left: %v", i, err)
		}
	}
	if v, err := db.Verify(ctx, nil); err != nil || !v.OK() {
		t.Errorf("%v, %v", v.Problems, err)
	}
}

// Journals are the database's; what a killed rehearsal left is swept by name, and what
// goes on is not.
func TestRunsFolder(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	mustInit(t, o)
	db := mustOpen(t, o)
	store := db.Runs()
	place, err := store.Reserve()
	mustDo(t, err)
	mustDo(t, vfs.Publish(mem, "data/runs", "notes.txt", []byte("mine"), 0o600))
	mustDo(t, db.Close())
	db = mustOpen(t, o)
	if r := db.Recovery(); len(r.Swept) != 0 || strings.Join(r.Unknown, " ") != "runs/notes.txt" {
		t.Errorf("swept %v, unknown %v", r.Swept, r.Unknown)
	}
	killed := o
	killed.FS = mem.Clone()
	mustDo(t, db.Close())
	db = mustOpen(t, killed)
	if r := db.Recovery(); strings.Join(r.Swept, " ") != "runs/"+place.ID+".tmp" {
		t.Errorf("swept %v", r.Swept)
	}
	mustDo(t, db.Close())
	mustDo(t, place.Remove())
}
