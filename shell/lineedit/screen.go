package lineedit

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A picture is what is to be seen: the block with its cursor, and lines below it.
type picture struct {
	prompt, continuation string
	text                 []rune
	pos                  int
	below                []string
}

// A screen keeps a picture on a terminal. It remembers the rows it has drawn and writes
// only what differs, so that a character typed at the end is one character written.
//
// Rows are broken here, not by the terminal, so it is known where each begins; the cursor
// goes to columns counted from the left edge, never back over what was written. So a
// sign that the terminal draws wider or narrower than thought spoils its own cells
// only.
type screen struct {
	out  io.Writer
	size func() (columns, rows int)

	mu      sync.Mutex // held while drawing: a resize comes at any time
	picture *picture   // nil between blocks
	columns int        // that the rows were drawn for
	rows    []row      // as drawn
	at      place      // of the terminal's cursor, in rows; the column may be the one past the last
	buf     strings.Builder

	dropped string // control sequences that the terminal may have dropped, with what is drawn
}

// dimensions asks for the size. A terminal that does not know is 80 columns wide, and
// as high as need be.
func (s *screen) dimensions() (columns, rows int) {
	columns, rows = s.size()
	if columns <= 0 {
		columns = 80
	}
	columns = max(columns, 2)
	if rows <= 0 {
		rows = 1 << 20
	}
	return columns, rows
}

// show makes the terminal show a picture.
func (s *screen) show(p picture) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.picture = &p
	s.draw()
}

// resized draws the picture for a new size.
func (s *screen) resized() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.picture != nil {
		s.draw()
	}
}

// redraw draws all of the picture, or of the next one, after control sequences: the
// terminal may have dropped what was written.
func (s *screen) redraw(control string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped = control
	if s.picture != nil {
		s.draw()
	}
}

// forget leaves what is drawn where it is: the next picture begins where the cursor is
// now, at the left edge.
func (s *screen) forget() { s.rows, s.at = nil, place{} }

// clear empties the terminal.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
	io.WriteString(s.out, "\x1b[H\x1b[2J")
}

// finish ends a block: mark is written behind it, then control sequences, and what
// follows begins on a line of its own.
func (s *screen) finish(mark, control string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.picture == nil {
		return
	}
	s.picture.pos, s.picture.below = len(s.picture.text), nil
	s.draw()
	s.buf.WriteString(mark + control)
	if mark != "" || s.at.column > 0 || len(s.rows) == 1 {
		s.buf.WriteString("\r\n")
	}
	s.flush()
	s.forget()
	s.picture = nil
}

// draw brings the terminal from the rows drawn to those of the picture.
func (s *screen) draw() {
	columns, height := s.dimensions()
	if s.rows != nil && (columns != s.columns || len(s.rows) > height || s.dropped != "") {
		s.erase(columns, height)
	}
	s.buf.WriteString(s.dropped)
	s.dropped = ""
	s.columns = columns
	p := s.picture
	rows, cursor := block(columns, p.prompt, p.continuation, p.text, p.pos)
	below := belowRows(columns, p.below, max(0, height-1))
	rows, cursor.row = window(rows, cursor.row, max(1, height-len(below)))
	rows = append(rows, below...)
	if s.rows == nil {
		s.rows = []row{{}}
	}
	for i := range rows {
		s.drawRow(i, rows[i])
	}
	if len(rows) < len(s.rows) {
		s.move(place{len(rows), 0})
		s.buf.WriteString("\x1b[J")
		s.rows = s.rows[:len(rows)]
	}
	s.move(cursor)
	s.flush()
}

// belowRows lays out the lines below the block, at most so many rows.
func belowRows(columns int, lines []string, most int) []row {
	var rows []row
	for _, line := range lines {
		l := newLayout(columns)
		l.write(line)
		rows = append(rows, l.rows...)
	}
	return rows[:min(len(rows), most)]
}

// window cuts rows down to a height, around the cursor's.
func window(rows []row, cursor, height int) ([]row, int) {
	if len(rows) <= height {
		return rows, cursor
	}
	top := min(max(0, cursor-height/2), len(rows)-height)
	return rows[top : top+height : top+height], cursor - top
}

// drawRow makes row i look so.
func (s *screen) drawRow(i int, want row) {
	var have row
	if i < len(s.rows) {
		have = s.rows[i]
	}
	n, column := sameCells(have.cells, want.cells)
	if i < len(s.rows) && n == len(want.cells) && n == len(have.cells) {
		return
	}
	s.move(place{i, column})
	for _, c := range want.cells[n:] {
		s.buf.WriteString(c.text)
		column += c.width
		if c.unsure && column < s.columns {
			s.buf.WriteString("\x1b[" + strconv.Itoa(column+1) + "G")
		}
	}
	s.at.column = column
	if have.width > want.width || slices.ContainsFunc(have.cells, func(c cell) bool { return c.unsure }) {
		if want.width < s.columns {
			s.buf.WriteString("\x1b[K")
		}
	}
	s.rows[i] = want
}

// sameCells counts the cells at the beginning that need not be drawn again, and their
// columns. A style goes on to the cells behind it, so they are drawn with it.
func sameCells(have, want []cell) (n, columns int) {
	style := false
	for n < len(want) && n < len(have) && want[n] == have[n] {
		if strings.HasPrefix(want[n].text, "\x1b") {
			style = want[n].text != "\x1b[0m" && want[n].text != "\x1b[m"
		}
		columns += want[n].width
		n++
	}
	if style && n < len(want) {
		return 0, 0
	}
	return n, columns
}

// move takes the cursor to a place, making rows down to it.
func (s *screen) move(to place) {
	if s.at == to {
		return
	}
	if to.row != s.at.row || to.column != s.at.column {
		s.buf.WriteByte('\r')
		s.at.column = 0
	}
	if up := s.at.row - to.row; up > 0 {
		fmt.Fprintf(&s.buf, "\x1b[%dA", up)
	} else {
		s.buf.WriteString(strings.Repeat("\n", -up)) // makes a row at the screen's end
	}
	for len(s.rows) <= to.row {
		s.rows = append(s.rows, row{})
	}
	if to.column > 0 {
		fmt.Fprintf(&s.buf, "\x1b[%dC", to.column)
	}
	s.at = to
}

// erase removes what is drawn, also after the terminal's width has changed. Terminals
// break rows that no longer fit, and move the top out of sight if there are too many.
func (s *screen) erase(columns, height int) {
	up := 0
	for i := range s.at.row {
		up += max(1, (s.rows[i].width+columns-1)/columns)
	}
	up = min(up+min(s.at.column, s.columns-1)/columns, height-1)
	s.buf.WriteByte('\r')
	if up > 0 {
		fmt.Fprintf(&s.buf, "\x1b[%dA", up)
	}
	s.buf.WriteString("\x1b[J")
	s.forget()
}

func (s *screen) flush() {
	io.WriteString(s.out, s.buf.String())
	s.buf.Reset()
}
