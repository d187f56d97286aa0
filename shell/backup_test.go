package shell

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
)

// The session goes on with what it restored: collections work, iterators say that
// they ended.
func TestRestoreIntoTheSession(t *testing.T) {
	s := newDiskSession(t)
	s.mustRun(t, people)
	s.mustRun(t, `
		local users, tar = db.users, dir .. "/b.tar"
		local b = storage.backup(tar)
		assert(b.path == tar and b.documents == 2 and b.digest == storage.digest())
		local before = b.digest
		users:delete("bob")
		users:insert{_id = "carol", name = "Carol"}
		local changed = storage.digest()
		local walk = users:each()

		local r = storage.restore{input = tar}
		assert(r.digest == before and storage.digest() == before and r.previous == "000001")
		assert(r.replaced.digest == changed and r.replaced.documents == 2)
		assert(users:get("bob").name == "Bob" and users:get("carol") == nil)
		local ok, e = pcall(walk)
		assert(not ok and e.message:find("was closed"), e.message)
		users:insert{_id = "dan", name = "Dan"}
		assert(users:count() == 3)

		local ok, e = pcall(storage.restore, tar)
		assert(not ok and e.code == "AERO_RESTORE_FAILED" and e.message:find("000001"))
		assert(users:get("dan"), "the session goes on after a refusal")

		local u = storage.undo_restore()
		assert(u.digest == changed and u.removed == "000002" and users:get("carol"))
		storage.restore(tar)
		assert(storage.drop_previous().freed_bytes > 0)
		local ok, e = pcall(storage.undo_restore)
		assert(not ok and e.code == "AERO_RESTORE_FAILED")
		assert(storage.verify().ok and storage.diff(tar, "live").equal)
		storage.checkpoint()
		assert(storage.digest() == before)`)
	left, err := os.ReadDir(s.dir)
	if err != nil || len(left) != 2 {
		t.Errorf("left %v, %v", left, err)
	}
}

// A backup that is refused leaves the session with the database it had.
func TestRefusedRestore(t *testing.T) {
	s := newDiskSession(t)
	s.mustRun(t, people)
	s.mustRun(t, `storage.backup(dir .. "/b.tar")`)
	name := filepath.Join(s.dir, "b.tar")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s.mustRun(t, `
		for _, fn in ipairs{storage.restore, storage.inspect_backup, storage.drill} do
			local ok, e = pcall(fn, dir .. "/b.tar")
			assert(not ok and e.code == "AERO_BACKUP_INVALID" and e.details.path == dir .. "/b.tar", e)
		end
		db.users:insert{_id = "zoe", name = "Zoe"}
		assert(db.users:count() == 3)`)
}

// An interruption ends the call; the session goes on with a database.
func TestInterruptedRestore(t *testing.T) {
	s := newDiskSession(t)
	s.mustRun(t, people)
	s.mustRun(t, `storage.backup(dir .. "/b.tar")`)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.offline(ctx, func(o engine.Options) (document.Value, error) { return document.Value{}, ctx.Err() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	s.mustRun(t, `assert(db.users:count() == 2)`)
}

func TestBackupErrors(t *testing.T) {
	s := newDiskSession(t)
	s.mustRun(t, people)
	s.mustRun(t, `storage.backup(dir .. "/there.tar") db.users:export(dir .. "/there.jsonl")`)
	for _, c := range []struct {
		source string
		code   dberr.Code
		text   string
	}{
		{`storage.backup()`, dberr.ScriptError, "a string, or a table of options"},
		{`storage.backup(1)`, dberr.ScriptError, "not the number 1"},
		{`storage.backup{}`, dberr.ScriptError, "the option output is missing"},
		{`storage.backup{outptu = "x"}`, dberr.ScriptError, `did you mean "output"`},
		{`storage.backup(dir .. "/there.tar")`, dberr.BackupFailed, "the file exists"},
		{`storage.backup(dir .. "/data/x.tar")`, dberr.BackupFailed, "in the data directory"},
		{`storage.backup(dir .. "/no/x.tar")`, dberr.BackupFailed, "/no/x.tar"},
		{`storage.backup(dir)`, dberr.BackupFailed, "is not a file"},
		{`storage.restore(dir .. "/none.tar")`, dberr.StorageIOError, "there is no file to restore"},
		{`storage.inspect_backup(dir .. "/there.jsonl")`, dberr.BackupInvalid, ""},
		{`storage.undo_restore()`, dberr.RestoreFailed, "no restore is there to undo"},
		{`storage.drop_previous()`, dberr.RestoreFailed, ""},
		{`storage.drill{input = dir .. "/there.tar", scratch_dir = dir .. "/data"}`, dberr.DatabaseExists, ""},
		{`storage.diff("live")`, dberr.ScriptError, "b is missing"},
		{`storage.diff("live", dir .. "/none")`, dberr.DatabaseNotFound, "/none"},
		{`storage.diff("live", "20200101T000000Z-7")`, dberr.SnapshotNotFound, "20200101T000000Z-7"},
		{`db.users:export(dir .. "/there.jsonl")`, dberr.StorageIOError, "the file exists"},
		{`db.users:export(dir .. "/data/x.jsonl")`, dberr.StorageIOError, "inside the data directory"},
		{`db.users:export(dir)`, dberr.StorageIOError, "is not a file"},
		{`db.users:export("/dev/null", {overwrite = true})`, dberr.StorageIOError, "is not a file"},
	} {
		err := s.run(c.source)
		var failure *Failure
		if !errors.As(err, &failure) {
			t.Errorf("%s: %v", c.source, err)
		} else if failure.Err.Code != c.code || !strings.Contains(failure.Err.Text(), c.text) {
			t.Errorf("%s:\n got %v\nwant %s with %q", c.source, failure.Err, c.code, c.text)
		}
	}
	s.mustRun(t, `
		assert(storage.backup{output = dir .. "/there.tar", overwrite = true}.documents == 2)
		assert(db.users:export(dir .. "/there.jsonl", {overwrite = true}).documents == 2)
		assert(db.users:count() == 2)`)
	left, err := filepath.Glob(filepath.Join(s.dir, "*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// A read-only session restores nothing, and stays open.
func TestRestoreReadOnly(t *testing.T) {
	s := newDiskSession(t)
	s.mustRun(t, people)
	s.mustRun(t, `storage.backup(dir .. "/b.tar")`)
	s.env.Database.ReadOnly = true
	s.mustRun(t, `
		for _, fn in ipairs{storage.restore, storage.undo_restore, storage.drop_previous} do
			local ok, e = pcall(fn, fn == storage.restore and dir .. "/b.tar" or nil)
			assert(not ok and e.code == "AERO_DATABASE_READ_ONLY", e)
		end
		assert(storage.drill(dir .. "/b.tar").ok)
		assert(db.users:count() == 2)`)
}

func TestDiffInLua(t *testing.T) {
	s := newDiskSession(t)
	s.mustRun(t, people)
	s.mustRun(t, `
		local snap = storage.snapshot()
		storage.backup(dir .. "/b.tar")
		db.users:delete("bob")
		db.users:insert{_id = "carol", name = "Carol"}
		db.users:replace{_id = "alice", name = "Alice", age = 31}
		for _, a in ipairs{snap.id, snap.path, dir .. "/b.tar"} do
			local d = storage.diff(a, "live")
			local u = d.collections.users
			assert(not d.equal and u.added == 1 and u.changed == 1 and u.removed == 1)
			assert(u.added_ids[1] == "carol" and u.changed_ids[1] == "alice" and u.removed_ids[1] == "bob")
			assert(d.a.digest == snap.digest and d.b.digest == storage.digest())
		end
		assert(storage.diff("live", "live").equal)`)
}
