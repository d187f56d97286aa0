package wal

import (
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// peekBytes is how much of what lies behind a seal is looked at when the log is
// opened. Records leave no gap, so if the disk kept an old seal instead of what was
// written in its place later, what followed shows right behind the block that is
// stale. This is more than the block of any disk.
const peekBytes = 64 << 10

// Seal ends the log cleanly: it writes a record that says so, and promises that
// nothing follows it, and syncs. digest is the database's now, which the last record
// must have promised. A sealed log is left as it is, also if the seal was found at
// open, and can be appended to. Errors are Append's.
func (l *Log) Seal(digest [32]byte) error {
	if err := l.writable(opSeal); err != nil {
		return err
	}
	if digest != l.digest {
		return misuse(opSeal, l.path(), "the digest of the database is %x, the last record says %x", digest, l.digest)
	}
	if l.sealed {
		return nil
	}
	if err := l.settleSlack(); err != nil {
		return err
	}
	if err := l.commit(opSeal, sealRecord(l.salt.at(l.used), l.next, digest)); err != nil {
		return err
	}
	l.sealed = true
	return nil
}

// VerifySlack reads the file from the end of its last record on, which opening a
// sealed log does not, and returns WAL_CORRUPTION with the offset of the first byte
// that is not zero. It changes nothing, in the log neither.
func (l *Log) VerifySlack() error { return l.checkSlack(opVerify) }

func (l *Log) checkSlack(op string) error {
	r := reader{file: l.file, path: l.path(), op: op, size: l.header.Size}
	return checkSlack(&r, l.salt, l.Used(), l.header.Size)
}

// settleSlack makes the disk hold the zeros that a seal is to promise. They were read
// when the log was opened unsealed, and after a failed sync that says nothing. They
// are durable before the seal is written: whoever sees the seal, be it in the page
// cache alone, may believe it.
func (l *Log) settleSlack() error {
	from := max(l.used+SealBytes, l.doubtful)
	if from >= l.header.Size {
		return nil
	}
	if err := vfs.WriteZeros(l.file, from, l.header.Size-from); err != nil {
		// Zeros over zeros: there is nothing to withdraw.
		return because(err, dberr.WALAppendFailed, opSeal, l.path(), "the zeros behind the last record could not be written again").At(l.path(), from)
	}
	if err := l.sync(opSeal); err != nil {
		return err
	}
	l.doubtful = l.header.Size
	return nil
}

// breakSeal takes the seal away, durably, before a record takes its place: torn, that
// record could otherwise leave the seal and something behind it. A power cut in
// between leaves a log that ends with zeros, which is a clean end.
func (l *Log) breakSeal() error {
	if !l.sealed {
		return nil
	}
	if l.unread {
		if err := l.checkSlack(opAppend); err != nil {
			l.failed = dberr.CodeOf(err) == dberr.WALCorruption
			return err
		}
		l.unread = false
	}
	l.sealed = false
	if err := writeAll(l.file, zeroBlock[:SealBytes], l.used); err != nil {
		return l.withdraw(opAppend, SealBytes, err)
	}
	return l.sync(opAppend)
}

// checkSlack reads a file from one offset to another, where all is to be zero.
func checkSlack(r *reader, s salt, from, to int64) error {
	for off := from; off < to; {
		n := min(r.limit(), int(to-off))
		b, err := r.window(off, n)
		if err != nil {
			return err
		}
		if !allZero(b) {
			return slackErr(r, s, b, off)
		}
		off += int64(n)
	}
	return nil
}

// slackErr explains what of b, read at off, is not zero. A record there is worse than
// a flipped bit: the end of the log is an old one then, and commits are missing.
func slackErr(r *reader, s salt, b []byte, off int64) error {
	for allZero(b[:sectorBytes]) {
		b, off = b[sectorBytes:], off+sectorBytes
	}
	if h, ok := parseRecordHeader(b[:sectorBytes], s.at(off)); ok {
		return corrupt(r.path, off, Slack.String(), "expected zeros behind the end of the log, found a record of sequence %d", h.first).WithOp(r.op)
	}
	i := 0
	for b[i] == 0 {
		i++
	}
	return corrupt(r.path, off+int64(i), Slack.String(), "expected zeros behind the end of the log, found %#02x", b[i]).WithOp(r.op)
}
