package shell

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/progress"
)

// open opens a file that a script named, for reading. Size is in bytes, or unknown.
func (s *Session) open(op, name string) (f fs.File, size int64, err error) {
	f, err = s.env.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, dberr.New(dberr.StorageIOError, "there is no file to %s", op).In(name).WithHint("check the path; it is relative to the working directory")
	}
	if err != nil {
		return nil, 0, vfs.Wrap(err, op, name)
	}
	size = progress.Unknown
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return f, size, nil
}

// importFile is c:import.
func (s *Session) importFile(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	name := a.String("path")
	f, total, err := s.open("import", name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	bar := progress.New(s.env.Stderr, s.env.StderrTTY, "import "+path.Base(name), total, progress.Bytes)
	defer bar.Finish()
	result, err := c.Import(a.Ctx, f, engine.ImportOptions{Progress: func(bytes, _ int64) { bar.Set(bytes) }})
	s.changes.of(c).inserted += result.Documents // also of an import that failed in the middle
	if err != nil {
		return nil, inFile(err, name).With("documents", result.Documents)
	}
	return s.codec.FromValue(result.Value(), nil), nil
}

// exportFile is c:export.
func (s *Session) exportFile(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	name := a.String("path")
	total, err := c.Count()
	if err != nil {
		return nil, err
	}
	out, err := s.create(name, a.Bool("overwrite"))
	if err != nil {
		return nil, err
	}
	bar := progress.New(s.env.Stderr, s.env.StderrTTY, "export "+path.Base(name), total, progress.Documents)
	defer bar.Finish()
	result, err := c.Export(a.Ctx, out, engine.ExportOptions{Progress: bar.Set})
	if err != nil {
		_ = out.Abort() // what went wrong before matters more
		return nil, inFile(err, name)
	}
	if err := out.Commit(); err != nil {
		return nil, vfs.Wrap(err, "export", name)
	}
	return s.resultTable(result.Value(), document.Member{Name: "path", Value: document.StringValue(name)}), nil
}

const exportPerm = 0o644 // an export is the operator's file, not the database's

// create begins a file of that name. The data directory is no place for it, and one
// that is there is replaced only if the script says so.
func (s *Session) create(name string, overwrite bool) (*vfs.Staged, error) {
	refuse := func(format string, args ...any) *dberr.Error {
		return dberr.New(dberr.StorageIOError, format, args...).In(name)
	}
	inside, err := vfs.Within(s.env.FS, s.db.Dir(), filepath.Dir(name))
	if err != nil {
		return nil, vfs.Wrap(err, "export", name)
	}
	if inside {
		return nil, refuse("the file would lie inside the data directory").WithHint("name a place outside of %s", s.db.Dir())
	}
	if info, err := s.env.FS.Stat(name); err == nil && info.Mode().IsRegular() && !overwrite {
		return nil, refuse("the file exists").WithHint("choose another name, or say {overwrite = true}")
	}
	f, err := vfs.Stage(s.env.FS, name, exportPerm)
	switch {
	case errors.Is(err, vfs.ErrNotFile):
		return nil, refuse("it is there and is not a file").WithHint("choose another name")
	case errors.Is(err, vfs.ErrLocked):
		return nil, refuse("another process is writing this file").WithHint("wait for it, or choose another name")
	case err != nil:
		return nil, vfs.Wrap(err, "export", name+vfs.TempSuffix)
	}
	return f, nil
}

// inFile says in an error about a file's content which file it was.
func inFile(err error, name string) *dberr.Error {
	e := dberr.From(err)
	if e.Path == "" {
		e.Path = name
	}
	return e
}
