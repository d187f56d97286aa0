package shell

import (
	"strings"

	"github.com/aerodb/aerodb/shell/render"
)

// An excerpt of a source line is at most excerptRunes long, of which excerptBefore are
// before the mark if the line is longer.
const (
	excerptRunes  = 100
	excerptBefore = 60
)

// excerpt returns what of a source line to show, and the screen column of the byte
// column, both from 1; 0 stays 0. A long line is cut around it, and nothing is left in
// it that a terminal would obey.
func excerpt(line string, column int) (text string, at int) {
	before := []rune(render.Printable(line[:min(max(column-1, 0), len(line))]))
	after := []rune(render.Printable(line[min(max(column-1, 0), len(line)):]))
	const dots = "..."
	if len(before)+len(after) > excerptRunes {
		if len(before) > excerptBefore {
			before = append([]rune(dots), before[len(before)-excerptBefore:]...)
		}
		if room := max(excerptRunes-len(before), 0); len(after) > room {
			after = append(after[:room:room], []rune(dots)...)
		}
	}
	if column > 0 {
		at = render.Columns(string(before)) + 1
	}
	return strings.TrimRight(string(before)+string(after), " "), at
}
