package vfs

import "errors"

// A heldError is an ErrLocked that knows a process that holds the lock.
type heldError struct{ pid int }

func (e *heldError) Error() string        { return ErrLocked.Error() }
func (e *heldError) Is(target error) bool { return target == ErrLocked }

// HolderPid returns the process that held the lock when Lock or LockShared failed with
// err, as the kernel says; 0 where it does not.
func HolderPid(err error) int {
	var held *heldError
	if errors.As(err, &held) {
		return held.pid
	}
	return 0
}
