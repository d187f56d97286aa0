package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// left lists what is in runs/ besides records.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "data", "runs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".tmp") {
			names = append(names, e.Name())
		}
	}
	return names
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const waits = `
db.define_schema{schema_id = "x", schema_version = "v1", fields = {_id = {type = "string", required = true}}}
db.x:insert{_id = "1"}
print("ready")
while true do end`

// A signal ends a rehearsal and throws the clone away.
func TestSignalStopsARehearsal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		dir := newDatabase(t)
		write(t, dir, "waits.lua", waits)
		_, before, _ := run(t, dir, "digest")
		p := start(t, dir, "rehearse", "waits.lua")
		p.line(t)
		if len(left(t, dir)) != 1 {
			t.Error("a rehearsal that goes on has no clone")
		}
		p.Process.Signal(signal)
		if code := p.exit(t); code != 130 {
			t.Errorf("%v: exit code %d\n%s", signal, code, p.stderr.String())
		}
		if names := left(t, dir); len(names) > 0 {
			t.Errorf("%v: left %v", signal, names)
		}
		if _, after, stderr := run(t, dir, "digest"); after != before || strings.Contains(stderr, "WARN") {
			t.Errorf("%v: the digest was %s and is %s\n%s", signal, before, after, stderr)
		}
	}
}

// A signal in a step is a failure of it: the run can be resumed.
func TestSignalInAStep(t *testing.T) {
	dir := newDatabase(t)
	write(t, dir, "steps.lua", `
step("one", function() print("one") end)
step("two", function() print("two") while not files.size("stop") do end end)`)
	p := start(t, dir, "run", "steps.lua")
	p.line(t)
	p.line(t)
	p.Process.Signal(os.Interrupt)
	if code := p.exit(t); code != 130 {
		t.Errorf("exit code %d\n%s", code, p.stderr.String())
	}
	_, list, _ := run(t, dir, "runs")
	lines := strings.Split(list, "\n")
	id, _, _ := strings.Cut(lines[1], " ")
	if !strings.Contains(lines[1], " failed ") {
		t.Errorf("the run is listed as %q", lines[1])
	}
	write(t, dir, "stop", "")
	if code, stdout, stderr := run(t, dir, "run", "--resume", id); code != 0 || stdout != "two\n" {
		t.Errorf("resumed: exit code %d, printed %q\n%s", code, stdout, stderr)
	}
}

// What a killed rehearsal leaves is named and swept by the next open, and by the next
// rehearsal.
func TestKilledRehearsal(t *testing.T) {
	for _, next := range [][]string{{"digest"}, {"rehearse", "look.lua"}} {
		dir := newDatabase(t)
		write(t, dir, "waits.lua", waits)
		write(t, dir, "look.lua", "print(storage.digest())")
		p := start(t, dir, "rehearse", "waits.lua")
		p.line(t)
		// While it goes on nobody takes its clone away.
		if code, _, stderr := run(t, dir, "digest"); code != 0 || strings.Contains(stderr, "swept") || len(left(t, dir)) != 1 {
			t.Errorf("beside it: %d\n%s", code, stderr)
		}
		p.Process.Kill()
		p.exit(t)
		names := left(t, dir)
		if len(names) != 1 {
			t.Fatalf("left %v", names)
		}
		code, _, stderr := run(t, dir, next...)
		if code != 0 || !strings.Contains(stderr, "runs/"+names[0]) || len(left(t, dir)) != 0 {
			t.Errorf("%v: exit code %d, left %v\n%s", next, code, left(t, dir), stderr)
		}
	}
}

// A rehearsal works beside a process that has the database open, and that one beside it.
func TestRehearsalBesideAHolder(t *testing.T) {
	dir := newDatabase(t)
	write(t, dir, "waits.lua", waits)
	write(t, dir, "look.lua", `print(db.x:count()) db.x:delete("1") storage.checkpoint() storage.backup("b.tar")`)
	holder := start(t, dir, "run", "waits.lua")
	holder.line(t)
	code, stdout, stderr := run(t, dir, "rehearse", "look.lua", "--output-format", "json")
	if code != 0 || !strings.HasPrefix(stdout, "1\n") || !strings.Contains(stdout, `"removed":1`) {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if code, _, _ := run(t, dir, "stats"); code != 3 {
		t.Errorf("the holder has lost its lock: exit code %d", code)
	}
	holder.Process.Signal(os.Interrupt)
	holder.exit(t)
	if code, stdout, stderr := run(t, dir, "verify"); code != 0 {
		t.Errorf("%s%s", stdout, stderr)
	}
	if _, stdout, _ := run(t, dir, "-e", "return db.x:count()"); stdout != "1\n" {
		t.Errorf("%s documents", stdout)
	}
	if _, err := os.Stat(filepath.Join(dir, "b.tar")); !os.IsNotExist(err) {
		t.Errorf("the backup of the rehearsal is there: %v", err)
	}
}
