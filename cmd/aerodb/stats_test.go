package main

import (
	"strings"
	"testing"
)

// On a terminal, stats are a page; --watch shows it again and again beside the process
// that has the database open, until Ctrl-C.
func TestStatsOnATerminal(t *testing.T) {
	dir := newDatabase(t)
	sh(t, dir, "aerodb backup --output a.tar && aerodb backup --output b.tar")
	p := openPrompt(t, dir, "stats")
	p.expect(t, "log         [")
	p.expect(t, "checkpoint  never")
	p.expect(t, "backup      ")
	p.expect(t, " ago, took ")
	p.expect(t, "drill       never")
	if err := p.Wait(); err != nil {
		t.Error(err)
	}

	holder := start(t, dir, "eval", "print('ready') io.read()")
	holder.line(t)
	w := openPrompt(t, dir, "stats", "--watch", "1ms")
	for range 3 {
		w.expect(t, "\x1b[H")
		w.expect(t, "log         [")
		w.expect(t, "\x1b[J")
	}
	w.key(t, "\x03")
	if w.Wait(); w.ProcessState.ExitCode() != 130 {
		t.Errorf("exit code %d", w.ProcessState.ExitCode())
	}
	if strings.Contains(w.seen.String(), "AERO_") {
		t.Errorf("seen %q", w.seen.String())
	}
	holder.stdin.Close()
	if code := holder.exit(t); code != 0 {
		t.Errorf("the holder: exit code %d, %s", code, holder.stderr.String())
	}
}
