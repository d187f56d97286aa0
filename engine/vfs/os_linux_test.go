package vfs

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A lock on a file that is no longer the one named LOCK locks nobody out.
func TestLockedFileHasItsName(t *testing.T) {
	name := t.TempDir() + "/LOCK"
	f, err := openOS(name, O_RDWR|O_CREATE, FilePerm)
	must(t, err)
	defer f.Close()
	check := func(want bool) {
		t.Helper()
		if same, err := f.hasName(name); same != want || err != nil {
			t.Errorf("hasName: %v, %v", same, err)
		}
	}
	check(true)
	must(t, os.Remove(name))
	check(false)
	must(t, os.WriteFile(name, nil, FilePerm))
	check(false)
}

func TestAllocateReserves(t *testing.T) {
	f, err := openOS(t.TempDir()+"/f", O_RDWR|O_CREATE, FilePerm)
	must(t, err)
	defer f.Close()
	must(t, f.Allocate(1<<20))
	must(t, f.extend(100)) // the fallback never cuts
	must(t, f.extend(1<<20+1))
	info, err := f.Stat()
	must(t, err)
	if info.Size() != 1<<20+1 {
		t.Errorf("size %d", info.Size())
	}
}

// Directories that may not be written give the plain error, not a lock's.
func TestLockUnwritable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write anywhere")
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o500))
	if _, err := OS.Lock(dir + "/LOCK"); !IsPermission(err) {
		t.Errorf("%v", err)
	}
}

func TestStatfsNames(t *testing.T) {
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("no /proc")
	}
	s, err := OS.Statfs("/proc")
	must(t, err)
	if !strings.HasPrefix(s.Type, "0x") {
		t.Errorf("a file system without a name in the table is %q, want its magic number", s.Type)
	}
}

func TestBytesOf(t *testing.T) {
	for _, row := range []struct {
		blocks, unit uint64
		want         int64
	}{
		{3, 4096, 12288},
		{1 << 62, 2, math.MaxInt64},
		{1 << 63, 2, math.MaxInt64},
		{0, 4096, 0},
	} {
		if got := bytesOf(row.blocks, row.unit); got != row.want {
			t.Errorf("%d of %d: %d", row.blocks, row.unit, got)
		}
	}
}

// The kernel tells who holds a lock: this process, in the exclusive and in the shared
// way; nobody once it is given back.
func TestHolderPid(t *testing.T) {
	name := t.TempDir() + "/LOCK"
	f, err := OS.Lock(name)
	must(t, err)
	if _, err := OS.Lock(name); !errors.Is(err, ErrLocked) || HolderPid(err) != os.Getpid() {
		t.Errorf("%v, held by %d, not %d", err, HolderPid(err), os.Getpid())
	}
	must(t, f.Close())
	f, err = OS.LockShared(name)
	must(t, err)
	if _, err := OS.Lock(name); !errors.Is(err, ErrLocked) || HolderPid(err) != os.Getpid() {
		t.Errorf("shared: %v, held by %d, not %d", err, HolderPid(err), os.Getpid())
	}
	must(t, f.Close())
	f, err = OS.Lock(name)
	must(t, err)
	must(t, f.Close())
}

// The table of locks has other files, other kinds of locks, and processes that wait.
func TestFlockHolder(t *testing.T) {
	info, err := os.Stat(t.TempDir())
	must(t, err)
	st := info.Sys().(*syscall.Stat_t)
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(uint64(st.Dev)), unix.Minor(uint64(st.Dev)), st.Ino)
	for table, want := range map[string]int{
		"": 0, "nonsense\n": 0,
		"1: FLOCK  ADVISORY  WRITE 7 " + file + " 0 EOF\n":  7,
		"1: FLOCK  ADVISORY  WRITE 7 " + file + "1 0 EOF\n": 0,
		"1: POSIX  ADVISORY  WRITE 7 " + file + " 0 EOF\n":  0,
		"1: FLOCK  ADVISORY  WRITE 0 " + file + " 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 8 " + file + " 0 EOF\n2: FLOCK  ADVISORY  READ 9 " + file + " 0 EOF\n": 9,
	} {
		if got := flockHolder(table, info); got != want {
			t.Errorf("%q: %d, want %d", table, got, want)
		}
	}
}
