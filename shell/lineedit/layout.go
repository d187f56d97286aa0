package lineedit

import (
	"strings"

	"github.com/rivo/uniseg"
)

// A cell is what a terminal shows in one or two columns: one character with all that
// combines with it. Style is control sequences, which take no columns.
type cell struct {
	text  string
	width int // columns
	// unsure: terminals do not agree on the width, as of a family of emoji.
	unsure bool
}

// A row is one row of the screen.
type row struct {
	cells []cell
	width int // columns in use
}

// A place is a row and a column, from 0.
type place struct{ row, column int }

// A layout puts text into rows of a number of columns.
type layout struct {
	columns int
	rows    []row
}

func newLayout(columns int) *layout { return &layout{max(columns, 2), []row{{}}} }

// at is where the next character goes.
func (l *layout) at() place {
	last := &l.rows[len(l.rows)-1]
	if last.width >= l.columns {
		return place{len(l.rows), 0}
	}
	return place{len(l.rows) - 1, last.width}
}

func (l *layout) newRow() { l.rows = append(l.rows, row{}) }

// put adds one cell, on the next row if this one is full.
func (l *layout) put(c cell) {
	last := &l.rows[len(l.rows)-1]
	if last.width+c.width > l.columns && last.width > 0 {
		l.newRow()
		last = &l.rows[len(l.rows)-1]
	}
	last.cells = append(last.cells, c)
	last.width += c.width
}

// write adds text that may hold control sequences, such as colours, and newlines.
func (l *layout) write(text string) {
	for text != "" {
		if n := styleBytes(text); n > 0 {
			l.put(cell{text: text[:n]})
			text = text[n:]
			continue
		}
		var c cell
		c, text = firstCell(text)
		if c.text == "\n" {
			l.newRow()
			continue
		}
		l.put(c)
	}
}

// styleBytes is the length of the control sequence that text begins with.
func styleBytes(text string) int {
	if !strings.HasPrefix(text, "\x1b[") {
		return 0
	}
	for i := 2; i < len(text); i++ {
		if '@' <= text[i] && text[i] <= '~' {
			return i + 1
		}
	}
	return len(text)
}

// firstCell splits text after its first cell. A control character is shown as ^C.
func firstCell(text string) (cell, string) {
	if c := text[0]; c >= ' ' && c < 0x7f && (len(text) == 1 || text[1] < 0x80) { // the usual one, faster
		return cell{text: text[:1], width: 1}, text[1:]
	}
	cluster, rest, width, _ := uniseg.FirstGraphemeClusterInString(text, -1)
	switch {
	case cluster == "\n" || cluster == "\r\n":
		return cell{text: "\n"}, rest
	case text[0] < ' ' || text[0] == 0x7f:
		return cell{text: "^" + string(text[0]^0x40), width: 2}, text[1:]
	}
	return cell{text: cluster, width: width, unsure: unsure(cluster)}, rest
}

// unsure reports whether terminals differ on how wide a cluster is: those that know
// clusters draw one sign, those that do not draw its parts one after the other.
func unsure(cluster string) bool {
	base := 0
	for _, r := range cluster {
		switch {
		case r == '\u200d' || r == '\ufe0f' || 0x1F1E6 <= r && r <= 0x1F1FF || 0x1F3FB <= r && r <= 0x1F3FF:
			return true
		case uniseg.StringWidth(string(r)) > 0:
			base++
		}
	}
	return base != 1
}

// Width is the number of columns of text, which may hold control sequences; of its last
// line, if there are several.
func Width(text string) int {
	l := newLayout(1 << 30)
	l.write(text)
	return l.rows[len(l.rows)-1].width
}

// block lays out the prompt and the text, each further line behind the continuation
// prompt, and returns the rows and where the cursor is.
func block(columns int, prompt, continuation string, text []rune, pos int) ([]row, place) {
	l := newLayout(columns)
	l.write(prompt)
	cursor := place{-1, 0}
	ahead := len(string(text[:pos])) // bytes to the cursor
	for rest := string(text); rest != ""; {
		c, after := firstCell(rest)
		here := ahead <= 0 && cursor.row < 0
		ahead -= len(rest) - len(after)
		rest = after
		if c.text == "\n" {
			if here {
				last := len(l.rows) - 1
				cursor = place{last, min(l.rows[last].width, l.columns-1)}
			}
			l.newRow()
			l.write(continuation)
			continue
		}
		l.put(c)
		if here {
			last := len(l.rows) - 1
			cursor = place{last, l.rows[last].width - c.width}
		}
	}
	if cursor.row < 0 {
		if cursor = l.at(); cursor.row == len(l.rows) {
			l.newRow()
		}
	}
	return l.rows, cursor
}
