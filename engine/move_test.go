package engine_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// twoVersions is a database with n documents under v1, of which v2 has none yet.
func twoVersions(t testing.TB, n int) (db *engine.DB, o engine.Options, v1, v2 *engine.Collection) {
	t.Helper()
	db, o = newDB(t)
	v1 = people(t, db)
	for i := range n {
		mustDo(t, v1.Insert(fmt.Appendf(nil, `{"_id":"%04d","age":%d,"name":"n","home":{"city":"c%d"}}`, i, i%90, i%7)))
	}
	_, err := db.DefineSchema(mustSchema(t, personV2))
	mustDo(t, err)
	v2, err = db.Collection("person", "v2")
	mustDo(t, err)
	return db, o, v1, v2
}

// Every document moves once, in batches of one record each; a second call has nothing to
// do; verify finds each index entry. The log is smaller than what is written, so that
// checkpoints come in the middle.
func TestMoveFrom(t *testing.T) {
	db, _, v1, v2 := twoVersions(t, 5000)
	before := db.Sequence()
	var told []int64
	r, err := v2.MoveFrom(ctx, "v1", func(done, total int64) {
		if total != 5000 || len(told) > 0 && done <= told[len(told)-1] {
			t.Errorf("progress %d of %d after %v", done, total, told)
		}
		told = append(told, done)
	})
	mustDo(t, err)
	if r.Documents != 5000 || r.Batches < 5 || r.Batches != int64(len(told)) || told[len(told)-1] != 5000 || db.Sequence() != before+5000 || r.Duration <= 0 {
		t.Errorf("%+v after %d operations, told %v", r, db.Sequence()-before, told)
	}
	left, err := v1.Count()
	mustDo(t, err)
	moved, err := v2.Count()
	mustDo(t, err)
	if left != 0 || moved != 5000 {
		t.Errorf("%d documents are left, %d are there", left, moved)
	}
	found, err := v2.Find(ctx, engine.Query{Filter: []byte(`{"home.city":"c3"}`), Limit: 9999, HasLimit: true})
	mustDo(t, err)
	if len(found) != 714 {
		t.Errorf("an index finds %d documents", len(found))
	}
	s, err := db.Stats()
	mustDo(t, err)
	if s.AutoCheckpoints == 0 {
		t.Error("the log never filled up")
	}
	again, err := v2.MoveFrom(ctx, "v1", nil)
	mustDo(t, err)
	if again.Documents != 0 || again.Batches != 0 {
		t.Errorf("moved again: %+v", again)
	}
	verified, err := db.Verify(ctx, nil)
	mustDo(t, err)
	if !verified.OK() || verified.Documents != 5000 {
		t.Errorf("verify: %+v", verified)
	}
}

// An interrupted move leaves whole batches, and the next one goes on.
func TestMoveFromInterrupted(t *testing.T) {
	db, _, v1, v2 := twoVersions(t, 3000)
	stop, cancel := context.WithCancel(ctx)
	r, err := v2.MoveFrom(stop, "v1", func(done, _ int64) {
		if done >= 1000 {
			cancel()
		}
	})
	wantCode(t, err, dberr.ScriptInterrupted)
	left, _ := v1.Count()
	moved, _ := v2.Count()
	if r.Documents != moved || left+moved != 3000 || moved < 1000 || left == 0 {
		t.Errorf("%+v: %d are left, %d have moved", r, left, moved)
	}
	rest, err := v2.MoveFrom(ctx, "v1", nil)
	mustDo(t, err)
	if rest.Documents != left {
		t.Errorf("the next move moved %d of %d", rest.Documents, left)
	}
	if verified, err := db.Verify(ctx, nil); err != nil || !verified.OK() {
		t.Errorf("verify: %+v, %v", verified, err)
	}
}

// A readHook calls before ahead of each read of a segment.
type readHook struct {
	vfs.FS
	before func()
}

type hookedFile struct {
	vfs.File
	fs *readHook
}

func (h *readHook) OpenFile(name string, flag int, perm fs.FileMode) (vfs.File, error) {
	f, err := h.FS.OpenFile(name, flag, perm)
	if err == nil && strings.HasSuffix(name, ".seg") {
		f = hookedFile{f, h}
	}
	return f, err
}

func (f hookedFile) ReadAt(p []byte, off int64) (int, error) {
	if f.fs.before != nil {
		f.fs.before()
	}
	return f.File.ReadAt(p, off)
}

// What other callers change while documents move is not undone: a document is moved as it
// is, or stays deleted.
func TestMoveFromLosesNoWrite(t *testing.T) {
	hooked := &readHook{FS: vfs.NewMem()}
	o := testOptions(hooked)
	mustInit(t, o)
	db := mustOpen(t, o)
	first := people(t, db)
	for i := range 20 {
		mustDo(t, first.Insert(fmt.Appendf(nil, `{"_id":"%02d","name":"old"}`, i)))
	}
	_, err := db.DefineSchema(mustSchema(t, personV2))
	mustDo(t, err)
	_, err = db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, db.Close())
	db = mustOpen(t, o) // nothing is cached
	t.Cleanup(func() { _ = db.Close() })
	v1, err := db.Collection("person", "v1")
	mustDo(t, err)
	v2, err := db.Collection("person", "v2")
	mustDo(t, err)
	// Others write when the move has its view of the documents and begins to read them.
	written := false
	hooked.before = func() {
		hooked.before, written = nil, true
		mustDo(t, v1.Replace([]byte(`{"_id":"03","name":"new"}`)))
		_, err := v1.Delete("04")
		mustDo(t, err)
		mustDo(t, v2.Replace([]byte(`{"_id":"05","email":"x@y","name":"newer"}`)))
	}
	r, err := v2.MoveFrom(ctx, "v1", nil)
	mustDo(t, err)
	for id, want := range map[string]string{"02": `{"_id":"02","name":"old"}`, "03": `{"_id":"03","name":"new"}`, "04": "", "05": `{"_id":"05","email":"x@y","name":"newer"}`} {
		if doc, err := v2.Get(id); err != nil || string(doc) != want {
			t.Errorf("%s is %s, %v; want %s", id, doc, err, want)
		}
	}
	if left, _ := v1.Count(); left != 0 || r.Documents != 18 || r.Batches != 2 || !written {
		t.Errorf("%d are left, moved %+v, others wrote: %v", left, r, written)
	}
}

func TestMoveFromRefusals(t *testing.T) {
	db, o, v1, v2 := twoVersions(t, 3)
	for version, code := range map[string]dberr.Code{"": dberr.SchemaVersionRequired, "v2": dberr.SchemaIncompatible, "v9": dberr.SchemaVersionUnknown} {
		_, err := v2.MoveFrom(ctx, version, nil)
		wantCode(t, err, code)
	}
	_, err := v1.MoveFrom(ctx, "v2", nil)
	wantCode(t, err, dberr.SchemaIncompatible)
	if hint := dberr.From(err).Hint; !strings.Contains(hint, "on the newer version") {
		t.Errorf("the hint says how to change a schema, not how to call a move: %q", hint)
	}
	if !strings.Contains(err.Error(), "newer versions only") {
		t.Error(err)
	}
	// A limit that was lowered since keeps no document where it is.
	mustDo(t, v1.Insert([]byte(`{"_id":"large","name":"`+strings.Repeat("x", 3000)+`"}`)))
	mustDo(t, db.Close())
	o.DocumentSizeMax = 1000
	db = mustOpen(t, o)
	defer db.Close()
	v2, err = db.Collection("person", "v2")
	mustDo(t, err)
	r, err := v2.MoveFrom(ctx, "v1", nil)
	if mustDo(t, err); r.Documents != 4 {
		t.Errorf("%+v", r)
	}
	mustDo(t, db.Close())
	o.ReadOnly = true
	db = mustOpen(t, o)
	defer db.Close()
	v2, err = db.Collection("person", "v2")
	mustDo(t, err)
	_, err = v2.MoveFrom(ctx, "v1", nil)
	wantCode(t, err, dberr.DatabaseReadOnly)
}
