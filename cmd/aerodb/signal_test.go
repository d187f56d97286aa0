package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
)

// signalWorks are commands and what the database may hold after one that a signal
// stopped, beside what it held before.
var signalWorks = []struct {
	args  []string
	after func(v *victim) []state // nil: nothing changes
}{
	{[]string{"stats"}, nil}, {[]string{"digest"}, nil}, {[]string{"verify"}, nil}, {[]string{"checkpoint"}, nil}, {[]string{"compact"}, nil},
	{[]string{"snapshot"}, nil}, {[]string{"backup", "--output", "out.tar", "--yes"}, nil}, {[]string{"backup", "inspect", "old.tar"}, nil},
	{[]string{"drill", "--input", "old.tar"}, nil}, {[]string{"export", "x", "v1", "out.jsonl", "--yes"}, nil}, {[]string{"diff", "old.tar", "live"}, nil},
	{[]string{"schema", "apply", "schema.json"}, nil}, {[]string{"eval", "for d in db.x:each() do end"}, nil},
	{[]string{"import", "x", "v1", "more.jsonl"}, (*victim).afterImport},
	{[]string{"request", "more.requests"}, (*victim).afterRequests},
	{[]string{"restore", "--input", "old.tar", "--yes"}, (*victim).afterRestore},
}

// afterImport writes the file that is imported next, and returns what may be there.
func (v *victim) afterImport() []state {
	text := ""
	for range 400 {
		v.serial++
		text += fmt.Sprintf(`{"_id":"%06d","n":%d,"pad":"%s"}`+"\n", v.serial, v.serial, strings.Repeat("p", 40))
	}
	v.file("more.jsonl", text)
	return v.afterBatches(v.schemaFile("x", 1), "x", "v1", text)
}

// afterRequests writes the requests that are made next.
func (v *victim) afterRequests() []state {
	may, text := []state{v.now}, ""
	now := v.now
	defer func() { v.now = now }()
	for range 40 {
		next, request := v.someWrite()
		text += request + "\n"
		may = append(may, next)
		v.now = next
	}
	v.file("more.requests", text)
	return may
}

// afterRestore makes the backup that is restored next, of a state before this one.
func (v *victim) afterRestore() []state {
	must(v.T, v.dir, "backup", "--output", "old.tar", "--yes")
	older := v.now
	v.settle(5)
	return []state{v.now, older}
}

// SIGINT and SIGTERM at any moment of any command: it ends with 130 or was done
// already, no file is left half, and the database is closed so well that the next open
// has nothing to recover.
func TestSignalAtAnyMoment(t *testing.T) {
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	v := newVictim(t)
	stopped := map[string]int{}
	for round := range rounds {
		v.born()
		v.settle(60)
		must(t, v.dir, "checkpoint")
		must(t, v.dir, "backup", "--output", "old.tar", "--yes")
		v.schemaFile("x", round+2)
		for _, work := range signalWorks {
			may := []state{v.now}
			if work.after != nil {
				may = work.after(v)
			}
			name := strings.Join(work.args[:min(2, len(work.args))], " ")
			for _, signal := range []os.Signal{nil, os.Interrupt, syscall.SIGTERM} {
				if v.signalled(name, signal, work.args) {
					stopped[name]++
				}
				v.sealed(name, work.args[0] == "restore")
				v.owed(name, may...)
				if work.after != nil {
					may = work.after(v)
				}
				run(t, v.dir, "restore", "--drop-previous") // there may be none
			}
		}
	}
	total := 0
	for _, n := range stopped {
		total += n
	}
	for _, name := range slices.Sorted(maps.Keys(stopped)) {
		t.Logf("%4d stopped in %s", stopped[name], name)
	}
	if total < 3*rounds {
		t.Errorf("only %d commands were stopped by a signal", total)
	}
}

// signalled runs a command, sends it a signal at a random moment of the time it usually
// takes, and reports whether that stopped it. Without a signal it measures that time.
func (v *victim) signalled(name string, signal os.Signal, args []string) (stopped bool) {
	v.Helper()
	began := time.Now()
	p := start(v.T, v.dir, append(args, "--quiet")...)
	p.stdin.Close()
	if signal != nil {
		timer := time.AfterFunc(time.Duration(v.random.Float64()*float64(v.usual[name])), func() { p.Process.Signal(signal) })
		defer timer.Stop()
	}
	code := p.exit(v.T)
	switch {
	case code == 0:
		v.usual[name] = time.Since(began)
	case signal == nil:
		v.Fatalf("%s: exit code %d\n%s", name, code, p.stderr.String())
	case code == -1: // before the program listens for signals, and so before it touches anything
		if p.stderr.Len() > 0 {
			v.Errorf("%s: killed by %v after it said\n%s", name, signal, p.stderr.String())
		}
	case code != 130 || !strings.Contains(p.stderr.String(), "AERO_SCRIPT_INTERRUPTED"):
		v.Errorf("%s, %v: exit code %d\n%s", name, signal, code, p.stderr.String())
	}
	if left, _ := filepath.Glob(filepath.Join(v.dir, "*.tmp")); len(left) > 0 {
		v.Errorf("%s, %v: left %q", name, signal, left)
	}
	return code == 130
}

// sealed checks that the database was closed cleanly, or not opened at all. A restored
// one has the log of the backup, which was open when that was made.
func (v *victim) sealed(name string, restored bool) {
	v.Helper()
	o := engineOptions(v.dir)
	o.ReadOnly = true
	db, err := engine.Open(context.Background(), o)
	if err != nil {
		v.Fatalf("%s: %v", name, err)
	}
	if r := db.Recovery(); !r.Sealed && !restored || r.TornBytes > 0 || len(r.Swept) > 0 {
		v.Errorf("%s: the database was not closed: %+v", name, r)
	}
	if err := db.Close(); err != nil {
		v.Fatal(err)
	}
}
