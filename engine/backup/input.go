package backup

import (
	"context"
	"errors"
	"io"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// An input hands out an archive from its beginning, in pieces of what it reads at
// once. While one is being summed the next is read, so there are two buffers.
type input struct {
	ctx      context.Context
	r        io.Reader
	path     string
	progress func(bytes int64)

	buffers [2][]byte
	current int
	window  []byte // read and not yet taken
	offset  int64  // of the window in the archive
	limit   int64  // nothing behind it is read: what follows depends on what comes before
	ended   bool   // the archive is shorter than limit
	sum     *summer
}

// take returns the next bytes: at most max of them, at least one, valid until the
// next call.
func (in *input) take(max int64) ([]byte, error) {
	if len(in.window) == 0 {
		if err := in.fill(); err != nil {
			return nil, err
		}
	}
	p := in.window[:min(max, int64(len(in.window)))]
	in.window = in.window[len(p):]
	in.offset += int64(len(p))
	return p, nil
}

// block returns the next block of 512 bytes. It begins at a multiple of that, as
// every buffer does, so it lies in one.
func (in *input) block() ([]byte, error) {
	p, err := in.take(blockBytes)
	if err == nil && len(p) < blockBytes {
		return nil, in.cut()
	}
	return p, err
}

// fill reads the next piece.
func (in *input) fill() error {
	if in.ended {
		return in.cut()
	}
	return in.read(in.limit - in.offset)
}

// read reads the next piece, of at most max bytes. Whoever asked decides what it
// means if the archive has ended: the window is then short, or empty.
func (in *input) read(max int64) error {
	if err := in.ctx.Err(); err != nil {
		return dberr.New(dberr.ScriptInterrupted, "reading the backup was interrupted: %w", err).In(in.path).WithOp("backup.read")
	}
	want := int(min(max, bufferBytes))
	in.current = 1 - in.current
	if cap(in.buffers[in.current]) < want {
		in.buffers[in.current] = make([]byte, want)
	}
	buf := in.buffers[in.current][:want]
	n, err := io.ReadFull(in.r, buf)
	in.ended = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !in.ended {
		e := vfs.Wrap(err, "backup.read", in.path)
		if e.Path == in.path && !e.HasOffset {
			e = e.At(in.path, in.offset+int64(n))
		}
		return e
	}
	in.window = buf[:n]
	in.sum.add(in.window)
	if in.progress != nil {
		in.progress(in.offset + int64(n))
	}
	return nil
}

// cut is the error of an archive that has ended too soon.
func (in *input) cut() error {
	return in.invalid(in.offset, "the archive was cut off here; at least %d more bytes are expected", in.limit-in.offset)
}

func (in *input) invalid(offset int64, format string, args ...any) *dberr.Error {
	return dberr.New(dberr.BackupInvalid, format, args...).At(in.path, offset).WithOp("backup.read")
}
