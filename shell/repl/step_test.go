package repl

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestStep types lines and shows what follows from each.
func TestStep(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  []string
	}{
		{[]string{""}, []string{"nothing"}},
		{[]string{"   "}, []string{"nothing"}},
		{[]string{"1 + 1"}, []string{"run return 1 + 1"}},
		{[]string{"= 1 + 1"}, []string{"run return  1 + 1"}},
		{[]string{"x = 1"}, []string{"run x = 1"}},
		{[]string{"-- a remark"}, []string{"run return -- a remark"}},
		{[]string{"print(1)"}, []string{"run return print(1)"}},
		{[]string{"for i = 1, 3 do", "print(i)", "end"}, []string{"more", "more", `run for i = 1, 3 do\nprint(i)\nend`}},
		{[]string{"f(", "1)"}, []string{"more", `run return f(\n1)`}},
		{[]string{"{", "a = 1,", "", "}"}, []string{"more", "more", "more", `run return {\na = 1,\n\n}`}},
		{[]string{"s = [[a", "b]]"}, []string{"more", `run s = [[a\nb]]`}},
		{[]string{"function f()", "x = = 1"}, []string{"more", "fail prompt:2: syntax error near \"=\""}},
		{[]string{"x = = 1", "2"}, []string{"fail prompt:1: syntax error near \"=\"", "run return 2"}},
		{[]string{"end"}, []string{"fail prompt:1: syntax error near \"end\""}},
		{[]string{"exit"}, []string{"quit"}},
		{[]string{" quit "}, []string{"quit"}},
		{[]string{"help"}, []string{"run help()"}},
		{[]string{"help storage.backup"}, []string{`run help("storage.backup")`}},
		{[]string{"help c:find "}, []string{`run help("c:find")`}},
		{[]string{`help "backup"`}, []string{`run return help "backup"`}},
		{[]string{"help = 1"}, []string{"run help = 1"}},
		{[]string{"if x then", "exit", "end"}, []string{"more", "more", "fail prompt:3: parse error near \"end\""}},
	} {
		var state State
		var got []string
		for _, line := range c.lines {
			var a Action
			state, a = Step(state, line)
			got = append(got, describe(a))
			if (a.Kind == More) != state.Pending() {
				t.Errorf("%q: pending is %v after %s", c.lines, state.Pending(), describe(a))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q:\n got %q\nwant %q", c.lines, got, c.want)
		}
	}
}

func describe(a Action) string {
	switch a.Kind {
	case Nothing:
		return "nothing"
	case More:
		return "more"
	case Execute:
		return "run " + strings.ReplaceAll(a.Source, "\n", `\n`)
	case Fail:
		return "fail " + a.Err.Error()
	case Quit:
		return "quit"
	case Command:
		return "command " + a.Source
	}
	return fmt.Sprint(a.Kind)
}

// TestStepKeepsStates says that a state is a value: stepping twice from the same one
// gives the same.
func TestStepKeepsStates(t *testing.T) {
	begun, _ := Step(State{}, "f(")
	one, _ := Step(begun, "1,")
	if _, a := Step(begun, "2)"); a.Source != "return f(\n2)" {
		t.Errorf("source = %q", a.Source)
	}
	if _, a := Step(one, "3)"); a.Source != "return f(\n1,\n3)" {
		t.Errorf("source = %q", a.Source)
	}
	if reset, was := Reset(one); reset.Pending() || !was {
		t.Error("Reset keeps the statement")
	}
}

func TestContinuation(t *testing.T) {
	for prompt, want := range map[string]string{"aerodb> ": "     -> ", "> ": "-> ", "": "-> ", "день> ": "   -> ", "\x1b[31mprod\x1b[0m> ": "   -> ", "日本> ": "   -> "} {
		if got := Continuation(prompt); got != want {
			t.Errorf("%q: %q, want %q", prompt, got, want)
		}
	}
}
