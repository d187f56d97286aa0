package engine_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A directory that this account may not write, or a medium that nobody may: opening
// for writing says so and names --read-only, which works; not a byte is changed.
func TestUnwritableDirectory(t *testing.T) {
	for _, cause := range []error{fs.ErrPermission, vfs.EROFS} {
		db, o := newDB(t)
		mustDo(t, people(t, db).Insert([]byte(`{"_id":"1","name":"Ada"}`)))
		want := digestOf(t, db)
		mustDo(t, db.Close())
		mem := o.FS.(*vfs.Mem)
		before := mem.Hash()
		mem.SetFault(func(op vfs.Op) error {
			if op.Kind == vfs.KindLock || op.Mutates() {
				return &fs.PathError{Op: op.Kind, Path: op.Path, Err: cause}
			}
			return nil
		})
		_, err := engine.Open(ctx, o)
		wantCode(t, err, dberr.StorageIOError)
		if hint := dberr.From(err).Advice(); !strings.Contains(hint, "--read-only") {
			t.Errorf("%v: the hint %q does not name --read-only", cause, hint)
		}
		ro := o
		ro.ReadOnly = true
		db = mustOpen(t, ro)
		if digestOf(t, db) != want {
			t.Errorf("%v: digest %s, want %s", cause, digestOf(t, db), want)
		}
		mustDo(t, db.Close())
		if mem.Hash() != before {
			t.Errorf("%v: something was changed", cause)
		}
	}
}
