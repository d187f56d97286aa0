package repl

import (
	"io"

	"github.com/aerodb/aerodb/engine/dberr"
)

// Output is standard output as the prompt has it: what scripts print and what statements
// return goes through it, so that .once can send both to a file.
type Output struct {
	w    io.Writer
	once io.Writer // nil is w
}

// NewOutput returns an output on w.
func NewOutput(w io.Writer) *Output { return &Output{w: w} }

// Write is io.Writer.
func (o *Output) Write(p []byte) (int, error) {
	if o.once != nil {
		return o.once.Write(p)
	}
	return o.w.Write(p)
}

// A File appears under its name with Commit, whole, or not at all with Abort.
type File interface {
	io.Writer
	Commit() error
	Abort() error
}

// target is where the statement that runs now writes. After it, finish publishes the
// file that .once named, or takes it back if the statement failed.
func (c *console) target() (out io.Writer, finish func(done bool)) {
	if c.once == nil {
		return c.o.Results, func(bool) {}
	}
	file, name := &counted{File: c.once}, c.onceIs
	output, redirected := c.o.Results.(*Output)
	if redirected {
		output.once = file
	}
	return file, func(done bool) {
		if redirected {
			output.once = nil
		}
		c.once, c.onceIs = nil, ""
		switch {
		case !done:
			_ = file.Abort() // what went wrong before matters more
			c.note("%s was not written", name)
		default:
			if err := file.Commit(); err != nil {
				c.fail(dberr.New(dberr.StorageIOError, "%w", err).In(name))
				return
			}
			c.note("wrote %s, %d bytes", name, file.bytes)
		}
	}
}

// counted counts what is written to a file.
type counted struct {
	File
	bytes int64
}

// Write is io.Writer.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.File.Write(p)
	c.bytes += int64(n)
	return n, err
}
