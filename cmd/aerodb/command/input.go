package command

import (
	"context"
	"io"
	"sync/atomic"
)

// input reads standard input until the context is cancelled. A read from a
// terminal or a pipe can wait for ever; it goes on in a goroutine of its own
// then, and what it brings is for the next Read. Nothing is read before a Read
// asks, so that a program the shell starts has the terminal to itself.
type input struct {
	ctx    context.Context
	r      io.Reader
	during atomic.Pointer[context.Context] // of a statement; its end too ends a Read
	asked  chan struct{}                   // nil before the first Read
	chunks chan chunk
	wait   bool // a chunk has been asked for and has not come
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
		in.asked, in.chunks = make(chan struct{}, 1), make(chan chunk)
		go pump(in.r, in.asked, in.chunks)
	}
	ctx := in.ctx
	if during := in.during.Load(); during != nil {
		ctx = *during
	}
	for len(in.rest.data) == 0 {
		if in.rest.err != nil {
			return 0, in.rest.err
		}
		if !in.wait {
			in.wait = true
			in.asked <- struct{}{}
		}
		select {
		case in.rest = <-in.chunks:
			in.wait = false
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	n := copy(p, in.rest.data)
	in.rest.data = in.rest.data[n:]
	return n, nil
}

// pump sends what r holds when it is asked, up to and with its first error.
func pump(r io.Reader, asked <-chan struct{}, to chan<- chunk) {
	for range asked {
		buf := make([]byte, chunkBytes)
		n, err := r.Read(buf)
		to <- chunk{buf[:n], err}
		if err != nil {
			return
		}
	}
}
