package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A process is a running aerodb.
type process struct {
	*exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
}

// start runs aerodb in dir.
func start(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command("aerodb", args...)}
	p.Dir = dir
	p.Env = append(os.Environ(), "AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=warn")
	p.Stderr = &p.stderr
	stdin, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdin, p.stdout = stdin, bufio.NewReader(stdout)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// line reads one line of the output.
func (p *process) line(t *testing.T) string {
	t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		p.Wait()
		t.Fatalf("no output: %v\n%s", err, p.stderr.String())
	}
	return strings.TrimSuffix(line, "\n")
}

// exit waits for the end and returns the exit code.
func (p *process) exit(t *testing.T) int {
	t.Helper()
	io.Copy(io.Discard, p.stdout)
	err := p.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// run runs aerodb to its end and returns exit code, output and errors.
func run(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := start(t, dir, args...)
	p.stdin.Close()
	out, err := io.ReadAll(p.stdout)
	if err != nil {
		t.Fatal(err)
	}
	return p.exit(t), string(out), p.stderr.String()
}

// newDatabase returns a directory with a database in data.
func newDatabase(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if code, _, stderr := run(t, dir, "init"); code != 0 {
		t.Fatal(stderr)
	}
	return dir
}

// The first signal stops what runs at its next safe point and closes the
// database cleanly, whatever the script tries to catch.
func TestSignalStopsAScript(t *testing.T) {
	for name, body := range map[string]string{
		"loop":      "while true do end",
		"pcall":     "while true do pcall(function() while true do end end) end",
		"coroutine": "coroutine.wrap(function() while true do end end)()",
	} {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			dir := newDatabase(t)
			p := start(t, dir, "eval", "print('ready') "+body)
			if got := p.line(t); got != "ready" {
				t.Fatalf("%s: printed %q", name, got)
			}
			p.Process.Signal(signal)
			if code := p.exit(t); code != 130 {
				t.Errorf("%s, %v: exit code %d\n%s", name, signal, code, p.stderr.String())
			}
			if !strings.Contains(p.stderr.String(), "AERO_SCRIPT_INTERRUPTED") {
				t.Errorf("%s, %v: said %q", name, signal, p.stderr.String())
			}
			// A log that was sealed needs no recovery.
			_, _, stderr := run(t, dir, "stats", "--log-level", "debug")
			if strings.Contains(stderr, "level=WARN") {
				t.Errorf("%s, %v: after it, the open says\n%s", name, signal, stderr)
			}
		}
	}
}

// A command that waits for input ends at a signal too.
func TestSignalWhileWaitingForInput(t *testing.T) {
	dir := newDatabase(t)
	p := start(t, dir, "request")
	fmt.Fprintln(p.stdin, `{"op":"nonsense"}`)
	if got := p.line(t); !strings.Contains(got, "AERO_QUERY_INVALID") {
		t.Fatalf("answered %q", got)
	}
	p.Process.Signal(os.Interrupt)
	if code := p.exit(t); code != 130 {
		t.Errorf("exit code %d\n%s", code, p.stderr.String())
	}
}

// Each request is answered before the next is sent.
func TestRequestsAreAnsweredAtOnce(t *testing.T) {
	p := start(t, newDatabase(t), "request")
	for range 3 {
		fmt.Fprintln(p.stdin, `{"op":"nonsense"}`)
		if got := p.line(t); !strings.Contains(got, "AERO_QUERY_INVALID") {
			t.Fatalf("answered %q", got)
		}
	}
	p.stdin.Close()
	if code := p.exit(t); code != 1 {
		t.Errorf("exit code %d", code)
	}
}

// A second process is told who holds the directory, and changes nothing.
func TestTwoProcesses(t *testing.T) {
	dir := newDatabase(t)
	holder := start(t, dir, "request")
	fmt.Fprintln(holder.stdin, `{"op":"nonsense"}`)
	holder.line(t)
	before := tree(t, filepath.Join(dir, "data"))
	for _, args := range [][]string{{"stats"}, {"checkpoint"}, {"eval", "return 1"}, {"stats", "--read-only"}} {
		code, stdout, stderr := run(t, dir, args...)
		pid := fmt.Sprintf("pid %d (aerodb request), since 20", holder.Process.Pid)
		if code != 3 || stdout != "" || !strings.Contains(stderr, "AERO_DATABASE_LOCKED") || !strings.Contains(stderr, pid) {
			t.Errorf("%v: exit code %d, output %q\n%s", args, code, stdout, stderr)
		}
	}
	if after := tree(t, filepath.Join(dir, "data")); after != before {
		t.Errorf("the directory changed from\n%s\nto\n%s", before, after)
	}
	// What the refusal says works beside the holder does; TestStatsOnATerminal has stats
	// --watch.
	write(t, dir, "look.lua", "print(storage.digest())")
	for _, args := range [][]string{{"check", "--max-backup-age", "0", "--max-drill-age", "0"}, {"verify"}, {"rehearse", "look.lua"}, {"stats", "--format", "openmetrics"}} {
		if code, _, stderr := run(t, dir, args...); code != 0 {
			t.Errorf("%v beside a holder: exit code %d\n%s", args, code, stderr)
		}
	}
	holder.stdin.Close()
	holder.exit(t)
	if code, _, stderr := run(t, dir, "stats"); code != 0 {
		t.Errorf("after the holder ended: exit code %d\n%s", code, stderr)
	}
}

// A script is named to whoever finds the directory in use.
func TestHolderNamesItsScript(t *testing.T) {
	dir := newDatabase(t)
	if err := os.WriteFile(filepath.Join(dir, "wait.lua"), []byte("print('ready') io.read()"), 0o600); err != nil {
		t.Fatal(err)
	}
	holder := start(t, dir, "run", "wait.lua")
	holder.line(t)
	if _, _, stderr := run(t, dir, "stats"); !strings.Contains(stderr, "(aerodb run wait.lua)") {
		t.Errorf("said %q", stderr)
	}
	if signal.Ignored(syscall.SIGHUP) {
		holder.stdin.Close()
		holder.exit(t)
		t.Skip("hang-ups are ignored here, as under nohup, and so they are in every child")
	}
	holder.Process.Signal(syscall.SIGHUP)
	if code := holder.exit(t); code != 130 {
		t.Errorf("after a hang-up: exit code %d\n%s", code, holder.stderr.String())
	}
}

// Readers share the directory.
func TestTwoReaders(t *testing.T) {
	dir := newDatabase(t)
	reader := start(t, dir, "request", "--read-only")
	fmt.Fprintln(reader.stdin, `{"op":"nonsense"}`)
	reader.line(t)
	if code, _, stderr := run(t, dir, "stats", "--read-only"); code != 0 {
		t.Errorf("a second reader: exit code %d\n%s", code, stderr)
	}
	if code, _, stderr := run(t, dir, "stats"); code != 3 {
		t.Errorf("a writer beside a reader: exit code %d\n%s", code, stderr)
	}
	reader.stdin.Close()
	reader.exit(t)
}

func tree(t *testing.T, dir string) string {
	t.Helper()
	text, err := fingerprint(dir)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
