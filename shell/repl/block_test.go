package repl

import (
	"slices"
	"strings"
	"testing"
)

// TestSteps pastes blocks and shows what follows from each, with the lines that its
// sources lie on.
func TestSteps(t *testing.T) {
	for _, c := range []struct {
		block string
		want  []string
	}{
		{"1+1\n2+2", []string{"run return 1+1", `run \nreturn 2+2`}},
		{"f()\ng()", []string{"run return f()", `run \nreturn g()`}},
		{"for i = 1, 3 do\nf(i)\nend", []string{`run for i = 1, 3 do\nf(i)\nend`}},
		{"x = 1\n  + 2\nx", []string{`run x = 1\n  + 2`, `run \n\nreturn x`}},
		{"f\n{1}", []string{`run return f\n{1}`}},
		{"= 1\n= 2", []string{"run return  1", `run \nreturn  2`}},
		{"x = 1 y = 2\nx", []string{"run x = 1 y = 2", `run \nreturn x`}},
		{"-- a remark\nx = 1\n-- another\nx", []string{`run -- a remark\nx = 1\n-- another`, `run \n\n\nreturn x`}},
		{"s = [[a\nb]]\n\ns", []string{`run s = [[a\nb]]\n`, `run \n\n\nreturn s`}},
		{"\n\n1", []string{`run \n\nreturn 1`}},
		{"\n \n", []string{"nothing"}},
		{"1\n.stats\nhelp\n2", []string{"run return 1", "command .stats", `run \n\nhelp()`, `run \n\n\nreturn 2`}},
		{"x\n  .field", []string{`run return x\n  .field`}},
		{"1\nexit\n2", []string{"run return 1", "quit", `run \n\nreturn 2`}},
		{"f()\nif x then", []string{"more"}},
		{"if x then\nf()", []string{"more"}},
		{"f()\nx = = 1\ng()", []string{`fail prompt:2: syntax error near "="`}},
		{"f()\n\nif x then\ny y\nend", []string{`fail prompt:4: parse error near "y"`}},
		{"local function f()\n  return g()\nend\nlocal function g()\nend\nf()",
			[]string{`run local function f()\n  return g()\nend`, `run \n\n\nlocal function g()\nend`, `run \n\n\n\n\nreturn f()`}},
	} {
		state, actions := Steps(State{}, c.block)
		var got []string
		for i, a := range actions {
			got = append(got, describe(a))
			if first := i == 0 && a.Kind != Nothing && a.Kind != More && a.Kind != Quit; (a.Text != "") != first || first && a.Text != c.block {
				t.Errorf("%q: the history gets %q of action %d", c.block, a.Text, i)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q:\n got %q\nwant %q", c.block, got, c.want)
		}
		if more := c.want[0] == "more"; state.Pending() != more {
			t.Errorf("%q: pending is %v", c.block, state.Pending())
		}
	}
}

// A block that goes on is gone on with where it ended.
func TestStepsGoOn(t *testing.T) {
	state, _ := Steps(State{}, "f()\nif x then")
	state, actions := Steps(state, "y() end")
	if state.Pending() || len(actions) != 2 || describe(actions[1]) != `run \nif x then\ny() end` {
		t.Errorf("got %d actions, the last %s", len(actions), describe(actions[len(actions)-1]))
	}
}

// A block of one statement is one, however long; one of many lines is one chunk.
func TestLongBlocks(t *testing.T) {
	long := "x = {" + strings.Repeat("\n1,", 5000) + "}"
	if _, a := Steps(State{}, long); len(a) != 1 || a[0].Source != long {
		t.Errorf("a long statement is %d actions", len(a))
	}
	many := strings.Repeat("x = 1\n", blockLinesMax) + "x = 2"
	if _, a := Steps(State{}, many); len(a) != 1 || a[0].Source != many {
		t.Errorf("many statements are %d actions", len(a))
	}
}
