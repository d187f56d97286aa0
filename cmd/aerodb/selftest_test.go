package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// The real thing on the disk of this machine: nothing fails, and nothing is left.
func TestSelftest(t *testing.T) {
	dir := t.TempDir()
	var r struct {
		OK         bool
		FileSystem string `json:"file_system"`
		Kills      int
		Rounds     int
		Writes     int `json:"writes_acknowledged"`
		Verdicts   []struct{ Check, Verdict, Measured, Meaning string }
	}
	out := must(t, dir, "selftest", "--dir", dir, "--rounds", "8", "--output-format", "json")
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if !r.OK || r.Rounds != 8 || r.Kills < 5 || r.Writes == 0 || r.FileSystem == "" || len(r.Verdicts) != 8 {
		t.Errorf("%+v", r)
	}
	nothingLeft(t, dir)
}

func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

// Interrupted, also in the middle of its crash loop, it takes its scratch with it.
func TestSelftestInterrupted(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		for _, pattern := range []string{"aerodb-selftest-*", "aerodb-selftest-*/data/CURRENT", "aerodb-selftest-*/data/snapshots/*"} {
			dir := t.TempDir()
			p := start(t, dir, "selftest", "--dir", dir, "--rounds", "1000000")
			waitFor(t, filepath.Join(dir, pattern))
			p.Process.Signal(signal)
			if code := p.exit(t); code != 130 || !strings.Contains(p.stderr.String(), "AERO_SCRIPT_INTERRUPTED") {
				t.Errorf("%v at %s: exit code %d\n%s", signal, pattern, code, p.stderr.String())
			}
			nothingLeft(t, dir)
		}
	}
}

// A database, and whatever lies in one, is no place for it; also by way of a link.
func TestSelftestRefusesADatabase(t *testing.T) {
	dir := newDatabase(t)
	if err := os.Symlink(filepath.Join(dir, "data", "generations"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	for _, at := range []string{"data", "data/snapshots", "data/generations/000001/wal", "link"} {
		code, stdout, stderr := run(t, dir, "selftest", "--dir", at)
		if code != 2 || stdout != "" || !strings.Contains(stderr, "is a database") {
			t.Errorf("%s: exit code %d, %s\n%s", at, code, stdout, stderr)
		}
	}
	for _, args := range [][]string{{"selftest"}, {"selftest", "--dir", ".", "--rounds", "0"}} {
		if code, _, stderr := run(t, dir, args...); code != 2 {
			t.Errorf("%v: exit code %d\n%s", args, code, stderr)
		}
	}
	if code, _, stderr := run(t, dir, "selftest", "--dir", ".", "--read-only"); code != 1 || !strings.Contains(stderr, "AERO_DATABASE_READ_ONLY") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if after := tree(t, dir); after != before {
		t.Errorf("the directory changed from\n%s\nto\n%s", before, after)
	}
}

// What a killed selftest left is named by the next, which does not touch it.
func TestSelftestLeftovers(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "selftest", "--dir", dir)
	waitFor(t, filepath.Join(dir, "aerodb-selftest-*/data/CURRENT"))
	p.Process.Kill()
	p.exit(t)
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	out := must(t, dir, "selftest", "--dir", dir, "--rounds", "1")
	if len(left) != 1 || !regexp.MustCompile(`(?m)^leftovers +warn +`+filepath.Base(left[0])).MatchString(out) {
		t.Errorf("left %q, and said\n%s", left, out)
	}
	if _, err := os.Stat(left[0]); err != nil {
		t.Error(err)
	}
}

// The page shows what the command prints: the same checks, and of each that is well in
// both the same words.
func TestSelftestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/SELFTEST.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```text\n")
	example, _, _ = strings.Cut(example, "```")
	want := strings.Split(strings.TrimSpace(example), "\n")
	dir := t.TempDir()
	got := strings.Split(strings.TrimSpace(must(t, dir, "selftest", "--dir", dir, "--rounds", "6")), "\n")
	if len(got) != len(want) {
		t.Fatalf("the page shows %d lines, the command prints %d", len(want), len(got))
	}
	for i := range want {
		a, b := shape(want[i]), shape(got[i])
		if a[0] != b[0] || len(a) > 1 && len(b) > 1 && a[1] == b[1] && a[len(a)-1] != b[len(b)-1] {
			t.Errorf("the page shows %q, the command prints %q", a, b)
		}
	}
}

var (
	columns = regexp.MustCompile(` {2,}`)
	figure  = regexp.MustCompile(`[0-9.]+ ?(us|ms|s)?\b`)
)

// shape cuts a line into its columns and takes the figures out.
func shape(line string) []string {
	return columns.Split(figure.ReplaceAllString(line, "N"), -1)
}

// A selftest shows how far it is on a terminal.
func TestSelftestProgress(t *testing.T) {
	dir := t.TempDir()
	p := openPrompt(t, dir, "selftest", "--dir", ".", "--rounds", "8")
	p.expect(t, "crash loop")
	p.expect(t, "% |")
	p.expect(t, fmt.Sprintf("ok: %d checks", 8))
	if code := p.exit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
