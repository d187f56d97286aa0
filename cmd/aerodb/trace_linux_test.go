package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aerodb/aerodb/cmd/aerodb/command"
	"github.com/aerodb/aerodb/engine/vfs"
)

// traceCommands are run one after the other on one database, in memory and for real.
var traceCommands = [][]string{
	{"init"},
	{"schema", "apply", "schema.json"},
	{"import", "x", "v1", "x.jsonl"},
	{"eval", `db.x:replace{_id="a", n=2} db.x:delete("b") db.x:insert{_id="z"}`},
	{"snapshot"},
	{"eval", `db.x:insert{_id="y"}`},
	{"checkpoint"},
	{"backup", "--output", "b.tar"},
	{"compact"},
	{"eval", `for i = 1, 150 do db.x:insert{_id="n" .. i, n=i} end`}, // fills the log
	{"eval", `storage.remove_snapshot(storage.snapshots()[1].id)`},
	{"restore", "--input", "b.tar", "--yes"},
	{"restore", "--undo"},
	{"restore", "--input", "b.tar", "--yes"},
	{"restore", "--drop-previous"},
	{"export", "x", "v1", "out.jsonl"},
	{"verify"},
}

var traceFiles = map[string]string{
	"schema.json": `{"schema_id":"x","schema_version":"v1","fields":{"_id":{"type":"string","required":true},"n":"int"},"indexes":["n"]}`,
	"x.jsonl":     `{"_id":"a","n":1}` + "\n" + `{"_id":"b","n":2}` + "\n" + `{"_id":"c"}` + "\n",
}

// TestModelAgreesWithTheSystem runs the same commands on the file system that the crash
// tests believe and on the real one under strace: both see the same calls that change
// something, in the same order, so what the tests conclude is of what the program does.
func TestModelAgreesWithTheSystem(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("SKIPPED, strace is not installed")
	}
	dir, mem := t.TempDir(), vfs.NewMem()
	for name, text := range traceFiles {
		for _, err := range []error{
			vfs.Publish(mem, ".", name, []byte(text), 0o600), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	calls := 0
	for _, args := range traceCommands {
		want := modelCalls(t, mem, args)
		got := systemCalls(t, dir, args)
		calls += len(want)
		for i := range max(len(want), len(got)) {
			a, b := "nothing", "nothing"
			if i < len(want) {
				a = want[i]
			}
			if i < len(got) {
				b = got[i]
			}
			if a != b {
				t.Fatalf("%v, call %d: in memory %q, for real %q", args, i, a, b)
			}
		}
	}
	t.Logf("%d calls agree", calls)
	if calls < 300 {
		t.Errorf("only %d calls", calls)
	}
}

// snapshotTime is the part of a snapshot's name that the clock gives.
var snapshotTime = regexp.MustCompile(`[0-9]{8}T[0-9]{6}Z`)

// timed are writes whose length, or place, depends on how many digits durations have, or
// checksums of what the clock and chance are part of.
var timed = regexp.MustCompile(`^(write \S*(?:manifest\.json\.tmp|CHECKPOINT\.tmp|data/HISTORY\S*|b\.tar\.tmp)) .*$`)

// noteCall appends a call without what the clock decides, and leaves out what LOCK is
// told, which is of the process and not of the database.
func noteCall(calls []string, call string) []string {
	if strings.Contains(call, "data/LOCK") {
		return calls
	}
	call = strings.ReplaceAll(call, " ./", " ")
	call = timed.ReplaceAllString(call, "$1")
	return append(calls, snapshotTime.ReplaceAllString(call, "TIME"))
}

// modelCalls runs a command in memory.
func modelCalls(t *testing.T, mem *vfs.Mem, args []string) (calls []string) {
	t.Helper()
	begin := len(mem.Trace())
	var stdout, stderr bytes.Buffer
	code := command.Main(&command.Env{
		Args: args, Environ: []string{"AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=error"},
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, FS: mem,
		Open: func(name string) (fs.File, error) {
			data, err := vfs.ReadFile(mem, name, 1<<30)
			if err != nil {
				return nil, err
			}
			return fstest.MapFS{path.Base(name): &fstest.MapFile{Data: data, Mode: 0o600}}.Open(path.Base(name))
		},
		Now: time.Now, Rand: rand.New(rand.NewSource(1)), Signals: make(chan command.Signal), Exit: func(int) {},
	})
	if code != 0 {
		t.Fatalf("%v in memory: exit code %d\n%s", args, code, stderr.String())
	}
	for _, op := range mem.Trace()[begin:] {
		switch op.Kind {
		case vfs.KindLock:
			continue
		case vfs.KindWrite:
			calls = noteCall(calls, fmt.Sprintf("write %s %d at %d", op.Path, op.Len, op.Off))
		case vfs.KindTruncate, vfs.KindAllocate:
			calls = noteCall(calls, fmt.Sprintf("%s %s %d", op.Kind, op.Path, op.Len))
		case vfs.KindRename, vfs.KindLink:
			calls = noteCall(calls, fmt.Sprintf("%s %s %s", op.Kind, op.Path, op.To))
		default:
			calls = noteCall(calls, op.Kind+" "+op.Path)
		}
	}
	return calls
}

// systemForms turn a line of strace into the words of the model.
var systemForms = []struct {
	line *regexp.Regexp
	call string
}{
	{regexp.MustCompile(`^openat\([^"]*"([^"]+)", [^)]*O_CREAT.*O_EXCL`), "create $1"},
	{regexp.MustCompile(`^pwrite64\(\d+<([^>]+)>, .*, (\d+), (\d+)\)`), "write $1 $2 at $3"},
	{regexp.MustCompile(`^fdatasync\(\d+<([^>]+)>`), "sync $1"},
	{regexp.MustCompile(`^fsync\(\d+<([^>]+)>`), "syncdir $1"},
	{regexp.MustCompile(`^renameat2?\([^"]*"([^"]+)", [^"]*"([^"]+)"`), "rename $1 $2"},
	{regexp.MustCompile(`^linkat\([^"]*"([^"]+)", [^"]*"([^"]+)"`), "link $1 $2"},
	{regexp.MustCompile(`^unlinkat\([^"]*"([^"]+)"`), "remove $1"},
	{regexp.MustCompile(`^mkdirat\([^"]*"([^"]+)"`), "mkdir $1"},
	{regexp.MustCompile(`^fallocate\(\d+<([^>]+)>, 0, 0, (\d+)`), "allocate $1 $2"},
	{regexp.MustCompile(`^ftruncate\(\d+<([^>]+)>, (\d+)`), "truncate $1 $2"},
	{regexp.MustCompile(`^fchmod\(\d+<([^>]+)>`), "chmod $1"},
}

// systemCalls runs a command for real, under strace.
func systemCalls(t *testing.T, dir string, args []string) (calls []string) {
	t.Helper()
	cmd := exec.Command("strace", append([]string{"-y", "-s", "0", "-o", "trace", "-e", "trace=" + strings.Join(straceCalls, ","), pinnedProgram}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=error")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, strace does not work here: %v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "trace"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.ReplaceAll(strings.TrimSpace(line), "<"+dir+"/", "<")
		line = strings.ReplaceAll(line, "<"+dir+">", "<.>")
		if strings.Contains(line, " = -1 ") {
			continue // the first try to remove a directory, and files that are not there
		}
		for _, f := range systemForms {
			if m := f.line.FindStringSubmatchIndex(line); m != nil {
				calls = noteCall(calls, string(f.line.ExpandString(nil, f.call, line, m)))
			}
		}
	}
	return calls
}
