package vfs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"syscall"
)

// ErrNotFile says that what is there under a name is no regular file, so that
// renaming a file over it would replace a device, a pipe or a directory.
var ErrNotFile = errors.New("it is there and is not a file")

// A Staged is a file under construction for a user: a backup, an export. It is
// written beside its name, with TempSuffix, and gets the name by rename when it is
// whole and durable. It is locked meanwhile, so that two processes never build the
// same file: what a killed one left is taken away, what a running one writes is
// not.
type Staged struct {
	fsys FS
	name string
	temp string
	f    File
	size int64
}

// stageTries bounds how often Stage follows a name that others keep replacing.
const stageTries = 16

// Stage begins a file that is to be called name. A new file gets mode perm, less what
// the umask takes. If another process builds the same file, the error is ErrLocked;
// if name is there and no regular file, ErrNotFile. A regular file is left alone
// until Commit replaces it: whether it may is the caller's question.
func Stage(fsys FS, name string, perm fs.FileMode) (*Staged, error) {
	info, err := fsys.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "create", Path: name, Err: ErrNotFile}
	}
	if err != nil && !IsNotExist(err) {
		return nil, err
	}
	temp := name + TempSuffix
	for range stageTries {
		f, err := lockNew(fsys, temp, perm)
		if err != nil {
			return nil, err
		}
		if f != nil {
			return &Staged{fsys: fsys, name: name, temp: temp, f: f}, nil
		}
	}
	return nil, &fs.PathError{Op: "create", Path: temp, Err: syscall.EAGAIN}
}

// lockNew makes and locks the empty file temp. It returns nil if there was one, which
// no process holds any more: that is removed, never written over, since it may have
// other names and another mode.
func lockNew(fsys FS, temp string, perm fs.FileMode) (File, error) {
	// Lock creates files for their owner only, so the mode is set before.
	made, err := fsys.OpenFile(temp, O_RDWR|O_CREATE|O_EXCL, perm)
	if err == nil {
		if err = made.Close(); err != nil {
			return nil, discard(fsys, temp, err)
		}
	}
	if err != nil && !IsExist(err) {
		return nil, err
	}
	f, err := fsys.Lock(temp)
	if err != nil {
		if made != nil && !errors.Is(err, ErrLocked) {
			err = discard(fsys, temp, err)
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && made != nil && info.Size() == 0 && Links(info) == 1 {
		return f, nil
	}
	if rerr := fsys.Remove(temp); err == nil { // while it is locked, so nobody builds on it
		err = rerr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return nil, err
}

// Name returns the name the file is to have.
func (s *Staged) Name() string { return s.name }

// Temporary returns the name the file has meanwhile.
func (s *Staged) Temporary() string { return s.temp }

// Size returns the number of bytes written.
func (s *Staged) Size() int64 { return s.size }

// Write appends p.
func (s *Staged) Write(p []byte) (int, error) {
	n, err := s.f.WriteAt(p, s.size)
	s.f.StartWriteback(s.size, int64(n))
	s.size += int64(n)
	return n, err
}

// Commit makes the file durable and gives it its name, replacing what was there.
// After an error the old file is in place and the new one is gone, with one
// exception: an error that is ErrUnsynced came after the rename, as in Publish.
func (s *Staged) Commit() error {
	err := s.f.Datasync()
	if err == nil {
		// Still locked: nobody may take the temporary file away before.
		err = s.fsys.Rename(s.temp, s.name)
	}
	if err != nil {
		if aerr := s.Abort(); aerr != nil {
			err = errors.Join(err, aerr)
		}
		return err
	}
	_ = s.f.Close() // it is synced: nothing can be lost any more
	if err := s.fsys.SyncDir(path.Dir(s.name)); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsynced, err)
	}
	return nil
}

// Abort removes what was written.
func (s *Staged) Abort() error {
	err := s.fsys.Remove(s.temp) // while it is locked, so it is ours
	if cerr := s.f.Close(); err == nil {
		err = cerr
	}
	return err
}

// Within reports whether dir is outer or lies below it, by what the directories are
// and not by how their names are spelled. A directory that does not exist lies
// nowhere; of one that cannot be looked at it is not known, which is an error.
func Within(fsys FS, outer, dir string) (bool, error) {
	out, err := fsys.Stat(outer)
	if err != nil {
		return false, missingIsNone(err)
	}
	info, err := fsys.Stat(dir)
	for err == nil && info.IsDir() {
		if sameFile(out, info) {
			return true, nil
		}
		// The parent that the file system knows: dir may be a symbolic link.
		dir += "/.."
		above, aerr := fsys.Stat(dir)
		if aerr == nil && sameFile(above, info) {
			return false, nil // the root
		}
		info, err = above, aerr
	}
	return false, missingIsNone(err)
}

// missingIsNone returns err, unless it says that there is no such file.
func missingIsNone(err error) error {
	if IsNotExist(err) || IsNotDir(err) {
		return nil
	}
	return err
}
