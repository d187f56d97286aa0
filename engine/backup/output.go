package backup

import (
	"context"
	"io"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// bufferBytes is how much is read, summed and written at once.
const bufferBytes = 1 << 20

// An output gathers an archive in large pieces. While one is being summed the next
// is filled, so there are two buffers.
type output struct {
	ctx      context.Context
	w        io.Writer
	progress func(bytes int64)

	buffers [2][]byte
	current int
	n       int   // bytes in buffers[current]
	flushed int64 // bytes before them
	sum     *summer
}

// newOutput returns an output for an archive of the size.
func newOutput(ctx context.Context, w io.Writer, size int64, progress func(bytes int64)) *output {
	o := &output{ctx: ctx, w: w, progress: progress, sum: newSummer()}
	for i := range o.buffers {
		o.buffers[i] = make([]byte, min(size, bufferBytes))
	}
	return o
}

// room returns where the next bytes go: at most max of them, at least one.
func (o *output) room(max int64) ([]byte, error) {
	if o.n == len(o.buffers[o.current]) {
		if err := o.flush(); err != nil {
			return nil, err
		}
	}
	free := o.buffers[o.current][o.n:]
	return free[:min(max, int64(len(free)))], nil
}

// write appends p.
func (o *output) write(p []byte) error {
	for len(p) > 0 {
		free, err := o.room(int64(len(p)))
		if err != nil {
			return err
		}
		n := copy(free, p)
		o.n += n
		p = p[n:]
	}
	return nil
}

// flush writes out what was gathered.
func (o *output) flush() error {
	if err := o.ctx.Err(); err != nil {
		return dberr.New(dberr.ScriptInterrupted, "the backup was interrupted: %w", err).WithOp("backup.write")
	}
	p := o.buffers[o.current][:o.n]
	o.sum.add(p)
	if _, err := o.w.Write(p); err != nil {
		return vfs.Wrap(err, "backup.write", "")
	}
	o.flushed += int64(o.n)
	o.current, o.n = 1-o.current, 0
	if o.progress != nil {
		o.progress(o.flushed)
	}
	return nil
}
