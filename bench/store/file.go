package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// WriteSynced makes a file, lets f write it, and syncs it.
func WriteSynced(path string, f func(*os.File) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err = f(file); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// SyncFile syncs a file that something else has written, or the names in a directory.
func SyncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// CopySynced makes a synced copy of a file in a directory, which is synced too.
func CopySynced(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	err = WriteSynced(to, func(f *os.File) error { _, err := io.Copy(f, source); return err })
	if err = errors.Join(err, source.Close()); err != nil {
		return err
	}
	return SyncFile(filepath.Dir(to))
}

// RestoreFile restores a backup that is the only file of a database: it copies it to that
// name in a directory, opens it there, verifies it if it can, and closes it.
func RestoreFile(backup, dir, name string, open Open) error {
	if err := CopySynced(backup, filepath.Join(dir, name)); err != nil {
		return err
	}
	s, err := open(dir)
	if err != nil {
		return err
	}
	if v, has := s.(Verifier); has {
		err = v.Verify()
	}
	return errors.Join(err, s.Close())
}
