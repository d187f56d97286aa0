package vfs

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"

	"golang.org/x/sys/unix"
)

// listBytes is how much of a directory is read by one call: some forty names, and at least
// the longest one. It lies on the stack.
const listBytes = 2 << 10

// ReadDir is open(2) and getdents64(2). os.ReadDir does the same with memory for each
// entry and 8 KiB for each directory; an open searches eight of them, in a process that
// often does little else.
func (osFS) ReadDir(name string) ([]fs.DirEntry, error) {
	fd, err := openFD(name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	list, err := listFD(fd, name)
	if cerr := unix.Close(fd); err == nil && cerr != nil {
		err = &fs.PathError{Op: "close", Path: name, Err: cerr}
	}
	if err != nil {
		return nil, err // part of a directory is worse than none
	}
	slices.SortFunc(list, func(a, b dirEntry) int { return cmp.Compare(a.name, b.name) })
	entries := make([]fs.DirEntry, len(list))
	for i := range list {
		entries[i] = &list[i]
	}
	return entries, nil
}

func listFD(fd int, dir string) (list []dirEntry, err error) {
	var buf [listBytes]byte
	for {
		n := 0
		err := retry(func() (err error) { n, err = unix.Getdents(fd, buf[:]); return err })
		if err != nil {
			return nil, &fs.PathError{Op: "readdirent", Path: dir, Err: err}
		}
		if n == 0 {
			return list, nil
		}
		if list, err = appendEntries(list, buf[:n], dir); err != nil {
			return nil, err
		}
	}
}

// Where the fields of a directory entry lie, as getdents64(2) has them.
const (
	direntInode  = 0
	direntLength = 16
	direntType   = 18
	direntName   = 19
)

// appendEntries appends the entries of dir in b, which is what getdents64 returned.
func appendEntries(list []dirEntry, b []byte, dir string) ([]dirEntry, error) {
	for len(b) > direntName {
		length := int(binary.NativeEndian.Uint16(b[direntLength:]))
		entry := b[:length]
		b = b[length:]
		name := unix.ByteSliceToString(entry[direntName:])
		if binary.NativeEndian.Uint64(entry[direntInode:]) == 0 || name == "." || name == ".." {
			continue
		}
		e := dirEntry{dir: dir, name: name}
		kind, known := typeOf(entry[direntType])
		if !known {
			info, err := e.Info() // some file systems do not say
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			kind = info.Mode().Type()
		}
		e.kind = kind
		list = append(list, e)
	}
	return list, nil
}

// typeOf returns the type of a file by the kernel's number for it.
func typeOf(number byte) (kind fs.FileMode, known bool) {
	switch number {
	case unix.DT_REG:
		return 0, true
	case unix.DT_DIR:
		return fs.ModeDir, true
	case unix.DT_LNK:
		return fs.ModeSymlink, true
	case unix.DT_FIFO:
		return fs.ModeNamedPipe, true
	case unix.DT_SOCK:
		return fs.ModeSocket, true
	case unix.DT_CHR:
		return fs.ModeDevice | fs.ModeCharDevice, true
	case unix.DT_BLK:
		return fs.ModeDevice, true
	}
	return 0, false
}

// A dirEntry is an fs.DirEntry.
type dirEntry struct {
	dir, name string
	kind      fs.FileMode
}

func (e *dirEntry) Name() string               { return e.name }
func (e *dirEntry) IsDir() bool                { return e.kind.IsDir() }
func (e *dirEntry) Type() fs.FileMode          { return e.kind }
func (e *dirEntry) Info() (fs.FileInfo, error) { return os.Lstat(path.Join(e.dir, e.name)) }
func (e *dirEntry) String() string             { return fs.FormatDirEntry(e) }
