package engine_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
)

// An error of the log names a file that is there, below the data directory, whichever
// call met it, and so does the error of every call after it.
func TestLogErrorsNameTheirFile(t *testing.T) {
	for name, call := range map[string]func(*engine.DB, *engine.Collection) error{
		"insert": func(_ *engine.DB, c *engine.Collection) error { return c.Insert([]byte(`{"_id":"new","name":"Ada"}`)) },
		"schema": func(db *engine.DB, _ *engine.Collection) error {
			s, err := schema.Parse([]byte(`{"schema_id":"other","schema_version":"v1","fields":{"_id":{"type":"string","required":true}}}`))
			mustDo(t, err)
			_, err = db.DefineSchema(s)
			return err
		},
	} {
		for _, kind := range []string{vfs.KindWrite, vfs.KindSync} {
			db, o := newDB(t)
			c := people(t, db)
			mem := o.FS.(*vfs.Mem)
			mem.SetFault(func(op vfs.Op) error {
				if op.Kind == kind && strings.HasSuffix(op.Path, ".wal") {
					return &fs.PathError{Op: kind, Path: op.Path, Err: vfs.EIO}
				}
				return nil
			})
			err := call(db, c)
			mem.SetFault(nil)
			file := dberr.From(err).Path
			if _, serr := mem.Stat(path.Join(o.Dir, file)); serr != nil || !strings.HasPrefix(file, "generations/") {
				t.Errorf("%s, %s fails: %v", name, kind, err)
			}
			if _, later := c.Get("new"); later != nil && !strings.Contains(later.Error(), file) {
				t.Errorf("%s, %s failed: later %v", name, kind, later)
			}
			_ = db.Close() // it says again what failed
		}
	}
}
