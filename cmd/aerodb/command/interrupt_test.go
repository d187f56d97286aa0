package command

import (
	"bytes"
	"io/fs"
	"math/rand"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aerodb/aerodb/engine/vfs"
)

// A world is an operating system in memory, to run commands in.
type world struct {
	fs      *vfs.Mem
	signals chan Signal
	seed    int64
	exit    func(code int) // the process ends at once; nil goes on
}

func newWorld() *world { return &world{fs: vfs.NewMem(), signals: make(chan Signal)} }

// run runs one command and returns its exit code and what it printed.
func (w *world) run(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	w.seed++
	code = Main(&Env{
		Args: args, Environ: []string{"AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=error"},
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs,
		FS: w.fs, Open: w.open, TempDir: "tmp",
		Now:  func() time.Time { return time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC) },
		Rand: rand.New(rand.NewSource(w.seed)), Signals: w.signals, Exit: func(code int) {
			if w.exit != nil {
				w.exit(code)
			}
		},
	})
	return code, out.String(), errs.String()
}

// open opens a file for reading.
func (w *world) open(name string) (fs.File, error) {
	data, err := vfs.ReadFile(w.fs, name, 1<<30)
	if err != nil {
		return nil, err
	}
	base := path.Base(name)
	return fstest.MapFS{base: &fstest.MapFile{Data: data, Mode: 0o600}}.Open(base)
}

// must runs a command that succeeds and returns what it printed.
func (w *world) must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	code, stdout, stderr := w.run(stdin, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s", args, code, stderr)
	}
	return stdout
}

// interruptAt presses Ctrl-C at the nth call of the file system from now on.
func (w *world) interruptAt(n int) {
	n += w.fs.Ops()
	w.fs.SetFault(func(op vfs.Op) error {
		if op.N == n {
			w.signals <- Interrupt
			w.signals <- Interrupt // taken when the first has had its effect
		}
		return nil
	})
}

// change is a runbook that changes what it can.
const change = `
step("change", function() db.x:delete("a") db.x:insert{_id = "c"} end)
storage.backup("mine.tar")
os.remove("b.tar")
storage.checkpoint()
storage.restore("mine.tar")`

// prepared returns a world with a database of two documents in data, and a backup of
// when it had one.
func prepared(t *testing.T) *world {
	t.Helper()
	w := newWorld()
	w.must(t, "", "init")
	w.must(t, `{"schema_id":"x","schema_version":"v1","fields":{"_id":{"type":"string","required":true}}}`, "schema", "apply", "-")
	w.must(t, `{"_id":"a"}`, "import", "x", "v1", "-")
	w.must(t, "", "checkpoint")
	w.must(t, "", "backup", "--output", "b.tar")
	w.must(t, `{"_id":"b"}`, "import", "x", "v1", "-")
	w.must(t, "", "checkpoint")
	if err := vfs.Publish(w.fs, ".", "change.lua", []byte(change), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// Ctrl-C at any call of the file system leaves no half result: the command is done
// or nothing was, no file is left over, and the database is sound.
func TestInterruptedAnywhere(t *testing.T) {
	probe, start := prepared(t), prepared(t).fs
	newer := probe.must(t, "", "digest")
	probe.must(t, "", "restore", "--input", "b.tar", "--yes")
	older := probe.must(t, "", "digest")
	for _, c := range []struct {
		args  []string
		after string   // the digest once it is done
		adds  []string // files outside of the data directory
		quick bool     // so few documents are done before it looks for a signal
	}{
		{[]string{"backup", "--output", "out.tar"}, newer, []string{"out.tar"}, false},
		{[]string{"export", "x", "v1", "out.jsonl"}, newer, []string{"out.jsonl"}, true},
		{[]string{"backup", "inspect", "b.tar"}, newer, nil, false},
		{[]string{"restore", "--input", "b.tar", "--yes"}, older, nil, false},
		{[]string{"drill", "--input", "b.tar"}, newer, nil, false},
		{[]string{"verify"}, newer, nil, false},
		{[]string{"compact"}, newer, nil, true},
		{[]string{"diff", "b.tar", "live"}, newer, nil, false},
		{[]string{"rehearse", "change.lua"}, newer, nil, false},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			codes := sweep(t, start, c.args, newer, c.after, c.adds)
			if codes[exitOK] == 0 || codes[exitInterrupted] == 0 && !c.quick {
				t.Errorf("exit codes and how often: %v", codes)
			}
		})
	}
}

// A second Ctrl-C that ends the process does not end it within a commit or a
// checkpoint: whatever call of the file system it comes in, nothing of the data is then
// written and not yet durable, and no file is half made.
func TestSecondInterruptEndsBetweenChanges(t *testing.T) {
	start := prepared(t).fs
	const script = `for i = 1, 5 do pcall(function() db.x:insert{_id = "n" .. i} end) end storage.checkpoint()`
	ends := 0
	for n := 0; ; n++ {
		w := newWorld()
		w.fs = start.Clone()
		exited := make(chan struct{})
		w.exit = func(code int) {
			defer close(exited)
			if code != exitInterrupted {
				t.Errorf("at call %d: exit code %d", n, code)
			}
			for _, p := range w.fs.Pending() {
				if !p.Gone && (strings.Contains(p.Path, "data/generations/") || strings.Contains(p.Path, "data/snapshots/")) {
					t.Errorf("at call %d: the process ends with this not durable: %v", n, p)
				}
			}
		}
		w.interruptAt(n)
		before := w.fs.Ops()
		w.run("", "eval", script)
		if w.fs.Ops()-before <= n {
			break
		}
		<-exited
		ends++
	}
	if ends < 10 {
		t.Errorf("the process ended %d times", ends)
	}
}

// sweep runs a command again and again on the same files, and interrupts it at each
// call in turn. It returns the exit codes and how often each came.
func sweep(t *testing.T, files *vfs.Mem, args []string, before, after string, adds []string) map[int]int {
	t.Helper()
	codes := map[int]int{}
	for n := 0; ; n++ {
		w := newWorld()
		w.fs = files.Clone()
		w.interruptAt(n)
		start := w.fs.Ops()
		code, _, stderr := w.run("", args...)
		over := w.fs.Ops()-start <= n
		w.fs.SetFault(nil)
		codes[code]++
		want, digest := outside(files), before
		switch code {
		case 0:
			digest = after
			want = append(want, adds...)
			slices.Sort(want)
		case exitInterrupted:
		default:
			t.Fatalf("at call %d: exit code %d\n%s", n, code, stderr)
		}
		if got := outside(w.fs); !slices.Equal(got, want) {
			t.Fatalf("at call %d, exit code %d: left %v, want %v", n, code, got, want)
		}
		for _, name := range w.fs.Files() {
			if strings.Contains(name, "data/runs/") && strings.Contains(name, ".tmp") {
				t.Fatalf("at call %d, exit code %d: left %s", n, code, name)
			}
		}
		if got := w.must(t, "", "digest"); got != digest {
			t.Fatalf("at call %d, exit code %d: digest %s, want %s", n, code, got, digest)
		}
		if got := w.must(t, "", "verify"); !strings.HasPrefix(got, "ok: ") {
			t.Fatalf("at call %d: %s", n, got)
		}
		if over {
			return codes
		}
	}
}

// outside lists the files that are not in the data directory.
func outside(m *vfs.Mem) []string {
	var names []string
	for _, name := range m.Files() {
		if !strings.HasPrefix(strings.TrimPrefix(name, "/"), "data/") {
			names = append(names, strings.TrimPrefix(name, "/"))
		}
	}
	slices.Sort(names)
	return names
}
