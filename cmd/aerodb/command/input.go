package command

import (
	"context"
	"io"
)

// input reads standard input until the context is cancelled. A read from a
// terminal or a pipe can wait for ever; it goes on in a goroutine of its own
// then, and what it brings is dropped with the process.
type input struct {
	ctx    context.Context
	r      io.Reader
	chunks chan chunk // nil before the first Read
	rest   chunk
}

// A chunk is what one read brought.
type chunk struct {
	data []byte
	err  error
}

// chunkBytes is the size of one read.
const chunkBytes = 64 << 10

// Read is io.Reader. Its error is the context's cause once that is cancelled.
func (in *input) Read(p []byte) (int, error) {
	if in.chunks == nil {
		in.chunks = make(chan chunk)
		go pump(in.r, in.chunks)
	}
	for len(in.rest.data) == 0 {
		if in.rest.err != nil {
			return 0, in.rest.err
		}
		select {
		case in.rest = <-in.chunks:
		case <-in.ctx.Done():
			return 0, context.Cause(in.ctx)
		}
	}
	n := copy(p, in.rest.data)
	in.rest.data = in.rest.data[n:]
	return n, nil
}

// pump sends what r holds, up to and with its first error.
func pump(r io.Reader, to chan<- chunk) {
	for {
		buf := make([]byte, chunkBytes)
		n, err := r.Read(buf)
		to <- chunk{buf[:n], err}
		if err != nil {
			return
		}
	}
}
