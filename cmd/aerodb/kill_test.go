package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
)

// killPhases are the works that a process is killed at, in turn.
var killPhases = []func(*victim){
	(*victim).killWrites, (*victim).killRecovery, (*victim).killCheckpoint, (*victim).killImport, (*victim).killSnapshot,
	(*victim).killWrites, (*victim).killCompact, (*victim).killBackup, (*victim).killRestore, (*victim).killInit,
}

// phasesALife bounds how large one database grows.
const phasesALife = 30

// TestKillProcesses kills the real program on the real file system at random moments
// of everything it does, again and again on the same database: what was acknowledged is
// there, at most the one operation in flight is there too, and whole.
func TestKillProcesses(t *testing.T) { newVictim(t).killAll(roundsOf(*killRounds, 100, 10), func() {}) }

// roundsOf returns how many rounds a flag asks for; if it does not, as many as usual.
func roundsOf(asked, usual, short int) int {
	switch {
	case asked > 0:
		return asked
	case testing.Short():
		return short
	}
	return usual
}

// killAll makes so many rounds of the phases, each life on a new database in a place
// that prepare may choose.
func (v *victim) killAll(rounds int, prepare func()) {
	v.Helper()
	began := time.Now()
	for done := range rounds {
		if done%phasesALife == 0 {
			prepare()
			v.born()
		}
		killPhases[done%len(killPhases)](v)
		if done%500 == 499 {
			v.Logf("%d rounds, %v", done+1, time.Since(began).Round(time.Second))
		}
	}
	total := 0
	for _, work := range slices.Sorted(maps.Keys(v.kills)) {
		v.Logf("%6d killed in %s", v.kills[work], work)
		total += v.kills[work]
	}
	v.Logf("%6d killed in %d rounds, %v", total, rounds, time.Since(began).Round(time.Second))
	if rounds >= 30 && total < rounds/2 { // the first of each work is left alone, to see how long it takes
		v.Errorf("only %d processes were killed before they ended by themselves", total)
	}
}

// killWrites kills `aerodb request` under a stream of writes, each acknowledged
// before the next is sent.
func (v *victim) killWrites() { v.owed("write", v.writeAndKill()...) }

// writeAndKill returns the states that may be found: what was acknowledged, or that
// and the one write in flight.
func (v *victim) writeAndKill() []state {
	v.Helper()
	p := start(v.T, v.dir, "request")
	v.write(p, v.random.IntN(60))
	next, request := v.someWrite()
	fmt.Fprintln(p.stdin, request)
	timer := time.AfterFunc(time.Duration(v.random.IntN(600))*time.Microsecond, func() { p.Process.Kill() })
	defer timer.Stop()
	answer, _ := p.stdout.ReadString('\n')
	if code := p.exit(v.T); code != -1 {
		v.Fatalf("write: exit code %d\n%s", code, p.stderr.String())
	}
	v.died("write")
	if answer == okAnswer+"\n" {
		return []state{next}
	}
	return []state{v.now, next}
}

const okAnswer = `{"status":"ok","data":[]}`

// write makes n writes over the process's pipe.
func (v *victim) write(p *process, n int) {
	v.Helper()
	for range n {
		next, request := v.someWrite()
		fmt.Fprintln(p.stdin, request)
		if answer := p.line(v.T); answer != okAnswer {
			v.Fatalf("%s was answered %s", request, answer)
		}
		v.now = next
	}
}

// settle makes n writes and ends the process well.
func (v *victim) settle(n int) {
	v.Helper()
	p := start(v.T, v.dir, "request")
	v.write(p, n)
	p.stdin.Close()
	if code := p.exit(v.T); code != 0 {
		v.Fatalf("exit code %d\n%s", code, p.stderr.String())
	}
}

// someWrite returns a random request and the state after it.
func (v *victim) someWrite() (state, string) {
	op, id := "insert", fmt.Sprintf("%06d", v.serial)
	present := slices.DeleteFunc(slices.Sorted(maps.Keys(v.now)), func(k string) bool { return !strings.HasPrefix(k, "x v1 ") })
	if len(present) > 0 && v.random.IntN(3) == 0 {
		op, id = "update", strings.TrimPrefix(present[v.random.IntN(len(present))], "x v1 ")
		if v.random.IntN(3) == 0 {
			return v.now.with(key("x", "v1", id), ""), fmt.Sprintf(`{"op":"delete","schema_id":"x","schema_version":"v1","_id":"%s"}`, id)
		}
	}
	v.serial++
	document := fmt.Sprintf(`{"_id":"%s","n":%d,"pad":"%s"}`, id, v.serial, v.pad())
	return v.now.with(key("x", "v1", id), document), fmt.Sprintf(`{"op":"%s","schema_id":"x","schema_version":"v1","document":%s}`, op, document)
}

// pad returns letters that do not compress well.
func (v *victim) pad() string {
	pad := make([]byte, v.random.IntN(v.padMax))
	for i := range pad {
		pad[i] = 'a' + byte(v.random.IntN(26))
	}
	return string(pad)
}

// killRecovery kills a writer and then, several times, the process that recovers.
func (v *victim) killRecovery() {
	may := v.writeAndKill()
	for range 1 + v.random.IntN(4) {
		v.killed("open", "stats")
	}
	v.owed("open", may...)
}

func (v *victim) killCheckpoint() {
	v.settle(20)
	v.killed("checkpoint", "checkpoint")
	v.owed("checkpoint", v.now)
}

func (v *victim) killCompact() {
	v.settle(20)
	v.killed("compact", "compact", "--quiet")
	v.owed("compact", v.now)
}

// killSnapshot kills the making of a snapshot, then the removal of the oldest.
func (v *victim) killSnapshot() {
	v.settle(5)
	v.killed("snapshot", "snapshot")
	v.owed("snapshot", v.now)
	v.settle(5)
	must(v.T, v.dir, "checkpoint") // which no snapshot but the newest belongs to
	oldest := strings.Fields(must(v.T, v.dir, "snapshot", "list"))
	if i := slices.Index(oldest, "DIGEST"); i >= 0 && strings.Count(strings.Join(oldest, " "), "Z-") > 1 {
		v.killed("snapshot removal", "snapshot", "remove", oldest[i+1])
		v.owed("snapshot removal", v.now)
	}
}

// killBackup kills a backup: there is none under its name, or a whole one; the next
// one leaves nothing beside it.
func (v *victim) killBackup() {
	v.settle(3)
	v.killed("backup", "backup", "--output", "b.tar", "--yes", "--quiet")
	v.owed("backup", v.now)
	v.wholeBackup("backup", "b.tar")
	must(v.T, v.dir, "backup", "--output", "b.tar", "--yes", "--quiet")
	v.wholeBackup("backup", "b.tar")
	if left, _ := filepath.Glob(filepath.Join(v.dir, "*b.tar?*")); len(left) > 0 {
		v.Fatalf("after a whole backup, %q are left", left)
	}
	if err := os.Remove(filepath.Join(v.dir, "b.tar")); err != nil {
		v.Fatal(err)
	}
}

// killRestore kills a restore, an undo and the drop of the previous database: it is
// the old one or the new one.
func (v *victim) killRestore() {
	older := v.now
	must(v.T, v.dir, "backup", "--output", "old.tar", "--yes", "--quiet")
	v.settle(7)
	newer := v.now
	v.killed("restore", "restore", "--input", "old.tar", "--yes", "--quiet")
	v.owed("restore", newer, older)
	if maps.Equal(v.now, newer) {
		must(v.T, v.dir, "restore", "--input", "old.tar", "--yes", "--quiet")
	}
	v.owed("restore", older)
	v.killed("undo", "restore", "--undo", "--quiet")
	v.owed("undo", older, newer)
	if maps.Equal(v.now, older) {
		v.killed("drop", "restore", "--drop-previous", "--quiet")
		v.owed("drop", older)
	}
	_, _, _ = run(v.T, v.dir, "restore", "--drop-previous", "--quiet") // there may be none
	v.owed("drop", v.now)
}

// killInit kills an init: there is no database, and init again works, or a whole one.
func (v *victim) killInit() {
	was := v.dir
	defer func() { v.dir = was }()
	v.dir = v.newDir()
	v.killed("init", "init")
	db, err := engine.Open(context.Background(), engineOptions(v.dir))
	switch {
	case dberr.CodeOf(err) == dberr.DatabaseNotFound || errors.Is(err, fs.ErrNotExist):
		must(v.T, v.dir, "init")
	case err != nil:
		v.Fatalf("init: %v", err)
	default:
		if err := db.Close(); err != nil {
			v.Fatal(err)
		}
	}
	now := v.now
	v.owed("init", state{})
	v.now = now
}
