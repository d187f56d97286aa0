package vfs_test

import (
	"errors"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// stage writes data to a staged f in "/" and commits it.
func stage(fsys vfs.FS, dir, data string) error {
	s, err := vfs.Stage(fsys, dir+"/f", 0o600)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(s, data); err != nil {
		return errors.Join(err, s.Abort())
	}
	return s.Commit()
}

func TestStage(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		for _, data := range []string{"first", "second, longer", ""} {
			must(t, stage(fsys, dir, data))
			if got := tree(t, fsys, dir); got != "f="+data {
				t.Errorf("left %q", got)
			}
		}
		s, err := vfs.Stage(fsys, dir+"/f", 0o600)
		must(t, err)
		for _, part := range []string{"thi", "rd"} {
			if n, err := io.WriteString(s, part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		if got := tree(t, fsys, dir); got != "f= f.tmp=third" || s.Size() != 5 || s.Name() != dir+"/f" || s.Temporary() != dir+"/f.tmp" {
			t.Errorf("while it is written: %q, %d bytes", got, s.Size())
		}
		if _, err := vfs.Stage(fsys, dir+"/f", 0o600); !errors.Is(err, vfs.ErrLocked) {
			t.Errorf("a second one: %v", err)
		}
		must(t, s.Abort())
		if got := tree(t, fsys, dir); got != "f=" {
			t.Errorf("after Abort: %q", got)
		}
	})
}

// What a killed process left is taken away, and its other names keep their content.
func TestStageOverLeftover(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		put(t, fsys, dir+"/f.tmp", "left by a crash")
		must(t, stage(fsys, dir, "whole"))
		put(t, fsys, dir+"/f.tmp", "")
		must(t, fsys.Link(dir+"/f.tmp", dir+"/other"))
		must(t, stage(fsys, dir, "again"))
		if got := tree(t, fsys, dir); got != "f=again other=" {
			t.Errorf("left %q", got)
		}
	})
}

func TestStageOverNoFile(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		must(t, fsys.Mkdir(dir+"/f", 0o700))
		if _, err := vfs.Stage(fsys, dir+"/f", 0o600); !errors.Is(err, vfs.ErrNotFile) {
			t.Errorf("over a directory: %v", err)
		}
		if _, err := vfs.Stage(fsys, dir+"/none/f", 0o600); !vfs.IsNotExist(err) {
			t.Errorf("in no directory: %v", err)
		}
		if got := tree(t, fsys, dir); got != "f/()" {
			t.Errorf("left %q", got)
		}
	})
	if _, err := vfs.Stage(vfs.OS, "/dev/null", 0o600); !errors.Is(err, vfs.ErrNotFile) {
		t.Errorf("over a device: %v", err)
	}
	pipe := t.TempDir() + "/pipe"
	must(t, syscall.Mkfifo(pipe, 0o600))
	if _, err := vfs.Stage(vfs.OS, pipe, 0o600); !errors.Is(err, vfs.ErrNotFile) {
		t.Errorf("over a pipe: %v", err)
	}
}

// The mode is the one asked for, less the umask.
func TestStageMode(t *testing.T) {
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	dir := t.TempDir()
	s, err := vfs.Stage(vfs.OS, dir+"/f", 0o644)
	must(t, err)
	must(t, s.Commit())
	info, err := os.Stat(dir + "/f")
	must(t, err)
	if info.Mode() != 0o640 {
		t.Errorf("mode %v", info.Mode())
	}
	must(t, os.WriteFile(dir+"/g.tmp", nil, 0o644)) // left by a process that was killed
	s, err = vfs.Stage(vfs.OS, dir+"/g", 0o600)
	must(t, err)
	must(t, s.Commit())
	info, err = os.Stat(dir + "/g")
	must(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("mode %v after a leftover", info.Mode())
	}
}

func TestStageTrace(t *testing.T) {
	m := vfs.NewMem()
	must(t, stage(m, ".", "data"))
	const want = "create ./f.tmp\nlock ./f.tmp\nwrite ./f.tmp 4@0\nsync ./f.tmp\nrename ./f.tmp ./f\nsyncdir .\n"
	if got := vfs.FormatTrace(m.Trace()); got != want {
		t.Errorf("trace:\n%swant:\n%s", got, want)
	}
}

// Every call fails once: the old file is there or the new one, and nothing else.
func TestStageFailures(t *testing.T) {
	whole := disk(t, "old")
	start := whole.Ops()
	must(t, stage(whole, "/", "new"))
	for n := range whole.Ops() - start {
		m := disk(t, "old")
		m.FailAt(m.Ops()+n, vfs.ENOSPC)
		err := stage(m, "/", "new")
		want := "f=old"
		if errors.Is(err, vfs.ErrUnsynced) || err == nil { // of the last close, which loses nothing
			want = "f=new"
		} else if !vfs.IsNoSpace(err) {
			t.Errorf("call %d failed, Stage says %v", n, err)
		}
		if got := tree(t, m, "/"); got != want {
			t.Errorf("call %d: left %q, want %q", n, got, want)
		}
		if m.OpenHandles() != 0 {
			t.Errorf("call %d: a handle is left", n)
		}
		must(t, stage(m, "/", "next"))
		if got := tree(t, m, "/"); got != "f=next" {
			t.Errorf("call %d: then left %q", n, got)
		}
	}
}

// stagedOK says whether every power cut while a new f is staged over an old one
// leaves one of the two, and after success the new one.
func stagedOK(t *testing.T, fault func(op vfs.Op) error) bool {
	t.Helper()
	m := disk(t, "old")
	ok := true
	check := func(want ...string) {
		for loss := range m.EveryLoss(1, 0) {
			data, err := vfs.ReadFile(m.AfterCrash(loss), "f", 100)
			ok = ok && err == nil && (string(data) == want[0] || string(data) == want[len(want)-1])
		}
	}
	m.SetFault(func(op vfs.Op) error {
		check("old", "new")
		return fault(op)
	})
	err := stage(m, "/", "new")
	m.SetFault(nil)
	must(t, err)
	check("new")
	return ok
}

func TestStageCrashes(t *testing.T) {
	if !stagedOK(t, func(vfs.Op) error { return nil }) {
		t.Error("a power cut leaves neither the old nor the new file")
	}
	for _, kind := range []string{vfs.KindSync, vfs.KindSyncDir} {
		if stagedOK(t, func(op vfs.Op) error {
			if op.Kind == kind {
				return vfs.ErrSkipSync
			}
			return nil
		}) {
			t.Errorf("nobody noticed that %s was skipped", kind)
		}
	}
}

func TestWithin(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		for _, name := range []string{"/data", "/data/deep", "/data/deep/er", "/database"} {
			must(t, fsys.Mkdir(dir+name, 0o700))
		}
		for name, want := range map[string]bool{
			"/data": true, "/data/deep/er": true, "/data/deep/../deep": true, "/database": false, "": false,
			"/data/..": false, "/database/../data": true, "/data/none": false,
		} {
			if got, err := vfs.Within(fsys, dir+"/data", dir+name); got != want || err != nil {
				t.Errorf("Within(%q) = %v, %v", name, got, err)
			}
		}
	})
	dir := t.TempDir()
	must(t, os.MkdirAll(dir+"/data/deep/er", 0o700))
	must(t, os.Symlink("data/deep/er", dir+"/link"))
	within := func(outer, dir string) bool {
		t.Helper()
		yes, err := vfs.Within(vfs.OS, outer, dir)
		must(t, err)
		return yes
	}
	if !within(dir+"/data", dir+"/link") {
		t.Error("a link to a folder below is not seen")
	}
	t.Chdir(dir + "/data/deep")
	if !within(dir+"/data", ".") || within(dir+"/data", "../..") {
		t.Error("relative names")
	}
	// What cannot be looked at is not taken to lie outside.
	m := vfs.NewMem()
	must(t, m.Mkdir("data", 0o700))
	must(t, m.Mkdir("data/deep", 0o700))
	for n := range 3 {
		m.FailAt(m.Ops()+n, vfs.EIO)
		if yes, err := vfs.Within(m, "data", "data/deep"); yes || err == nil {
			t.Errorf("call %d fails: %v, %v", n, yes, err)
		}
	}
}
