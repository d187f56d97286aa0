package lineedit

import (
	"strings"
)

// A History keeps blocks from one session to the next.
type History interface {
	// Load returns the entries, oldest first.
	Load() []string
	// Append adds an entry.
	Append(entry string) error
}

// worthKeeping reports whether a block goes into the history: not if it begins with a
// blank, which is how a person keeps something out of it, nor if the last one is the same.
func worthKeeping(entry, last string) bool {
	return strings.TrimSpace(entry) != "" && entry[0] != ' ' && entry[0] != '\t' && entry != last
}

// A recall walks through the history while a block is edited. What is changed on the
// way is kept until the block is done.
type recall struct {
	entries []string       // oldest first
	at      int            // len(entries) is the new block
	edited  map[int]string // by place
	walking bool           // the last key walked too
}

func (r *recall) begin() { r.at, r.edited, r.walking = len(r.entries), map[int]string{}, false }

// add remembers a block.
func (r *recall) add(entry string) bool {
	last := ""
	if n := len(r.entries); n > 0 {
		last = r.entries[n-1]
	}
	if !worthKeeping(entry, last) {
		return false
	}
	r.entries = append(r.entries, entry)
	return true
}

// text is the entry at a place as it was left.
func (r *recall) text(at int) string {
	if edited, ok := r.edited[at]; ok {
		return edited
	}
	if at < len(r.entries) {
		return r.entries[at]
	}
	return ""
}

// walk goes to another place, leaving text at this one. It reports whether there is
// such a place.
func (r *recall) walk(to int, text string) (string, bool) {
	if to < 0 || to > len(r.entries) || to == r.at {
		return text, false
	}
	r.edited[r.at] = text
	r.at = to
	return r.text(to), true
}
