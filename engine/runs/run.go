package runs

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/suggest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// Outcome says how a run went.
type Outcome string

// The outcomes.
const (
	Done      Outcome = "done"
	Failed    Outcome = "failed"    // it can be resumed
	Stopped   Outcome = "stopped"   // the process ended between two steps, or goes on right now; it can be resumed
	Unknown   Outcome = "unknown"   // the process ended within a step, or is in it right now; it cannot be resumed
	Rehearsed Outcome = "rehearsed" // a rehearsal that went through
)

// Step is one step of a run.
type Step struct {
	Name    string
	Outcome Outcome // Done, Failed or Unknown
	Began   string
	Result  []byte // canonical JSON; nil for none
	Millis  float64
	Before  State
	After   State // of Done and Failed
	Problem *Problem
}

// Run is what a journal tells.
type Run struct {
	ID        string
	Script    Script
	Sources   []Source
	Rehearsed string // the id of the rehearsal it followed
	Started   string
	Ended     string // "" while it has not
	Millis    float64
	Outcome   Outcome
	Problem   *Problem
	Exit      int
	Steps     []Step // in the order in which they were last begun
	First     State  // at the start
	Last      State  // at the last record
	Resumed   int    // how often
	TornBytes int64  // behind the last record, of one that was never acknowledged
	Err       error  // why it cannot be read; only in a list

	size int64
	n    int
	sum  uint32
}

// Step returns a step by its name.
func (r *Run) Step(name string) (Step, bool) {
	for _, s := range r.Steps {
		if s.Name == name {
			return s, true
		}
	}
	return Step{}, false
}

// StepsDone counts the steps that were completed.
func (r *Run) StepsDone() (n int) {
	for _, s := range r.Steps {
		if s.Outcome == Done {
			n++
		}
	}
	return n
}

// Load reads a journal. An unknown id is AERO_SCRIPT_ERROR, a damaged file
// AERO_STORAGE_CORRUPTION with its offset.
func (s Store) Load(id string) (Run, error) {
	if _, _, ok := parseID(id); !ok {
		return Run{}, s.unknown(id)
	}
	name := fileName(id)
	data, err := vfs.ReadFile(s.FS, s.path(name), journalBytesMax)
	if vfs.IsNotExist(err) {
		return Run{}, s.unknown(id)
	}
	if err != nil {
		return Run{}, vfs.Wrap(err, "runs.read", display(name))
	}
	return parse(id, data)
}

func (s Store) unknown(id string) error {
	e := dberr.New(dberr.ScriptError, "there is no run %q", id).WithHint("list the runs with: aerodb runs")
	ids, err := s.IDs()
	if err != nil {
		return err
	}
	if near := suggest.Nearest(id, ids); near != "" {
		return e.WithHint("did you mean %s? aerodb runs lists them all", near)
	}
	return e
}

// parse reads the bytes of a journal.
func parse(id string, data []byte) (Run, error) {
	run := Run{ID: id, sum: seed(id)}
	for run.size < int64(len(data)) {
		rest := data[run.size:]
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			whole := append(bytes.Clone(rest[:len(rest)-1]), '\n')
			if _, _, reason := decode(whole, run.sum, run.n); reason == "" {
				return run, damaged(id, int64(len(data))-1, "the line is whole but for the line feed at its end")
			}
			run.TornBytes = int64(len(rest))
			break
		}
		record, sum, reason := decode(rest[:end], run.sum, run.n)
		if reason != "" {
			if end == len(rest) && lacksSector(rest) {
				run.TornBytes = int64(len(rest))
				break
			}
			return run, damaged(id, run.size, "%s", reason)
		}
		if run.n == 0 && record.Format != Format {
			return run, dberr.New(dberr.RecoveryFailed, "the file has format version %d; this program reads version %d", record.Format, Format).
				In(display(fileName(id))).WithHint("use a version of aerodb that reads format %d", record.Format)
		}
		if reason := run.take(&record); reason != "" {
			return run, damaged(id, run.size, "%s", reason)
		}
		run.size += int64(end)
		run.sum, run.n = sum, run.n+1
	}
	if run.n == 0 {
		return run, damaged(id, 0, "the file has no whole record, and it gets its name with one")
	}
	return run, nil
}

// lacksSector reports whether a sector of a line is all zero: it never arrived.
func lacksSector(line []byte) bool {
	for sector := range slices.Chunk(line, sectorBytes) {
		if len(bytes.Trim(sector, "\x00")) == 0 {
			return true
		}
	}
	return false
}

func damaged(id string, offset int64, format string, args ...any) error {
	return dberr.New(dberr.StorageCorruption, format, args...).At(display(fileName(id)), offset).WithOp("runs.read").
		WithHint("the database is not concerned; look at the file, and start the runbook from its beginning")
}

// take adds a record to what is known of the run. A reason that is not empty says why it
// cannot follow what came before.
func (r *Run) take(rec *Record) (reason string) {
	if first := rec.Kind == KindBegin || rec.Kind == KindRehearsal; first != (r.n == 0) {
		return fmt.Sprintf("a record %q cannot have number %d", rec.Kind, r.n)
	}
	r.Last = rec.State
	if rec.Sources != nil {
		r.Sources = rec.Sources
	}
	switch rec.Kind {
	case KindBegin, KindRehearsal:
		if rec.Script == nil {
			return "the record names no script"
		}
		r.Script, r.Started, r.First, r.Rehearsed, r.Outcome = *rec.Script, rec.Time, rec.State, rec.Rehearsed, Stopped
		if rec.Kind == KindRehearsal {
			r.finish(rec, Rehearsed)
			if rec.After != nil {
				r.Last = *rec.After
			}
		}
	case KindResumed:
		r.Resumed++
		r.Outcome, r.Problem, r.Ended, r.Exit = Stopped, nil, "", 0
	case KindStepBegin:
		r.begin(rec)
	case KindStepEnd, KindStepFailed:
		return r.endStep(rec)
	case KindFailed:
		r.finish(rec, Failed)
	case KindEnd:
		r.finish(rec, Done)
	default:
		return fmt.Sprintf("the record has the unknown kind %q", rec.Kind)
	}
	return ""
}

func (r *Run) finish(rec *Record, outcome Outcome) {
	r.Ended, r.Outcome, r.Problem, r.Exit = rec.Time, outcome, rec.Problem, rec.Exit
	r.Millis += rec.Millis
	if rec.Problem != nil {
		r.Outcome = Failed
	}
}

// begin notes that a step begins; one of that name that failed before gives way.
func (r *Run) begin(rec *Record) {
	for i := range r.Steps {
		if r.Steps[i].Name == rec.Step {
			r.Steps = append(r.Steps[:i], r.Steps[i+1:]...)
			break
		}
	}
	r.Steps = append(r.Steps, Step{Name: rec.Step, Outcome: Unknown, Began: rec.Time, Before: rec.State})
	r.Outcome = Unknown
}

func (r *Run) endStep(rec *Record) (reason string) {
	if len(r.Steps) == 0 || r.Steps[len(r.Steps)-1].Name != rec.Step || r.Steps[len(r.Steps)-1].Outcome != Unknown {
		return fmt.Sprintf("the step %q ends and was not begun", rec.Step)
	}
	s := &r.Steps[len(r.Steps)-1]
	s.Outcome, s.Result, s.Millis, s.After, s.Problem = Done, rec.Result, rec.Millis, rec.State, rec.Problem
	if rec.Kind == KindStepFailed {
		s.Outcome = Failed
	}
	r.Outcome = Stopped
	return ""
}

// millis is a duration as users see it: in milliseconds, to the microsecond.
func millis(d time.Duration) float64 { return math.Round(float64(d.Microseconds())) / 1000 }

// Value returns the run as users see it; whole tells of its steps too.
func (r *Run) Value(whole bool) document.Value {
	var o object
	o.str("id", r.ID)
	if r.Err != nil {
		o.str("outcome", "damaged")
		o.str("error", r.Err.Error())
		return o.value()
	}
	o.str("script", r.Script.Path)
	o.strings("args", r.Script.Args)
	o.str("started", r.Started)
	o.optional("ended", r.Ended)
	o.str("outcome", string(r.Outcome))
	o.num("steps_done", int64(r.StepsDone()))
	o.add("duration_ms", document.FloatValue(r.Millis))
	o.optional("rehearsed", r.Rehearsed)
	o.num("resumed", int64(r.Resumed))
	o.problem(r.Problem)
	if r.Exit != 0 {
		o.num("exit", int64(r.Exit))
	}
	if !whole {
		return o.value()
	}
	o.str("directory", r.Script.Directory)
	o.add("sources", sourcesValue(r.Sources))
	o.add("before", r.First.value())
	o.add("last", r.Last.value())
	o.num("torn_bytes", r.TornBytes)
	steps := make([]document.Value, len(r.Steps))
	for i := range r.Steps {
		steps[i] = r.Steps[i].value()
	}
	o.add("steps", document.ArrayValue(steps...))
	return o.value()
}
