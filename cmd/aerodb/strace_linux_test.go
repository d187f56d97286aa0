package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var straceAll = flag.Bool("strace.all", false, "kill and fail every system call, not a slice of them")

// straceSlice is how many cases are run of all, one in so many.
const straceSlice = 17

// straceCalls are the system calls by which the program changes a disk, and openat.
var straceCalls = []string{
	"openat", "pwrite64", "fdatasync", "fsync", "renameat", "renameat2", "linkat", "unlinkat", "mkdirat", "fallocate", "ftruncate", "fchmod",
}

// straceFates are what becomes of a call. A call that is failed does not happen.
var straceFates = []string{"signal=KILL", "error=EIO", "error=ENOSPC"}

// straceSteps are the workload, one operation a step, and what each sets or, with "",
// removes.
var straceSteps = []struct {
	lua    string
	change map[string]string
}{
	{`db.x:insert(doc("a", 1))`, map[string]string{"a": "1"}},
	{`db.x:insert_many{doc("b", 1), doc("c", 1), doc("d", 1)}`, map[string]string{"b": "1", "c": "1", "d": "1"}},
	{`storage.snapshot()`, nil},
	{`db.x:replace(doc("b", 2))`, map[string]string{"b": "2"}},
	{`storage.checkpoint()`, nil},
	{`assert(db.x:delete("c"))`, map[string]string{"c": ""}},
	{`db.x:insert(doc("e", 1))`, map[string]string{"e": "1"}},
	{`storage.compact()`, nil},
	{`db.define_schema{schema_id="y", schema_version="v1", fields={_id={type="string", required=true}}}`, nil},
	{`db.x:insert(doc("f", 1))`, map[string]string{"f": "1"}},
	{`storage.snapshot()`, nil},
	{`storage.remove_snapshot(storage.snapshots()[1].id)`, nil},
	{`storage.backup{output="out.tar"}`, nil},
	{`db.x:insert(doc("g", 1))`, map[string]string{"g": "1"}},
	{`storage.checkpoint()`, nil},
}

// straceScript runs the steps and says after each that it is done.
func straceScript() string {
	var b strings.Builder
	b.WriteString(`local function doc(id, n) return {_id = id, n = n, pad = string.rep(id, 700)} end` + "\n")
	for i, s := range straceSteps {
		fmt.Fprintf(&b, "%s print('done %d')\n", s.lua, i+1)
	}
	return b.String()
}

// straceStates returns the state before the first step and after each.
func straceStates(before state) []state {
	states := []state{before}
	for _, s := range straceSteps {
		next := maps.Clone(states[len(states)-1])
		for id, n := range s.change {
			if next[key("x", "v1", id)] = fmt.Sprintf(`{"_id":"%s","n":%s,"pad":"%s"}`, id, n, strings.Repeat(id, 700)); n == "" {
				delete(next, key("x", "v1", id))
			}
		}
		states = append(states, next)
	}
	return states
}

// TestEverySystemCall runs one workload of the real program, which begins with the
// recovery of a killed one, again and again, and each time kills it in one of its
// system calls or has that call fail. An error surfaces, what was acknowledged is there,
// and the database works afterwards.
func TestEverySystemCall(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("SKIPPED, strace is not installed")
	}
	if testing.Short() {
		t.Skip("SKIPPED, it takes long")
	}
	v := newVictim(t)
	v.born()
	v.writeAndKill()
	template := v.dir
	// What is there is not changed by reading it.
	v.dir = v.scratchCopy(template)
	v.owed("before", v.mayBefore(template)...)
	states := straceStates(v.now)

	v.dir = v.scratchCopy(template)
	trace, code, _ := v.traced("trace=" + strings.Join(straceCalls, ","))
	if code != 0 {
		t.Skipf("SKIPPED, strace does not work here: %s", trace)
	}
	v.owed("undisturbed", states[len(states)-1])
	ran, cases, began := map[string]int{}, 0, time.Now()
	for _, call := range straceCalls {
		for n := 1; n <= strings.Count(trace, "\n"+call+"("); n++ {
			for _, fate := range straceFates {
				if cases++; *straceAll || cases%straceSlice == int(*killSeed)%straceSlice {
					v.disturbed(template, states, call, n, fate)
					ran[fate+" "+call]++
				}
			}
		}
	}
	total := 0
	for _, name := range slices.Sorted(maps.Keys(ran)) {
		t.Logf("%5d %s", ran[name], name)
		total += ran[name]
	}
	t.Logf("%5d of %d cases, %v", total, cases, time.Since(began).Round(time.Second))
	if cases < 300 {
		t.Errorf("only %d cases: %s", cases, trace)
	}
}

// mayBefore returns what a killed process left, as a process of its own finds it.
func (v *victim) mayBefore(template string) []state {
	v.Helper()
	was := v.dir
	defer func() { v.dir = was }()
	v.dir = v.scratchCopy(template)
	found, _ := v.open("the killed one", false)
	return []state{found}
}

// scratchCopy returns a directory with a copy of the database in dir and the workload.
func (v *victim) scratchCopy(dir string) string {
	v.Helper()
	to := v.TempDir()
	if err := os.CopyFS(filepath.Join(to, "data"), os.DirFS(filepath.Join(dir, "data"))); err != nil {
		v.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, "w.lua"), []byte(straceScript()), 0o600); err != nil {
		v.Fatal(err)
	}
	return to
}

// traced runs the workload under strace and returns the trace, the exit code (-1 if it
// was killed) and how many steps it acknowledged.
func (v *victim) traced(expression string) (trace string, code, steps int) {
	v.Helper()
	cmd := exec.Command("strace", "-y", "-o", "trace", "-e", expression, pinnedProgram, "run", "w.lua")
	cmd.Dir = v.dir
	cmd.Env = append(os.Environ(), "AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=warn")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		v.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(v.dir, "trace"))
	if err != nil {
		v.Skipf("SKIPPED, strace does not work here: %v: %s", err, stderr.String())
	}
	v.said = stderr.String()
	return "\n" + string(text), cmd.ProcessState.ExitCode(), strings.Count(stdout.String(), "done ")
}

// injected is the line of the call that was failed, where it is one on the database.
var injected = regexp.MustCompile(`(?m)^.*[</"]data[/>"].*\(INJECTED\)$`)

// removedAnyway reports whether the call was the first of the two by which a directory is
// removed, which is expected to fail, and the second did its work.
func removedAnyway(trace, line string) bool {
	name, _, found := strings.Cut(line, ", 0) = -1")
	_, after, _ := strings.Cut(trace, line)
	return found && strings.Contains(after, name+", AT_REMOVEDIR) = 0")
}

// disturbed runs the workload with one call killed or failed, and judges what is left.
func (v *victim) disturbed(template string, states []state, call string, n int, fate string) {
	v.Helper()
	work := fmt.Sprintf("%s of %s number %d", fate, call, n)
	v.dir = v.scratchCopy(template)
	defer os.RemoveAll(v.dir)
	trace, code, steps := v.traced(fmt.Sprintf("inject=%s:%s:when=%d", call, fate, n))
	line := injected.FindString(trace)
	last := len(states) - 1
	switch {
	case fate == "signal=KILL" && code != -1:
		v.Fatalf("%s: exit code %d\n%s", work, code, v.said)
	case code == 0 && steps != last:
		v.Fatalf("%s: exit code 0 after %d steps", work, steps)
	case line != "" && code == 0 && v.said == "" && !removedAnyway(trace, line):
		v.Errorf("%s was swallowed: %s", work, line)
	case code > 4 || code > 0 && !strings.Contains(v.said, "AERO_"):
		v.Fatalf("%s: exit code %d\n%s", work, code, v.said)
	case code > 0 && line != "" && strings.HasSuffix(fate, "ENOSPC") && !strings.Contains(v.said, "AERO_STORAGE_NO_SPACE") && !strings.Contains(v.said, "AERO_WAL_"):
		v.Errorf("%s: no room, and it is called\n%s", work, v.said)
	}
	v.owed(work, states[steps], states[min(steps+1, last)])
	v.whole(work, "out.tar", states)
	v.settle(3)
	must(v.T, v.dir, "checkpoint")
	v.owed(work, v.now)
}

// whole checks that there is no backup or a whole one, of the state when it was made.
func (v *victim) whole(work, name string, states []state) {
	v.Helper()
	now := v.now
	defer func() { v.now = now }()
	v.now = states[len(states)-3]
	v.wholeBackup(work, name)
}
