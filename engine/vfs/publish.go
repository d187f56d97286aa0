package vfs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// TempSuffix ends the name of a file or directory that is not finished. Only
// names with this suffix are ever swept.
const TempSuffix = ".tmp"

// Publish puts data under name in dir, whole or not at all, replacing what was
// there: it writes name.tmp, syncs it, renames it and syncs the directory. It is
// the only function that publishes a small file.
//
// After an error the old file is in place and name.tmp is gone, with one
// exception: an error that is ErrUnsynced came after the rename, and which of
// the two a power cut leaves is unknown.
func Publish(fsys FS, dir, name string, data []byte, perm fs.FileMode) error {
	final := path.Join(dir, name)
	temp := final + TempSuffix
	err := writeNew(fsys, temp, data, perm)
	if err != nil {
		return err
	}
	if err := fsys.Rename(temp, final); err != nil {
		return discard(fsys, temp, err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsynced, err)
	}
	return nil
}

// writeNew makes the file name of data and syncs it. A file of that name, left
// by a crash, is removed first, never written over: it may have other names.
func writeNew(fsys FS, name string, data []byte, perm fs.FileMode) error {
	f, err := createNew(fsys, name, perm)
	if err != nil {
		return err
	}
	if len(data) > 0 {
		_, err = f.WriteAt(data, 0)
	}
	return finish(fsys, f, name, err)
}

func createNew(fsys FS, name string, perm fs.FileMode) (File, error) {
	f, err := fsys.OpenFile(name, O_RDWR|O_CREATE|O_EXCL, perm)
	if !IsExist(err) {
		return f, err
	}
	if err := fsys.Remove(name); err != nil {
		return nil, err
	}
	return fsys.OpenFile(name, O_RDWR|O_CREATE|O_EXCL, perm)
}

// finish syncs and closes the new file name if err is nil, and removes it if
// anything failed.
func finish(fsys FS, f File, name string, err error) error {
	if err == nil {
		err = f.Datasync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return discard(fsys, name, err)
	}
	return nil
}

// discard removes the unfinished file name and returns err, which is what its
// caller has to know. A file that cannot be removed either is added to it.
func discard(fsys FS, name string, err error) error {
	if rerr := fsys.Remove(name); rerr != nil && !IsNotExist(rerr) {
		return errors.Join(err, rerr)
	}
	return err
}
