package shell

import (
	"strings"
	"testing"
)

// TestExcerpt marks a byte of a line: the mark stands under the character that begins
// there, however wide those before it are and however long the line is.
func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a", 200) + "X" + strings.Repeat("b", 200)
	for _, c := range []struct {
		line       string
		column     int
		text, mark string
	}{
		{"x = = 1", 5, "x = = 1", "    ^"},
		{"x", 0, "x", ""},
		{"x", 2, "x", " ^"},
		{"x = \"漢字\" .. = 1", 17, "x = \"漢字\" .. = 1", "              ^"},
		{"\tx = \x1b= 1", 7, " x =  = 1", "      ^"},
		{long, 201, "..." + strings.Repeat("a", 60) + "X" + strings.Repeat("b", 36) + "...", strings.Repeat(" ", 63) + "^"},
		{long, 0, strings.Repeat("a", 100) + "...", ""},
		{"short", 100, "short", "     ^"},
	} {
		text, at := excerpt(c.line, c.column)
		mark := ""
		if at > 0 {
			mark = strings.Repeat(" ", at-1) + "^"
		}
		if text != c.text || mark != c.mark {
			t.Errorf("%q at %d:\n%s\n%s\nwant\n%s\n%s", c.line, c.column, text, mark, c.text, c.mark)
		}
	}
}
