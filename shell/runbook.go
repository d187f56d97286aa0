package shell

import (
	"context"
	"errors"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/shell/lang"
)

// A Runbook is the script that a session is about to run, as its journal names it.
type Runbook struct {
	Script    runs.Script
	Rehearsed string // the id of the rehearsal that the run follows
	Resume    string // the id of the run to go on with; "" starts a new one
}

// A journaling is the journal of the script that runs. It begins with the first step, so
// that a script without steps leaves none.
type journaling struct {
	book    Runbook
	journal *runs.Journal
	called  map[string]bool // steps called in this process
	open    string          // the step under way
}

// Journal makes the steps of what is run next a journaled run; EndRun ends it. To resume
// a run it reads what was done: a run that cannot be resumed is AERO_SCRIPT_CHANGED.
func (s *Session) Journal(b Runbook) error {
	run := &journaling{book: b, called: map[string]bool{}}
	if b.Resume != "" {
		db, err := s.database()
		if err != nil {
			return err
		}
		if db.ReadOnly() {
			return errStepReadOnly()
		}
		state, err := db.RunState()
		if err != nil {
			return err
		}
		if run.journal, err = db.Runs().Resume(b.Resume, state); err != nil {
			return err
		}
	}
	s.runbook = run
	return nil
}

func errStepReadOnly() error {
	return dberr.New(dberr.DatabaseReadOnly, "steps are journaled in the data directory, which is open read-only")
}

// runJournal returns the journal of the script, which begins now if it has not yet.
func (s *Session) runJournal() (*runs.Journal, error) {
	run := s.runbook
	if run == nil {
		return nil, dberr.New(dberr.ScriptError, "step needs a runbook, whose steps can be journaled").WithHint("put it into a file: aerodb run FILE.lua")
	}
	if run.journal != nil {
		return run.journal, nil
	}
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	if db.ReadOnly() {
		return nil, errStepReadOnly()
	}
	state, err := db.RunState()
	if err != nil {
		return nil, err
	}
	run.journal, err = db.Runs().Begin(run.book.Script, s.sources, state, run.book.Rehearsed)
	return run.journal, err
}

// runState is the state that a record notes: that of the database, or the last one known
// if there is none.
func (s *Session) runState(j *runs.Journal) runs.State {
	if db, err := s.database(); err == nil {
		if state, err := db.RunState(); err == nil {
			return state
		}
	}
	return j.Run().Last
}

// EndRun notes how the script ended, with its exit code, and returns its run; nil if it
// had no steps.
func (s *Session) EndRun(err error, exit int) (*runs.Run, error) {
	run := s.runbook
	s.runbook = nil
	if run == nil || run.journal == nil {
		return nil, nil
	}
	j := run.journal
	var p *runs.Problem
	if err != nil && exit != 0 {
		problem := problemOf(err)
		p = &problem
	}
	return j.Run(), j.Finish(p, exit, s.runState(j))
}

// Sources lists the files of Lua read so far.
func (s *Session) Sources() []runs.Source { return s.sources }

// AddSource notes Lua that was not read from a file.
func (s *Session) AddSource(name, content string) {
	s.sources = runs.AddSource(s.sources, name, []byte(content))
}

// readFile reads a file of Lua and notes that it was read.
func (s *Session) readFile(name string) ([]byte, error) {
	content, err := s.env.readFile(name)
	if err == nil {
		s.sources = runs.AddSource(s.sources, name, content)
	}
	return content, err
}

// problemOf is an error as a journal notes it.
func problemOf(err error) runs.Problem {
	var exit *lang.Exit
	if errors.As(err, &exit) {
		return runs.Problem{Message: exit.Error()}
	}
	e := dberr.From(err)
	return runs.Problem{Code: string(e.Code), Message: e.Text()}
}

// stepProblem is what a step failed of: the panic that Lua raised, or an error.
func (s *Session) stepProblem(ctx context.Context, raised any, err error) runs.Problem {
	if exit := s.runtime.Exiting(); exit != nil {
		return problemOf(exit)
	}
	if e, ok := raised.(error); ok {
		err = e
	}
	return problemOf(s.fail(ctx, err).Err)
}
