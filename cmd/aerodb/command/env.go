package command

import (
	"context"
	"io"
	"io/fs"
	"time"

	"github.com/aerodb/aerodb/cmd/aerodb/command/selftest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// Env is the world as a command sees it. Main changes none of it.
type Env struct {
	Args           []string // without the program's name
	Environ        []string // NAME=value
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Whether each stream is a terminal, asked once.
	StdinTTY, StdoutTTY, StderrTTY bool
	// Width returns the terminal's width in columns, 0 if there is none.
	Width func() int
	// Size returns the columns and rows of the terminal that is standard input.
	Size func() (columns, rows int)
	// Terminal opens the controlling terminal for writing.
	Terminal func() (io.WriteCloser, error)
	// Page runs program, a line for the system's shell, with text as its input, on the
	// terminal.
	Page func(program, text string) error

	FS vfs.FS // holds the database and the files that exports make
	// Open opens a file the caller named, for reading from its start. It may be a pipe.
	Open func(name string) (fs.File, error)
	// Append opens a file for appending, and creates it for its owner only.
	Append  func(name string) (io.WriteCloser, error)
	TempDir string // where scratch databases are made

	// Start starts another process of this program.
	Start selftest.Start

	Now  func() time.Time
	Rand io.Reader
	// Sleep waits, or returns why ctx ended before.
	Sleep func(ctx context.Context, d time.Duration) error
	Pid   int

	Signals <-chan Signal
	Exit    func(code int) // ends the process at once
}

// A Signal asks the process to stop.
type Signal int

// The two signals: Interrupt is a person's Ctrl-C, Terminate is the system's.
const (
	Interrupt Signal = iota
	Terminate
)

// getenv returns the value of an environment variable, "" if it is not set.
func (e *Env) getenv(name string) string {
	for _, entry := range e.Environ {
		if len(entry) > len(name) && entry[len(name)] == '=' && entry[:len(name)] == name {
			return entry[len(name)+1:]
		}
	}
	return ""
}
