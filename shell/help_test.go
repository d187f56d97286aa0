package shell

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestHelpScreens compares what help prints with golden files: go test -update writes them.
func TestHelpScreens(t *testing.T) {
	s := newSession(t)
	s.mustRun(t, people)
	for name, topic := range map[string]string{
		"overview": "", "function": "storage.backup", "method": "c:find", "plain": "db.schemas", "collection": "db.users",
		"search": "backup", "words": "snapshot remove", "lua": "lua", "errors": "errors", "code": "AERO_WAL_FULL", "result": "Checkpoint",
		"unknown": "snapshto", "library": "string.format",
	} {
		s.out.Reset()
		call := "help()"
		if topic != "" {
			call = `help "` + topic + `"`
		}
		s.mustRun(t, call)
		golden := filepath.Join("testdata", "help", name+".golden")
		if *update {
			if err := os.WriteFile(golden, s.out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if s.out.String() != string(want) {
			t.Errorf("%s:\n%s\nwant\n%s", call, s.out.String(), want)
		}
		for line := range strings.Lines(s.out.String()) {
			if len(line) > 130 {
				t.Errorf("%s: a line has %d columns: %s", call, len(line), line)
			}
		}
	}
}

// TestTopicsRun runs the lines of the topics that are indented by four, and what the pages
// say with help is what help knows.
func TestTopicsRun(t *testing.T) {
	s := newSession(t)
	n := 0
	for _, topic := range s.manual().Topics {
		var chunk strings.Builder
		for line := range strings.Lines(topic.Text) {
			if code, ok := strings.CutPrefix(line, "    "); ok {
				chunk.WriteString(code)
				n++
			}
		}
		s.mustRun(t, "do "+chunk.String()+"\nend")
		if topic.Summary == "" || topic.Name == "" {
			t.Errorf("topic %q has no summary", topic.Name)
		}
		for line := range strings.Lines(topic.Text) {
			if len(line) > 130 {
				t.Errorf("topic %s: a line has %d columns", topic.Name, len(line))
			}
		}
	}
	if n < 5 {
		t.Errorf("only %d lines ran", n)
	}
}

// TestHelpLeadsSomewhere follows each help("...") that an explanation names.
func TestHelpLeadsSomewhere(t *testing.T) {
	s := newSession(t)
	s.mustRun(t, people)
	call := regexp.MustCompile(`help\("([^"]+)"\)`)
	followed := 0
	for _, name := range append(s.Topics(), "db.users") {
		text := s.explainTopic(name)
		if strings.HasPrefix(text, "nothing is known") {
			t.Errorf("help(%q) is not explained", name)
		}
		for _, m := range call.FindAllStringSubmatch(text, -1) {
			followed++
			if m[1] != "word" && strings.HasPrefix(s.explainTopic(m[1]), "nothing is known") {
				t.Errorf("help(%q) leads to help(%q), which leads nowhere", name, m[1])
			}
		}
	}
	if followed < 5 {
		t.Errorf("only %d calls of help were followed", followed)
	}
}
