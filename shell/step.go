package shell

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/shell/bind"
)

func stepFuncs(s *Session) []bind.Func {
	return []bind.Func{
		{Name: "step",
			Doc: "Runs a step of a runbook and journals it: that it begins, before fn is called, and its result, before the next line runs. Both are durable. If a later step fails, `aerodb run --resume ID` runs the script again from the top, and a step that is done gives its recorded result without being run. Names are unique in a run, steps are not nested, and the result is one value that JSON can hold; step returns it as JSON gives it back. A step whose process died in it has an unknown outcome, and nothing is guessed.",
			Params: []bind.Param{
				{Name: "name", Kind: bind.String, Names: bind.Nothing, Doc: "what the step does, unique in the runbook"},
				{Name: "fn", Kind: bind.Function, Doc: "the step; it is called without arguments"},
			},
			Returns: bind.Field{Type: "any", Doc: "what fn returned."},
			Example: "local made = step(\"checkpoint\", function() return storage.checkpoint().snapshot.id end)\nprint(made)",
			Errors:  []dberr.Code{dberr.ScriptError, dberr.DatabaseReadOnly, dberr.StorageNoSpace},
			Call:    s.step},
		{Name: "confirm",
			Doc:     "Asks a person whether to go on, and returns only after a yes; anything else is an error. Without a terminal to ask on it fails at once and names --yes, which answers every question. A rehearsal answers yes and says what was asked.",
			Params:  []bind.Param{{Name: "question", Kind: bind.String, Names: bind.Nothing, Doc: "what is going to happen"}},
			Returns: bind.Field{Type: "boolean", Doc: "true."},
			Example: `confirm("Remove 12 documents")`,
			Errors:  []dberr.Code{dberr.ConfigInvalid},
			Call: func(a *bind.Args) (lua.LValue, error) {
				if s.env.Confirm == nil {
					return nil, dberr.New(dberr.ConfigInvalid, "%s: there is nobody to ask", a.String("question")).WithHint("to go on, say --yes")
				}
				return lua.LTrue, s.env.Confirm(a.String("question"))
			}},
	}
}

// step is the function step.
func (s *Session) step(a *bind.Args) (lua.LValue, error) {
	name := a.String("name")
	refuse := func(format string, args ...any) *dberr.Error {
		return dberr.New(dberr.ScriptError, format, args...).With("step", name)
	}
	j, err := s.runJournal()
	switch {
	case err != nil:
		return nil, err
	case name == "" || len(name) > stepNameBytesMax:
		return nil, refuse("the name of a step has 1 to %d bytes, not %d", stepNameBytesMax, len(name))
	case s.runbook.open != "":
		return nil, refuse("the step %q begins inside the step %q", name, s.runbook.open).WithHint("a step is done or not done as a whole: put one after the other")
	case s.runbook.called[name]:
		return nil, refuse("the runbook has the step %q twice", name).WithHint("a step is found again by its name: give each its own")
	}
	s.runbook.called[name] = true
	if done, ok := j.Run().Step(name); ok && done.Outcome == runs.Done {
		return s.stepResult(done.Result)
	}
	if err := j.StepBegin(name, s.runState(j)); err != nil {
		return nil, err
	}
	return s.callStep(a, j, name)
}

const stepNameBytesMax = 200

// stepResult is the value of a recorded result.
func (s *Session) stepResult(result []byte) (lua.LValue, error) {
	if result == nil {
		return lua.LNil, nil
	}
	v, err := s.codec.Decode(result, nil)
	if err != nil {
		return nil, dberr.New(dberr.InternalInvariant, "a recorded result is not JSON: %w", err)
	}
	return v, nil
}

// callStep calls the function of a step that has begun, and notes how it went, whatever
// that is. A Lua error goes on its way.
func (s *Session) callStep(a *bind.Args, j *runs.Journal, name string) (v lua.LValue, err error) {
	s.runbook.open = name
	ended := false
	defer func() {
		s.runbook.open = ""
		if ended {
			return
		}
		p := recover()
		// What it failed of matters more than that the journal fails too: the journal
		// then has a step without an end, which is not resumed.
		_ = j.StepFailed(name, s.stepProblem(a.Ctx, p, err), s.runState(j))
		if p != nil {
			panic(p)
		}
	}()
	top := a.L.GetTop()
	a.L.Push(a.Function("fn"))
	a.L.Call(0, lua.MultRet)
	result, err := s.stepJSON(name, a.L, top)
	if err != nil {
		return nil, err
	}
	ended = true // from here on nothing is known but what the journal says
	if err := j.StepEnd(name, result, s.sources, s.runState(j)); err != nil {
		return nil, dberr.From(err).WithHint("the step %q is done and not journaled: the run cannot be resumed", name)
	}
	return s.stepResult(result)
}

// stepJSON is the result of a step, on the stack above top, as the journal keeps it.
func (s *Session) stepJSON(name string, L *lua.LState, top int) ([]byte, error) {
	refuse := func(format string, args ...any) error {
		return dberr.New(dberr.ScriptError, format, args...).With("step", name).
			WithHint("what the step did is done, but the step is not: return one value that JSON can hold, and resume")
	}
	n := L.GetTop() - top
	for n > 1 && L.Get(top+n) == lua.LNil {
		n--
	}
	switch {
	case n > 1:
		return nil, refuse("the step %q returns %d values; it must be one: put them into a table", name, n)
	case n == 0 || L.Get(top+1) == lua.LNil:
		return nil, nil
	}
	result, err := s.codec.Append(nil, L.Get(top+1), nil)
	if err != nil {
		return nil, refuse("%s", dberr.From(refused(dberr.ScriptError, "the result of the step \""+name+"\"", err)).Message)
	}
	if len(result) > runs.ResultBytesMax {
		return nil, refuse("the result of the step %q has %d bytes of JSON; at most %d are kept", name, len(result), runs.ResultBytesMax)
	}
	return result, nil
}
