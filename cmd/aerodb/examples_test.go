package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The examples of the pages work, in the order of each page, in one directory for each
// that holds the files of testdata/examples.
func TestExamples(t *testing.T) {
	t.Run("cli", func(t *testing.T) {
		dir := exampleDir(t)
		n := examples(t, dir, "cli.md", func(example string) string {
			if strings.HasPrefix(example, "aerodb snapshot remove") {
				// The oldest snapshot can go once it is not the checkpoint's.
				return "aerodb eval 'db.quake:insert{_id=\"one more\", mag=1, place=\"here\"}' && aerodb checkpoint && " + example
			}
			return example
		})
		if n < 20 {
			t.Errorf("the page has only %d examples", n)
		}
		if _, err := os.Stat(filepath.Join(dir, "quakes.jsonl")); err != nil {
			t.Errorf("the export is not there: %v", err)
		}
	})
	t.Run("SCHEMA.md", func(t *testing.T) {
		dir := exampleDir(t)
		if n := examples(t, dir, "SCHEMA.md", func(example string) string { return example }); n < 5 {
			t.Errorf("the page has only %d examples", n)
		}
		sh(t, dir, "aerodb verify")
	})
	for page, least := range map[string]int{"CHECKPOINT.md": 3, "SNAPSHOT.md": 4, "BACKUP.md": 4, "RESTORE.md": 4, "SELFTEST.md": 1} {
		t.Run(page, func(t *testing.T) {
			dir := exampleDir(t)
			sh(t, dir, "aerodb init && aerodb schema apply quake.json && aerodb import quake v1 earthquakes.jsonl")
			if n := examples(t, dir, page, func(example string) string { return example }); n < least {
				t.Errorf("the page has only %d examples", n)
			}
			sh(t, dir, "aerodb verify")
		})
	}
}

// exampleDir returns a directory with the files that the examples work on.
func exampleDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/examples")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// examples runs the blocks of a page that are marked sh or lua, and counts them.
func examples(t *testing.T, dir, page string, prepare func(string) string) (n int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../docs", page))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "\n```")[1:] {
		language, example, _ := strings.Cut(part, "\n")
		switch language {
		case "sh":
			sh(t, dir, prepare(example))
		case "lua":
			name := filepath.Join(dir, "example.lua")
			if err := os.WriteFile(name, []byte("local dir = '.' "+example), 0o600); err != nil {
				t.Fatal(err)
			}
			sh(t, dir, "aerodb run example.lua")
		default:
			continue
		}
		n++
	}
	return n
}

// sh runs a script of the shell, which must succeed in every line.
func sh(t *testing.T, dir, script string) {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AERODB_WAL_MAX_SIZE=1MiB", "AERODB_LOG_LEVEL=warn")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v\n%s", script, err, out)
	}
}
