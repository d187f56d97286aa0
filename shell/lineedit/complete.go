package lineedit

import (
	"fmt"
	"strings"
)

// complete is Tab: it adds what all candidates share, and shows them if that is not
// one. At the beginning of a further line it is spaces.
func (e *Editor) complete() {
	text, pos := e.buf.at()
	start := lineStart(text, pos)
	if start > 0 && strings.TrimSpace(string(text[start:pos])) == "" {
		e.buf.insert(strings.Repeat(" ", tabColumns-(pos-start)%tabColumns))
		return
	}
	if e.config.Complete == nil {
		e.bell()
		return
	}
	word, candidates := e.config.Complete(string(text[:pos]))
	if len(candidates) == 0 {
		e.bell()
		return
	}
	e.buf.insert(strings.TrimPrefix(shared(candidates), word))
	if len(candidates) > 1 {
		columns, rows := e.screen.dimensions()
		e.below = list(candidates, columns, max(1, min(rows/2, listRowsMax)))
	}
}

// listRowsMax bounds the rows of a list of candidates.
const listRowsMax = 16

// shared is what all words begin with.
func shared(words []string) string {
	prefix := []rune(words[0])
	for _, w := range words[1:] {
		n := 0
		for _, r := range w {
			if n == len(prefix) || prefix[n] != r {
				break
			}
			n++
		}
		prefix = prefix[:n]
	}
	return string(prefix)
}

// list puts words into columns, read downwards, and says how many did not fit.
func list(words []string, columns, rows int) []string {
	wide := 0
	for _, w := range words {
		wide = max(wide, Width(w)+2)
	}
	across := max(1, columns/wide)
	left := 0
	if len(words) > across*rows {
		left = len(words) - across*max(1, rows-1)
		words = words[:len(words)-left]
	}
	high := (len(words) + across - 1) / across
	lines := make([]string, high)
	for i, w := range words {
		line := &lines[i%high]
		*line += strings.Repeat(" ", i/high*wide-Width(*line)) + w
	}
	if left > 0 {
		lines = append(lines, fmt.Sprintf("... and %d more: type some of the name", left))
	}
	return lines
}
