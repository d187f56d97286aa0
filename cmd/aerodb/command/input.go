package command

import (
	"context"
	"io"
)

// input reads standard input until the context is cancelled. A read from a
// terminal or a pipe can wait for ever; it goes on in a goroutine of its own
// then, and what it brings is dropped with the process. Nothing is read ahead:
// a pager or an editor that the shell starts has the terminal to itself.
type input struct {
	ctx    context.Context
	r      io.Reader
	wanted chan struct{} // asks pump for the next chunk
	chunks chan chunk    // nil before the first Read
	asked  bool          // a chunk was asked for and has not come
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
		in.wanted, in.chunks = make(chan struct{}, 1), make(chan chunk)
		go pump(in.r, in.wanted, in.chunks)
	}
	for len(in.rest.data) == 0 {
		if in.rest.err != nil {
			return 0, in.rest.err
		}
		if !in.asked {
			in.asked = true
			in.wanted <- struct{}{}
		}
		select {
		case in.rest = <-in.chunks:
			in.asked = false
		case <-in.ctx.Done():
			return 0, context.Cause(in.ctx)
		}
	}
	n := copy(p, in.rest.data)
	in.rest.data = in.rest.data[n:]
	return n, nil
}

// pump sends what r holds, a chunk each time one is wanted, up to and with its
// first error.
func pump(r io.Reader, wanted <-chan struct{}, to chan<- chunk) {
	for range wanted {
		buf := make([]byte, chunkBytes)
		n, err := r.Read(buf)
		to <- chunk{buf[:n], err}
		if err != nil {
			return
		}
	}
}
