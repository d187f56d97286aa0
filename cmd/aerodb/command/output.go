package command

import (
	"bufio"
	"errors"
	"io"
	"sync/atomic"
	"syscall"

	"github.com/aerodb/aerodb/shell/repl"
)

// output is standard output: buffered, in the format that was asked for, and
// quiet about a reader that went away.
type output struct {
	*bufio.Writer
	guard    *guard
	direct   *repl.Output // to guard without a buffer: what scripts print, and the prompt
	format   string       // a mode of package render
	terminal bool
	color    bool
	width    func() int // of the terminal; nil if there is none
}

// newOutput returns the output of a.
func newOutput(a *app) *output {
	g := &guard{w: a.env.Stdout, gone: func() { a.cancel(errClosed) }}
	return &output{
		Writer: bufio.NewWriterSize(g, 32<<10), guard: g, direct: repl.NewOutput(g), format: "auto",
		terminal: a.env.StdoutTTY, width: a.env.Width,
	}
}

// errClosed is the cause of a context cancelled because nobody reads standard
// output any more, as in: aerodb export ... | head -1
var errClosed = errors.New("standard output was closed")

// flush writes what is buffered. That the reader went away is not an error.
func (o *output) flush() error {
	err := o.Flush()
	if o.closed() {
		return errClosed
	}
	return err
}

// closed reports whether the reader went away.
func (o *output) closed() bool { return o.guard.closed.Load() }

// A guard is a writer that notices when its reader has gone away. It then
// calls gone once, so that the work stops at its next safe point, and fails.
type guard struct {
	w       io.Writer
	gone    func()
	closed  atomic.Bool
	midLine atomic.Bool // what was written last did not end its line
}

// Write is io.Writer.
func (g *guard) Write(p []byte) (int, error) {
	n, err := g.w.Write(p)
	if n > 0 {
		g.midLine.Store(p[n-1] != '\n')
	}
	if errors.Is(err, syscall.EPIPE) && !g.closed.Swap(true) {
		g.gone()
	}
	return n, err
}
