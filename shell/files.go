package shell

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/progress"
)

// importFile is c:import.
func (s *Session) importFile(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	name := a.String("path")
	f, err := s.env.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, dberr.New(dberr.StorageIOError, "there is no file to import").In(name).WithHint("check the path; it is relative to the working directory")
	}
	if err != nil {
		return nil, vfs.Wrap(err, "import", name)
	}
	defer f.Close()
	total := int64(progress.Unknown)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		total = info.Size()
	}
	bar := progress.New(s.env.Stderr, s.env.StderrTTY, "import "+path.Base(name), total, progress.Bytes)
	defer bar.Finish()
	result, err := c.Import(a.Ctx, f, engine.ImportOptions{Progress: func(bytes, _ int64) { bar.Set(bytes) }})
	if err != nil {
		e := dberr.From(err)
		if e.Path == "" {
			e.Path = name
		}
		return nil, e.With("documents", result.Documents)
	}
	return s.codec.FromValue(result.Value(), nil), nil
}

// exportFile is c:export.
func (s *Session) exportFile(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	name := a.String("path")
	if inside(s.db.Dir(), name) {
		return nil, dberr.New(dberr.StorageIOError, "the file would lie inside the data directory").In(name).WithHint("name a place outside of %s", s.db.Dir())
	}
	total, err := c.Count()
	if err != nil {
		return nil, err
	}
	bar := progress.New(s.env.Stderr, s.env.StderrTTY, "export "+path.Base(name), total, progress.Documents)
	defer bar.Finish()
	out, err := create(s.env.FS, name)
	if err != nil {
		return nil, err
	}
	result, err := c.Export(a.Ctx, out, engine.ExportOptions{Progress: bar.Set})
	if err != nil {
		out.abandon()
		return nil, err
	}
	if err := out.publish(); err != nil {
		return nil, err
	}
	return s.resultTable(result.Value(), document.Member{Name: "path", Value: document.StringValue(name)}), nil
}

// inside reports whether name lies in dir.
func inside(dir, name string) bool {
	d, derr := filepath.Abs(dir)
	n, nerr := filepath.Abs(name)
	return derr == nil && nerr == nil && strings.HasPrefix(n, strings.TrimSuffix(d, "/")+"/")
}

// A newFile is written beside its name and gets it, by rename, when it is whole and
// durable.
type newFile struct {
	fs   vfs.FS
	name string
	f    vfs.File
	size int64
}

const exportPerm = 0o644 // an export is the operator's file, not the database's

func create(fsys vfs.FS, name string) (*newFile, error) {
	f, err := fsys.OpenFile(name+".tmp", vfs.O_RDWR|vfs.O_CREATE|vfs.O_TRUNC, exportPerm)
	if err != nil {
		return nil, vfs.Wrap(err, "export", name+".tmp")
	}
	return &newFile{fs: fsys, name: name, f: f}, nil
}

// Write appends.
func (n *newFile) Write(p []byte) (int, error) {
	written, err := n.f.WriteAt(p, n.size)
	n.size += int64(written)
	if err != nil {
		return written, vfs.Wrap(err, "export", n.name+".tmp")
	}
	return written, nil
}

func (n *newFile) publish() error {
	err := n.f.Datasync()
	if cerr := n.f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = n.fs.Rename(n.name+".tmp", n.name)
	}
	if err == nil {
		err = n.fs.SyncDir(path.Dir(n.name))
	}
	if err != nil {
		return vfs.Wrap(err, "export", n.name)
	}
	return nil
}

// abandon removes what was written; that fails only where more than this is broken.
func (n *newFile) abandon() {
	_ = n.f.Close()
	_ = n.fs.Remove(n.name + ".tmp")
}
