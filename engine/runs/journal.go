package runs

import (
	"slices"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A Journal is the journal of the run that goes on. It is not safe for concurrent use.
type Journal struct {
	store   Store
	file    vfs.File
	run     Run
	started time.Time
	step    time.Time // when the step under way began
	failed  error     // for ever: what is in the file is not known any more
}

// Begin starts the journal of a run. When it returns, the file is durable under its name.
func (s Store) Begin(script Script, sources []Source, state State, rehearsed string) (*Journal, error) {
	if err := s.makeFolder(); err != nil {
		return nil, err
	}
	id, err := s.newID("")
	if err != nil {
		return nil, err
	}
	j := &Journal{store: s, run: Run{ID: id}, started: s.Now()}
	r := &Record{Kind: KindBegin, Format: Format, Time: s.stamp(), State: state, Script: &script, Sources: sources, Rehearsed: rehearsed}
	if j.run.size, j.run.sum, err = s.publish(id, r); err != nil {
		return nil, err
	}
	j.run.take(r)
	j.run.n = 1
	return j, j.open()
}

func (j *Journal) open() error {
	name := fileName(j.run.ID)
	f, err := j.store.FS.OpenFile(j.store.path(name), vfs.O_RDWR, 0)
	if err != nil {
		return vfs.Wrap(err, "runs.open", display(name))
	}
	j.file = f
	return nil
}

// Resume opens the journal of a run that failed, to go on with it, and notes that it does.
// What a power cut left of a record that was never acknowledged is cut before. The rest is
// written anew, name and all: it may be in the page cache only, and of what a failed sync
// left there a later one says nothing. State is the database's now. A run
// that was done, or whose last step has an unknown outcome, and a database that has moved
// since are refused.
func (s Store) Resume(id string, state State) (*Journal, error) {
	run, err := s.Load(id)
	if err != nil {
		return nil, err
	}
	if err := run.Resumable(state); err != nil {
		return nil, err
	}
	name := fileName(id)
	data, err := vfs.ReadFile(s.FS, s.path(name), journalBytesMax)
	if err == nil {
		err = vfs.Publish(s.FS, s.Dir, name, data[:run.size], vfs.FilePerm)
	}
	if err != nil {
		return nil, vfs.Wrap(err, "runs.resume", display(name))
	}
	j := &Journal{store: s, run: run, started: s.Now()}
	if err := j.open(); err != nil {
		return nil, err
	}
	return j, j.append(&Record{Kind: KindResumed, State: state})
}

// Resumable returns why the run cannot be resumed while the database is in this state,
// nil if it can.
func (r *Run) Resumable(now State) error {
	changed := func(format string, args ...any) *dberr.Error {
		return dberr.New(dberr.ScriptChanged, format, args...)
	}
	switch r.Outcome {
	case Done:
		return changed("the run %s is done: there is nothing to resume", r.ID).WithHint("run the script again: aerodb run %s", r.Script.Path)
	case Rehearsed:
		return changed("%s is a rehearsal, not a run", r.ID).WithHint("the real run of it: aerodb run --rehearsed %s %s", r.ID, r.Script.Path)
	}
	if i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Outcome == Unknown }); i >= 0 {
		s := r.Steps[i]
		since := "the database has not moved since"
		if now != s.Before {
			since = "the database has moved since: " + moved(s.Before, now)
		}
		return changed("the outcome of the step %q is unknown: it began at %s and neither ended nor failed; %s", s.Name, s.Began, since).
			WithHint("find out how far the step came (in the database and in the files it writes; aerodb runs %s shows what is known), then run the script from its start", r.ID)
	}
	if now != r.Last {
		return changed("the database has moved since the run ended: %s", moved(r.Last, now)).
			WithHint("run the script from its start: aerodb run %s", r.Script.Path)
	}
	return nil
}

// Run returns what the journal tells so far.
func (j *Journal) Run() *Run { return &j.run }

// append makes r the last record, durably.
func (j *Journal) append(r *Record) error {
	if j.failed != nil {
		return j.failed
	}
	r.N, r.Time = j.run.n, j.store.stamp()
	line, sum, err := encode(r, j.run.sum)
	if err != nil {
		return err
	}
	name := fileName(j.run.ID)
	if j.run.size+int64(len(line)) > journalBytesMax {
		return dberr.New(dberr.ScriptError, "the journal of the run would be larger than %d bytes", journalBytesMax).In(display(name))
	}
	_, err = j.file.WriteAt(line, j.run.size)
	if err == nil {
		err = j.file.Datasync()
	}
	if err != nil {
		j.failed = vfs.Wrap(err, "runs.append", display(name))
		return j.failed
	}
	if reason := j.run.take(r); reason != "" {
		return dberr.New(dberr.InternalInvariant, "the journal: %s", reason)
	}
	j.run.size += int64(len(line))
	j.run.sum, j.run.n = sum, j.run.n+1
	return nil
}

// StepBegin notes that the function of a step is about to be called. When it returns nil,
// that is durable.
func (j *Journal) StepBegin(name string, state State) error {
	j.step = j.store.Now()
	return j.append(&Record{Kind: KindStepBegin, Step: name, State: state})
}

// StepEnd notes that the step that was begun is done. Result is canonical JSON, nil for
// none; sources are all files of Lua read so far.
func (j *Journal) StepEnd(name string, result []byte, sources []Source, state State) error {
	return j.append(&Record{Kind: KindStepEnd, Step: name, Result: result, Sources: sources, State: state, Millis: millis(j.store.Now().Sub(j.step))})
}

// problemBytesMax bounds the message of a problem: the rest of a longer one is cut, so
// that it never is the reason why a failure is not journaled.
const problemBytesMax = 64 << 10

// cut bounds the message.
func (p Problem) cut() *Problem {
	if len(p.Message) > problemBytesMax {
		p.Message = strings.ToValidUTF8(p.Message[:problemBytesMax], "") + "..."
	}
	return &p
}

// StepFailed notes that the step that was begun raised an error.
func (j *Journal) StepFailed(name string, p Problem, state State) error {
	return j.append(&Record{Kind: KindStepFailed, Step: name, Problem: p.cut(), State: state, Millis: millis(j.store.Now().Sub(j.step))})
}

// Finish notes how the script ended, with its exit code, and closes the journal.
func (j *Journal) Finish(p *Problem, exit int, state State) error {
	r := &Record{Kind: KindEnd, State: state, Exit: exit, Millis: millis(j.store.Now().Sub(j.started))}
	if p != nil {
		r.Kind, r.Problem = KindFailed, p.cut()
	}
	err := j.append(r)
	j.Close()
	return err
}

// Close closes the file. What was appended is durable.
func (j *Journal) Close() {
	if j.file != nil {
		_ = j.file.Close() // synced: nothing can be lost
		j.file = nil
	}
}
