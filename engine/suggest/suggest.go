// Package suggest finds the known name that a mistyped word most likely meant,
// for messages that end in: did you mean "string"?
//
// The distance of two words is the number of single slips between them: a rune
// left out, added, exchanged for another, or two neighbours swapped; upper and
// lower case count as equal. A word of n runes may have n/3 slips and always
// one, never more than slipsMax: beyond that a suggestion misleads. A word that
// begins a known name ("snap") or goes on after one ("integer") means that name.
package suggest

import (
	"fmt"
	"slices"
	"strings"
)

const (
	slipsMax      = 3
	prefixRunes   = 3  // a shorter beginning says too little
	wordRunesMax  = 64 // a longer word is compared by nobody's typing, and costs its square
	nothingIsNear = wordRunesMax + 1
)

// Nearest returns the name in known that word most likely meant, "" if none is
// near. Of equally near names the first in known wins.
func Nearest(word string, known []string) string {
	w := []rune(strings.ToLower(word))
	if len(w) == 0 || len(w) > wordRunesMax {
		return ""
	}
	slips := min(max(len(w)/3, 1), slipsMax)
	best, bestDistance := "", nothingIsNear
	for _, name := range known {
		k := []rune(strings.ToLower(name))
		if d := distance(w, k, slips); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}

// DidYouMean returns `; did you mean "name"?` with the nearest of known, ready
// to end a message, or "" if none is near.
func DidYouMean(word string, known []string) string {
	if name := Nearest(word, known); name != "" {
		return fmt.Sprintf("; did you mean %q?", name)
	}
	return ""
}

// distance returns the number of slips between word and name, nothingIsNear if
// there are more than allowed. Where one of the two begins the other they are as
// far as the most allowed slips, so that a true near miss wins.
func distance(word, name []rune, allowed int) int {
	far := nothingIsNear
	if n := min(len(word), len(name)); n >= prefixRunes && slices.Equal(word[:n], name[:n]) {
		far = allowed
	}
	if len(word) > len(name)+allowed || len(name) > len(word)+allowed {
		return far
	}
	if d := slipsBetween(word, name); d <= allowed && d < max(len(word), len(name)) {
		return min(d, far)
	}
	return far
}

// slipsBetween is the optimal string alignment distance, three rows at a time:
// row[j] is the distance of the first i runes of a and the first j of b.
func slipsBetween(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
