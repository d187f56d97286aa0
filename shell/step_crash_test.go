package shell

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// addThree inserts three documents, each in a step; a step that was run twice would fail.
const addThree = `
	for i = 1, 3 do
		step("add " .. i, function()
			db.users:insert{_id = "new " .. i, name = "N"}
			return i
		end)
	end`

// play runs the script on a file system, which may die in the middle, and returns how it
// went; id names a run to resume.
func (p *playbook) play(fsys vfs.FS, id string) error {
	o := p.options
	o.FS = fsys
	db, err := engine.Open(context.Background(), o)
	if err != nil {
		return err
	}
	s := New(Env{Stdin: strings.NewReader(""), FS: fsys, Now: o.Now, Database: o}, db, nil)
	defer s.Close()
	if err := s.Journal(Runbook{Script: testScript, Resume: id}); err != nil {
		return err
	}
	_, err = s.Run(context.Background(), "test.lua", addThree, nil)
	exit := 0
	if err != nil {
		exit = 1
	}
	if _, jerr := s.EndRun(err, exit); err == nil {
		err = jerr
	}
	return err
}

// The power goes off before every call of a runbook with steps. What is left can be
// resumed, and then ends as if nothing had happened, or is refused because the outcome of a
// step is unknown: never is a step run twice, never is one left out.
func TestCrashInARunbook(t *testing.T) {
	p := newPlaybook(t)
	mem := p.fs.(*vfs.Mem).AfterCrash(vfs.KeepAll)
	whole := mem.Clone()
	if err := p.play(whole, ""); err != nil {
		t.Fatal(err)
	}
	want := p.state(t, whole)
	outcomes := map[string]int{}
	seen := map[[32]byte]bool{}
	for _, op := range whole.Trace() {
		if op.N < mem.Ops() || !op.Mutates() {
			continue
		}
		m := mem.Clone()
		m.DieAt(op.N)
		_ = p.play(m, "") // dead
		for i, loss := range []vfs.Loss{vfs.LoseAll, vfs.KeepAll, vfs.KeepBytesNotNames, vfs.KeepNamesNotBytes, vfs.KeepSome(uint64(op.N)), vfs.KeepSome(uint64(op.N) + 1)} {
			image := m.AfterCrash(loss)
			if h := image.Hash(); seen[h] {
				continue
			} else {
				seen[h] = true
			}
			outcome := p.goOn(t, image, want, fmt.Sprintf("%s, %s (%d)", op, loss, i))
			outcomes[outcome]++
		}
	}
	for _, outcome := range []string{"begun anew", "resumed", "unknown", "done"} {
		if outcomes[outcome] == 0 {
			t.Errorf("no crash was %s: %v", outcome, outcomes)
		}
	}
	t.Log(outcomes)
}

// goOn does what an operator does after a crash, and says which it was.
func (p *playbook) goOn(t *testing.T, image *vfs.Mem, want, call string) string {
	t.Helper()
	o := p.options
	o.FS = image
	store, err := engine.RunsOf(o)
	if err != nil {
		t.Fatalf("crash before %s: %v", call, err)
	}
	list, err := store.List()
	if err != nil {
		t.Fatalf("crash before %s: %v", call, err)
	}
	outcome, id := "begun anew", ""
	if len(list) > 0 {
		outcome, id = "resumed", list[0].ID
	}
	err = p.play(image, id)
	switch {
	case err == nil:
		if got := p.state(t, image); got != want {
			t.Fatalf("crash before %s, %s: the state is %s, want %s", call, outcome, got, want)
		}
		return outcome
	case dberr.CodeOf(err) == dberr.ScriptChanged && strings.Contains(err.Error(), "is unknown"):
		return "unknown"
	case dberr.CodeOf(err) == dberr.ScriptChanged && strings.Contains(err.Error(), "is done") && p.state(t, image) == want:
		return "done"
	}
	t.Fatalf("crash before %s, %s: %v", call, outcome, err)
	return ""
}

// state is the digest of the database on a file system.
func (p *playbook) state(t *testing.T, fsys vfs.FS) string {
	t.Helper()
	o := p.options
	o.FS, o.ReadOnly = fsys, true
	db, err := engine.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	sum, err := db.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return sum.String()
}
