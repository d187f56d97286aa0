package lang

import (
	"context"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Limits of one pattern match.
const (
	capturesMax     = 32      // Lua 5.1's
	patternDepthMax = 10_000  // items of a pattern that wait for the rest of it, each on the Go stack
	patternStepsMax = 1 << 30 // of one call, beside patternByteSteps for each byte of the subject
	patternByteStep = 64
	stepsPerLook    = 1 << 13 // the context is looked at so often
)

// A capture that has not been closed, and one that is a position, have these lengths.
const (
	unclosed   = -1
	isPosition = -2
)

// comparisonsPerLook is how often a sort looks at the context.
const comparisonsPerLook = 1 << 12

// raiseIfDone raises an error if the context of the call has ended.
func raiseIfDone(L *lua.LState) {
	if ctx := L.Context(); ctx != nil && ctx.Err() != nil {
		L.RaiseError("%s", ctx.Err().Error())
	}
}

// A matcher matches one pattern against one subject, as Lua 5.1 does: by backtracking,
// byte by byte. It counts its steps, and looks at the context as it goes, so that a
// match that would take for ever can be interrupted. Bad patterns are raised as errors
// when the match gets there, not before.
type matcher struct {
	L        *lua.LState
	done     <-chan struct{}
	ctx      context.Context
	src, pat string
	steps    int // left
	look     int // steps until the next look at the context
	depth    int
	level    int // captures begun
	captures [capturesMax]capture
}

type capture struct{ start, length int }

func newMatcher(L *lua.LState, src, pat string) *matcher {
	m := &matcher{L: L, src: src, pat: pat, look: stepsPerLook, steps: patternStepsMax}
	if len(src) < patternStepsMax/patternByteStep {
		m.steps += len(src) * patternByteStep
	} else {
		m.steps *= 2
	}
	if m.ctx = L.Context(); m.ctx != nil {
		m.done = m.ctx.Done()
	}
	return m
}

// step counts one step of the match.
func (m *matcher) step() {
	if m.look--; m.look <= 0 {
		m.lookUp()
	}
}

func (m *matcher) lookUp() {
	select {
	case <-m.done:
		m.L.RaiseError("%s", m.ctx.Err().Error())
	default:
	}
	m.steps -= stepsPerLook
	m.look = stepsPerLook
	if m.steps < 0 {
		m.L.RaiseError("pattern too complex: no answer after %d steps on a subject of %d bytes", patternStepsMax, len(m.src))
	}
}

// from begins a match at a place of the subject and returns where it ends, -1 if there
// is none.
func (m *matcher) from(s, p int) int {
	m.level, m.depth = 0, 0
	m.step()
	return m.match(s, p)
}

// match matches the pattern from p on against the subject from s on.
func (m *matcher) match(s, p int) int {
	if m.depth++; m.depth > patternDepthMax {
		m.L.RaiseError("pattern too complex: more than %d items wait for each other", patternDepthMax)
	}
	at := m.run(s, p)
	m.depth--
	return at
}

func (m *matcher) run(s, p int) int {
	for p < len(m.pat) {
		m.step()
		switch c := m.pat[p]; {
		case c == '(' && p+1 < len(m.pat) && m.pat[p+1] == ')':
			return m.open(s, p+2, isPosition)
		case c == '(':
			return m.open(s, p+1, unclosed)
		case c == ')':
			return m.close(s, p+1)
		case c == '$' && p+1 == len(m.pat):
			if s == len(m.src) {
				return s
			}
			return -1
		case c == '%' && p+1 < len(m.pat) && special(m.pat[p+1]):
			if s, p = m.special(s, p); s < 0 {
				return -1
			}
		default:
			var end bool
			if s, p, end = m.item(s, p); end {
				return s
			}
		}
	}
	return s
}

func special(c byte) bool { return c == 'b' || c == 'f' || '0' <= c && c <= '9' }

// special matches %b, %f and %1 to %9, and returns where to go on.
func (m *matcher) special(s, p int) (int, int) {
	switch c := m.pat[p+1]; c {
	case 'b':
		return m.balance(s, p+2), p + 4
	case 'f':
		p += 2
		if p >= len(m.pat) || m.pat[p] != '[' {
			m.L.RaiseError("%s", "missing '[' after '%f' in pattern")
		}
		end := m.classEnd(p)
		var before, here byte
		if s > 0 {
			before = m.src[s-1]
		}
		if s < len(m.src) {
			here = m.src[s]
		}
		if m.inSet(before, p, end-1) || !m.inSet(here, p, end-1) {
			return -1, p
		}
		return s, end
	default:
		return m.again(s, c), p + 2
	}
}

// item matches one character class and what repeats it. End says that s is the answer.
func (m *matcher) item(s, p int) (at, next int, end bool) {
	e := m.classEnd(p)
	var repeat byte
	if e < len(m.pat) {
		repeat = m.pat[e]
	}
	switch repeat {
	case '?':
		if s < len(m.src) && m.single(s, p, e) {
			if at := m.match(s+1, e+1); at >= 0 {
				return at, 0, true
			}
		}
		return s, e + 1, false
	case '*':
		return m.longest(s, p, e), 0, true
	case '+':
		if s >= len(m.src) || !m.single(s, p, e) {
			return -1, 0, true
		}
		return m.longest(s+1, p, e), 0, true
	case '-':
		return m.shortest(s, p, e), 0, true
	}
	if s >= len(m.src) || !m.single(s, p, e) {
		return -1, 0, true
	}
	return s + 1, e, false
}

// longest is * : as many as there are, then fewer.
func (m *matcher) longest(s, p, e int) int {
	n := 0
	for s+n < len(m.src) && m.single(s+n, p, e) {
		m.step()
		n++
	}
	for ; n >= 0; n-- {
		m.step()
		if at := m.match(s+n, e+1); at >= 0 {
			return at
		}
	}
	return -1
}

// shortest is - : none, then more.
func (m *matcher) shortest(s, p, e int) int {
	for {
		m.step()
		if at := m.match(s, e+1); at >= 0 {
			return at
		}
		if s >= len(m.src) || !m.single(s, p, e) {
			return -1
		}
		s++
	}
}

// open begins a capture.
func (m *matcher) open(s, p, kind int) int {
	if m.level >= capturesMax {
		m.L.RaiseError("too many captures")
	}
	m.captures[m.level] = capture{s, kind}
	m.level++
	at := m.match(s, p)
	if at < 0 {
		m.level--
	}
	return at
}

// close ends the innermost open capture.
func (m *matcher) close(s, p int) int {
	i := m.level - 1
	for i >= 0 && m.captures[i].length != unclosed {
		i--
	}
	if i < 0 {
		m.L.RaiseError("invalid pattern capture")
	}
	m.captures[i].length = s - m.captures[i].start
	at := m.match(s, p)
	if at < 0 {
		m.captures[i].length = unclosed
	}
	return at
}

// balance is %bxy.
func (m *matcher) balance(s, p int) int {
	if p+1 >= len(m.pat) {
		m.L.RaiseError("unbalanced pattern")
	}
	begin, end := m.pat[p], m.pat[p+1]
	if s >= len(m.src) || m.src[s] != begin {
		return -1
	}
	for open, i := 1, s+1; i < len(m.src); i++ {
		m.step()
		switch m.src[i] {
		case end:
			if open--; open == 0 {
				return i + 1
			}
		case begin:
			open++
		}
	}
	return -1
}

// again is %1 to %9: the text of a capture once more.
func (m *matcher) again(s int, digit byte) int {
	i := int(digit) - '1'
	if i < 0 || i >= m.level || m.captures[i].length == unclosed {
		m.L.RaiseError("invalid capture index")
	}
	c := m.captures[i]
	if c.length == isPosition || !strings.HasPrefix(m.src[s:], m.src[c.start:c.start+c.length]) {
		return -1
	}
	return s + c.length
}
