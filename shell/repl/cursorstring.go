package repl

import (
	"slices"
	"strings"
)

// longLevel returns the number of = in an opening long bracket, -1 if it is none.
func longLevel(rest string) int {
	level := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "="))
	if len(rest) > level+1 && rest[level+1] == '[' {
		return level
	}
	return -1
}

// longEnd returns where a long bracket that begins rest ends, and its content.
func longEnd(rest string, level int) (content string, end int, closed bool) {
	begin := level + 2
	closing := "]" + strings.Repeat("=", level) + "]"
	if i := strings.Index(rest[begin:], closing); i >= 0 {
		return rest[begin : begin+i], begin + i + len(closing), true
	}
	return rest[begin:], len(rest), false
}

func (s *scanner) comment(rest string) {
	if len(rest) > 2 && rest[2] == '[' {
		if level := longLevel(rest[2:]); level >= 0 {
			_, end, closed := longEnd(rest[2:], level)
			s.pos += 2 + end
			s.nowhere = !closed
			return
		}
	}
	i := strings.IndexByte(rest, '\n')
	if i < 0 {
		s.nowhere = true
		return
	}
	s.pos += i
}

func (s *scanner) shortString(rest string) {
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '\n', rest[0]:
			s.pos += i + 1
			s.literal(rest[1:i])
			return
		}
	}
	s.unfinished(rest[1:])
}

func (s *scanner) longString(rest string) {
	content, end, closed := longEnd(rest, longLevel(rest))
	if !closed {
		s.unfinished(content)
		return
	}
	s.pos += end
	s.literal(content)
}

// unfinished is a string that the cursor is in.
func (s *scanner) unfinished(content string) {
	if s.last != nil && s.sep == 0 {
		s.open = append(s.open, opening{kind: '(', chain: s.last, implied: true})
	}
	s.word, s.quoted, s.sep, s.chain = content, true, 0, nil
}

// literal is a whole string: a value, or the only argument of a call.
func (s *scanner) literal(content string) {
	if s.last != nil && s.sep == 0 {
		s.value(append(slices.Clone(s.last), step{'(', content}), "string")
		return
	}
	top := s.top()
	switch top.kind {
	case '(':
		for len(top.strings) <= top.comma {
			top.strings = append(top.strings, "")
		}
		top.strings[top.comma] = content
	case '[':
		s.bracket = content
	}
	s.value(nil, "string")
}
