package runs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A narrator runs a runbook of three steps and remembers what was acknowledged.
type narrator struct {
	begun, ended int // steps whose record was durable
	id           string
}

const stepsOfRun = 3

// work runs the steps; the result of the second is larger than some sectors.
func (n *narrator) work(s runs.Store) error {
	j, err := s.Begin(script, sources, at(0), "")
	if err != nil {
		return err
	}
	n.id = j.Run().ID
	return n.steps(j, 0)
}

func (n *narrator) steps(j *runs.Journal, from int) error {
	defer j.Close()
	for i := from; i < stepsOfRun; i++ {
		name := fmt.Sprintf("step %d", i)
		if err := j.StepBegin(name, at(uint64(i))); err != nil {
			return err
		}
		n.begun = i + 1
		if err := j.StepEnd(name, result(i), sources, at(uint64(i+1))); err != nil {
			return err
		}
		n.ended = i + 1
	}
	return j.Finish(nil, 0, at(stepsOfRun))
}

func result(i int) []byte { return fmt.Appendf(nil, `"%0*d"`, 1+i*1500, i) }

// check looks at what a power cut left. An acknowledged record is there; of the one in
// flight nothing, or all.
//
// What a sector holds that was torn inside is never believed: it may be refused.
func (n *narrator) check(t *testing.T, image *vfs.Mem, call string) {
	t.Helper()
	s := store(image)
	list, err := s.List()
	mustDo(t, err)
	if len(list) == 0 {
		if n.begun > 0 {
			t.Fatalf("crash before %s: the journal is gone", call)
		}
		return
	}
	run := list[0]
	if run.Err != nil && dberr.CodeOf(run.Err) == dberr.StorageCorruption && halfWritten(call) && dberr.From(run.Err).Offset > 0 {
		return
	}
	if run.Err != nil {
		t.Fatalf("crash before %s: %v", call, run.Err)
	}
	if len(list) != 1 || n.id != "" && run.ID != n.id {
		t.Fatalf("crash before %s: %d runs, the first is %s", call, len(list), run.ID)
	}
	done := run.StepsDone()
	if done < n.ended || done > n.ended+1 || len(run.Steps) < n.begun || len(run.Steps) > n.begun+1 {
		t.Fatalf("crash before %s: %d steps begun and %d done were acknowledged, the journal has %d and %d", call, n.begun, n.ended, len(run.Steps), done)
	}
	for i := range done {
		if step, _ := run.Step(fmt.Sprintf("step %d", i)); string(step.Result) != string(result(i)) {
			t.Fatalf("crash before %s: the result of step %d is %.40q", call, i, step.Result)
		}
	}
	n.resume(t, image, s, &run, call)
}

func halfWritten(call string) bool {
	return strings.Contains(call, "torn") || strings.Contains(call, "garbage")
}

// resume goes on with what is left, also after the power went off again.
func (n *narrator) resume(t *testing.T, image *vfs.Mem, s runs.Store, run *runs.Run, call string) {
	t.Helper()
	done := run.StepsDone()
	j, err := s.Resume(run.ID, at(uint64(done)))
	switch {
	case run.Outcome == runs.Unknown:
		wantCode(t, err, dberr.ScriptChanged, "unknown")
		if run.Steps[len(run.Steps)-1].Outcome != runs.Unknown {
			t.Fatalf("crash before %s: no step is in doubt", call)
		}
		return
	case run.Outcome == runs.Done:
		wantCode(t, err, dberr.ScriptChanged, "is done")
		return
	}
	mustDo(t, err)
	again, err := store(image.AfterCrash(vfs.LoseAll)).Load(run.ID)
	if err != nil || again.StepsDone() != done || again.Resumed != 1 || again.TornBytes != 0 {
		t.Fatalf("crash before %s, resumed, crashed: %v, %d steps done, resumed %d times", call, err, again.StepsDone(), again.Resumed)
	}
	after := &narrator{begun: done, ended: done, id: run.ID}
	mustDo(t, after.steps(j, done))
	end, err := store(image.AfterCrash(vfs.LoseAll)).Load(run.ID)
	if err != nil || end.Outcome != runs.Done || end.StepsDone() != stepsOfRun {
		t.Fatalf("crash before %s, resumed to the end: %v, %s, %d steps", call, err, end.Outcome, end.StepsDone())
	}
}

// The power goes off before every call of a run.
func TestCrash(t *testing.T) {
	mem := newMem(t)
	whole := mem.Clone()
	from := whole.Ops()
	mustDo(t, new(narrator).work(store(whole)))
	images, seen := 0, map[[32]byte]bool{}
	for _, op := range append(whole.Trace(), vfs.Op{N: whole.Ops(), Kind: "end"}) {
		if op.N < from {
			continue
		}
		m := mem.Clone()
		m.DieAt(op.N - from + m.Ops())
		n := &narrator{}
		if err := n.work(store(m)); err == nil && op.Kind != "end" {
			t.Fatalf("%s: the run survived its crash", op)
		}
		for loss := range m.EveryLoss(uint64(op.N), 8) {
			image := m.AfterCrash(loss)
			if h := image.Hash(); !seen[h] {
				seen[h] = true
				images++
				n.check(t, image, fmt.Sprintf("%s, %s", op, loss))
			}
		}
	}
	if images < 100 {
		t.Errorf("only %d images", images)
	}
	t.Logf("%d images", images)
}

// Every call fails once, and fails from there on: the caller is told, and nothing that was
// acknowledged is gone.
func TestFailingCalls(t *testing.T) {
	mem := newMem(t)
	whole := mem.Clone()
	from := whole.Ops()
	mustDo(t, new(narrator).work(store(whole)))
	for _, op := range whole.Trace() {
		if op.N < from {
			continue
		}
		for _, all := range []bool{false, true} {
			for _, cause := range []error{vfs.EIO, vfs.ENOSPC} {
				m := mem.Clone()
				fail := m.FailAt
				if all {
					fail = m.FailFrom
				}
				fail(op.N-from+m.Ops(), cause)
				n := &narrator{}
				if err := n.work(store(m)); err == nil {
					t.Fatalf("%s failed and nobody was told", op)
				} else if code := dberr.CodeOf(err); code != vfs.Code(cause) {
					t.Fatalf("%s failed with %v: %v", op, cause, err)
				}
				m.SetFault(nil)
				n.check(t, m.AfterCrash(vfs.LoseAll), op.String())
				n.check(t, m.Clone(), op.String())
			}
		}
	}
}
