package repl

import (
	"errors"
	"strconv"
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
	Command             // run the dot-command that is Source
	Quit
)

// Action is what follows from a line.
type Action struct {
	Kind   Kind
	Source string // the chunk to run
	Text   string // the statement as it was typed, for the history
	Err    *lang.SyntaxError
}

// returns makes a statement of an expression.
const returns = "return "

// Step adds a line to the statement. An expression is run as a statement that returns
// its value.
func Step(s State, line string) (State, Action) {
	if !s.Pending() {
		switch trimmed := strings.TrimSpace(line); {
		case IsCommand(trimmed):
			return State{}, Action{Kind: Command, Source: trimmed, Text: line}
		case trimmed == "":
			return State{}, Action{Kind: Nothing}
		case trimmed == "exit" || trimmed == "quit":
			return State{}, Action{Kind: Quit}
		case trimmed == "help":
			return State{}, Action{Kind: Execute, Source: "help()", Text: line}
		}
		if topic, ok := helpTopic(strings.TrimSpace(line)); ok {
			return State{}, Action{Kind: Execute, Source: "help(" + strconv.Quote(topic) + ")", Text: line}
		}
	}
	lines := append(append([]string{}, s.lines...), line)
	text := strings.Join(lines, "\n")
	source := expression(text)
	asExpression := check(source)
	if asExpression == nil {
		return State{}, Action{Kind: Execute, Source: source, Text: text}
	}
	asStatement := check(text)
	switch {
	case asStatement == nil:
		return State{}, Action{Kind: Execute, Source: text, Text: text}
	case asStatement.AtEOF || asExpression.AtEOF:
		return State{lines: lines}, Action{Kind: More}
	}
	return State{}, Action{Kind: Fail, Text: text, Err: furthest(asStatement, asExpression, len(source)-len(text))}
}

// expression makes a statement of an expression. An = before it, as in the lua program, is
// left out.
func expression(text string) string {
	return returns + strings.TrimPrefix(strings.TrimLeft(text, " \t"), "=")
}

// furthest is the error of the reading of a statement that made more sense: a call with
// a mistake inside its brackets is no statement from its first character on, but is an
// expression up to the mistake. Shift is how much further right the expression was read
// than it was typed.
func furthest(asStatement, asExpression *lang.SyntaxError, shift int) *lang.SyntaxError {
	expression := *asExpression
	if expression.Line == 1 {
		expression.Column -= shift
	}
	if expression.Line > asStatement.Line || expression.Line == asStatement.Line && expression.Column > asStatement.Column {
		return &expression
	}
	return asStatement
}

// helpTopic returns the bare words behind help. It reports false if the line does not
// begin with help, or goes on with Lua.
func helpTopic(line string) (topic string, ok bool) {
	topic, ok = strings.CutPrefix(line, "help ")
	return topic, ok && !strings.ContainsFunc(topic, func(r rune) bool { return r < ' ' || strings.ContainsRune("\"'[(={", r) })
}

// check returns why source does not parse, nil if it does.
func check(source string) *lang.SyntaxError { return syntax(lang.Check(source, ChunkName)) }

func syntax(err error) *lang.SyntaxError {
	var syntax *lang.SyntaxError
	errors.As(err, &syntax)
	return syntax
}

// Reset is Ctrl-C at the prompt: the statement is dropped. It reports whether there
// was one.
func Reset(s State) (State, bool) { return State{}, s.Pending() }
