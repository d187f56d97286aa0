package vfs

import (
	"io/fs"
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
