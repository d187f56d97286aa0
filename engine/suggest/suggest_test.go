package suggest

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	types := []string{"string", "int", "float", "bool", "object", "array"}
	commands := []string{"stats", "snapshot", "checkpoint", "compact", "schema", "digest"}
	fields := []string{"mag", "place", "time", "a", "b"}
	for _, c := range []struct {
		word  string
		known []string
		want  string
	}{
		{"strng", types, "string"},
		{"flaot", types, "float"},
		{"String", types, "string"},
		{"boolean", types, "bool"},
		{"integer", types, "int"},
		{"int64", types, "int"},
		{"in", types, "int"},
		{"arrray", types, "array"},
		{"number", types, ""},
		{"snap", commands, "snapshot"},
		{"chekpoint", commands, "checkpoint"},
		{"shcema", commands, "schema"},
		{"stat", commands, "stats"},
		{"st", commands, ""},
		{"mga", fields, "mag"},
		{"c", fields, ""}, // every one-letter name is one slip away: that says nothing
		{"", fields, ""},
		{"mag", fields, "mag"},
		{"mag", nil, ""},
		{"größe", []string{"grosse", "größen"}, "größen"},
		{strings.Repeat("x", wordRunesMax), []string{strings.Repeat("x", wordRunesMax-1)}, strings.Repeat("x", wordRunesMax-1)},
		{strings.Repeat("x", wordRunesMax+1), []string{strings.Repeat("x", wordRunesMax)}, ""},
		{"cat", []string{"car", "cab"}, "car"}, // a tie: the first known
	} {
		if got := Nearest(c.word, c.known); got != c.want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", c.word, c.known, got, c.want)
		}
	}
}

func TestSlipsBetween(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "abd", 1},
		{"kitten", "sitting", 3}, {"abcd", "badc", 2}, {"ca", "abc", 3},
	} {
		if got := slipsBetween([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("slipsBetween(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := slipsBetween([]rune(c.b), []rune(c.a)); got != c.want {
			t.Errorf("slipsBetween(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"string", "int"}
	if got, want := DidYouMean("strng", known), `; did you mean "string"?`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := DidYouMean("xyzzy", known); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
