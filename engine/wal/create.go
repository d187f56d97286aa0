package wal

import (
	"path"

	"github.com/aerodb/aerodb/engine/vfs"
)

// Options say where a log lies and whose it is.
type Options struct {
	FS   vfs.FS
	Dir  string // the wal directory
	UUID [16]byte
	// SizeMax is what a log may grow to, in bytes, if it is not larger already.
	SizeMax int64
}

// Create makes the log that starts at h.FirstSequence. When it returns, the file
// is durable under its name, with h.Size bytes that are laid out. On an error the
// file is removed, if that is possible, and must not be named by anything. The
// codes are STORAGE_NO_SPACE and STORAGE_IO_ERROR: no database failed.
func Create(o Options, h Header) (*Log, error) {
	name := FileName(h.FirstSequence)
	if reason := h.check(); reason != "" {
		return nil, misuse("wal.create", displayPath(name), "a WAL file cannot be created: %s", reason)
	}
	f, err := createFile(o, name, h)
	if err != nil {
		return nil, err
	}
	return newLog(o, f, name, h), nil
}

// createFile makes the file of a log under any name.
func createFile(o Options, name string, h Header) (vfs.File, error) {
	full := path.Join(o.Dir, name)
	f, err := o.FS.OpenFile(full, vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, vfs.FilePerm)
	if err != nil {
		return nil, vfs.Wrap(err, "wal.create", displayPath(name))
	}
	if err := lay(o, f, h); err != nil {
		_ = f.Close()
		_ = o.FS.Remove(full) // what stays is named by nothing and swept at an open
		return nil, vfs.Wrap(err, "wal.create", displayPath(name))
	}
	return f, nil
}

// lay fills a new file.
func lay(o Options, f vfs.File, h Header) error {
	if err := layZeros(f, 0, h.Size); err != nil {
		return err
	}
	if err := writeAll(f, h.Encode(o.UUID), 0); err != nil {
		return err
	}
	if err := f.Datasync(); err != nil {
		return err
	}
	return o.FS.SyncDir(o.Dir)
}

// layZeros extends a file from one size to another. Real zeros, not a hole and not
// unwritten extents: an append must need no space and change no metadata.
func layZeros(f vfs.File, from, to int64) error {
	if err := f.Allocate(to); err != nil {
		return err
	}
	return vfs.WriteZeros(f, from, to-from)
}

func newLog(o Options, f vfs.File, name string, h Header) *Log {
	return &Log{file: f, name: name, salt: newSalt(o.UUID, h.FirstSequence), header: h, uuid: o.UUID,
		step: o.step(), sizeMax: max(h.Size, o.SizeMax&^(sectorBytes-1)), used: HeaderBytes, next: h.FirstSequence, digest: h.BaseDigest, doubtful: h.Size}
}
