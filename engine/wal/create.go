package wal

import (
	"fmt"
	"path"

	"github.com/aerodb/aerodb/engine/vfs"
)

// Options say where a log lies and whose it is.
type Options struct {
	FS   vfs.FS
	Dir  string // the wal directory
	UUID [16]byte
}

// Create makes the log that starts at h.FirstSequence. When it returns, the file
// is durable under its name, filled with zeros, and never grows. On an error the
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

// NameResizing marks the folder of a log that is being replaced by one of another
// size. While it is there, an empty log may have its name in the page cache only, and
// is to be resized once more before anything is written to it: a later sync of the
// folder would say nothing of a rename that an earlier one dropped.
const NameResizing = "RESIZING" + vfs.TempSuffix

// Resize puts an empty log of another size in the place of l, which must have no
// record and is closed. The new file is made beside it, as .tmp, and renamed over
// it. After an error that is vfs.ErrUnsynced, which of the two a power cut leaves is
// not known, and the database must fail; after any other l goes on.
func (l *Log) Resize(o Options, size int64) (*Log, error) {
	h := Header{FirstSequence: l.next, Size: size, BaseDigest: l.digest}
	if reason := h.check(); reason != "" || FileName(l.next) != l.name || l.readOnly || l.failed {
		return nil, misuse("wal.resize", l.path(), "the log cannot get another size: it has records, or has failed, or %s", reason)
	}
	temp, mark := l.name+vfs.TempSuffix, path.Join(o.Dir, NameResizing)
	if err := vfs.RemoveAll(o.FS, path.Join(o.Dir, temp)); err != nil { // a crash left it
		return nil, vfs.Wrap(err, "wal.resize", displayPath(temp))
	}
	f, err := l.createBeside(o, temp, h)
	if err != nil {
		_ = o.FS.Remove(mark)
		return nil, err
	}
	if err := o.FS.SyncDir(o.Dir); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%w: %w", vfs.ErrUnsynced, vfs.Wrap(err, "wal.resize", l.path()))
	}
	_ = o.FS.Remove(mark) // swept at an open
	_ = l.file.Close()    // nothing was written to it that matters
	return newLog(o, f, l.name, h), nil
}

// createBeside makes the mark and the new file, both durable, and renames the file
// over l. What it leaves after an error is swept at an open.
func (l *Log) createBeside(o Options, temp string, h Header) (vfs.File, error) {
	mark, err := o.FS.OpenFile(path.Join(o.Dir, NameResizing), vfs.O_RDWR|vfs.O_CREATE, vfs.FilePerm)
	if err == nil {
		err = mark.Close()
	}
	if err != nil {
		return nil, vfs.Wrap(err, "wal.resize", displayPath(NameResizing))
	}
	f, err := createFile(o, temp, h)
	if err != nil {
		return nil, err
	}
	if err := o.FS.Rename(path.Join(o.Dir, temp), path.Join(o.Dir, l.name)); err != nil {
		_ = f.Close()
		_ = o.FS.Remove(path.Join(o.Dir, temp))
		return nil, vfs.Wrap(err, "wal.resize", l.path())
	}
	return f, nil
}

// lay fills a new file. Real zeros, not a hole and not unwritten extents: an
// append must need no space and change no metadata.
func lay(o Options, f vfs.File, h Header) error {
	if err := f.Allocate(h.Size); err != nil {
		return err
	}
	if err := vfs.WriteZeros(f, 0, h.Size); err != nil {
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

func newLog(o Options, f vfs.File, name string, h Header) *Log {
	return &Log{file: f, name: name, salt: newSalt(o.UUID, h.FirstSequence), size: h.Size,
		used: HeaderBytes, next: h.FirstSequence, digest: h.BaseDigest, doubtful: h.Size}
}
