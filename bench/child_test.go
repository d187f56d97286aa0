package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/bench/worker"
)

// TestKillEndsTheServerToo kills a subject that has started a process of its own, which
// answers once and then stays.
func TestKillEndsTheServerToo(t *testing.T) {
	if err := adoptOrphans(); err != nil {
		t.Fatal(err)
	}
	b := &bench{ctx: t.Context(), root: t.TempDir()}
	script := "#!/bin/sh\nsleep 1000 &\nread line\necho '{\"NS\": 7}'\nwait\n"
	if err := os.Mkdir(filepath.Join(b.root, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.program("fake"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := b.spawn(subject{name: "fake"}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if spent, has, err := c.ask(worker.Request{Op: "settle"}); spent != 7 || !has || err != nil {
		t.Fatalf("the answer is %v, %v, %v; want 7 ns", spent, has, err)
	}
	c.kill()
	if err := syscall.Kill(-c.cmd.Process.Pid, 0); err != syscall.ESRCH {
		t.Errorf("after the kill the process group is still there: %v", err)
	}
}

// TestPartsOfTheScale wants that a subject with a limit does whole rounds of its part, and
// the others everything.
func TestPartsOfTheScale(t *testing.T) {
	for name, want := range map[string]int{"small": 1, "full": 10} {
		scale := scales[name]
		for _, s := range subjects {
			part := s.part(scale)
			if s.name == "clover" && part != want || s.most == 0 && part != 1 {
				t.Errorf("%s does one part in %d of %s", s.name, part, name)
			}
			if s.most > 0 && scale.Documents/part > s.most {
				t.Errorf("%s is loaded with %d documents", s.name, scale.Documents/part)
			}
			if turn := scale.Mix / scale.Turns / part; turn%4 != 0 {
				t.Errorf("%s, %s: a turn of %d changes does not end where the documents are as many as before", s.name, name, turn)
			}
		}
	}
}
