package engine_test

import (
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
)

func TestOneWriterOrManyReaders(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)))...))
	o := s.options(s.mem)
	_, err := engine.Open(ctx, o)
	wantCode(t, err, dberr.DatabaseLocked)
	if e := dberr.From(err); !strings.Contains(e.Message, "pid 1 (test)") {
		t.Errorf("%v does not name the holder", err)
	}
	reader := o
	reader.ReadOnly = true
	_, err = engine.Open(ctx, reader)
	wantCode(t, err, dberr.DatabaseLocked)
	mustDo(t, s.run(stepClose()))
	first, second := mustOpen(t, reader), mustOpen(t, reader)
	_, err = engine.Open(ctx, o)
	wantCode(t, err, dberr.DatabaseLocked)
	mustDo(t, first.Close())
	mustDo(t, second.Close())
	mustDo(t, mustOpen(t, o).Close())
}

// TestReadOnlyChangesNothing opens what each kind of end leaves, a torn record and
// leftovers among them, and makes every call.
func TestReadOnlyChangesNothing(t *testing.T) {
	for _, end := range []step{stepClose(), stepKill()} {
		s := newSim()
		mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 900)), end)...))
		img := s.mem.Clone()
		rewrite(img, "data/CURRENT.tmp", []byte("x"))
		mustDo(t, img.Mkdir("data/snapshots/20260101T000000Z-1.tmp", 0o700))
		before, calls := img.Hash(), len(img.Trace())
		o := s.options(img)
		o.ReadOnly = true
		db := mustOpen(t, o)
		found, err := observe(db)
		mustDo(t, err)
		if how := s.now.differs(found); how != "" {
			t.Error(how)
		}
		refuseWrites(t, db)
		mustDo(t, db.Close())
		if img.Hash() != before || len(img.Trace()) != calls {
			t.Errorf("after %s a read-only open made the calls\n%s", end.name, vfs.FormatTrace(img.Trace()[calls:]))
		}
	}
}

func refuseWrites(t *testing.T, db *engine.DB) {
	t.Helper()
	c, err := db.Collection("t", "v1")
	mustDo(t, err)
	d := []byte(doc("new", 1, 1))
	v2, err := schema.Parse([]byte(schemaV2))
	mustDo(t, err)
	list, err := db.Snapshots()
	mustDo(t, err)
	for name, call := range map[string]func() error{
		"insert":      func() error { return c.Insert(d) },
		"insert many": func() error { return c.InsertMany([][]byte{d, d}) },
		"replace":     func() error { return c.Replace([]byte(doc("a", 2, 2))) },
		"delete":      func() error { _, err := c.Delete("a"); return err },
		"define":      func() error { _, err := db.DefineSchema(v2); return err },
		"checkpoint":  func() error { _, err := db.Checkpoint(ctx); return err },
		"compact":     func() error { _, err := db.Compact(ctx, nil); return err },
		"snapshot":    func() error { _, err := db.Snapshot(ctx); return err },
		"remove":      func() error { _, err := db.RemoveSnapshot(list[0].ID); return err },
		"import": func() error {
			_, err := c.Import(ctx, strings.NewReader(doc("new", 1, 1)), engine.ImportOptions{})
			return err
		},
	} {
		if err := call(); dberr.CodeOf(err) != dberr.DatabaseReadOnly {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNotADatabase(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(*vfs.Mem)
		open dberr.Code
		init dberr.Code
	}{
		{"nothing", func(m *vfs.Mem) {}, dberr.DatabaseNotFound, ""},
		{"an empty directory", func(m *vfs.Mem) { _ = m.Mkdir("data", 0o700) }, dberr.DatabaseNotFound, ""},
		{"a file", func(m *vfs.Mem) { rewrite(m, "data", []byte("x")) }, dberr.DatabaseNotFound, dberr.DatabaseExists},
		{"other files", func(m *vfs.Mem) { _ = m.Mkdir("data", 0o700); rewrite(m, "data/x", []byte("x")) }, dberr.DatabaseNotFound, dberr.DatabaseExists},
		{"a database", func(m *vfs.Mem) { s := newSim(); s.use(m); mustDo(t, s.run(stepInit())) }, "", dberr.DatabaseExists},
		{"one that lost CURRENT", func(m *vfs.Mem) {
			s := newSim()
			s.use(m)
			mustDo(t, s.run(fresh(stepClose())...))
			mustDo(t, m.Remove("data/CURRENT"))
		}, dberr.RecoveryInconsistent, dberr.RecoveryInconsistent},
		{"one that lost CURRENT, its log damaged", func(m *vfs.Mem) {
			s := newSim()
			s.use(m)
			mustDo(t, s.run(fresh(stepClose())...))
			mustDo(t, m.Remove("data/CURRENT"))
			name := genDir + "/wal/00000000000000000001.wal"
			data := content(m, name)
			data[600] ^= 1
			rewrite(m, name, data)
		}, dberr.RecoveryInconsistent, dberr.RecoveryInconsistent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := vfs.NewMem()
			tt.make(m)
			before := m.Hash()
			o := newSim().options(m)
			db, err := engine.Open(ctx, o)
			wantCode(t, err, tt.open)
			if err != nil && m.Hash() != before {
				t.Error("open changed something")
			}
			if err == nil {
				mustDo(t, db.Close())
			}
			before = m.Hash()
			_, err = engine.Init(o)
			wantCode(t, err, tt.init)
			if err != nil && m.Hash() != before {
				t.Error("init changed something")
			}
			if n := m.OpenHandles(); n != 0 {
				t.Errorf("%d files stay open", n)
			}
		})
	}
}
