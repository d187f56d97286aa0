package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// A breaker takes the power away from a real file system. It lies in an image on a loop
// device, so what the system only has in memory is not in the image: a copy of the image
// is what a disk holds when the power goes.
type breaker struct {
	*testing.T
	image string
	at    string // where it is mounted
}

// newBreaker makes and mounts a file system, or skips the test.
func newBreaker(t *testing.T) *breaker {
	t.Helper()
	dir := t.TempDir()
	b := &breaker{T: t, image: filepath.Join(dir, "image"), at: filepath.Join(dir, "disk")}
	for _, command := range [][]string{
		{"truncate", "-s", "64M", b.image}, {"mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", b.image}, {"mkdir", b.at},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Skipf("SKIPPED, it needs mkfs.ext4: %v: %v: %s", command, err, out)
		}
	}
	if out, err := b.mount(); err != nil {
		t.Skipf("SKIPPED, it needs root and a loop device: %v: %s", err, out)
	}
	t.Cleanup(func() { syscall.Unmount(b.at, syscall.MNT_DETACH) })
	return b
}

// mount mounts the image, so that the system writes nothing by itself for minutes.
func (b *breaker) mount() ([]byte, error) {
	return exec.Command("mount", "-o", "loop,commit=300", b.image, b.at).CombinedOutput()
}

// cut takes the power away: nobody may be writing. What comes back is the disk as it
// was, after its journal was replayed.
func (b *breaker) cut() {
	b.Helper()
	held := b.image + ".held"
	if out, err := exec.Command("cp", "--sparse=always", b.image, held).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	if err := syscall.Unmount(b.at, 0); err != nil {
		b.Fatal(err)
	}
	// Not over the old one: the loop device may still be letting go of it.
	if err := os.Rename(held, b.image); err != nil {
		b.Fatal(err)
	}
	if out, err := b.mount(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
}

// TestBreaker shows that the power is taken away: what was not synced is gone.
func TestBreaker(t *testing.T) {
	b := newBreaker(t)
	write := func(name string, sync bool) {
		f, err := os.Create(filepath.Join(b.at, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString("x"); err != nil {
			t.Fatal(err)
		}
		if sync {
			if err := f.Sync(); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("synced", true)
	write("unsynced", false)
	b.cut()
	if data, err := os.ReadFile(filepath.Join(b.at, "synced")); err != nil || string(data) != "x" {
		t.Errorf("what was synced is %q, %v", data, err)
	}
	if data, err := os.ReadFile(filepath.Join(b.at, "unsynced")); err == nil && len(data) > 0 {
		t.Errorf("what was not synced is %q: this test shows nothing", data)
	}
}

// TestPowerCut does what TestKillProcesses does, on a disk whose power goes at each
// kill: what the system had not written yet is gone.
func TestPowerCut(t *testing.T) {
	v := newVictim(t)
	v.killAll(roundsOf(*killRounds, 30, 10), func() {
		b := newBreaker(t)
		v.place, v.killedAt = b.at, b.cut
	})
}
