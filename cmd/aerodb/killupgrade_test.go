package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// upgrade is the shipped runbook that moves documents to a version with new indexes.
func upgrade(t *testing.T) (args []string) {
	t.Helper()
	scripts, err := filepath.Abs("../../scripts")
	if err != nil {
		t.Fatal(err)
	}
	return []string{"run", "--yes", filepath.Join(scripts, "schema_upgrade.lua"), filepath.Join(scripts, "data/earthquake-v2.json")}
}

// quakes makes a database with the earthquakes that ship.
func quakes(t *testing.T) (dir string) {
	t.Helper()
	dir = newDatabase(t)
	scripts, err := filepath.Abs("../../scripts/data")
	if err != nil {
		t.Fatal(err)
	}
	must(t, dir, "schema", "apply", filepath.Join(scripts, "earthquake.json"))
	must(t, dir, "import", "earthquake", "v1", filepath.Join(scripts, "earthquakes.jsonl"), "--quiet")
	return dir
}

// A runbook that moves documents to a version with new indexes is killed in the middle,
// again and again, each time at another of the checkpoints that its small log asks for:
// before one, or behind it. Run once more it ends in the state of a run that nobody
// killed: every document is there once, and so is each of its index entries.
func TestKilledSchemaUpgrade(t *testing.T) {
	undisturbed := quakes(t)
	must(t, undisturbed, upgrade(t)...)
	want := must(t, undisturbed, "digest")

	dir := quakes(t)
	kills := 0
	for i, event := range []string{"wal.full", "wal.checkpointed", "wal.full", "wal.checkpointed", "wal.full", "wal.checkpointed"} {
		cmd := exec.Command("aerodb", upgrade(t)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=info")
		stderr, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines, seen := bufio.NewScanner(stderr), 0
		for lines.Scan() {
			if strings.Contains(lines.Text(), "msg="+event+" ") {
				if seen++; seen == 1+i%2 {
					cmd.Process.Kill()
					break
				}
			}
		}
		io.Copy(io.Discard, stderr)
		if err := cmd.Wait(); err != nil {
			kills++
		}
		must(t, dir, "verify") // which also tells of what the next open sweeps
		counts := strings.Fields(must(t, dir, "eval", `local a, b = db.collection("earthquake", "v1"):count(), db.collection("earthquake", "v2"):count() return a, b, a + b`))
		if len(counts) != 3 || counts[2] != "1707" {
			t.Fatalf("killed %d times: counts %v", kills, counts)
		}
	}
	if kills < 4 {
		t.Errorf("only %d runs were killed", kills)
	}
	if out := must(t, dir, upgrade(t)...); !strings.Contains(out, "v2 has 1 707\n") || strings.Contains(out, "moved 0 ") {
		t.Errorf("the last run said %s", out)
	}
	if out := must(t, dir, "verify"); !strings.HasPrefix(out, "ok: ") || !strings.Contains(out, fmt.Sprintf(" %d index entries", 5*1707)) {
		t.Errorf("at the end: %s", out)
	}
	if got := must(t, dir, "digest"); got != want {
		t.Errorf("digest %s, of an undisturbed run %s", got, want)
	}
}
