package lineedit

import (
	"slices"
	"unicode"

	"github.com/chzyer/readline"
	"github.com/rivo/uniseg"
)

// A buffer is the text of a block and the cursor in it. The text, the kills and the
// yanks are readline's; the cursor moves by what a person sees as one character, and
// by words and lines of any script.
type buffer struct{ *readline.RuneBuffer }

// at returns the text and the cursor.
func (b buffer) at() ([]rune, int) { return b.Runes(), b.Pos() }

func (b buffer) text() string { return string(b.Runes()) }

// replace makes text the whole block, with the cursor at its end.
func (b buffer) replace(text string) { b.Set([]rune(text)) }

// insert puts text before the cursor.
func (b buffer) insert(text string) { b.WriteRunes([]rune(text)) }

// move takes the cursor to where to says.
func (b buffer) move(to func(text []rune, pos int) int) {
	text, pos := b.at()
	b.SetWithIdx(to(text, pos), text)
}

// remove deletes what lies between the cursor and where to says. Kill keeps it for a
// yank.
func (b buffer) remove(to func(text []rune, pos int) int, kill bool) {
	text, pos := b.at()
	from, end := pos, to(text, pos)
	if from > end {
		from, end = end, from
	}
	if from == end {
		return
	}
	if kill { // readline kills what lies behind the cursor
		b.SetWithIdx(0, slices.Clone(text[from:end]))
		b.Kill()
	}
	b.SetWithIdx(from, slices.Delete(text, from, end))
}

// next and previous are the borders of the characters beside the cursor.
func next(text []rune, pos int) int {
	if pos == len(text) {
		return pos
	}
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(string(text[pos:min(len(text), pos+clusterRunesMax)]), -1)
	return pos + len([]rune(cluster))
}

// clusterRunesMax is the longest sign that moves in one step.
const clusterRunesMax = 64

func previous(text []rune, pos int) int {
	start := max(lineStart(text, pos), pos-clusterRunesMax)
	if start == pos {
		return max(0, pos-1)
	}
	before := start
	for start < pos {
		before = start
		start = next(text[:pos], start)
	}
	return before
}

func lineStart(text []rune, pos int) int {
	for pos > 0 && text[pos-1] != '\n' {
		pos--
	}
	return pos
}

func lineEnd(text []rune, pos int) int {
	for pos < len(text) && text[pos] != '\n' {
		pos++
	}
	return pos
}

// killEnd is where Ctrl-K ends: the line's end, or if there already, the next line.
func killEnd(text []rune, pos int) int {
	if end := lineEnd(text, pos); end > pos {
		return end
	}
	return min(pos+1, len(text))
}

// killStart is where Ctrl-U begins, likewise.
func killStart(text []rune, pos int) int {
	if start := lineStart(text, pos); start < pos {
		return start
	}
	return max(pos-1, 0)
}

func textStart([]rune, int) int        { return 0 }
func textEnd(text []rune, pos int) int { return len(text) }

func wordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func wordRight(text []rune, pos int) int {
	for pos < len(text) && !wordRune(text[pos]) {
		pos++
	}
	for pos < len(text) && wordRune(text[pos]) {
		pos++
	}
	return pos
}

func wordLeft(text []rune, pos int) int {
	for pos > 0 && !wordRune(text[pos-1]) {
		pos--
	}
	for pos > 0 && wordRune(text[pos-1]) {
		pos--
	}
	return pos
}

// blankLeft is the start of what lies between blanks, which is what Ctrl-W removes.
func blankLeft(text []rune, pos int) int {
	for pos > 0 && unicode.IsSpace(text[pos-1]) {
		pos--
	}
	for pos > 0 && !unicode.IsSpace(text[pos-1]) {
		pos--
	}
	return pos
}

// lineAbove is the same column one line up, pos itself on the first line.
func lineAbove(text []rune, pos int) int {
	start := lineStart(text, pos)
	if start == 0 {
		return pos
	}
	return inColumn(text, lineStart(text, start-1), width(text[start:pos]))
}

// lineBelow is the same column one line down, pos itself on the last line.
func lineBelow(text []rune, pos int) int {
	end := lineEnd(text, pos)
	if end == len(text) {
		return pos
	}
	return inColumn(text, end+1, width(text[lineStart(text, pos):pos]))
}

// inColumn is the place of a column in the line that begins at start, or its end.
func inColumn(text []rune, start, column int) int {
	pos := start
	for pos < len(text) && text[pos] != '\n' {
		after := next(text, pos)
		if column -= width(text[pos:after]); column < 0 {
			return pos
		}
		pos = after
	}
	return pos
}

func width(text []rune) int { return Width(string(text)) }
