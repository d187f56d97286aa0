package command

import (
	"errors"
	"path/filepath"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// newFilePerm is the mode of a new file, less what the umask takes: an export is
// the operator's file, not the database's.
const newFilePerm = 0o644

// create begins a file of that name. One that is there is replaced only if the
// caller agrees; the data directory is no place for it.
func (a *app) create(name string) (*vfs.Staged, error) {
	if err := a.outside(name); err != nil {
		return nil, err
	}
	if err := a.mayReplace(name); err != nil {
		return nil, err
	}
	return a.stage(name)
}

// outside refuses a name inside the data directory.
func (a *app) outside(name string) error {
	inside, err := vfs.Within(a.env.FS, a.config.DataDir, filepath.Dir(name))
	if err != nil {
		return vfs.Wrap(err, "export", name)
	}
	if inside {
		return dberr.New(dberr.ConfigInvalid, "the file would lie inside the data directory %s", a.config.DataDir).
			In(name).WithHint("name a place outside of it")
	}
	return nil
}

// stage begins a file that takes the place of one that is there.
func (a *app) stage(name string) (*vfs.Staged, error) {
	f, err := vfs.Stage(a.env.FS, name, newFilePerm)
	switch {
	case errors.Is(err, vfs.ErrNotFile):
		return nil, dberr.New(dberr.ConfigInvalid, "it is there and is not a file").
			In(name).WithHint("write to standard output instead, with '-'")
	case errors.Is(err, vfs.ErrLocked):
		return nil, dberr.New(dberr.StorageIOError, "another process is writing this file").
			In(name).WithHint("wait for it, or choose another name")
	case err != nil:
		return nil, vfs.Wrap(err, "export", name+vfs.TempSuffix)
	}
	return f, nil
}

// mayReplace asks before a file that is there is replaced.
func (a *app) mayReplace(name string) error {
	if info, err := a.env.FS.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil // nothing to lose, or refused by whoever makes the file
	}
	return a.confirm(name+" exists", "Replace it?")
}

// discard takes back a file that was not finished.
func (a *app) discard(f *vfs.Staged) {
	if err := f.Abort(); err != nil {
		a.log.Warn("file.remove_failed", "file", f.Temporary(), "error", err.Error())
	}
}
