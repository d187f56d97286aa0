package vfs

import (
	"io/fs"
	"os"
	"syscall"
)

// Links returns how many names a file has; 1 where that is not known. The bytes
// of a file are freed with its last name.
func Links(info fs.FileInfo) int {
	switch sys := info.Sys().(type) {
	case *syscall.Stat_t:
		return int(sys.Nlink)
	case *memStat:
		return sys.links
	}
	return 1
}

// SameFile reports whether two names are names of one file. A name that cannot be
// looked at is the same as none.
func SameFile(fsys FS, a, b string) bool {
	x, err := fsys.Stat(a)
	if err != nil {
		return false
	}
	y, err := fsys.Stat(b)
	if err != nil {
		return false
	}
	return sameFile(x, y)
}

func sameFile(x, y fs.FileInfo) bool {
	if m, ok := x.Sys().(*memStat); ok {
		n, ok := y.Sys().(*memStat)
		return ok && m.ino == n.ino
	}
	return os.SameFile(x, y)
}
