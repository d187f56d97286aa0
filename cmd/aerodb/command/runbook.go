package command

import (
	"io"

	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell"
)

// A runbook is a script that is about to run, for real or in a rehearsal.
type runbook struct {
	app       *app
	path      string // '-' is standard input
	args      []string
	scratch   bool
	resume    string
	rehearsed string

	stdin   []byte // the script, if it comes from there and was read before it runs
	ran     *runs.Run
	outcome error // of the script itself
}

// script is what the journal says of it.
func (r *runbook) script() (runs.Script, error) {
	dir, err := vfs.Resolve(r.app.env.FS, ".")
	if err != nil {
		return runs.Script{}, vfs.Wrap(err, "run", ".")
	}
	return runs.NewScript(r.path, dir, r.args), nil
}

// prepare makes sure that the run may go on where another one ended, or follow its
// rehearsal, and gets the journal ready.
func (r *runbook) prepare(s *shell.Session) error {
	id := r.resume + r.rehearsed
	var before runs.Run
	if id != "" {
		var err error
		if before, err = s.DB().Runs().Load(id); err != nil {
			return err
		}
		if r.path == "" {
			r.path, r.args = before.Script.Path, before.Script.Args
		}
	}
	script, err := r.script()
	if err != nil {
		return err
	}
	switch {
	case r.resume != "":
		err = before.SameScript(script, r.read)
	case r.rehearsed != "":
		state, serr := s.DB().RunState()
		if err = serr; err == nil {
			err = before.Unchanged(script, r.read, state)
		}
	}
	if err != nil {
		return err
	}
	return s.Journal(shell.Runbook{Script: script, Rehearsed: r.rehearsed, Resume: r.resume})
}

// read returns a file of Lua as it is now.
func (r *runbook) read(name string) ([]byte, error) {
	if name == "-" {
		var err error
		if r.stdin == nil {
			r.stdin, err = r.app.readAll("-", scriptBytesMax)
		}
		return r.stdin, err
	}
	f, err := r.app.env.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// run runs the script and ends its journal. What the script returns is dropped: a runbook
// prints what it has to say.
func (r *runbook) run(s *shell.Session) error {
	r.outcome = r.execute(s)
	run, err := s.EndRun(r.outcome, exitCode(r.app.ctx, r.outcome))
	r.ran = run
	if r.outcome != nil {
		err = r.outcome
	}
	if run != nil {
		r.told(run)
	}
	return err
}

func (r *runbook) execute(s *shell.Session) error {
	if r.path != "-" {
		_, err := s.RunFile(r.app.ctx, r.path, r.args)
		return err
	}
	source, err := r.read("-")
	if err == nil {
		s.AddSource("-", string(source))
		_, err = s.Run(r.app.ctx, "stdin", string(source), r.args)
		err = notAPrompt(err, string(source))
	}
	return err
}

// told says what became of a run with steps, and how to go on.
func (r *runbook) told(run *runs.Run) {
	switch {
	case run.Outcome == runs.Done:
		r.app.say("run %s: %s done", run.ID, count(int64(run.StepsDone()), "step"))
	case run.Outcome == runs.Failed:
		r.app.say("run %s failed, %s done; to go on after them: aerodb run --resume %s", run.ID, count(int64(run.StepsDone()), "step"), run.ID)
	default:
		r.app.say("run %s: %s done; its journal could not be ended", run.ID, count(int64(run.StepsDone()), "step"))
	}
}
