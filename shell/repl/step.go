package repl

import (
	"errors"
	"strings"

	"github.com/aerodb/aerodb/shell/lang"
)

// ChunkName is the name of typed statements in errors.
const ChunkName = "prompt"

// State is the lines of a statement that is not complete yet.
type State struct{ lines []string }

// Pending reports whether a statement has begun.
func (s State) Pending() bool { return len(s.lines) > 0 }

// Kind is what an Action asks for.
type Kind int

// The kinds of actions.
const (
	Nothing Kind = iota // an empty line
	More                // the statement goes on: show the other prompt
	Execute             // run Source
	Fail                // show Err: the statement is not Lua
	Quit
)

// Action is what follows from a line.
type Action struct {
	Kind   Kind
	Source string // the chunk to run
	Text   string // the statement as it was typed, for the history
	Err    *lang.SyntaxError
}

// Step adds a line to the statement. An expression is run as a statement that returns
// its value.
func Step(s State, line string) (State, Action) {
	if !s.Pending() {
		switch strings.TrimSpace(line) {
		case "":
			return State{}, Action{Kind: Nothing}
		case "exit", "quit":
			return State{}, Action{Kind: Quit}
		case "help":
			return State{}, Action{Kind: Execute, Source: "help()", Text: line}
		}
	}
	lines := append(append([]string{}, s.lines...), line)
	text := strings.Join(lines, "\n")
	expression := "return " + strings.TrimPrefix(strings.TrimLeft(text, " \t"), "=")
	asExpression := check(expression)
	if asExpression == nil {
		return State{}, Action{Kind: Execute, Source: expression, Text: text}
	}
	asStatement := check(text)
	switch {
	case asStatement == nil:
		return State{}, Action{Kind: Execute, Source: text, Text: text}
	case asStatement.AtEOF || asExpression.AtEOF:
		return State{lines: lines}, Action{Kind: More}
	}
	return State{}, Action{Kind: Fail, Text: text, Err: asStatement}
}

// check returns why source does not parse, nil if it does.
func check(source string) *lang.SyntaxError {
	var syntax *lang.SyntaxError
	errors.As(lang.Check(source, ChunkName), &syntax)
	return syntax
}

// Reset is Ctrl-C at the prompt: the statement is dropped. It reports whether there
// was one.
func Reset(s State) (State, bool) { return State{}, s.Pending() }
