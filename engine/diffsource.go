package engine

import (
	"context"
	"errors"
	"io"
	"path"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// LiveName names the open database where a diff asks for a state.
const LiveName = "live"

// DiffOptions say where the states of a diff are looked for.
type DiffOptions struct {
	Options
	// Live is the open database, if there is one: "live" means it, and a snapshot's id
	// one of its snapshots.
	Live *DB
	// Scratch is a directory that does not exist; backups are unpacked below it.
	Scratch  string
	Progress Progress
}

// DiffNames compares two of: "live", a snapshot's id, or the path of a data directory,
// a snapshot's folder or a backup file.
func DiffNames(ctx context.Context, o DiffOptions, a, b string) (result DiffResult, err error) {
	o.Options = o.Options.withDefaults()
	defer func() {
		if rerr := vfs.RemoveAll(o.FS, o.Scratch); err == nil && rerr != nil {
			err = vfs.Wrap(rerr, "diff", o.Scratch)
		}
	}()
	x, err := o.openState(ctx, a, "a")
	if err != nil {
		return DiffResult{}, err
	}
	defer o.closeState(x)
	y, err := o.openState(ctx, b, "b")
	if err != nil {
		return DiffResult{}, err
	}
	defer o.closeState(y)
	return Diff(ctx, x, y)
}

func (o *DiffOptions) closeState(db *DB) {
	if db != o.Live {
		_ = db.Close() // read-only: nothing was written
	}
}

// openState opens one of the two, read-only.
func (o *DiffOptions) openState(ctx context.Context, name, scratch string) (*DB, error) {
	if name == LiveName {
		if o.Live == nil {
			return nil, dberr.New(dberr.DatabaseNotFound, "no database is open, so none is %q", LiveName)
		}
		return o.Live, nil
	}
	q := o.Options
	q.ReadOnly, q.Unlocked = true, true
	q.Dir = path.Clean(name)
	if _, ok := parseSnapshotID(name); ok && o.Live != nil {
		q.Dir = o.Live.path(path.Join(nameSnapshots, name))
		if _, err := q.FS.Stat(q.Dir); vfs.IsNotExist(err) {
			return nil, dberr.New(dberr.SnapshotNotFound, "there is no snapshot %q", name)
		}
	}
	info, err := q.FS.Stat(q.Dir)
	if vfs.IsNotExist(err) {
		return nil, dberr.New(dberr.DatabaseNotFound, "there is no file or directory %s", name).
			WithHint("name a data directory, a snapshot's folder or id, or a backup file")
	}
	if err != nil {
		return nil, vfs.Wrap(err, "diff", name)
	}
	if !info.IsDir() {
		q.Dir = path.Join(o.Scratch, scratch)
		if err := o.unpack(ctx, name, q); err != nil {
			return nil, err
		}
	}
	return Open(ctx, q)
}

// unpack restores a backup below the scratch directory.
func (o *DiffOptions) unpack(ctx context.Context, name string, q Options) error {
	f, err := q.FS.OpenFile(name, vfs.O_RDONLY, 0)
	if err != nil {
		return vfs.Wrap(err, "diff", name)
	}
	_, err = Restore(ctx, q, NewFileReader(f), RestoreOptions{Path: name, Progress: o.Progress})
	_ = f.Close() // nothing was written
	return err
}

// NewFileReader returns a reader of a file from its beginning.
func NewFileReader(f vfs.File) io.Reader { return &fileReader{file: f} }

type fileReader struct {
	file vfs.File
	off  int64
}

func (r *fileReader) Read(p []byte) (int, error) {
	n, err := r.file.ReadAt(p, r.off)
	r.off += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}
