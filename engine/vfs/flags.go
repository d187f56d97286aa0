package vfs

import "os"

// The flags of FS.OpenFile, so that callers need not import os.
const (
	O_RDONLY = os.O_RDONLY
	O_RDWR   = os.O_RDWR
	O_CREATE = os.O_CREATE
	O_EXCL   = os.O_EXCL
	O_TRUNC  = os.O_TRUNC
)

// Modes of what a database creates: nobody but its owner looks inside.
const (
	DirPerm      = 0o700
	FilePerm     = 0o600
	ReadOnlyPerm = 0o400 // a file that is never written again
)
