// Command aerodb is a deterministic document database and the shell that runs
// it. This file connects it to the operating system; package command is the rest.
package main

import (
	"context"
	"crypto/rand"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aerodb/aerodb/cmd/aerodb/command"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/chzyer/readline"
	"github.com/mattn/go-isatty"
)

func main() {
	os.Exit(command.Main(&command.Env{
		Args:      os.Args[1:],
		Environ:   os.Environ(),
		Stdin:     os.Stdin,
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
		StdinTTY:  isatty.IsTerminal(os.Stdin.Fd()),
		StdoutTTY: isatty.IsTerminal(os.Stdout.Fd()),
		StderrTTY: isatty.IsTerminal(os.Stderr.Fd()),
		Width:     func() int { return max(readline.GetScreenWidth(), 0) },
		Size: func() (columns, rows int) {
			columns, rows, _ = readline.GetSize(readline.GetStdin())
			return columns, rows
		},
		Page: page,
		Terminal: func() (io.WriteCloser, error) {
			return os.OpenFile("/dev/tty", os.O_WRONLY, 0)
		},
		FS:   vfs.OS,
		Open: func(name string) (fs.File, error) { return os.Open(name) },
		Append: func(name string) (io.WriteCloser, error) {
			return os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		},
		TempDir: os.TempDir(),
		Start:   startChild,
		Now:     time.Now,
		Rand:    rand.Reader,
		Sleep:   sleep,
		Pid:     os.Getpid(),
		Signals: signals(),
		Exit:    os.Exit,
	}))
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// signals delivers the signals that ask the process to stop; a terminal that is
// closed asks too, unless nohup said otherwise. SIGPIPE is taken and dropped:
// writing to a closed pipe is then an error like another instead of the end of
// the process in the middle of its work.
func signals() <-chan command.Signal {
	in := make(chan os.Signal, 2)
	signal.Notify(in, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(in, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	out := make(chan command.Signal)
	go func() {
		for s := range in {
			if s == os.Interrupt {
				out <- command.Interrupt
			} else {
				out <- command.Terminate
			}
		}
	}()
	return out
}
