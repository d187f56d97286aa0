package shell

import (
	"context"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell/bind"
)

// Env is the world as a session sees it. A session changes none of it.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// StderrTTY says whether to draw progress bars.
	StderrTTY bool

	FS vfs.FS // where scripts find and write files, and exports and backups go
	// Database is how the database was opened: a restore closes it and opens what it
	// restored in the same way. Without a Dir there is none of that.
	Database engine.Options
	// Scratch returns a name for a directory that lives as long as one call.
	Scratch func(what string) (string, error)
	// Open opens a file that the user named, for reading from its start: a script, a
	// module, a file to import. It may be a pipe.
	Open func(name string) (fs.File, error)

	// ModulePath lists the folders where require looks after the script's own.
	ModulePath []string
	// MemoryLimit is how many bytes the values of a script may take; 0 is no limit.
	MemoryLimit int64
	// Confirm asks a person whether to go on; nil is a yes. Without it nobody can be asked.
	Confirm func(question string) error
	// Sleep waits, or returns why it was interrupted.
	Sleep func(ctx context.Context, d time.Duration) error
	// Programs is why scripts may not start other programs; nil allows it.
	Programs error

	// Topics gives what help explains beside Lua and errors, when it is asked. Nil is nothing.
	Topics func() []bind.Topic

	Now  func() time.Time
	Seed uint64 // where math.random starts
}

// heapLimit is what the heap of the process may have while a script runs: its values,
// the block cache, and a record on its way, which may be of the log's size and is there
// twice, as documents and as bytes of the log. The memtable is not in the heap.
func (e *Env) heapLimit() int64 {
	if e.MemoryLimit == 0 {
		return 0
	}
	return e.MemoryLimit + e.Database.CacheSize + 2*e.Database.WALMaxSize
}

func (e *Env) readFile(name string) ([]byte, error) {
	f, err := e.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// dir is where require looks for a script's modules first.
func dir(name string) string { return path.Dir(name) }
