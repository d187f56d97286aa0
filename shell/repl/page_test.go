package repl

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/render"
)

const shellPage = "../../docs/SHELL.md"

// TestShellPage types the screens of docs/SHELL.md, blocks of ```aerodb, in one session
// on real data, and compares what a person would see.
func TestShellPage(t *testing.T) {
	page, err := os.ReadFile(shellPage)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	results := NewOutput(&out)
	s := newSession(t, results)
	loadEarthquakes(t, s)
	const begin, end = "\n```aerodb\n", "```"
	parts := strings.Split(string(page), begin)
	for i, text := range parts[1:] {
		want, rest, _ := strings.Cut(text, end)
		out.Reset()
		typeScreen(t, s, results, &out, want)
		if out.String() != want && !*update {
			t.Errorf("got\n%s\nwant\n%s", out.String(), want)
		}
		parts[i+1] = out.String() + end + rest
	}
	if len(parts) == 1 {
		t.Error("the page shows no screens")
	}
	if *update {
		if err := os.WriteFile(shellPage, []byte(strings.Join(parts, begin)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// typeScreen types what a screen shows as typed.
func typeScreen(t *testing.T, s *shell.Session, results *Output, out io.Writer, screen string) {
	t.Helper()
	const prompt = "aerodb> "
	var typed []string
	for line := range strings.Lines(screen) {
		for _, p := range []string{prompt, Continuation(prompt)} {
			if rest, ok := strings.CutPrefix(line, p); ok {
				typed = append(typed, strings.TrimSuffix(rest, "\n"))
			}
		}
	}
	err := loop(context.Background(), s, &script{lines: typed, screen: out}, Options{
		Prompt: prompt, Results: results, Errors: out,
		Render: render.Options{Mode: render.Auto, Terminal: true, Width: 100},
		Rows:   func() int { return 24 }, Create: createOn(io.Discard), Now: ticking(),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// loadEarthquakes makes the collection quakes.
func loadEarthquakes(t *testing.T, s *shell.Session) {
	t.Helper()
	_, err := s.Eval(context.Background(), ChunkName, `
		db.define_schema{schema_id = "quakes", schema_version = "v1", fields = {
			_id = {type = "string", required = true}, place = "string", net = "string", type = "string", status = "string",
			magType = "string", mag = "float", depth_km = "float", time = "int", updated = "int", tz = "int", sig = "int",
			tsunami = "int", location = {type = "object", fields = {lat = "float", lon = "float"}},
			types = {type = "array", items = "string"}, nst = "int", felt = "int", gap = "float", rms = "float",
			dmin = "float", cdi = "float", mmi = "float", alert = "string"}, indexes = {"mag", "net", "time"}}
		db.quakes:import("../../scripts/data/earthquakes.jsonl")`)
	if err != nil {
		t.Fatal(err)
	}
	s.Changes()
}
