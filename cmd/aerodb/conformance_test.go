package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/internal/conformance"
)

// TestConformance sends the requests of the conformance file through the program, each
// stream twice on fresh databases, and once more through Lua.
func TestConformance(t *testing.T) {
	file, err := conformance.Read("../../jsonapi/testdata/conformance.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range file.Sections {
		t.Run(section.Name, func(t *testing.T) {
			first := answerSection(t, section, viaRequest)
			if again := answerSection(t, section, viaRequest); again != first {
				t.Errorf("the second time it answers\n%s", again)
			}
			answerSection(t, section, viaLua)
		})
	}
}

// A way answers the requests of one stream and compares.
type way func(t *testing.T, s *server, stream []conformance.Step, exit string) string

// A server is a database and how it is opened.
type server struct {
	dir  string
	env  []string
	args []string
}

func (s *server) run(stdin string, args ...string) (code int, stdout, stderr string) {
	cmd := exec.Command("aerodb", append(args, s.args...)...)
	cmd.Dir, cmd.Env = s.dir, s.env
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	cmd.Run() // its exit code is compared
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func (s *server) mustRun(t *testing.T, stdin string, args ...string) {
	t.Helper()
	if code, _, stderr := s.run(stdin, args...); code != 0 {
		t.Fatalf("%v: %s", args, stderr)
	}
}

func answerSection(t *testing.T, section conformance.Section, answer way) string {
	s := &server{dir: t.TempDir(), env: append(os.Environ(), "AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=error")}
	for _, setting := range section.Settings {
		key, value, _ := strings.Cut(setting, "=")
		s.env = append(s.env, "AERODB_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))+"="+value)
	}
	s.mustRun(t, "", "init")
	var all strings.Builder
	var stream []conformance.Step
	for _, step := range section.Steps {
		switch step.Kind {
		case conformance.Schema:
			s.mustRun(t, step.Text, "schema", "apply", "-")
		case conformance.ReadOnly:
			s.args = []string{"--read-only"}
		case conformance.Request:
			stream = append(stream, step)
		case conformance.Exit:
			all.WriteString(answer(t, s, stream, step.Text))
			stream = nil
		}
	}
	if len(stream) > 0 {
		t.Error("the last requests have no exit")
	}
	return all.String()
}

// internals are what no response may hold: paths of this machine, Go's names, traces.
var internals = regexp.MustCompile(`/tmp|\.go\b|goroutine|\*[a-z]+\.[A-Z]|0x[0-9a-f]{6}|generations|\.seg|\.wal\b`)

func viaRequest(t *testing.T, s *server, stream []conformance.Step, exit string) string {
	code, stdout, stderr := s.run(requestLines(stream), "request")
	if fmt.Sprint(code) != exit || stderr != "" {
		t.Errorf("exit code %d, want %s; on standard error: %s", code, exit, stderr)
	}
	responses := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if len(responses) != len(stream) {
		t.Fatalf("%d requests, %d responses", len(stream), len(responses))
	}
	for i, step := range stream {
		if responses[i] != step.Response {
			t.Errorf("%.300s\n got %s\nwant %s", step.Text, responses[i], step.Response)
		}
		if found := internals.FindString(responses[i]); found != "" {
			t.Errorf("%.300s\nis answered with %q in %s", step.Text, found, responses[i])
		}
	}
	return stdout
}

func requestLines(stream []conformance.Step) string {
	var b strings.Builder
	for _, step := range stream {
		b.WriteString(step.Text + "\n")
	}
	return b.String()
}

// answerInLua decodes each line, asks, and prints the answer; "-" for what is no table.
const answerInLua = `
for line in io.stdin:lines() do
  local ok, request = pcall(json.decode, line)
  if ok and type(request) == "table" and request[1] == nil then
    print(json.encode(db.request(request)))
  else
    print("-")
  end
end`

// spelled finds what a Lua table does not tell from something else: an int is not written
// in several ways, beyond 64 bits it is a float, and an empty list is an empty object.
var spelled = regexp.MustCompile(`"(age|zip|limit)":([0-9]+(\.0|e[0-9])|9223372036854775808|-9223372036854775809|9{20})|"(document|filter)":\[\]|^\[\]$`)

// place is where in its text a document is wrong, which has no meaning for a table.
var place = regexp.MustCompile(` \(at byte \d+\)| has \d+ bytes`)

// A table has no text, so what is no strict JSON or no object cannot be asked in Lua. Why
// a document does not fit is said in Lua's words.
func viaLua(t *testing.T, s *server, stream []conformance.Step, _ string) string {
	if err := os.WriteFile(filepath.Join(s.dir, "answer.lua"), []byte(answerInLua), 0o600); err != nil {
		t.Fatal(err)
	}
	stream = slices.DeleteFunc(slices.Clone(stream), func(step conformance.Step) bool { return spelled.MatchString(step.Text) })
	code, stdout, stderr := s.run(requestLines(stream), "run", "answer.lua")
	if code != 0 {
		t.Fatal(stderr)
	}
	responses := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if len(responses) != len(stream) {
		t.Fatalf("%d requests, %d responses", len(stream), len(responses))
	}
	for i, step := range stream {
		if responses[i] == "-" {
			if !strings.Contains(step.Response, "AERO_QUERY_INVALID") {
				t.Errorf("%.300s\ncannot be asked in Lua; the answer would be %s", step.Text, step.Response)
			}
			continue
		}
		const misfit = `"code":"AERO_SCHEMA_VALIDATION_FAILED"`
		if strings.Contains(step.Response, misfit) && strings.Contains(responses[i], misfit) {
			continue
		}
		got, want := place.ReplaceAllString(responses[i], ""), place.ReplaceAllString(step.Response, "")
		if !reflect.DeepEqual(decoded(t, got), decoded(t, want)) {
			t.Errorf("%.300s\nin Lua %s\n  want %s", step.Text, got, want)
		}
	}
	return stdout
}

// decoded reads JSON with numbers as they are written.
func decoded(t *testing.T, text string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}
