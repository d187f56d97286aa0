package render

import (
	"fmt"
	"strings"
)

// roomMin is the fewest rows an abridged text has, however small the screen is.
const roomMin = 4

// room is how many rows the screen has beside the line that says how much of all is
// missing.
func (o Options) room(all int, what string) int {
	return max(o.Rows-rows(o.left(all, all, what), o.width()), roomMin)
}

// left is the line that says what is not shown.
func (o Options) left(missing, all int, what string) string {
	text := fmt.Sprintf("... %s of %s %s not shown", thousands(missing), thousands(all), what)
	if o.Rest != "" {
		text += "; " + o.Rest
	}
	return text
}

// fold cuts text where the room on the screen ends.
func (n *node) fold(text string, o Options) string {
	if o.Rows <= 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	room, shown, used := o.room(len(lines), "lines"), 0, 0
	for i, line := range lines {
		n.stop.step()
		if used += n.stop.rows(line, o.width(), o.Rows); used > o.Rows {
			break
		}
		if used <= room {
			shown = i + 1
		}
	}
	switch {
	case used <= o.Rows:
		return text
	case shown == 0:
		return n.cut(lines[0], o)
	}
	return strings.Join(append(lines[:shown:shown], o.left(len(lines)-shown, len(lines), "lines")), "\n")
}

// cut shows the beginning of a line that alone is longer than the screen.
func (n *node) cut(line string, o Options) string {
	columns, end := o.room(len(line), "bytes")*o.width(), len(line)
	for i, r := range line {
		n.stop.step()
		if columns -= Columns(string(r)); columns < 0 {
			end = i
			break
		}
	}
	return line[:end] + "\n" + o.left(len(line)-end, len(line), "bytes")
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
