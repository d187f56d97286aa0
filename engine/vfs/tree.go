package vfs

import (
	"io/fs"
	"path"
	"syscall"
)

// MkdirAll makes the directory name and every parent that is missing, and syncs
// the parent of each directory it made, so that name itself survives a power
// cut. It trusts that a directory that exists is durable: a caller that may have
// been killed in MkdirAll before syncs the parent once more.
func MkdirAll(fsys FS, name string) error {
	name = path.Clean(name)
	info, err := fsys.Stat(name)
	if err == nil && !info.IsDir() {
		return &fs.PathError{Op: "mkdir", Path: name, Err: syscall.ENOTDIR}
	}
	if !IsNotExist(err) {
		return err
	}
	parent := path.Dir(name)
	if parent == name {
		return err // a root that does not exist
	}
	if err := MkdirAll(fsys, parent); err != nil {
		return err
	}
	if err := fsys.Mkdir(name, DirPerm); err != nil {
		if info, serr := fsys.Stat(name); IsExist(err) && serr == nil && info.IsDir() {
			// Another process was quicker, and may be killed before it syncs.
			return fsys.SyncDir(parent)
		}
		return err
	}
	if err := fsys.SyncDir(parent); err != nil {
		// A later sync would say nothing of this name, so it must be made again.
		return discard(fsys, name, err)
	}
	return nil
}

// RemoveAll removes name and, if it is a directory, all below it, depth first in
// the order of the names. A name that does not exist is not an error. Nothing is
// synced, and a crash leaves a part: rename what must not be seen half-removed
// to a name with TempSuffix first. Symbolic links below name are removed, not
// followed.
func RemoveAll(fsys FS, name string) error {
	list, err := fsys.ReadDir(name)
	if IsNotExist(err) {
		return nil
	}
	if IsNotDir(err) {
		return remove(fsys, name)
	}
	if err != nil {
		return err
	}
	for _, entry := range list {
		child := path.Join(name, entry.Name())
		if entry.IsDir() {
			err = RemoveAll(fsys, child)
		} else {
			err = remove(fsys, child)
		}
		if err != nil {
			return err
		}
	}
	return remove(fsys, name)
}

func remove(fsys FS, name string) error {
	if err := fsys.Remove(name); err != nil && !IsNotExist(err) {
		return err
	}
	return nil
}
