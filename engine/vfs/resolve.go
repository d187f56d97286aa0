package vfs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A resolver knows the names of its files beyond their spelling.
type resolver interface {
	// resolve is Resolve.
	resolve(name string) (string, error)
	// writable returns why the process may not make or remove names in a directory.
	writable(dir string) error
}

// Resolve returns the absolute name of a file without symbolic links, so that two
// spellings of one name give the same. What does not exist at the end of a name is taken
// as it is spelled. Nothing has to exist.
func Resolve(fsys FS, name string) (string, error) {
	if r, ok := fsys.(resolver); ok {
		return r.resolve(name)
	}
	return path.Clean("/" + name), nil
}

func (osFS) resolve(name string) (string, error) {
	if !filepath.IsAbs(name) {
		dir, err := os.Getwd()
		if err != nil {
			return "", err
		}
		name = dir + "/" + name // not cleaned: behind a link, .. is not what is spelled before it
	}
	full, err := filepath.EvalSymlinks(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return full, err
	}
	name = strings.TrimRight(name, "/")
	slash := strings.LastIndexByte(name, '/')
	parent, err := OS.(osFS).resolve(name[:slash+1])
	if err != nil {
		return "", err
	}
	return path.Join(parent, name[slash+1:]), nil
}

func (osFS) writable(dir string) error {
	if err := retry(func() error { return unix.Access(dir, unix.W_OK) }); err != nil {
		return &fs.PathError{Op: "access", Path: dir, Err: err}
	}
	return nil
}

func (m *Mem) resolve(name string) (string, error) { return path.Clean("/" + name), nil }

func (m *Mem) writable(string) error { return nil } // the user of a Mem is root
