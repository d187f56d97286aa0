package repl

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/shell/render"
)

// TestShellPage types the screens of docs/SHELL.md, blocks of ```aerodb, in one session,
// and compares what a person would see.
func TestShellPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/SHELL.md")
	if err != nil {
		t.Fatal(err)
	}
	const prompt = "aerodb> "
	var out bytes.Buffer
	s := newSession(t, &out)
	screens := strings.Split(string(page), "\n```aerodb\n")[1:]
	for _, text := range screens {
		want, _, _ := strings.Cut(text, "```")
		var typed []string
		for line := range strings.Lines(want) {
			for _, p := range []string{prompt, Continuation(prompt)} {
				if rest, ok := strings.CutPrefix(line, p); ok {
					typed = append(typed, strings.TrimSuffix(rest, "\n"))
				}
			}
		}
		out.Reset()
		err := loop(context.Background(), s, &script{lines: typed, screen: &out}, Options{
			Prompt: prompt, Results: &out, Errors: &out,
			Render: render.Options{Mode: render.Auto, Terminal: true, Width: 100},
		})
		if err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("got\n%s\nwant\n%s", out.String(), want)
		}
	}
	if len(screens) == 0 {
		t.Error("the page shows no screens")
	}
}
