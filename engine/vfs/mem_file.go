package vfs

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"syscall"
)

// memFile is an open file of a Mem. m.mu guards it.
type memFile struct {
	m        *Mem
	node     *node
	name     string
	writable bool
	locks    bool // closing it unlocks the node
	closed   bool
}

// errNegativeOffset is os.File's.
var errNegativeOffset = errors.New("negative offset")

// do runs a call that has no effect if a fault is injected into it.
func (f *memFile) do(op Op, effect func(op Op) error) error {
	return f.run(op, func(op Op, fault error) error {
		if fault != nil {
			return fault
		}
		return effect(op)
	})
}

// run runs one call on f.
func (f *memFile) run(op Op, effect func(op Op, fault error) error) error {
	op.Path = f.name
	return f.m.run(op, func(op Op, fault error) error {
		if f.closed {
			return fs.ErrClosed
		}
		return effect(op, fault)
	})
}

func (f *memFile) ReadAt(p []byte, off int64) (n int, err error) {
	err = f.do(Op{Kind: KindRead, Off: off, Len: int64(len(p))}, func(Op) error {
		switch {
		case off < 0:
			return errNegativeOffset
		case f.node.dir:
			return syscall.EISDIR
		}
		if left := f.node.cache.size - off; left > 0 {
			n = int(min(left, int64(len(p))))
			f.node.cache.read(p[:n], off)
		}
		return nil
	})
	if err == nil && n < len(p) {
		err = io.EOF // bare, as os.File returns it
	}
	return n, err
}

func (f *memFile) WriteAt(p []byte, off int64) (n int, err error) {
	err = f.run(Op{Kind: KindWrite, Off: off, Len: int64(len(p))}, func(op Op, fault error) error {
		switch {
		case off < 0:
			return errNegativeOffset
		case !f.writable:
			return syscall.EBADF
		case off+int64(len(p)) > memFileBytesMax:
			return syscall.EFBIG
		}
		var short ShortWrite
		switch {
		case errors.As(fault, &short):
			f.m.write(f.node, p[:min(short.N, int64(len(p)))], off, op.N)
		case fault == nil:
			f.m.write(f.node, p, off, op.N)
			n = len(p)
		}
		return fault
	})
	return n, err
}

func (f *memFile) Truncate(size int64) error {
	return f.do(Op{Kind: KindTruncate, Len: size}, func(op Op) error {
		if size < 0 || !f.writable {
			return syscall.EINVAL
		}
		if size > memFileBytesMax {
			return syscall.EFBIG
		}
		f.m.resize(f.node, size, op.N)
		return nil
	})
}

func (f *memFile) Allocate(size int64) error {
	return f.do(Op{Kind: KindAllocate, Len: size}, func(op Op) error {
		switch {
		case size < 0:
			return syscall.EINVAL
		case !f.writable:
			return syscall.EBADF
		case size > memFileBytesMax:
			return syscall.EFBIG
		case size > f.node.cache.size:
			f.m.resize(f.node, size, op.N)
		}
		return nil
	})
}

func (f *memFile) Datasync() error {
	return f.run(Op{Kind: KindSync}, func(op Op, fault error) error {
		switch {
		case errors.Is(fault, ErrSkipSync):
			return nil
		case fault != nil:
			f.node.doomBytes()
			return fault
		}
		f.node.commitBytes()
		return nil
	})
}

// DropCache does nothing: what a Mem reads is what the process wrote.
func (f *memFile) DropCache() {}

// StartWriteback does nothing: whatever is pending may be lost or kept as it is.
func (f *memFile) StartWriteback(off, n int64) {}

func (f *memFile) Stat() (fs.FileInfo, error) {
	var info memInfo
	err := f.do(Op{Kind: KindStat}, func(Op) error {
		info = f.node.info(path.Base(f.name))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return info, nil
}

func (f *memFile) Chmod(mode fs.FileMode) error {
	return f.do(Op{Kind: KindChmod, Len: int64(mode & fs.ModePerm)}, func(Op) error {
		f.node.mode = f.node.mode&^fs.ModePerm | mode&fs.ModePerm
		return nil
	})
}

// Close closes f, whatever it returns, as close(2) does.
func (f *memFile) Close() error {
	err := f.do(Op{Kind: KindClose}, func(Op) error { return nil })
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return err
	}
	f.closed = true
	f.m.open--
	switch {
	case f.locks && f.node.locked:
		f.node.locked = false
	case f.locks:
		f.node.shared--
	}
	return err
}
