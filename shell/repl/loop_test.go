package repl

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/render"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// script is a reader of prepared lines that also writes the prompts and what is typed,
// as a terminal would show them.
type script struct {
	lines   []string
	screen  io.Writer
	history []string
}

func (s *script) readLine(prompt string) (string, error) {
	if len(s.lines) == 0 {
		return "", io.EOF
	}
	line := s.lines[0]
	s.lines = s.lines[1:]
	io.WriteString(s.screen, prompt+line+"\n")
	if line == "^C" {
		return "", errInterrupt
	}
	return line, nil
}

func (s *script) remember(entry string) { s.history = append(s.history, entry) }
func (s *script) close() error          { return nil }

func newSession(t testing.TB, out io.Writer) *shell.Session {
	t.Helper()
	tick := ticking()
	options := engine.DefaultOptions()
	options.Dir = t.TempDir() + "/data"
	options.Now = tick
	options.Rand = rand.New(rand.NewSource(1))
	options.WALMaxSize = 1 << 20
	if _, err := engine.Init(options); err != nil {
		t.Fatal(err)
	}
	open := func(ctx context.Context) (*engine.DB, error) { return engine.Open(ctx, options) }
	db, err := open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s := shell.New(shell.Env{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: out, FS: vfs.OS,
		Open: func(name string) (fs.File, error) { return os.Open(name) }, Now: tick, Topics: Topics,
	}, db, open)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestSessions types testdata/*.txt and compares what a person would see. A ␊ ends a line
// within a paste.
func TestSessions(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			typed, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var screen bytes.Buffer
			results := NewOutput(&screen)
			s := newSession(t, results)
			r := &script{lines: strings.Split(strings.TrimSuffix(string(typed), "\n"), "\n"), screen: &screen}
			for i := range r.lines {
				r.lines[i] = strings.ReplaceAll(r.lines[i], "␊", "\n") // within a paste
			}
			err = loop(context.Background(), s, r, Options{
				Prompt: "aerodb> ", Results: results, Errors: &screen,
				Render: render.Options{Mode: render.Auto, Terminal: true, Width: 100},
				Rows:   func() int { return 16 },
				Page:   pageTo(&screen),
				Create: createOn(&screen),
				Now:    ticking(),
				Statement: func(ctx context.Context) (context.Context, context.CancelFunc) {
					return context.WithCancel(ctx)
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".txt") + ".golden"
			if *update {
				if err := os.WriteFile(golden, screen.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(screen.Bytes(), want) {
				t.Errorf("got\n%s\nwant\n%s", screen.Bytes(), want)
			}
		})
	}
}

// pageTo is a pager that says what it was given.
func pageTo(screen io.Writer) func(program, text string) error {
	return func(program, text string) error {
		if program == "broken" {
			return errors.New("exit status 127")
		}
		fmt.Fprintf(screen, "[%s shows %d rows]\n", program, render.Rows(text, 100))
		return nil
	}
}

// createOn makes files that show on the screen what they hold when they are there.
func createOn(screen io.Writer) func(string, bool) (File, error) {
	return func(name string, replace bool) (File, error) {
		if name == "taken.txt" && !replace {
			return nil, dberr.New(dberr.ConfigInvalid, "%s exists", name)
		}
		return &shownFile{name: name, screen: screen}, nil
	}
}

type shownFile struct {
	bytes.Buffer
	name   string
	screen io.Writer
}

func (f *shownFile) Commit() error {
	_, err := fmt.Fprintf(f.screen, "[%s holds]\n%s[end]\n", f.name, f.Bytes())
	return err
}

func (f *shownFile) Abort() error {
	_, err := fmt.Fprintf(f.screen, "[%s is not there]\n", f.name)
	return err
}

// ticking is a clock that goes on by a millisecond each time it is looked at.
func ticking() func() time.Time {
	now := time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)
	return func() time.Time { now = now.Add(time.Millisecond); return now }
}

func TestExitCode(t *testing.T) {
	var screen bytes.Buffer
	r := &script{lines: []string{"os.exit(3)", "print('not reached')"}, screen: &screen}
	err := loop(context.Background(), newSession(t, &screen), r, Options{Results: &screen, Errors: &screen})
	var exit *lang.Exit
	if !errors.As(err, &exit) || exit.Code != 3 {
		t.Errorf("err = %v", err)
	}
}

// TestInterruptGivesThePromptBack cancels a running statement.
func TestInterruptGivesThePromptBack(t *testing.T) {
	var screen bytes.Buffer
	r := &script{lines: []string{"while true do pcall(error) end", "1 + 1"}, screen: &screen}
	first := true
	err := loop(context.Background(), newSession(t, &screen), r, Options{
		Results: &screen, Errors: &screen, Prompt: "> ",
		Statement: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			if first {
				cancel()
			}
			first = false
			return ctx, cancel
		},
	})
	if err != nil || !strings.Contains(screen.String(), "AERO_SCRIPT_INTERRUPTED") || !strings.HasSuffix(screen.String(), "> 1 + 1\n2\n") {
		t.Errorf("err = %v, screen:\n%s", err, screen.String())
	}
}

// A lateInterrupt is a context that is cancelled when it is asked for the last time: no
// sooner than what its statement returned is rendered.
type lateInterrupt struct {
	context.Context
	asks int
}

func (l *lateInterrupt) Done() <-chan struct{} { return nil }

func (l *lateInterrupt) Err() error {
	if l.asks--; l.asks < 0 {
		return context.Canceled
	}
	return nil
}

// TestInterruptStopsRendering: Ctrl-C while a large result is made ready to be shown
// gives the prompt back, with nothing of it shown, and the result is in _.
func TestInterruptStopsRendering(t *testing.T) {
	var screen, results bytes.Buffer
	large := "(function() local t = {} for i = 1, 100000 do t[i] = i end return t end)()"
	r := &script{lines: []string{large, "#_"}, screen: &screen}
	late := &lateInterrupt{asks: 100}
	statements := 0
	err := loop(context.Background(), newSession(t, &screen), r, Options{
		Results: &results, Errors: &screen, Prompt: "> ",
		Statement: func(ctx context.Context) (context.Context, context.CancelFunc) {
			if statements++; statements > 1 {
				return ctx, func() {}
			}
			late.Context = ctx
			return late, func() {}
		},
	})
	if err != nil || late.asks >= 0 || results.String() != "100000\n" || !strings.Contains(screen.String(), "AERO_SCRIPT_INTERRUPTED: the result was interrupted\n> #_\n") {
		t.Errorf("err = %v, results %q, screen:\n%s", err, results.String(), screen.String())
	}
}
