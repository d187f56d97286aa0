package vfs

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/aerodb/aerodb/engine/dberr"
)

// Errors of this package. They come wrapped; compare with errors.Is.
var (
	// ErrLocked says that another open file holds the lock.
	ErrLocked = errors.New("locked by another open file")
	// ErrUnsynced says that a file has its final name, but that the name may be
	// lost, or come back as the old one, at a power cut.
	ErrUnsynced = errors.New("renamed, but the directory was not synced")
	// ErrTooLarge says that a file is larger than the reader allows.
	ErrTooLarge = errors.New("file too large")
)

// Errors of the operating system, for callers that compare with them or inject
// them into a Mem.
const (
	EDQUOT = syscall.EDQUOT
	EFBIG  = syscall.EFBIG
	EIO    = syscall.EIO
	EMFILE = syscall.EMFILE
	EMLINK = syscall.EMLINK
	ENOSPC = syscall.ENOSPC
	ENOSYS = syscall.ENOSYS
	EPERM  = syscall.EPERM
	EROFS  = syscall.EROFS
	EXDEV  = syscall.EXDEV
)

// IsNoSpace reports whether err says that there is no room: on the device, in
// the quota, or below the process's limit on the size of files.
func IsNoSpace(err error) bool {
	return isAny(err, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG)
}

// IsNotExist reports whether err says that a file does not exist.
func IsNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// IsExist reports whether err says that a file exists already.
func IsExist(err error) bool { return errors.Is(err, fs.ErrExist) }

// IsPermission reports whether err says that the process may not do this.
func IsPermission(err error) bool { return errors.Is(err, fs.ErrPermission) }

// IsNotDir reports whether err says that a file is where a directory should be.
func IsNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

// IsNoLink reports whether err, from FS.Link, says that this file system cannot
// link these names, so that only a copy will do.
func IsNoLink(err error) bool {
	return isAny(err, syscall.EPERM, syscall.EXDEV, syscall.EMLINK, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS)
}

// IsTooManyFiles reports whether err says that the process or the machine has no
// file descriptor left.
func IsTooManyFiles(err error) bool { return isAny(err, syscall.EMFILE, syscall.ENFILE) }

func isAny(err error, targets ...syscall.Errno) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}

// Code returns the code of a file system's error.
func Code(err error) dberr.Code {
	switch {
	case IsNoSpace(err):
		return dberr.StorageNoSpace
	case errors.Is(err, ErrLocked):
		return dberr.DatabaseLocked
	}
	return dberr.StorageIOError
}

// Wrap returns err, which is not nil, as an error with a code. op is what was
// being done ("segment.read"), path the file as the user should see it. An err
// that has a code already is returned as it is.
func Wrap(err error, op, path string) *dberr.Error {
	var coded *dberr.Error
	if errors.As(err, &coded) {
		return coded
	}
	e := dberr.New(Code(err), "%s", reason(err)).In(path).WithOp(op)
	e.Err = err
	switch {
	case IsTooManyFiles(err):
		e.Hint = "raise the process's limit of open files (ulimit -n)"
	case IsPermission(err):
		e.Hint = "check the owner and the mode of the file and of its directory"
	case errors.Is(err, syscall.EROFS):
		e.Hint = "the medium is read-only: open the database with --read-only"
	}
	return e
}

// reason returns the text of err without the path, which the wrapper names.
func reason(err error) string {
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.Is(err, ErrUnsynced):
		return err.Error()
	case errors.As(err, &pe):
		return pe.Op + ": " + pe.Err.Error()
	case errors.As(err, &le):
		return le.Op + ": " + le.Err.Error()
	}
	return err.Error()
}
