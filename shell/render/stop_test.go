package render

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// large are values whose rendering takes long in one way or another.
var large = []struct{ name, source string }{
	{"documents", `(function() local t = {} for i = 1, 1000 do t[i] = {_id = "d" .. i, name = "somebody", age = i, tags = {"a", "b"}} end return t end)()`},
	{"scalars", `(function() local t = {} for i = 1, 5000 do t[i] = i end return t end)()`},
	{"members", `(function() local t = {} for i = 1, 2000 do t["m" .. i] = i end return t end)()`},
	{"wide documents", `(function() local t = {} for i = 1, 1000 do t[i] = {_id = "d" .. i, text = ("x"):rep(100)} end return t end)()`},
	{"a string", `("x"):rep(20000)`},
	{"a string of controls", `("\1"):rep(20000)`},
	{"a long string in a document", `{{_id = "d", text = ("x"):rep(2^18)}}`},
	{"a string of accents", `("\204\129"):rep(2^17)`},
}

// Every stage of a rendering asks whether to go on: stopped after any number of
// questions, it asks no more, and writes nothing.
func TestStop(t *testing.T) {
	r := newRuntime(t)
	for _, v := range large {
		values := eval(t, r, v.source)
		for _, mode := range Modes {
			for _, terminal := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, terminal %v", v.name, mode, terminal), func(t *testing.T) {
					stopAnywhere(t, values, Options{Mode: Mode(mode), Terminal: terminal})
				})
			}
		}
	}
}

func stopAnywhere(t *testing.T, values []lua.LValue, o Options) {
	t.Helper()
	all := 0
	o.Stop = func() bool { all++; return false }
	var whole strings.Builder
	if err := Results(&whole, values, o); err != nil {
		t.Fatal(err)
	}
	if _, raw := values[0].(lua.LString); raw && !o.Terminal && all == 0 {
		return // written as it is
	}
	// A question comes after so many values or characters of the text, each of which takes
	// some bytes of it.
	if least := max(1, whole.Len()/(64*askEvery)); all < least {
		t.Errorf("%d bytes were written and %d questions asked, want %d", whole.Len(), all, least)
	}
	for _, at := range []int{1, (all + 1) / 2, all} {
		asked := 0
		o.Stop = func() bool { asked++; return asked >= at }
		var b strings.Builder
		if err := Results(&b, values, o); !errors.Is(err, ErrStopped) || b.Len() > 0 || asked != at {
			t.Errorf("stopped at question %d of %d: %v, %d bytes, %d asked", at, all, err, b.Len(), asked)
		}
	}
}

// A panic that is not the stop's goes on.
func TestStopHidesNoPanic(t *testing.T) {
	r := newRuntime(t)
	defer func() {
		if recover() != "a bug" {
			t.Error("the panic was swallowed")
		}
	}()
	_ = Results(&strings.Builder{}, eval(t, r, large[1].source), Options{Stop: func() bool { panic("a bug") }})
}
