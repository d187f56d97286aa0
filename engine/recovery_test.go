package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A long log tells how far its replay is, a short one does not, and an interruption
// ends the replay, after which the next open finds all that was acknowledged.
func TestReplayTellsHowFarItIs(t *testing.T) {
	_, o := newDB(t)
	m := o.FS.(*vfs.Mem).Clone()
	o.FS, o.WALMaxSize = m, 8<<20
	o.Dir = "long"
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	name := bytes.Repeat([]byte{'x'}, 100<<10)
	for i := range 40 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"%s"}`, i, name)))
	}
	want := digestOf(t, db)
	killed := m.Clone() // as the process ends here
	o.FS = killed
	var told [][2]int64
	o.ReplayProgress = func(done, total int64) { told = append(told, [2]int64{done, total}) }
	interrupted, cancel := context.WithCancel(ctx)
	cancel()
	_, err := engine.Open(interrupted, o)
	wantCode(t, err, dberr.ScriptInterrupted)
	if n := killed.OpenHandles(); n != 0 {
		t.Errorf("%d files are open after it", n)
	}
	told = nil
	db = mustOpen(t, o)
	if digestOf(t, db) != want || len(told) < 4 {
		t.Errorf("told %v", told)
	}
	for i, now := range told {
		if i > 0 && now[0] <= told[i-1][0] || now[0] > now[1] || now[1] != 8<<20 {
			t.Errorf("told %v", told)
		}
	}
	if last := told[len(told)-1]; last[0] != last[1] {
		t.Errorf("it ends at %v", last)
	}
	mustDo(t, db.Close())
	told = nil
	short, so := newDB(t)
	mustDo(t, people(t, short).Insert([]byte(`{"_id":"a","name":"x"}`)))
	so.FS, so.ReplayProgress = so.FS.(*vfs.Mem).Clone(), o.ReplayProgress
	mustDo(t, mustOpen(t, so).Close())
	if len(told) > 0 {
		t.Errorf("a short log: told %v", told)
	}
}
