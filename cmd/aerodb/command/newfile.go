package command

import (
	"bufio"
	"path/filepath"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A newFile is a file under construction. It is written beside its name and
// gets it, by rename, only when it is whole and durable.
type newFile struct {
	*bufio.Writer
	fs   vfs.FS
	name string
	f    vfs.File
	size int64
}

// newFilePerm is the mode of a new file, less what the umask takes: an export is
// the operator's file, not the database's.
const newFilePerm = 0o644

// create begins a file of that name. One that is there is replaced only if the
// caller agrees; the data directory is no place for it.
func (a *app) create(name string) (*newFile, error) {
	if inside(a.config.DataDir, name) {
		return nil, dberr.New(dberr.ConfigInvalid, "the file would lie inside the data directory %s", a.config.DataDir).
			In(name).WithHint("name a place outside of it")
	}
	if info, err := a.env.FS.Stat(name); err == nil {
		if !info.Mode().IsRegular() {
			// A rename would put a file in the place of a device, a pipe, a directory.
			return nil, dberr.New(dberr.ConfigInvalid, "it is there and is not a file").
				In(name).WithHint("write to standard output instead, with '-'")
		}
		if err := a.confirm(name+" exists", "Replace it?"); err != nil {
			return nil, err
		}
	}
	n := &newFile{fs: a.env.FS, name: name}
	if err := n.fs.Remove(n.temporary()); err != nil && !vfs.IsNotExist(err) {
		return nil, vfs.Wrap(err, "export", n.temporary())
	}
	f, err := n.fs.OpenFile(n.temporary(), vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, newFilePerm)
	if err != nil {
		return nil, vfs.Wrap(err, "export", n.temporary())
	}
	n.f = f
	n.Writer = bufio.NewWriterSize(appender{n}, 1<<20)
	return n, nil
}

// inside reports whether name lies in dir or is dir.
func inside(dir, name string) bool {
	d, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	n, err := filepath.Abs(name)
	if err != nil {
		return false
	}
	return n == d || strings.HasPrefix(n, strings.TrimSuffix(d, "/")+"/")
}

// temporary returns the name under which the file is written.
func (n *newFile) temporary() string { return n.name + ".tmp" }

// appender writes to the end of a newFile.
type appender struct{ n *newFile }

// Write is io.Writer.
func (a appender) Write(p []byte) (int, error) {
	written, err := a.n.f.WriteAt(p, a.n.size)
	a.n.size += int64(written)
	if err != nil {
		return written, vfs.Wrap(err, "export", a.n.temporary())
	}
	return written, nil
}

// publish makes the file durable and gives it its name.
func (n *newFile) publish() error {
	err := n.Flush()
	if err == nil {
		err = n.f.Datasync()
	}
	if err == nil {
		err = n.fs.Rename(n.temporary(), n.name)
	}
	if err != nil {
		n.discard()
		return vfs.Wrap(err, "export", n.name)
	}
	n.f.Close()
	if err := n.fs.SyncDir(filepath.Dir(n.name)); err != nil {
		return vfs.Wrap(err, "export", n.name)
	}
	return nil
}

// discard removes what was written.
func (n *newFile) discard() {
	n.f.Close()
	n.fs.Remove(n.temporary())
}
