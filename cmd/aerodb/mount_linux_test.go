package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A data directory that is a mount point, as the volume of a container is, cannot be
// renamed. Restore, undo and drop work all the same.
func TestRestoreIntoAMountPoint(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("SKIPPED, it needs root: mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, 0); err != nil {
			t.Error(err)
		}
	})
	if err := os.Rename(data, data+"2"); err == nil {
		t.Fatal("a mount point can be renamed here, so this shows nothing")
	}
	must(t, dir, "init")
	must(t, dir, "eval", exampleSchema+` db.x:insert{_id = "a"}`)
	must(t, dir, "backup", "--output", "b.tar")
	older := must(t, dir, "digest")
	must(t, dir, "eval", `db.x:insert{_id = "b"}`)
	newer := must(t, dir, "digest")
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"restore", "--input", "b.tar", "--yes"}, older}, {[]string{"restore", "--undo"}, newer},
		{[]string{"restore", "--input", "b.tar", "--yes"}, older}, {[]string{"restore", "--drop-previous"}, older},
	} {
		must(t, dir, step.args...)
		if got := must(t, dir, "digest"); got != step.want {
			t.Errorf("after %v: digest %s, want %s", step.args, got, step.want)
		}
	}
	// The empty volume of a new container.
	if err := syscall.Unmount(data, 0); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=16m"); err != nil {
		t.Fatal(err)
	}
	must(t, dir, "restore", "--input", "b.tar")
	if got := must(t, dir, "digest"); got != older {
		t.Errorf("digest %s, want %s", got, older)
	}
	if got := must(t, dir, "verify"); !strings.HasPrefix(got, "ok: ") {
		t.Error(got)
	}
}
