// Package vfs is the seam between AeroDB and the file system: every file the
// engine touches is touched through an FS, so that a test can crash, tear, fail
// or fill the disk at any call. Nothing else in the engine imports os.
//
// The interface is small on purpose. There is no Seek, no append mode, no mmap,
// no RemoveAll and no Close that syncs: each call is one system call whose effect
// at a power cut is known.
//
// What an FS promises, and all it promises:
//
//   - after File.Datasync returned nil, the bytes written so far and the size
//     needed to read them survive a power cut; the file's name need not;
//   - after FS.SyncDir returned nil, the names created, renamed, linked or removed
//     in that directory so far survive; the files' bytes need not;
//   - a sync that failed promises nothing, ever.
//
// Errors are the operating system's own, as *os.PathError or *os.LinkError, so
// errors.Is works with fs.ErrNotExist, syscall.ENOSPC and the rest.
//
// OS is the real file system. Mem is a model in memory that can lose, keep and
// tear whatever was not synced.
package vfs

import "io/fs"

// An FS is a file system. Paths are slash-separated and given to the operating
// system as they are. All methods are safe for concurrent use.
type FS interface {
	// OpenFile opens name. Only the flags O_RDONLY, O_RDWR, O_CREATE, O_EXCL and
	// O_TRUNC are used. A new file gets mode perm, whatever the umask takes.
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	// Mkdir creates one directory; its parent must exist.
	Mkdir(name string, perm fs.FileMode) error
	// Rename replaces newname by oldname.
	Rename(oldname, newname string) error
	// Link makes newname another name of the file oldname.
	Link(oldname, newname string) error
	// Remove removes a file or an empty directory.
	Remove(name string) error
	// ReadDir lists a directory in the order of the names.
	ReadDir(name string) ([]fs.DirEntry, error)
	// Stat describes a file, following symbolic links.
	Stat(name string) (fs.FileInfo, error)
	// SyncDir makes the names in a directory durable.
	SyncDir(name string) error
	// Lock opens or creates name and takes the kernel's exclusive lock on it,
	// without waiting. The lock goes when the returned file is closed or the process
	// ends. If another open file holds it, the error is ErrLocked, and HolderPid may
	// know whose.
	Lock(name string) (File, error)
	// LockShared opens name, which must exist, for reading and takes the kernel's
	// shared lock on it, without waiting: any number may share it, and it excludes
	// Lock. It changes nothing on disk. If another open file holds the exclusive lock,
	// the error is ErrLocked.
	LockShared(name string) (File, error)
	// Statfs describes the file system that holds name.
	Statfs(name string) (Statfs, error)
}

// A File is an open file. ReadAt and WriteAt are safe for concurrent use.
type File interface {
	// ReadAt is io.ReaderAt: n < len(p) comes with an error, io.EOF at the end.
	ReadAt(p []byte, off int64) (n int, err error)
	// WriteAt is io.WriterAt. After an error any part of p may be in the file.
	WriteAt(p []byte, off int64) (n int, err error)
	// Truncate sets the size.
	Truncate(size int64) error
	// Allocate reserves blocks for the first size bytes and extends the file to
	// that size; new bytes read as zeros. It may do less where the file system
	// cannot reserve; it then still sets the size.
	Allocate(size int64) error
	// Datasync makes the bytes written so far durable.
	Datasync() error
	// DropCache asks the kernel to forget cached pages of the file, so that the
	// next read comes from the disk. It is advice; it never fails.
	DropCache()
	// StartWriteback asks the kernel to begin writing out n bytes from off on, so that
	// the disk works while the caller does, and a later Datasync finds less to do. It is
	// advice: it makes nothing durable, and it never fails.
	StartWriteback(off, n int64)
	Stat() (fs.FileInfo, error)
	Chmod(mode fs.FileMode) error
	Close() error
}

// Statfs describes a file system.
type Statfs struct {
	Type string // "ext4", "tmpfs", "nfs", ... or a hexadecimal magic number
	Free int64  // bytes available to this process
	Size int64  // bytes in all
}
