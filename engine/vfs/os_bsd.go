//go:build darwin || freebsd

package vfs

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Datasync is fsync; on macOS Go turns it into F_FULLFSYNC, which reaches the
// platter.
func (f *osFile) Datasync() error { return f.Sync() }

func (f *osFile) Allocate(size int64) error { return f.extend(size) }

func (f *osFile) DropCache() {}

func (f *osFile) StartWriteback(off, n int64) {}

func (f *osFile) holder() int { return 0 }

func (osFS) Statfs(name string) (Statfs, error) {
	var st unix.Statfs_t
	if err := retry(func() error { return unix.Statfs(name, &st) }); err != nil {
		return Statfs{}, &fs.PathError{Op: "statfs", Path: name, Err: err}
	}
	unit := int64(st.Bsize)
	return Statfs{
		Type: unix.ByteSliceToString(st.Fstypename[:]),
		Free: int64(st.Bavail) * unit,
		Size: int64(st.Blocks) * unit,
	}, nil
}

func (osFS) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := os.ReadDir(name)
	if err != nil {
		return nil, err // part of a directory is worse than none
	}
	return list, nil
}

func adviseHuge([]byte) {}
