package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var raceRounds = flag.Int("race.rounds", 0, "`rounds` of processes racing for one directory; 0 is 20, or 5 with -short")

func raceRoundsNow() int { return roundsOf(*raceRounds, 20, 5) }

// race starts the same command n times at once.
func race(t *testing.T, dir string, n int, args func(i int) []string) []*process {
	t.Helper()
	all := make([]*process, n)
	for i := range all {
		all[i] = start(t, dir, args(i)...)
	}
	return all
}

// holderNamed is what a process is told that finds the directory in use.
var holderNamed = regexp.MustCompile(`AERO_DATABASE_LOCKED.*pid (\d+)`)

// lost checks that a process was refused and told the pid of one of the others.
func lost(t *testing.T, p *process, all []*process) {
	t.Helper()
	m := holderNamed.FindStringSubmatch(p.stderr.String())
	if m == nil || !slices.ContainsFunc(all, func(q *process) bool { return q != p && fmt.Sprint(q.Process.Pid) == m[1] }) {
		t.Errorf("pid %d lost and was told\n%s", p.Process.Pid, p.stderr.String())
	}
}

// Of processes that start at once and want to keep the directory exactly one wins; each
// other ends with exit code 3 and the winner's pid, whoever held the directory before
// and however that one ended.
func TestRaceToHold(t *testing.T) {
	dir := newDatabase(t)
	for round := range raceRoundsNow() {
		all := race(t, dir, 2+round%4, func(int) []string { return []string{"request"} })
		var winner *process
		for _, p := range all {
			fmt.Fprintln(p.stdin, `{"op":"nonsense"}`) // a loser may be gone already
			if line, _ := p.stdout.ReadString('\n'); strings.Contains(line, "AERO_QUERY_INVALID") {
				if winner != nil {
					t.Fatalf("round %d: pid %d and pid %d both won", round, winner.Process.Pid, p.Process.Pid)
				}
				winner = p
			}
		}
		if winner == nil {
			t.Fatalf("round %d: nobody won", round)
		}
		for _, p := range all {
			if p == winner {
				continue
			}
			if code := p.exit(t); code != 3 {
				t.Errorf("round %d: exit code %d\n%s", round, code, p.stderr.String())
			}
			lost(t, p, []*process{p, winner})
		}
		if round%2 == 0 {
			winner.Process.Kill() // its text stays in LOCK
		}
		winner.stdin.Close()
		winner.exit(t)
	}
}

// A killed process leaves its pid in LOCK. Whoever meets a reader there later is not
// sent after the dead.
func TestReaderIsNamedNotTheDead(t *testing.T) {
	dir := newDatabase(t)
	dead := start(t, dir, "request")
	fmt.Fprintln(dead.stdin, `{"op":"nonsense"}`)
	dead.line(t)
	dead.Process.Kill()
	dead.exit(t)
	must(t, dir, "verify") // changes nothing, so the text is still there
	reader := start(t, dir, "request", "--read-only")
	fmt.Fprintln(reader.stdin, `{"op":"nonsense"}`)
	reader.line(t)
	code, _, stderr := run(t, dir, "stats")
	if code != 3 || !strings.Contains(stderr, fmt.Sprintf("pid %d", reader.Process.Pid)) || strings.Contains(stderr, fmt.Sprintf("pid %d", dead.Process.Pid)) {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	reader.stdin.Close()
	reader.exit(t)
}

// ended waits for all and returns how many ended with each code; one that ended with 3
// was told who had the directory.
func ended(t *testing.T, all []*process) map[int]int {
	t.Helper()
	codes := map[int]int{}
	for _, p := range all {
		p.stdin.Close()
		code := p.exit(t)
		if codes[code]++; code == 3 {
			lost(t, p, all)
		}
	}
	return codes
}

// Of processes that create the same database one does.
func TestRaceToInit(t *testing.T) {
	for round := range raceRoundsNow() {
		dir := t.TempDir()
		n := 2 + round%4
		all := race(t, dir, n, func(int) []string { return []string{"init"} })
		var uuids []string
		for _, p := range all {
			line, _ := p.stdout.ReadString('\n')
			switch code := p.exit(t); {
			case code == 0:
				_, uuid, _ := strings.Cut(strings.TrimSpace(line), "uuid ")
				uuids = append(uuids, uuid)
			case code == 3:
				lost(t, p, all)
			case code != 1 || !strings.Contains(p.stderr.String(), "AERO_DATABASE_EXISTS"):
				t.Errorf("round %d: exit code %d\n%s", round, code, p.stderr.String())
			}
		}
		if len(uuids) != 1 {
			t.Fatalf("round %d: %d processes say that they created it: %v", round, len(uuids), uuids)
		}
		if got := must(t, dir, "eval", "return storage.verify().ok"); got != "true\n" {
			t.Errorf("round %d: %s", round, got)
		}
	}
}

// Of processes that write, those that win are whole and those that lose leave nothing.
func TestRaceToWrite(t *testing.T) {
	dir := newDatabase(t)
	must(t, dir, "eval", exampleSchema)
	documents := 0
	for round := range raceRoundsNow() {
		const each = 20
		all := race(t, dir, 2+round%3, func(i int) []string {
			var text strings.Builder
			for k := range each {
				fmt.Fprintf(&text, `{"_id":"%d-%d-%d"}`+"\n", round, i, k)
			}
			name := fmt.Sprintf("%d.jsonl", i)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{"import", "x", "v1", name}
		})
		codes := ended(t, all)
		if codes[0] == 0 || codes[0]+codes[3] != len(all) {
			t.Fatalf("round %d: exit codes and how often: %v", round, codes)
		}
		documents += codes[0] * each
		if got := must(t, dir, "verify"); !strings.Contains(got, fmt.Sprintf(" %d documents", documents)) {
			t.Fatalf("round %d: %d documents are acknowledged: %s", round, documents, got)
		}
	}
}

// Of processes that restore over the same database one does; the others find it in use,
// or the database before still kept.
func TestRaceToRestore(t *testing.T) {
	dir := newDatabase(t)
	must(t, dir, "eval", exampleSchema+` db.x:insert{_id = "a"}`)
	must(t, dir, "backup", "--output", "b.tar")
	older := must(t, dir, "digest")
	for round := range raceRoundsNow() {
		must(t, dir, "eval", `db.x:insert{_id = "b"}`)
		all := race(t, dir, 2+round%3, func(int) []string { return []string{"restore", "--input", "b.tar", "--yes", "--quiet"} })
		codes := ended(t, all)
		if codes[0] != 1 || codes[0]+codes[1]+codes[3] != len(all) {
			t.Fatalf("round %d: exit codes and how often: %v", round, codes)
		}
		for _, p := range all {
			if p.ProcessState.ExitCode() == 1 && !strings.Contains(p.stderr.String(), "--drop-previous") {
				t.Errorf("round %d: %s", round, p.stderr.String())
			}
		}
		must(t, dir, "restore", "--drop-previous")
		if got := must(t, dir, "digest"); got != older {
			t.Errorf("round %d: digest %s, want %s", round, got, older)
		}
	}
	if got := must(t, dir, "verify"); !strings.HasPrefix(got, "ok: ") {
		t.Error(got)
	}
}
