package vfs

import "golang.org/x/sys/unix"

// MapPages returns n bytes of zeroed memory, straight from the operating system: the Go
// runtime does not see it, so it neither scans it nor lets as much garbage gather beside
// it. It lives until UnmapPages gets it, whole. Huge asks for pages of 2 MiB, if the
// system has such: of those, fewer must be found in the processor's tables, but one byte
// that is touched takes all of its page.
func MapPages(n int, huge bool) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	if huge {
		adviseHuge(b)
	}
	return b, nil
}

// UnmapPages gives memory of MapPages back. Nothing may look at it any more.
func UnmapPages(b []byte) error { return unix.Munmap(b) }
