package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const exampleSchema = `db.define_schema{schema_id="x", schema_version="v1", fields={_id={type="string", required=true}}}`

// must runs aerodb, which succeeds, and returns what it printed.
func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	code, stdout, stderr := run(t, dir, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s", args, code, stderr)
	}
	return stdout
}

// A database is verified while another process writes to it.
func TestVerifyBesideAHolder(t *testing.T) {
	dir := newDatabase(t)
	must(t, dir, "eval", exampleSchema)
	holder := start(t, dir, "request")
	for i := range 20 {
		fmt.Fprintf(holder.stdin, `{"op":"insert","schema_id":"x","schema_version":"v1","document":{"_id":"%d"}}`+"\n", i)
		if got := holder.line(t); !strings.Contains(got, `"ok"`) {
			t.Fatal(got)
		}
		if out := must(t, dir, "verify"); !strings.HasPrefix(out, "ok: ") || !strings.Contains(out, fmt.Sprintf(" %d document", i+1)) {
			t.Errorf("after %d: %s", i+1, out)
		}
	}
	// A restore has to wait, and says for whom.
	code, _, stderr := run(t, dir, "restore", "--input", "none.tar", "--yes")
	if code != 1 || !strings.Contains(stderr, "none.tar") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	must(t, dir, "init", "--data-dir", "other")
	must(t, dir, "backup", "--output", "b.tar", "--data-dir", "other")
	before := tree(t, filepath.Join(dir, "data"))
	code, _, stderr = run(t, dir, "restore", "--input", "b.tar", "--yes")
	if code != 3 || !strings.Contains(stderr, fmt.Sprintf("pid %d (aerodb request)", holder.Process.Pid)) {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if after := tree(t, filepath.Join(dir, "data")); after != before {
		t.Errorf("the directory changed from\n%s\nto\n%s", before, after)
	}
	holder.stdin.Close()
	holder.exit(t)
}

// A restore that is interrupted while it waits for the rest of a backup leaves what
// was there, and nothing where nothing was.
func TestInterruptedRestore(t *testing.T) {
	dir := newDatabase(t)
	must(t, dir, "eval", exampleSchema)
	must(t, dir, "backup", "--output", "b.tar")
	data, err := os.ReadFile(filepath.Join(dir, "b.tar"))
	if err != nil {
		t.Fatal(err)
	}
	digest := must(t, dir, "digest")
	before := tree(t, filepath.Join(dir, "data"))
	for _, into := range []string{"data", "new"} {
		p := start(t, dir, "restore", "--input", "-", "--yes", "--data-dir", into)
		if _, err := p.stdin.Write(data[:len(data)/2]); err != nil {
			t.Fatal(err)
		}
		waitFor(t, filepath.Join(dir, into, "generations", "*.tmp"))
		p.Process.Signal(os.Interrupt)
		if code := p.exit(t); code != 130 || !strings.Contains(p.stderr.String(), "AERO_SCRIPT_INTERRUPTED") {
			t.Errorf("exit code %d\n%s", code, p.stderr.String())
		}
	}
	if after := tree(t, filepath.Join(dir, "data")); after != before {
		t.Errorf("the directory changed from\n%s\nto\n%s", before, after)
	}
	if got := must(t, dir, "digest"); got != digest {
		t.Errorf("the digest is %s", got)
	}
	if left := tree(t, filepath.Join(dir, "new")); strings.Count(left, "\n") > 1 {
		t.Errorf("where nothing was is left\n%s", left)
	}
	must(t, dir, "restore", "--input", "b.tar", "--data-dir", "new")
}

// waitFor waits until a file is there.
func waitFor(t *testing.T, pattern string) {
	t.Helper()
	for {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if len(names) > 0 {
			return
		}
	}
}

// A backup that is interrupted leaves nothing, or the whole file if it was quicker.
func TestInterruptedBackup(t *testing.T) {
	dir := newDatabase(t)
	must(t, dir, "eval", exampleSchema)
	var lines bytes.Buffer
	for i := range 4_000 {
		fmt.Fprintf(&lines, `{"_id":"%06d-%s"}`+"\n", i, strings.Repeat("x", 400))
	}
	if err := os.WriteFile(filepath.Join(dir, "x.jsonl"), lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, dir, "import", "x", "v1", "x.jsonl", "--quiet")
	p := start(t, dir, "backup", "--output", "b.tar")
	waitFor(t, filepath.Join(dir, "b.tar*"))
	p.Process.Signal(os.Interrupt)
	code := p.exit(t)
	_, err := os.Stat(filepath.Join(dir, "b.tar"))
	if whole := err == nil; code != 130 && code != 0 || whole != (code == 0) {
		t.Errorf("exit code %d, the file: %v\n%s", code, err, p.stderr.String())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// On a terminal both databases are shown and a question is asked.
func TestRestoreAsks(t *testing.T) {
	dir := newDatabase(t)
	must(t, dir, "backup", "--output", "b.tar")
	must(t, dir, "eval", exampleSchema+` db.x:insert{_id = "a"}`)
	digest := must(t, dir, "digest")
	for _, test := range []struct {
		answer string
		code   int
	}{{"n\r", 2}, {"\r", 2}, {"y\r", 0}} {
		p := openPrompt(t, dir, "restore", "--input", "b.tar")
		for _, text := range []string{"This replaces the database in ./data", "live", "backup", "uuid", "sequence   2",
			"0", "WARNING: the backup is OLDER: it LACKS the last 2 writes.", "aerodb restore --undo", "Replace it? [y/N] "} {
			p.expect(t, text)
		}
		if got := must(t, dir, "verify"); !strings.HasPrefix(got, "ok: ") {
			t.Errorf("while it asks: %s", got)
		}
		p.key(t, test.answer)
		if code := p.exit(t); code != test.code {
			t.Errorf("answer %q: exit code %d", test.answer, code)
		}
		if same := must(t, dir, "digest") == digest; same != (test.code != 0) {
			t.Errorf("answer %q: the database is the old one: %v", test.answer, same)
		}
	}
}

// A tar on a terminal helps nobody.
func TestNoBackupToATerminal(t *testing.T) {
	p := openPrompt(t, newDatabase(t), "backup", "--output", "-")
	p.expect(t, "standard output is a terminal")
	if code := p.exit(t); code != 2 {
		t.Errorf("exit code %d", code)
	}
}

// Bars are drawn on a terminal and not with --quiet.
func TestProgressOnATerminal(t *testing.T) {
	dir := newDatabase(t)
	must(t, dir, "eval", exampleSchema+` for i = 1, 100 do db.x:insert{_id = "x" .. i} end storage.checkpoint()`)
	must(t, dir, "backup", "--output", "b.tar")
	for _, args := range [][]string{
		{"backup", "--output", "c.tar", "--yes"}, {"backup", "inspect", "b.tar"}, {"verify"}, {"drill", "--input", "b.tar"},
		{"restore", "--input", "b.tar", "--data-dir", "copy"},
	} {
		p := openPrompt(t, dir, args...)
		p.expect(t, "% |")
		if code := p.exit(t); code != 0 {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
	p := openPrompt(t, dir, "verify", "--quiet")
	p.expect(t, "ok: ")
	if code := p.exit(t); code != 0 || strings.Contains(p.seen.String(), "%") {
		t.Errorf("exit code %d, drew %q", code, p.seen.String())
	}
}
