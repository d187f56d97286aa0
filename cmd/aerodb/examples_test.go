package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The examples of docs/cli.md work, in the order of the page, in one directory
// that holds the files of testdata/examples.
func TestExamples(t *testing.T) {
	page, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/examples")); err != nil {
		t.Fatal(err)
	}
	sh := func(line string) {
		t.Helper()
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "AERODB_WAL_MAX_SIZE=1MiB", "AERODB_LOG_LEVEL=warn")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s\n%v\n%s", line, err, out)
		}
	}
	n := 0
	for rest := string(page); ; n++ {
		_, after, ok := strings.Cut(rest, "\n```sh\n")
		if !ok {
			break
		}
		example, after, _ := strings.Cut(after, "\n```\n")
		rest = after
		if strings.HasPrefix(example, "aerodb snapshot remove") {
			// The oldest snapshot can go once it is not the checkpoint's.
			sh("aerodb eval 'db.quake:insert{_id=\"one more\", mag=1, place=\"here\"}' && aerodb checkpoint")
		}
		sh(example)
	}
	if n < 15 {
		t.Errorf("the page has only %d examples", n)
	}
	if _, err := os.Stat(filepath.Join(dir, "quakes.jsonl")); err != nil {
		t.Errorf("the export is not there: %v", err)
	}
}
