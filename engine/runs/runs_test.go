package runs_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/engine/vfs"
)

// store returns the runs of a data directory in memory, with a clock that goes one
// second a look.
func store(fsys vfs.FS) runs.Store {
	now := time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)
	return runs.Store{FS: fsys, Dir: "data/runs", Now: func() time.Time {
		now = now.Add(time.Second)
		return now
	}}
}

func newMem(t testing.TB) *vfs.Mem {
	t.Helper()
	mem := vfs.NewMem()
	mustDo(t, vfs.MkdirAll(mem, "data"))
	return mem
}

func mustDo(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code dberr.Code, words ...string) {
	t.Helper()
	if dberr.CodeOf(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error()+" "+dberr.From(err).Advice(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

// at is the state after n writes.
func at(n uint64) runs.State {
	return runs.State{UUID: "u", Sequence: n, Digest: fmt.Sprintf("%064x", n)}
}

var script = runs.NewScript("nightly.lua", "/srv", []string{"a", "ü"})
var sources = []runs.Source{runs.NewSource("nightly.lua", []byte("step()"))}

// journaled begins a run with the step "one" done and the step "two" begun. Each step
// of the journal moves the database.
func journaled(s runs.Store) (*runs.Journal, error) {
	j, err := s.Begin(script, sources, at(0), "")
	if err == nil {
		err = j.StepBegin("one", at(0))
	}
	if err == nil {
		err = j.StepEnd("one", []byte(`{"big":9007199254740993,"text":"<&>"}`), sources, at(1))
	}
	if err == nil {
		err = j.StepBegin("two", at(1))
	}
	return j, err
}

func TestJournal(t *testing.T) {
	s := store(newMem(t))
	j, err := journaled(s)
	mustDo(t, err)
	id := j.Run().ID
	if id != "20260204T113001Z-1" {
		t.Errorf("the id is %s", id)
	}
	mustDo(t, j.StepEnd("two", nil, sources, at(2)))
	mustDo(t, j.Finish(nil, 0, at(3)))
	run, err := s.Load(id)
	mustDo(t, err)
	one, _ := run.Step("one")
	if string(one.Result) != `{"big":9007199254740993,"text":"<&>"}` || one.After != at(1) || one.Outcome != runs.Done {
		t.Errorf("step one: %+v", one)
	}
	if run.Outcome != runs.Done || run.StepsDone() != 2 || run.First != at(0) || run.Last != at(3) || run.TornBytes != 0 {
		t.Errorf("%+v", run)
	}
	if run.Script.Path != "nightly.lua" || run.Script.Args[1] != "ü" || len(run.Sources) != 1 {
		t.Errorf("%+v", run.Script)
	}
	_, err = s.Resume(id, at(3))
	wantCode(t, err, dberr.ScriptChanged, "is done")
}

func TestResume(t *testing.T) {
	s := store(newMem(t))
	j, err := journaled(s)
	mustDo(t, err)
	id := j.Run().ID
	j.Close()

	// Killed within a step: nobody knows.
	_, err = s.Resume(id, at(1))
	wantCode(t, err, dberr.ScriptChanged, `"two"`, "unknown", "has not moved", "aerodb runs "+id)
	_, err = s.Resume(id, at(7))
	wantCode(t, err, dberr.ScriptChanged, "unknown", "sequence 1,", "sequence 7,")

	j, err = journaled(s)
	mustDo(t, err)
	id = j.Run().ID
	mustDo(t, j.StepFailed("two", runs.Problem{Code: "AERO_SCRIPT_ERROR", Message: "no"}, at(2)))
	mustDo(t, j.Finish(&runs.Problem{Code: "AERO_SCRIPT_ERROR", Message: "no"}, 1, at(2)))
	_, err = s.Resume(id, at(3))
	wantCode(t, err, dberr.ScriptChanged, "has moved", "sequence 2,", "sequence 3,")
	j, err = s.Resume(id, at(2))
	mustDo(t, err)
	if run := j.Run(); run.StepsDone() != 1 || run.Problem != nil || run.Outcome != runs.Stopped {
		t.Errorf("resumed: %+v", run)
	}
	mustDo(t, j.StepBegin("two", at(2)))
	mustDo(t, j.StepEnd("two", []byte("2"), sources, at(4)))
	mustDo(t, j.Finish(nil, 0, at(4)))
	run, err := s.Load(id)
	mustDo(t, err)
	if run.Outcome != runs.Done || run.StepsDone() != 2 || len(run.Steps) != 2 || run.Resumed != 1 {
		t.Errorf("at the end: %+v", run)
	}
	// A failure whose message would not fit is cut, not left out.
	j, err = journaled(s)
	mustDo(t, err)
	mustDo(t, j.StepFailed("two", runs.Problem{Code: "X", Message: strings.Repeat("é", 1<<23)}, at(2)))
	mustDo(t, j.Finish(nil, 0, at(2)))
	if run, err := s.Load(j.Run().ID); err != nil || len(run.Steps[1].Problem.Message) > 1<<17 {
		t.Errorf("%v", err)
	}
	_, err = s.Resume("20200101T000000Z-1", at(0))
	wantCode(t, err, dberr.ScriptError, "there is no run")
	_, err = s.Load("../CURRENT")
	wantCode(t, err, dberr.ScriptError, "there is no run")
}

func TestSameScript(t *testing.T) {
	s := store(newMem(t))
	j, err := journaled(s)
	mustDo(t, err)
	run := j.Run()
	files := map[string]string{"nightly.lua": "step()"}
	read := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	mustDo(t, run.SameScript(script, read))
	for _, other := range []runs.Script{
		runs.NewScript("other.lua", "/srv", []string{"a", "ü"}),
		runs.NewScript("nightly.lua", "/", []string{"a", "ü"}),
		runs.NewScript("nightly.lua", "/srv", []string{"aü"}),
		runs.NewScript("nightly.lua", "/srv", nil),
	} {
		wantCode(t, run.SameScript(other, read), dberr.ScriptChanged)
	}
	files["nightly.lua"] = "step() "
	wantCode(t, run.SameScript(script, read), dberr.ScriptChanged, "nightly.lua has changed")
	delete(files, "nightly.lua")
	wantCode(t, run.SameScript(script, read), dberr.ScriptChanged, "cannot be read")
}

func TestRehearsal(t *testing.T) {
	mem := newMem(t)
	s := store(mem)
	p, err := s.Reserve()
	mustDo(t, err)
	if p.ID != "20260204T113001Z-r1" {
		t.Errorf("the id is %s", p.ID)
	}
	if left, _, err := s.Leftovers(); err != nil || len(left) > 0 {
		t.Errorf("what goes on is a leftover: %v, %v", left, err)
	}
	killed := mem.Clone()
	if left, _, err := store(killed).Leftovers(); err != nil || len(left) != 1 || left[0] != p.ID+".tmp" {
		t.Errorf("leftovers %v, %v", left, err)
	}
	mustDo(t, s.Save(p.ID, runs.Rehearsal{Script: script, Sources: sources, Before: at(1), After: at(2), Took: time.Second}))
	mustDo(t, p.Remove())
	run, err := s.Load(p.ID)
	mustDo(t, err)
	read := func(string) ([]byte, error) { return []byte("step()"), nil }
	mustDo(t, run.Unchanged(script, read, at(1)))
	wantCode(t, run.Unchanged(script, read, at(2)), dberr.ScriptChanged, "has moved", "aerodb rehearse nightly.lua")
	wantCode(t, run.Unchanged(runs.NewScript("x.lua", "/srv", nil), read, at(1)), dberr.ScriptChanged)
	_, err = s.Resume(p.ID, at(2))
	wantCode(t, err, dberr.ScriptChanged, "is a rehearsal")
	mustDo(t, s.Save("20260204T113001Z-r2", runs.Rehearsal{Script: script, Before: at(1), Problem: &runs.Problem{Code: "X"}}))
	run, err = s.Load("20260204T113001Z-r2")
	mustDo(t, err)
	wantCode(t, run.Unchanged(script, read, at(1)), dberr.ScriptChanged, "failed")
}

func TestListAndPrune(t *testing.T) {
	mem := newMem(t)
	s := store(mem)
	s.Now = func() time.Time { return time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC) } // ids differ by number
	for range 11 {
		j, err := s.Begin(script, sources, at(0), "")
		mustDo(t, err)
		j.Close()
	}
	list, err := s.List()
	mustDo(t, err)
	if len(list) != 11 || list[0].ID != "20260204T113000Z-1" || list[10].ID != "20260204T113000Z-11" {
		t.Fatalf("listed %d, the last is %s", len(list), list[len(list)-1].ID)
	}
	removed, err := s.Prune(3)
	mustDo(t, err)
	if len(removed) != 8 || removed[7] != "20260204T113000Z-8" {
		t.Errorf("removed %v", removed)
	}
	if list, err = s.List(); err != nil || len(list) != 3 {
		t.Errorf("%d are left, %v", len(list), err)
	}
	if list, err = store(vfs.NewMem()).List(); err != nil || len(list) != 0 {
		t.Errorf("without a folder: %v, %v", list, err)
	}
}

// journalBytes is a finished journal and its id.
func journalBytes(t testing.TB) (id string, data []byte) {
	mem := newMem(t)
	j, err := journaled(store(mem))
	mustDo(t, err)
	mustDo(t, j.StepEnd("two", []byte("[1]"), sources, at(2)))
	mustDo(t, j.Finish(nil, 0, at(2)))
	id = j.Run().ID
	data, err = vfs.ReadFile(mem, "data/runs/"+id+".journal", 1<<20)
	mustDo(t, err)
	return id, data
}

func load(t testing.TB, id string, data []byte) (runs.Run, error) {
	mem := newMem(t)
	s := store(mem)
	mustDo(t, vfs.MkdirAll(mem, s.Dir))
	mustDo(t, vfs.Publish(mem, s.Dir, id+".journal", data, 0o600))
	return s.Load(id)
}

// Any byte that is not what was written is damage, and its place is named.
func TestDamage(t *testing.T) {
	id, data := journalBytes(t)
	for i := range data {
		for _, b := range []byte{data[i] ^ 1, 0} {
			bad := bytes.Clone(data)
			bad[i] = b
			_, err := load(t, id, bad)
			wantCode(t, err, dberr.StorageCorruption, "runs/"+id+".journal at ")
		}
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	lines[2], lines[3] = lines[3], lines[2]
	_, err := load(t, id, bytes.Join(lines, nil))
	wantCode(t, err, dberr.StorageCorruption)
	_, err = load(t, id, bytes.Join(lines[1:], nil))
	wantCode(t, err, dberr.StorageCorruption)
	_, err = load(t, "20260204T113001Z-2", data)
	wantCode(t, err, dberr.StorageCorruption)
	_, err = load(t, id, nil)
	wantCode(t, err, dberr.StorageCorruption, "no whole record")
}

// A journal that was cut anywhere is a shorter one: no step is done that was not.
func TestTruncated(t *testing.T) {
	id, data := journalBytes(t)
	first := bytes.IndexByte(data, '\n') + 1
	for n := range data {
		run, err := load(t, id, data[:n])
		switch {
		case n < first:
			wantCode(t, err, dberr.StorageCorruption)
		case err != nil && (n == 0 || data[n] != '\n'):
			t.Fatalf("cut at %d: %v", n, err)
		case err == nil && run.Outcome == runs.Done:
			t.Fatalf("cut at %d of %d it is done", n, len(data))
		}
	}
}
