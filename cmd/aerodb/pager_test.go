package main

import (
	"strings"
	"testing"
)

// manyDocuments is a result longer than the screen of openPrompt.
const manyDocuments = "(function() local l = {} for i = 1, 300 do l[i] = {_id = 'd' .. i, n = i} end return l end)()\r"

// leave waits for the prompt and ends it.
func (p *prompt) leave(t *testing.T) {
	t.Helper()
	p.expect(t, "aerodb> ")
	// A Ctrl-D between two prompts, as behind a Ctrl-C that was typed too often, is the
	// terminal's, which drops it. Then another prompt comes.
	seen := "aerodb> "
	for buf := make([]byte, 4096); ; {
		if strings.HasSuffix(seen, "aerodb> ") {
			_, _ = p.terminal.WriteString("\x04") // an error says that the shell has left
		}
		n, err := p.terminal.Read(buf)
		if err != nil {
			break
		}
		seen += string(buf[:n])
	}
	if code := p.exit(t); code != 0 {
		t.Errorf("exit code %d\nseen %q", code, seen)
	}
}

// until is expect that returns what came before.
func (p *prompt) until(t *testing.T, text string) string {
	t.Helper()
	buf := make([]byte, 4096)
	for {
		seen := p.seen.String()
		if i := strings.Index(seen, text); i >= 0 {
			p.seen.Next(i + len(text))
			return seen[:i]
		}
		n, err := p.terminal.Read(buf)
		p.seen.Write(buf[:n])
		if err != nil {
			t.Fatalf("no %q: %v\nseen %q", text, err, p.seen.String())
		}
	}
}

// Where no pager is named a long result is abridged to the screen.
func TestPromptAbridges(t *testing.T) {
	t.Setenv("PAGER", "")
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	p.key(t, manyDocuments)
	p.expect(t, "d20")
	p.expect(t, "... 280 of 300 documents not shown; .all shows everything")
	for _, command := range []string{".pager sed 's/^/paged /'", ".all", ".pager off", ".all"} {
		p.expect(t, "aerodb> ")
		p.key(t, command+"\r")
		if command == ".all" {
			p.expect(t, "d299")
		}
	}
	p.leave(t)
}

// A named pager gets what is longer than the screen, all of it, and the keys that are
// typed while it runs.
func TestPromptPager(t *testing.T) {
	t.Setenv("PAGER", "wc -l; read key </dev/tty; echo got $key")
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	p.key(t, manyDocuments)
	p.expect(t, "302")
	p.key(t, "this\r")
	p.expect(t, "got this")
	p.expect(t, "aerodb> ")
	p.key(t, "'sh' .. 'ort'\r")
	p.expect(t, "short")
	p.leave(t)
}

// Ctrl-C in a pager is the pager's; the shell goes on.
func TestPromptPagerInterrupted(t *testing.T) {
	t.Setenv("PAGER", "echo rea''dy; exec sleep 1000")
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	p.key(t, manyDocuments)
	p.expect(t, "ready")
	// The first may come before sleep does. Each is echoed, so there is something to read.
	for buf := make([]byte, 4096); !strings.Contains(p.seen.String(), "aerodb> "); {
		p.key(t, "\x03")
		n, err := p.terminal.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		p.seen.Write(buf[:n])
	}
	if strings.Contains(p.seen.String(), "does not work") {
		t.Errorf("an interrupted pager is called broken: %q", p.seen.String())
	}
	p.leave(t)
}

// A pager that fails loses nothing.
func TestPromptBrokenPager(t *testing.T) {
	t.Setenv("AERODB_SHELL_PAGER", "false")
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	p.key(t, manyDocuments)
	p.expect(t, `the pager "false" does not work: exit status 1`)
	p.expect(t, "d20")
	p.expect(t, "... 280 of 300 documents not shown")
	p.key(t, ".all\r")
	p.expect(t, "d300")
	p.leave(t)
}

// Colour is for a terminal whose user has not said no; what a document holds is never
// the terminal's to obey.
func TestPromptColour(t *testing.T) {
	for _, test := range []struct {
		name, noColor string
		args          []string
		want          bool
	}{{"terminal", "", nil, true}, {"NO_COLOR", "1", nil, false}, {"flag", "", []string{"--no-color"}, false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColor)
			p := openPrompt(t, newDatabase(t), test.args...)
			p.expect(t, "aerodb> ")
			p.key(t, "{{_id = 'sh' .. 'own', s = '\\27[41m' .. 'hostile'}}\r")
			p.expect(t, "\n")
			shown := p.until(t, "hostile\"")
			if strings.Contains(shown, "\x1b[41m") || !strings.Contains(shown, `"\027[41m`) {
				t.Errorf("the terminal is told: %q", shown)
			}
			if got := strings.Contains(shown, "\x1b[1m"); got != test.want {
				t.Errorf("colour is %v: %q", got, shown)
			}
			p.leave(t)
		})
	}
}
