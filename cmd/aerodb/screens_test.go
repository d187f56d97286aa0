package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the screens in the pages")

// The screens of the pages are what a terminal shows: a test runs the commands of the
// blocks marked console, in their order, in a directory that has scripts/.
func TestScreens(t *testing.T) {
	for page, least := range map[string]int{"RUNBOOKS.md": 12} {
		t.Run(page, func(t *testing.T) {
			s := &screens{dir: t.TempDir(), given: map[string]string{}}
			if err := os.CopyFS(filepath.Join(s.dir, "scripts"), os.DirFS("../../scripts")); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join("../../docs", page)
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := s.play(t, string(text))
			if s.count < least {
				t.Errorf("the page has only %d screens", s.count)
			}
			if got == string(text) {
				return
			}
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("%s does not show what happens; run: go test ./cmd/aerodb -run Screens -update\n%s", page, firstDifference(string(text), got))
		})
	}
}

// screens plays the blocks of one page.
type screens struct {
	dir   string
	count int
	given map[string]string // the id that the page shows for a real one
	real  []string          // what to put in the place of the page's ids: pairs
}

// play returns the page with the screens that its commands give.
func (s *screens) play(t *testing.T, page string) string {
	t.Helper()
	parts := strings.Split(page, "\n```")
	for i := 1; i < len(parts); i += 2 { // a block, then what follows its end
		language, body, _ := strings.Cut(parts[i], "\n")
		switch {
		case language == "console":
			s.count++
			parts[i] = language + "\n" + s.block(t, body)
		case language == "lua" && strings.HasPrefix(body, "-- "):
			file, _, _ := strings.Cut(body[3:], ":")
			write(t, s.dir, file, body+"\n")
		}
	}
	return strings.Join(parts, "\n```")
}

func (s *screens) block(t *testing.T, body string) string {
	t.Helper()
	var out []string
	for line := range strings.SplitSeq(body, "\n") {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		out = append(out, line)
		if shown := s.run(t, strings.NewReplacer(s.real...).Replace(command)); shown != "" {
			out = append(out, shown)
		}
	}
	return strings.Join(out, "\n")
}

// run runs a command of the shell and returns what a terminal shows.
func (s *screens) run(t *testing.T, command string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "AERODB_WAL_MAX_SIZE=4MiB", "AERODB_LOG_LEVEL=warn")
	out, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatalf("%s: %v", command, err)
	}
	return s.fixed(strings.TrimRight(string(out), "\n"))
}

var (
	ids       = regexp.MustCompile(`\b[0-9]{8}T[0-9]{6}Z(-r?[0-9]+)?\b`)
	times     = regexp.MustCompile(`\b20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z\b`)
	durations = regexp.MustCompile(`\b[0-9.]+(e\+[0-9]+)? (us|ms|s)\b`)
	uuids     = regexp.MustCompile(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)
)

var firstShown = time.Date(2026, 2, 4, 3, 17, 0, 0, time.UTC)

// fixed replaces what differs from run to run.
func (s *screens) fixed(text string) string {
	real, err := filepath.EvalSymlinks(s.dir)
	if err != nil {
		real = s.dir
	}
	text = strings.NewReplacer(real, "/srv/aerodb", s.dir, "/srv/aerodb").Replace(text)
	text = ids.ReplaceAllStringFunc(text, s.id)
	text = times.ReplaceAllString(text, "2026-02-04T03:17:00Z")
	text = durations.ReplaceAllString(text, "12 ms")
	return uuids.ReplaceAllString(text, "5e3c1a08-6c1f-4d0e-9a57-2b0f8d1c7e44")
}

// id gives each id that is met the next one of the page. The number behind the time only
// makes ids of one second differ; of a snapshot it is the sequence, which stays, and the time
// is that of no other.
func (s *screens) id(id string) string {
	if shown, ok := s.given[id]; ok {
		return shown
	}
	_, number, numbered := strings.Cut(id, "-")
	if len(number) > len("r99") {
		return firstShown.Format("20060102T150405Z-") + number
	}
	shown := firstShown.Add(time.Duration(len(s.given)) * time.Minute).Format("20060102T150405Z")
	if numbered && strings.HasPrefix(number, "r") {
		shown += "-r1"
	} else if numbered {
		shown += "-1"
	}
	s.given[id] = shown
	s.real = append(s.real, shown, id)
	return shown
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d:\n page %s\n real %s", i+1, a[i], b[i])
		}
	}
	return "one ends earlier"
}
