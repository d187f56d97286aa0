package store

import (
	"errors"
	"os"
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

// SyncFile syncs a file that something else has written.
func SyncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
