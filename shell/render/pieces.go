package render

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// pieceBytes is how much of a long string is worked on between two questions whether to go
// on: some ten microseconds of work.
const pieceBytes = 2 << 10

// ask is a step that always asks.
func (s *stopper) ask() {
	if s != nil && s.stop() {
		panic(ErrStopped)
	}
}

// pieces cuts s where characters and escape sequences end, and asks at each cut.
func (s *stopper) pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > pieceBytes {
			end := pieceEnd(text)
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
			s.ask()
		}
		yield(text)
	}
}

func pieceEnd(text string) int {
	const sequenceMax = 8 // bytes of an escape sequence that makes a heading bold
	end := pieceBytes
	for end > pieceBytes-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	if i := strings.LastIndexByte(text[end-sequenceMax:end], '\x1b'); i >= 0 {
		end -= sequenceMax - i
	}
	return end
}

// columns is Columns of a text that may be long.
func (s *stopper) columns(text string) int {
	n := 0
	for piece := range s.pieces(text) {
		n += Columns(piece)
	}
	return n
}

// rows is how many rows of a terminal a line takes; more than most is not counted.
func (s *stopper) rows(line string, width, most int) int {
	columns := 0
	for piece := range s.pieces(line) {
		if columns += Columns(piece); columns > most*width {
			break
		}
	}
	return max(1, (columns+width-1)/width)
}

// rowsOf is how many rows the lines of a text take; more than most are not counted.
func (s *stopper) rowsOf(text string, width, most int) int {
	n := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		s.step()
		if n += s.rows(line, width, most); n > most {
			break
		}
	}
	return n
}

// valid reports whether a string is valid UTF-8.
func (s *stopper) valid(text string) bool {
	for piece := range s.pieces(text) {
		if !utf8.ValidString(piece) {
			return false
		}
	}
	return true
}
