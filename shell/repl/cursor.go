package repl

import (
	"slices"
	"strings"
)

// A cursor is what is around the end of a piece of Lua that is being typed.
type cursor struct {
	word    string    // the name, or the text of the string, that ends here
	chain   []step    // the expression that word is a member of, if sep is not 0
	sep     byte      // '.' or ':' before word
	quoted  bool      // the end is inside a string
	nowhere bool      // the end is inside a comment or a number
	open    []opening // brackets that are not closed, outermost first
	locals  []string  // names that the piece declares
}

// A step is one part of an expression such as db.users:find{}[1].
type step struct {
	op   byte   // 'n' a name at its beginning, '.', ':', '(' a call, '[' an index
	name string // of a call its first argument, if that is a string
}

// An opening is a bracket that is not closed yet. A call without parentheses, f{ or f",
// opens one all the same.
type opening struct {
	kind    byte   // '(', '[' or '{'
	chain   []step // what is called or indexed; nil of a table or of plain parentheses
	implied bool   // a parenthesis that is not written: it closes with what is inside
	comma   int    // commas so far
	fresh   bool   // nothing stands behind the bracket or the last comma
	keys    []string
	key     string   // of a table: the name whose value comes now
	strings []string // arguments so far that are strings, by position
}

// scanner reads a piece of Lua that may end anywhere. It is lenient: what is wrong is for
// the compiler to say.
type scanner struct {
	text string
	pos  int
	cursor

	last      []step // the expression that ends before pos
	declaring bool   // names are declared: behind local, for and function
	lastToken string
	bracket   string // the string in the last table key that was written in brackets
}

// scan finds out where text ends.
func scan(text string) cursor {
	s := &scanner{text: text}
	for s.pos < len(text) && !s.nowhere && !s.quoted {
		s.token()
	}
	return s.cursor
}

func (s *scanner) top() *opening {
	if len(s.open) == 0 {
		return &opening{}
	}
	return &s.open[len(s.open)-1]
}

// token consumes white space, a comment or one token.
func (s *scanner) token() {
	rest := s.text[s.pos:]
	c := rest[0]
	switch {
	case strings.IndexByte(" \t\r\n", c) >= 0:
		s.pos++
		if s.sep == 0 {
			s.word = ""
		}
	case strings.HasPrefix(rest, "--"):
		s.comment(rest)
	case nameByte(c) && !digit(c):
		s.name(rest)
	case digit(c) || c == '.' && len(rest) > 1 && digit(rest[1]):
		s.number(rest)
	case c == '"' || c == '\'':
		s.shortString(rest)
	case c == '[' && longLevel(rest) >= 0:
		s.longString(rest)
	default:
		s.punctuation(rest)
	}
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func nameByte(c byte) bool {
	return c == '_' || digit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

func (s *scanner) number(rest string) {
	n := 1
	for n < len(rest) && (nameByte(rest[n]) || rest[n] == '.') {
		n++
	}
	s.pos += n
	s.nowhere = s.pos == len(s.text)
	s.value(nil, "0")
}

// value ends a token that is an expression, or the end of one.
func (s *scanner) value(chain []step, token string) {
	s.last, s.chain, s.sep, s.word, s.lastToken = chain, nil, 0, "", token
	s.declaring = false
	s.top().fresh = false
}

func (s *scanner) name(rest string) {
	n := 1
	for n < len(rest) && nameByte(rest[n]) {
		n++
	}
	name := rest[:n]
	s.pos += n
	if s.pos == len(s.text) { // the word at the cursor: it may yet become another
		s.word = name
		return
	}
	if s.sep != 0 {
		s.value(append(slices.Clone(s.last), step{s.sep, name}), "name")
		return
	}
	if slices.Contains(keywords, name) {
		s.value(nil, name)
		s.declaring = name == "local" || name == "for" || name == "function"
		return
	}
	declared := s.declaring && s.lastToken != "name"
	s.value([]step{{'n', name}}, "name")
	if declared {
		s.locals = append(s.locals, name)
		s.declaring = true
	}
}

func (s *scanner) punctuation(rest string) {
	c := rest[0]
	for _, two := range []string{"...", "..", "::", "==", "~=", "<=", ">="} {
		if strings.HasPrefix(rest, two) {
			s.pos += len(two)
			s.value(nil, two)
			return
		}
	}
	s.pos++
	switch c {
	case '.', ':':
		if s.last != nil {
			s.sep, s.chain, s.word = c, s.last, ""
			return
		}
		s.value(nil, string(c))
	case '(', '[', '{':
		s.push(c)
	case ')', ']', '}':
		s.pop(c)
	case ',', ';':
		declaring := s.declaring && c == ','
		s.value(nil, string(c))
		s.declaring = declaring
		top := s.top()
		top.comma++
		top.fresh, top.key = true, ""
	case '=':
		s.assign()
	default:
		s.value(nil, string(c))
	}
}

func (s *scanner) push(c byte) {
	chain, declaring := s.last, s.declaring && c == '('
	s.value(nil, string(c))
	if c == '{' && chain != nil {
		s.open = append(s.open, opening{kind: '(', chain: chain, implied: true})
		chain = nil
	}
	if declaring { // the parameters of a function are no call
		chain = nil
	}
	s.open = append(s.open, opening{kind: c, chain: chain, fresh: true})
	s.declaring = declaring
}

var openedBy = map[byte]byte{')': '(', ']': '[', '}': '{'}

// pop closes brackets up to the one that c closes.
func (s *scanner) pop(c byte) {
	for n := len(s.open); n > 0; n-- {
		o := s.open[n-1]
		if o.kind != openedBy[c] || o.implied {
			continue
		}
		s.open = s.open[:n-1]
		if n > 1 && s.open[n-2].implied {
			o = s.open[n-2]
			s.open = s.open[:n-2]
		}
		if o.chain == nil {
			s.value(nil, string(c))
			return
		}
		done := step{op: o.kind}
		if len(o.strings) > 0 {
			done.name = o.strings[0]
		}
		s.value(append(slices.Clone(o.chain), done), string(c))
		return
	}
	s.value(nil, string(c))
}

// assign is a single =: in a table it ends a key.
func (s *scanner) assign() {
	top := s.top()
	if top.kind == '{' {
		switch {
		case s.lastToken == "]":
			top.key = s.bracket
		case len(s.last) == 1:
			top.key = s.last[0].name
		}
		top.keys = append(top.keys, top.key)
	}
	s.value(nil, "=")
}
