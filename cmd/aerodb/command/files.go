package command

import (
	"errors"
	"io"

	"github.com/aerodb/aerodb/config"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell/progress"
)

// A source is an open input: a file the caller named, or standard input.
type source struct {
	io.Reader
	size  int64 // in bytes, or progress.Unknown
	close func() error
}

// openSource opens the file of that name; '-' is standard input.
func (a *app) openSource(name string) (*source, error) {
	if name == "-" {
		return &source{a.stdin, progress.Unknown, func() error { return nil }}, nil
	}
	f, err := a.env.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errIsDirectory
	}
	if err != nil {
		f.Close()
		return nil, unreadable(name, err)
	}
	size := int64(progress.Unknown)
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	return &source{f, size, f.Close}, nil
}

var errIsDirectory = errors.New("it is a directory")

// readAll reads a whole file of at most max bytes; '-' is standard input.
func (a *app) readAll(name string, max int64) ([]byte, error) {
	src, err := a.openSource(name)
	if err != nil {
		return nil, err
	}
	defer src.close()
	data, err := io.ReadAll(io.LimitReader(src, max+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if int64(len(data)) > max {
		return nil, dberr.New(dberr.StorageIOError, "the file is larger than %s", config.FormatSize(max)).In(name)
	}
	return data, nil
}

// unreadable is the error for an input that cannot be read. A signal that
// ended the reading stays what it is.
func unreadable(name string, err error) error {
	if errors.Is(err, errSignal) || errors.Is(err, errClosed) {
		return err
	}
	if name == "-" {
		name = "standard input"
	}
	e := vfs.Wrap(err, "read", name)
	if e.Hint == "" {
		e.Hint = "check the path and its permissions"
	}
	return e
}

// inFile says in an error about a file's content which file it was.
func inFile(err error, name string) error {
	var e *dberr.Error
	if name != "-" && errors.As(err, &e) && e.Path == "" {
		e.Path = name
	}
	return err
}
