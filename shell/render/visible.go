package render

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
)

// unsafeRune reports whether a terminal would obey r instead of showing it: control
// characters, and those that turn the direction of what follows or break the line.
func unsafeRune(r rune) bool {
	switch {
	case unicode.IsControl(r), r == 0x2028, r == 0x2029:
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	}
	return false
}

// visible returns s as a person may see it on one line: as it is, or as a literal if it
// holds what a terminal would obey or could not show.
func visible(s string, stop *stopper) string {
	for i, r := range s {
		stop.step()
		if unsafeRune(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return quoteLua(s, stop)
		}
	}
	return s
}

// escaped is visible without the quotes of a literal.
func escaped(s string, stop *stopper) string {
	if shown := visible(s, stop); shown != s {
		return strings.ReplaceAll(shown[1:len(shown)-1], `\"`, `"`)
	}
	return s
}

// visibleJSON escapes in a JSON text what a terminal would obey; it stands for the same
// value. What JSON itself escapes is escaped already.
func visibleJSON(s string, stop *stopper) string {
	safe := true
	for _, r := range s {
		stop.step()
		if unsafeRune(r) {
			safe = false
			break
		}
	}
	if safe {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		stop.step()
		if unsafeRune(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Printable is s with a space for each character that a terminal would obey.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unsafeRune(r) {
			return ' '
		}
		return r
	}, s)
}

// Harmless is a text of several lines for a person: what a terminal would obey, other
// than the ends of lines and tabs, is written as Lua escapes it.
func Harmless(s string) string {
	hostile := func(r rune) bool { return unsafeRune(r) && r != '\n' && r != '\t' }
	if !strings.ContainsFunc(s, hostile) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if !hostile(r) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, `\%03d`, c)
		}
	}
	return b.String()
}

// Columns is how many columns of a terminal s takes; wide characters take two.
func Columns(s string) int { return text.StringWidthWithoutEscSequences(s) }

// rows is how many rows of a terminal a line takes.
func rows(line string, width int) int { return max(1, (Columns(line)+width-1)/width) }

// Rows is how many rows of a terminal that is width columns wide a text takes.
func Rows(s string, width int) int { return (*stopper)(nil).rowsOf(s, width, math.MaxInt/width) }

// bytesPerColumn is more than a character takes, with accents and colours.
const bytesPerColumn = 64

// Exceeds reports whether a text takes more rows than most, looking at no more of it than
// it must. One of very many bytes does, whether they show or not.
func Exceeds(s string, width, most int) bool {
	return len(s) > bytesPerColumn*width*(most+1) || (*stopper)(nil).rowsOf(s, width, most) > most
}
