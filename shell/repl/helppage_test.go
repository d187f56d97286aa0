package repl

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// section returns what stands under a heading of docs/SHELL.md.
func section(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile(shellPage)
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(page), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("the page has no section %s", heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// TestCompletionPage types what the page's table says and compares what is offered.
func TestCompletionPage(t *testing.T) {
	s := newSession(t, io.Discard)
	loadEarthquakes(t, s)
	quoted := regexp.MustCompile("`([^`]*)`")
	rows := 0
	for line := range strings.Lines(section(t, "Completion")) {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| `") || len(cells) != 2 {
			continue
		}
		rows++
		typed := quoted.FindStringSubmatch(cells[0])[1]
		var want []string
		for _, m := range quoted.FindAllStringSubmatch(cells[1], -1) {
			want = append(want, m[1])
		}
		if _, got := Complete(s, typed); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %q, the page says %q", typed, got, want)
		}
	}
	if rows < 5 {
		t.Errorf("the page has only %d rows", rows)
	}
}

// TestKeysPage says that help("keys") and the page's table have the same keys.
func TestKeysPage(t *testing.T) {
	text := section(t, "Typing")
	for _, k := range keys[2:] { // Enter and Alt-Enter are in the text
		if !strings.Contains(text, "\n| "+k[0]+" | ") {
			t.Errorf("the page has no row for %s", k[0])
		}
	}
	if got := strings.Count(text, "\n| ") - 2; got != len(keys)-2 {
		t.Errorf("the page has %d rows of keys, help has %d", got, len(keys)-2)
	}
}
