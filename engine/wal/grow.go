package wal

import (
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A log begins with one step and grows by steps: a sixteenth of what it may grow to, so
// that a small one wastes little, and at most what takes a few milliseconds to write.
// Whole pages, so that no page is laid out in two steps.
const (
	stepParts    = 16
	stepBytesMin = 4 << 10
	stepBytesMax = 4 << 20
)

func (o Options) step() int64 {
	return min(max(o.SizeMax/stepParts&^(stepBytesMin-1), stepBytesMin), stepBytesMax)
}

// FirstSize returns how many bytes of a new log are laid out.
func (o Options) FirstSize() int64 { return min(o.step(), max(o.SizeMax&^(sectorBytes-1), SizeMin)) }

// makeRoom makes the log grow until a record of n bytes, which Fits, has room in what is
// laid out. The size depends on nothing but the record's end and the step.
func (l *Log) makeRoom(n int64) error {
	if n <= l.Room(l.header.Size) {
		return nil
	}
	end := l.used + n + SealBytes
	return l.grow(min((end+l.step-1)/l.step*l.step, l.sizeMax))
}

// grow lays the file out up to size: zeros first, durably, then the header that says so.
// After an error the log goes on with the size that it had, or has failed.
func (l *Log) grow(size int64) error {
	if err := layZeros(l.file, l.header.Size, size); err != nil {
		return l.shrink(err)
	}
	if err := l.sync(opGrow); err != nil {
		return err
	}
	h := l.header
	h.Size = size
	if err := writeAll(l.file, h.Encode(l.uuid), 0); err != nil {
		if werr := writeAll(l.file, l.header.Encode(l.uuid), 0); werr != nil {
			return l.lost(err, werr)
		}
		// The header that stays is durable before the file is as short as it says.
		if err := l.sync(opGrow); err != nil {
			return err
		}
		return l.shrink(err)
	}
	if err := l.sync(opGrow); err != nil {
		return err
	}
	if l.doubtful == l.header.Size {
		l.doubtful = size
	}
	l.header = h
	return nil
}

// shrink gives the file the size back that its header says, durably, after cause kept it
// from growing. A seal must not meet a longer one.
func (l *Log) shrink(cause error) error {
	if err := l.file.Truncate(l.header.Size); err != nil {
		return l.lost(cause, err)
	}
	if err := l.sync(opGrow); err != nil {
		return err
	}
	return l.ungrown(cause)
}

func (l *Log) ungrown(cause error) *dberr.Error {
	if vfs.IsNoSpace(cause) {
		return vfs.Wrap(cause, opGrow, l.path()).At(l.path(), l.header.Size)
	}
	return because(cause, dberr.WALAppendFailed, opGrow, l.path(), "the log could not be made larger").At(l.path(), l.header.Size)
}

// lost fails the log: what cause left could not be taken back.
func (l *Log) lost(cause, err error) error {
	l.failed = true
	e := l.ungrown(cause)
	e.Message += "; nor could what it left be taken back: " + err.Error()
	return e.WithHint("look at the disk, then reopen: this one write was not made")
}
