package runs_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

var update = flag.Bool("update", false, "rewrite the golden file and the page that shows it")

const (
	golden = "testdata/journal.jsonl"
	page   = "../../docs/format/runs.md"
)

// A journal of two steps, byte by byte; the page of the format shows the same lines,
// without the spaces that fill their sectors.
func TestGolden(t *testing.T) {
	_, data := journalBytes(t)
	if *update {
		mustDo(t, os.WriteFile(golden, data, 0o644))
	}
	want, err := os.ReadFile(golden)
	mustDo(t, err)
	if string(want) != string(data) {
		t.Errorf("the journal is\n%s\nwant\n%s", data, want)
	}
	text, err := os.ReadFile(page)
	mustDo(t, err)
	before, rest, ok := strings.Cut(string(text), "```json\n")
	_, after, ended := strings.Cut(rest, "```\n")
	if !ok || !ended {
		t.Fatalf("%s has no block of JSON", page)
	}
	var lines strings.Builder
	for line := range strings.Lines(string(data)) {
		lines.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	shown := before + "```json\n" + lines.String() + "```\n" + after
	if *update {
		mustDo(t, os.WriteFile(page, []byte(shown), 0o644))
	} else if shown != string(text) {
		t.Errorf("%s shows another journal; run: go test ./engine/runs -update", page)
	}
}

// The order of the calls: a forgotten sync is a missing line.
func TestTrace(t *testing.T) {
	mem := newMem(t)
	from := len(mem.Trace())
	j, err := journaled(store(mem))
	mustDo(t, err)
	mustDo(t, j.StepEnd("two", nil, sources, at(2)))
	mustDo(t, j.Finish(nil, 0, at(2)))
	got := vfs.FormatTrace(mem.Trace()[from:])
	const name = "testdata/trace.txt"
	if *update {
		mustDo(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	mustDo(t, err)
	if got != string(want) {
		t.Errorf("the calls are\n%s\nwant\n%s", got, want)
	}
}
