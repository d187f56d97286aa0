package vfs

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Directories are listed as os.ReadDir lists them, in one call of the kernel or in many.
func TestReadDirIsThatOfOS(t *testing.T) {
	dir := t.TempDir()
	check := func(name string) {
		t.Helper()
		got, err := OS.ReadDir(name)
		want, werr := os.ReadDir(name)
		if fmt.Sprint(err) != fmt.Sprint(werr) || len(got) != len(want) {
			t.Fatalf("%s: %d entries, %v; os has %d, %v", name, len(got), err, len(want), werr)
		}
		for i, e := range got {
			w := want[i]
			if e.Name() != w.Name() || e.Type() != w.Type() || e.IsDir() != w.IsDir() || fmt.Sprint(e) != fmt.Sprint(w) {
				t.Fatalf("%s: entry %d is %v, os has %v", name, i, e, w)
			}
			info, err := e.Info()
			if winfo, werr := w.Info(); err != nil || werr != nil || !os.SameFile(info, winfo) {
				t.Fatalf("%v: %v, %v", e, err, werr)
			}
		}
	}
	check(dir)
	check(filepath.Join(dir, "missing"))
	must(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "link")))
	must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	must(t, unix.Mknod(filepath.Join(dir, "socket"), unix.S_IFSOCK|0o600, 0))
	for n := range 200 { // some of the longest names
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d%s", n, strings.Repeat("x", n*7%253))), nil, 0o600))
	}
	check(dir)
	check(filepath.Join(dir, "folder"))
	check(filepath.Join(dir, "fifo"))
	check("/dev")
}

// A file system that does not say of what type its files are is asked one by one.
func TestEntriesOfUnknownType(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	var b []byte
	for _, name := range []string{".", "..", "folder", "gone"} {
		entry := make([]byte, 32)
		binary.NativeEndian.PutUint64(entry[direntInode:], 1)
		binary.NativeEndian.PutUint16(entry[direntLength:], uint16(len(entry)))
		entry[direntType] = unix.DT_UNKNOWN
		copy(entry[direntName:], name)
		b = append(b, entry...)
	}
	list, err := appendEntries(nil, b, dir)
	if err != nil || len(list) != 1 || list[0].name != "folder" || list[0].kind != fs.ModeDir {
		t.Errorf("%v, %v", list, err)
	}
}
