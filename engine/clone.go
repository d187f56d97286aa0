package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
)

// CloneResult is what a clone took.
type CloneResult struct {
	Linked   bool  // segments are hard links; false if any had to be copied
	Files    int   // linked and copied
	Copied   int64 // bytes copied
	Duration time.Duration
}

// Clone makes a second data directory with the state that the database has now, in dir,
// which must not exist and whose parent must: segments, which nobody ever changes, are
// linked, or copied where the file system cannot link; the small files and the used part of the
// log are copied. Snapshots and the database before a restore come with it. The clone has
// the same identity, sequence and digest, is opened like any database, and what is done to
// it does not touch this one. It is made to be thrown away: nothing of it is synced, so
// that it costs milliseconds, and a power cut may leave a part of it.
//
// Writers wait meanwhile. After an error nothing is left.
func (db *DB) Clone(ctx context.Context, dir string) (CloneResult, error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.usable(); err != nil {
		return CloneResult{}, err
	}
	if db.gen.isSnapshot() {
		return CloneResult{}, dberr.New(dberr.DatabaseReadOnly, "a snapshot's folder cannot be cloned as a database").In(db.opts.Dir).
			WithHint("name the data directory that it lies in")
	}
	start := db.opts.Now()
	c := &cloner{db: db, ctx: ctx, dir: dir, result: CloneResult{Linked: true}}
	if err := db.fs.Mkdir(dir, dirMode); err != nil {
		return CloneResult{}, vfs.Wrap(err, "clone", dir)
	}
	if err := c.run(); err != nil {
		if rerr := vfs.RemoveAll(db.fs, dir); rerr != nil {
			db.log.Warn("file.remove_failed", "file", dir, "error", rerr.Error())
		}
		return CloneResult{}, dberr.From(err)
	}
	c.result.Duration = db.opts.Now().Sub(start)
	return c.result, nil
}

// A cloner is one clone in the making.
type cloner struct {
	db     *DB
	ctx    context.Context
	dir    string
	result CloneResult
}

func (c *cloner) run() error {
	db := c.db
	for _, dir := range []string{nameSnapshots, nameGenerations, db.gen.dir(), db.gen.metadata(), db.gen.schemas(), db.gen.segments(), db.gen.wal()} {
		if err := c.mkdir(dir); err != nil {
			return err
		}
	}
	if err := c.generation(); err != nil {
		return err
	}
	ids, err := db.snapshotIDs()
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := c.tree(path.Join(nameSnapshots, id)); err != nil {
			return err
		}
	}
	if db.previous != "" {
		if err := c.tree(generation(db.previous).dir()); err != nil {
			return err
		}
	}
	for _, name := range []string{nameHistory, nameHistory + historyOlder} {
		_, err := db.fs.Stat(db.path(name))
		if vfs.IsNotExist(err) {
			continue
		}
		if err != nil {
			return vfs.Wrap(err, "clone", name)
		}
		if err := c.copy(name, -1); err != nil {
			return err
		}
	}
	return c.copy(nameCurrent, -1) // last: it makes it a database
}

// generation clones what the open database consists of, by its own lists: beside these
// files there may be what another process is about to sweep or to name.
func (c *cloner) generation() error {
	db := c.db
	for _, name := range []string{db.gen.database(), db.gen.checkpoint()} {
		if err := c.copy(name, -1); err != nil {
			return err
		}
	}
	for _, f := range db.catalog.Load().files {
		if err := c.copy(path.Join(db.gen.schemas(), f.File), -1); err != nil {
			return err
		}
	}
	for _, e := range db.manifest.Segments {
		if err := c.link(path.Join(db.gen.segments(), segment.FileName(e.Number))); err != nil {
			return err
		}
	}
	if err := c.copy(path.Join(db.gen.wal(), db.wal.Name()), db.wal.Used()); err != nil {
		return err
	}
	return c.unmoved()
}

// unmoved makes sure that CHECKPOINT is the one this database was opened with: where it is
// only looked at, another process may have made a new one meanwhile.
func (c *cloner) unmoved() error {
	data, err := vfs.ReadFile(c.db.fs, c.path(c.db.gen.checkpoint()), manifest.FileBytesMax)
	if err != nil {
		return vfs.Wrap(err, "clone", c.db.gen.checkpoint())
	}
	if !bytes.Equal(data, c.db.manifest.EncodeCheckpoint()) {
		return dberr.New(dberr.StorageIOError, "the checkpoint changed while the database was cloned").In(c.db.gen.checkpoint()).
			WithHint("another process is writing to the database; try it again")
	}
	return nil
}

// tree clones a folder: segments by link, everything else by copy.
func (c *cloner) tree(dir string) error {
	if err := c.mkdir(dir); err != nil {
		return err
	}
	entries, err := c.db.fs.ReadDir(c.db.path(dir))
	if err != nil {
		return vfs.Wrap(err, "clone", dir)
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		_, isSegment := segment.ParseFileName(e.Name())
		switch {
		case e.IsDir():
			err = c.tree(name)
		case isSegment:
			err = c.link(name)
		case !strings.HasSuffix(name, suffixTemporary):
			err = c.copy(name, -1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *cloner) path(name string) string { return path.Join(c.dir, name) }

func (c *cloner) mkdir(name string) error {
	err := c.db.fs.Mkdir(c.path(name), dirMode)
	return wrapIO(err, "clone", name)
}

// link makes a name of a segment in the clone.
func (c *cloner) link(name string) error {
	if err := interrupted(c.ctx); err != nil {
		return err
	}
	linked, err := vfs.LinkOrCopy(c.db.fs, c.db.path(name), c.path(name))
	if err != nil {
		return vfs.Wrap(err, "clone", name)
	}
	c.result.Files++
	if !linked {
		c.result.Linked = false
		if info, err := c.db.fs.Stat(c.path(name)); err == nil {
			c.result.Copied += info.Size()
		}
	}
	return nil
}

// copy copies the first used bytes of a file, all of them if used is negative. The copy has
// the size of the whole; what is left out, or zero, is a hole.
func (c *cloner) copy(name string, used int64) error {
	in, err := c.db.fs.OpenFile(c.db.path(name), vfs.O_RDONLY, 0)
	if err != nil {
		return vfs.Wrap(err, "clone", name)
	}
	defer in.Close() // nothing was written
	out, err := c.db.fs.OpenFile(c.path(name), vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, fileMode)
	if err != nil {
		return vfs.Wrap(err, "clone", name)
	}
	err = c.fill(out, in, used)
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	c.result.Files++
	return wrapIO(err, "clone", name)
}

const cloneChunkBytes = 64 << 10

func (c *cloner) fill(out, in vfs.File, used int64) error {
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if used < 0 || used > info.Size() {
		used = info.Size()
	}
	buf := make([]byte, min(used, cloneChunkBytes))
	for off := int64(0); off < used; {
		if err := interrupted(c.ctx); err != nil {
			return err
		}
		part := buf[:min(used-off, int64(len(buf)))]
		if n, err := in.ReadAt(part, off); err != nil && (n < len(part) || !errors.Is(err, io.EOF)) {
			return err
		}
		if len(bytes.Trim(part, "\x00")) > 0 {
			if _, err := out.WriteAt(part, off); err != nil {
				return err
			}
			c.result.Copied += int64(len(part))
		}
		off += int64(len(part))
	}
	// A log that another process makes larger has the size that its header said by now.
	if info, err = in.Stat(); err != nil {
		return err
	}
	return out.Truncate(info.Size())
}

// CloneDir clones the database in Options.Dir, which need not be open: it is looked at
// read-only, and not one byte of it changes. It may be open in another process, whose
// writes meanwhile are in the clone or not; the look is then taken again until it shows a
// state that was whole. The database it returns is the one that was cloned, open read-only,
// for comparing; it holds no lock, so that others may work on.
func CloneDir(ctx context.Context, o Options, dir string) (*DB, CloneResult, error) {
	o = o.withDefaults()
	o.ReadOnly, o.Unlocked, o.Verify = true, true, VerifyQuick
	for try := 1; ; try++ {
		held := isHeld(o)
		db, result, err := cloneOnce(ctx, o, dir)
		if err == nil || !held || try == unlockedTries || ctx.Err() != nil {
			return db, result, err
		}
	}
}

func cloneOnce(ctx context.Context, o Options, dir string) (*DB, CloneResult, error) {
	db, err := Open(ctx, o)
	if err != nil {
		return nil, CloneResult{}, err
	}
	result, err := db.Clone(ctx, dir)
	if err != nil {
		_ = db.Close() // read-only: nothing was written
		return nil, CloneResult{}, err
	}
	if db.lock != nil {
		_ = db.lock.Close() // what is still read is open
		db.lock = nil
	}
	return db, result, nil
}
