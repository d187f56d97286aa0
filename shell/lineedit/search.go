package lineedit

import (
	"strings"
	"unicode/utf8"
)

// A search looks through the history for a text as it is typed, whatever its case.
type search struct {
	on     bool
	query  []rune
	at     int  // the entry shown
	pos    int  // of the match in it, in characters
	failed bool // nothing further in that direction
	before string
	place  int // of before, in the history
	cursor int
}

// begin starts at the block that is being edited.
func (s *search) begin(text string, cursor, at int) {
	*s = search{on: true, at: at, place: at, before: text, cursor: cursor}
}

// find goes to the nearest entry that holds the query, from here on or, if further, past
// what is shown now. Direction is -1 to older entries, 1 to newer ones.
func (s *search) find(r *recall, direction int, further bool) (text string, ok bool) {
	query := strings.ToLower(string(s.query))
	shown := r.text(s.at)
	i := s.at
	if further {
		i += direction
	}
	if direction < 0 {
		i = min(i, len(r.entries)-1)
	}
	for ; i >= 0 && i < len(r.entries); i += direction {
		if further && r.text(i) == shown {
			continue
		}
		lower := strings.ToLower(r.text(i))
		if pos := strings.LastIndex(lower, query); pos >= 0 {
			s.at, s.pos, s.failed = i, utf8.RuneCountInString(lower[:pos]), false
			return r.text(i), true
		}
	}
	s.failed = true
	return "", false
}

// status is the line below the block.
func (s *search) status() string {
	line := "search: " + string(s.query)
	if s.failed {
		line += "   (nothing)"
	}
	return line
}
