package vfs

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// holder asks the kernel which process holds a flock on f; 0 if it does not say: the
// lock has just gone, its holder is in another container, or the file system shows
// its files under another device than its locks.
func (f *osFile) holder() int {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	table, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0
	}
	return flockHolder(string(table), info)
}

// flockHolder finds the file in the kernel's table of locks, whose lines look like
//
//	1: FLOCK  ADVISORY  WRITE 26966 fe:00:9995187 0 EOF
//
// A line with an arrow behind its number is of a process that waits.
func flockHolder(table string, info fs.FileInfo) int {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(uint64(st.Dev)), unix.Minor(uint64(st.Dev)), st.Ino)
	for line := range strings.Lines(table) {
		field := strings.Fields(line)
		if len(field) < 6 || field[1] != "FLOCK" || field[5] != file {
			continue
		}
		if pid, err := strconv.Atoi(field[4]); err == nil && pid > 0 {
			return pid
		}
	}
	return 0
}
