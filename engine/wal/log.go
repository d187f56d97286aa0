package wal

import (
	"io"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A Log is an open log file, ready for the next record. It is not safe for
// concurrent use: one record is in flight at a time, and whoever writes it holds
// the database's write lock.
type Log struct {
	file vfs.File
	name string
	salt salt

	header  Header // as it is in the file
	uuid    [16]byte
	step    int64 // what it grows by
	sizeMax int64 // what it may grow to

	used   int64 // end of the last commit, where the next record goes
	next   uint64
	digest [32]byte // after the last record

	// sealed says that a seal lies at used, where the next record will take its place.
	sealed bool
	// unread says that the slack behind the seal was not read yet. It need not be, until
	// the seal is broken.
	unread bool
	// doubtful is where the slack starts that was only read since the file was opened,
	// not written: the page cache may show zeros that the disk does not hold. It is
	// size if there is none.
	doubtful int64

	readOnly bool
	failed   bool // for ever: a sync failed, or a record could not be withdrawn
}

// Name returns the file's name.
func (l *Log) Name() string { return l.name }

// Size returns how many bytes of the file are laid out, which is its size.
func (l *Log) Size() int64 { return l.header.Size }

// Header returns what the file's header says now.
func (l *Log) Header() Header { return l.header }

// Used returns the bytes of the file up to the end of the last record.
func (l *Log) Used() int64 {
	if l.sealed {
		return l.used + SealBytes
	}
	return l.used
}

// NextSequence returns the sequence of the next operation.
func (l *Log) NextSequence() uint64 { return l.next }

// Digest returns the digest that the last record carries.
func (l *Log) Digest() [32]byte { return l.digest }

// Sealed reports whether the last record is a seal.
func (l *Log) Sealed() bool { return l.sealed }

// Failed reports whether the log refuses all further work.
func (l *Log) Failed() bool { return l.failed }

// Room returns how many bytes the next record may take, with room left for a seal, in a
// log that may have limit bytes.
func (l *Log) Room(limit int64) int64 { return limit - SealBytes - l.used }

// Fits reports whether b can be appended: to what is laid out, or to what the log may
// grow to.
func (l *Log) Fits(b *Batch) bool { return RecordBytes(b.Len()) <= l.Room(l.sizeMax) }

// Append writes b, whose first sequence is NextSequence, as one record with the
// digest of the database after it, and syncs. After nil the record is durable.
// After WAL_APPEND_FAILED it is not in the file, and the log can go on unless
// Failed says otherwise. After WAL_FSYNC_FAILED nobody knows, and the log has
// failed; nothing is ever retried. The first record behind a seal breaks it: if the
// slack is found damaged then, the error is WAL_CORRUPTION, nothing was written, and
// the log has failed. If it cannot be read, the error is the file system's, and the
// log is as it was. A record that does not fit into what is laid out makes the log grow;
// if there is no space for that, the error is STORAGE_NO_SPACE, nothing was written, and
// the log can go on.
func (l *Log) Append(b *Batch, digest [32]byte) error {
	if err := l.writable(opAppend); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	if b.first != l.next {
		return misuse(opAppend, l.path(), "a batch starts at sequence %d, the log goes on at %d", b.first, l.next)
	}
	if !l.Fits(b) {
		return dberr.New(dberr.WALFull, "the record needs %d bytes, %d of %d are left", RecordBytes(b.Len()), l.Room(l.sizeMax), l.sizeMax).
			In(l.path()).WithOp(opAppend)
	}
	if err := l.breakSeal(); err != nil {
		return err
	}
	if err := l.makeRoom(RecordBytes(b.Len())); err != nil {
		return err
	}
	record := b.frame(l.salt.at(l.used), digest)
	if err := l.commit(opAppend, record); err != nil {
		return err
	}
	l.used += int64(len(record))
	l.next += uint64(b.count)
	l.digest = digest
	return nil
}

// Close closes the file. It writes, syncs and seals nothing: an error is worth a
// line in the log and no more.
func (l *Log) Close() error {
	if err := l.file.Close(); err != nil {
		return vfs.Wrap(err, "wal.close", l.path())
	}
	return nil
}

func (l *Log) path() string { return displayPath(l.name) }

func (l *Log) writable(op string) error {
	switch {
	case l.failed:
		return dberr.New(dberr.DatabaseFailed, "an earlier write of the WAL failed for good").In(l.path()).WithOp(op)
	case l.readOnly:
		return dberr.New(dberr.DatabaseReadOnly, "the WAL is open read-only").In(l.path()).WithOp(op)
	}
	return nil
}

// commit writes a record behind the last one and syncs.
func (l *Log) commit(op string, record []byte) error {
	if err := writeAll(l.file, record, l.used); err != nil {
		return l.withdraw(op, int64(len(record)), err)
	}
	return l.sync(op)
}

// withdraw makes room of n bytes behind the last record zero again, durably,
// after a write there failed with cause and left any part of itself. If that
// fails too, what is on disk is unknown, and the log has failed.
func (l *Log) withdraw(op string, n int64, cause error) error {
	failure := because(cause, dberr.WALAppendFailed, op, l.path(), "the record could not be written").At(l.path(), l.used)
	if err := vfs.WriteZeros(l.file, l.used, n); err != nil {
		l.failed = true
		failure.Message += "; nor could what it left be zeroed: " + err.Error()
		return failure.WithHint("look at the disk, then reopen: whether this one write survives is unknown, all acknowledged ones do")
	}
	if err := l.sync(op); err != nil {
		return err
	}
	return failure
}

// sync makes what was written durable. A failure is final.
func (l *Log) sync(op string) error {
	if err := l.file.Datasync(); err != nil {
		l.failed = true
		return because(err, dberr.WALFsyncFailed, op, l.path(), inDoubt(op))
	}
	return nil
}

// inDoubt says what a failed sync leaves unknown.
func inDoubt(op string) string {
	if op == opGrow {
		return "the sync failed while the log was made larger, so the write was not made; whether the log is larger is unknown"
	}
	return "the sync failed, whether the write is durable is unknown"
}

// writeAll writes p. A short write is a failure, whatever the error says.
func writeAll(f vfs.File, p []byte, off int64) error {
	n, err := f.WriteAt(p, off)
	if err == nil && n < len(p) {
		return io.ErrShortWrite
	}
	return err
}
