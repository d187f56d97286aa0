package wal

import (
	"errors"
	"io"

	"github.com/aerodb/aerodb/engine/vfs"
)

// How much of a file is read at a time: little at first, since most logs are short
// when they are opened, then twice as much each time. A larger record makes the
// buffer larger.
const (
	readBytesFirst = 16 << 10
	readBytes      = 1 << 20
)

// A reader reads a file of known size forwards through one buffer.
type reader struct {
	file vfs.File
	path string
	op   string // for errors
	size int64
	buf  []byte
	off  int64 // of buf in the file
	next int   // bytes to read at least, the next time
	most int   // bytes that next grows to; 0 is readBytes
}

// limit returns how many bytes are read at a time at most.
func (r *reader) limit() int {
	if r.most == 0 {
		return readBytes
	}
	return r.most
}

// window returns n bytes of the file from off on, valid until the next call.
// What lies inside the file but cannot be read to its end is corruption.
func (r *reader) window(off int64, n int) ([]byte, error) {
	at := off - r.off
	if at >= 0 && at+int64(n) <= int64(len(r.buf)) {
		return r.buf[at : at+int64(n)], nil
	}
	r.next = min(max(2*r.next, readBytesFirst), r.limit())
	want := int(min(int64(max(n, r.next)), r.size-off))
	keep := 0 // what the buffer holds of it already
	if at >= 0 && at < int64(len(r.buf)) {
		keep = len(r.buf) - int(at)
	}
	next := r.buf
	if cap(next) < want {
		next = make([]byte, want)
	}
	if keep > 0 {
		copy(next[:keep], r.buf[at:])
	}
	r.buf, r.off = next[:keep], off
	if err := r.fill(next[keep:want], off+int64(keep)); err != nil {
		return nil, err
	}
	r.buf = next[:want]
	return r.buf[:n], nil
}

func (r *reader) fill(p []byte, off int64) error {
	for len(p) > 0 {
		n, err := r.file.ReadAt(p, off)
		p, off = p[n:], off+int64(n)
		switch {
		case len(p) == 0:
		case errors.Is(err, io.EOF):
			return corrupt(r.path, off, "size", "the file ends here, expected %d bytes", r.size).WithOp(r.op)
		case err != nil:
			return vfs.Wrap(err, r.op, r.path).At(r.path, off)
		case n == 0:
			return vfs.Wrap(io.ErrNoProgress, r.op, r.path).At(r.path, off)
		}
	}
	return nil
}

// forget drops what was read.
func (r *reader) forget() { r.buf = r.buf[:0] }
