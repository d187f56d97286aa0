package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// readers are commands that change nothing, and need not.
var readers = [][]string{
	{"stats", "--read-only"}, {"digest", "--read-only"}, {"verify"}, {"verify", "--read-only"}, {"snapshot", "list", "--read-only"},
	{"export", "x", "v1", "--read-only"}, {"eval", "return db.x:count()", "--read-only"}, {"backup", "--output", "-", "--read-only"},
}

// unclean makes a database that has a snapshot and was killed, so that recovery would
// have something to write.
func unclean(t *testing.T) (v *victim) {
	t.Helper()
	v = newVictim(t)
	v.born()
	v.settle(30)
	must(t, v.dir, "checkpoint")
	v.writeAndKill()
	return v
}

// A medium that cannot be written: --read-only opens it and changes not one byte, LOCK
// included; without it the error names --read-only.
func TestReadOnlyMount(t *testing.T) {
	v := unclean(t)
	data := filepath.Join(v.dir, "data")
	if err := syscall.Mount(data, data, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("SKIPPED, it needs root: mount: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(data, syscall.MNT_DETACH) })
	if err := syscall.Mount("", data, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "x"), nil, 0o600); err == nil {
		t.Fatal("the mount can be written, so this shows nothing")
	}
	v.readOnly(func(args ...string) (int, string, string) { return run(t, v.dir, args...) })
	code, _, stderr := run(t, v.dir, "init")
	if code != 1 || !strings.Contains(stderr, "AERO_DATABASE_EXISTS") {
		t.Errorf("init: exit code %d\n%s", code, stderr)
	}
}

// readOnly runs the readers, and what they must refuse.
func (v *victim) readOnly(run func(args ...string) (code int, stdout, stderr string)) {
	v.Helper()
	lock := filepath.Join(v.dir, "data", "LOCK")
	text, err := os.ReadFile(lock)
	if err != nil {
		v.Fatal(err)
	}
	before := tree(v.T, v.dir)
	for _, args := range readers {
		if code, _, stderr := run(args...); code != 0 {
			v.Errorf("%v: exit code %d\n%s", args, code, stderr)
		}
	}
	for _, args := range [][]string{{"stats"}, {"checkpoint"}, {"eval", "return 1"}} {
		code, _, stderr := run(args...)
		if code != 1 || !strings.Contains(stderr, "--read-only") {
			v.Errorf("%v: exit code %d\n%s", args, code, stderr)
		}
	}
	if after := tree(v.T, v.dir); after != before {
		v.Errorf("the directory changed from\n%s\nto\n%s", before, after)
	}
	if now, err := os.ReadFile(lock); err != nil || string(now) != string(text) {
		v.Errorf("LOCK was %q and is %q, %v", text, now, err)
	}
}

// The same for an account that may read the directory and not write to it.
func TestReadOnlyAccount(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, it needs root to become another account")
	}
	v := unclean(t)
	// Its own copy of the program, where that account can reach it.
	place, err := os.MkdirTemp("", "aerodb-readonly-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(place) })
	program := filepath.Join(place, "aerodb")
	copyFile(t, os.Args[0], program)
	if err := os.CopyFS(filepath.Join(place, "data"), os.DirFS(filepath.Join(v.dir, "data"))); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(place, func(name string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(name, 0o755)
	})
	if err != nil {
		t.Fatal(err)
	}
	v.dir = place
	v.readOnly(func(args ...string) (int, string, string) {
		cmd := exec.Command(program, args...)
		cmd.Dir = place
		cmd.Env = []string{"AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=warn"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
	})
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
