package repl

import (
	"strings"

	"github.com/aerodb/aerodb/shell/lang"
)

// blockLinesMax is how many lines of a block are looked at one by one; a longer one is one
// chunk of Lua, of which only a return shows something.
const blockLinesMax = 300

// Steps is Step for a line that may be a block of several, as a paste is. Its statements
// and expressions follow each other as if each had been typed: each is an action of its
// own. Where Lua reads a line as going on with the one before, so does this. If one is
// not Lua, that is all that follows, and if the last is not complete, the block goes on.
func Steps(s State, line string) (State, []Action) {
	block := strings.Join(append(s.lines[:len(s.lines):len(s.lines)], line), "\n")
	lines := strings.Split(block, "\n")
	_, whole := reading(block, 1)
	one := len(lines) == 1 || len(lines) > blockLinesMax || whole == complete && !isWord(lines[0])
	if one {
		next, action := Step(s, line)
		return next, []Action{action}
	}
	var actions []Action
	for at := 0; at < len(lines); {
		n := unit(lines[at:])
		text := strings.Join(lines[at:at+n], "\n")
		next, action := Step(State{}, text)
		switch action.Kind {
		case More:
			return State{lines: append(lines[:at:at], next.lines...)}, []Action{{Kind: More}}
		case Fail:
			action.Err.Line += at
			action.Text = block
			return State{}, []Action{action}
		case Execute: // its lines have the numbers they have in the block
			action.Source = strings.Repeat("\n", at) + action.Source
		}
		action.Text = ""
		if action.Kind != Nothing {
			actions = append(actions, action)
		}
		at += n
	}
	if len(actions) == 0 {
		return State{}, []Action{{Kind: Nothing}}
	}
	actions[0].Text = block
	return State{}, actions
}

// isWord reports whether the prompt reads a line itself, whatever follows it.
func isWord(line string) bool {
	trimmed := strings.TrimSpace(line)
	_, topic := helpTopic(trimmed)
	return trimmed == "" || IsCommand(trimmed) || trimmed == "exit" || trimmed == "quit" || trimmed == "help" || topic
}

// unit returns how many of the lines belong to the statement or the expression that begins
// with the first: the most that Lua reads as one, or else up to the one that makes it no
// Lua. A dot-command without an indent begins anew, though Lua could read it as a field.
func unit(lines []string) int {
	if isWord(lines[0]) {
		return 1
	}
	found, most := 0, 1
	for n := 1; n <= len(lines); n++ {
		statements, how := reading(strings.Join(lines[:n], "\n"), most)
		if found > 0 && isKnown(lines[n-1]) {
			return found
		}
		if how == several && found == 0 { // on one line
			most, how = statements, complete
		}
		switch how {
		case complete:
			found = n
		case several, wrong:
			if found > 0 {
				return found
			}
			return n
		}
	}
	if found > 0 {
		return found
	}
	return len(lines)
}

// How Lua reads a text.
type how int

const (
	complete how = iota // an expression, or no more statements than asked for
	several             // more statements
	partial             // the beginning of one
	wrong
)

// reading says how Lua reads a text, of which at most so many statements are wanted.
func reading(text string, most int) (statements int, _ how) {
	asExpression := check(expression(text))
	statements, err := lang.Statements(text, ChunkName)
	asStatement := syntax(err)
	switch {
	case asExpression == nil, asStatement == nil && statements <= most:
		return statements, complete
	case asStatement == nil:
		return statements, several
	case asExpression.AtEOF || asStatement.AtEOF:
		return 0, partial
	}
	return 0, wrong
}
