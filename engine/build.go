package engine

import (
	"context"
	"io/fs"
	"path"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/memtable"
	"github.com/aerodb/aerodb/engine/merge"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
)

// segmentMode makes segments read-only: nothing is ever written to one again.
const segmentMode fs.FileMode = 0o400

// built is a segment that was just written and is durable under its name.
type built struct {
	segment *segment.Segment
	entry   manifest.Segment
	info    segment.Info
}

// flush writes the memtable to a new segment; nil if there is nothing to write.
// Tombstones are left out if there is no older segment they could hide something in.
func (db *DB) flush(ctx context.Context) (*built, error) {
	if db.state.table.Count() == 0 {
		return nil, nil
	}
	return db.build(ctx, db.state.table.NewIter(memtable.SequenceMax), len(db.state.segments) == 0)
}

// mergeSegments writes the newest entries of segments, newest first, to a new one;
// nil if nothing is left. Each input is proven to be whole, and to be the file that the
// manifest lists, before the new one is finished: damage is never rewritten under a
// new checksum. Progress is told the bytes read.
func (db *DB) mergeSegments(ctx context.Context, segments []*segment.Segment, entries []manifest.Segment, oldest bool, progress Progress) (*built, error) {
	var done, total int64
	runs := make([]merge.Run, len(segments))
	for i, s := range segments {
		total += entries[i].Bytes
		runs[i] = newProvenRun(ctx, s, entries[i], func(bytes int64) {
			done += bytes
			progress.report(done, total)
		})
	}
	it := merge.NewForward(runs...)
	defer it.Close()
	return db.build(ctx, it, oldest)
}

// build writes the entries of a walk to a new segment. After an error there is
// nothing, or a file that the next open sweeps; its number is not used again.
func (db *DB) build(ctx context.Context, it merge.Run, dropTombstones bool) (*built, error) {
	ok := it.First()
	for ok && dropTombstones && it.Tombstone() {
		ok = it.Next()
	}
	if !ok {
		return nil, it.Err()
	}
	number := db.nextSegment
	db.nextSegment++
	name := path.Join(db.gen.segments(), segment.FileName(number))
	full := db.path(name)
	info, err := db.writeSegment(ctx, it, number, name, dropTombstones)
	if err == nil {
		err = wrapIO(db.fs.SyncDir(db.path(db.gen.segments())), "segment.create", db.gen.segments())
	}
	var seg *segment.Segment
	if err == nil {
		seg, err = segment.Open(db.fs, full, name, segment.ID{UUID: db.uuid, Number: number}, info.Bytes, db.cache)
	}
	if err != nil {
		db.discard(name)
		return nil, err
	}
	return &built{seg, manifest.Segment{Number: number, Bytes: info.Bytes, CRC32C: info.CRC32C}, info}, nil
}

func (db *DB) writeSegment(ctx context.Context, it merge.Run, number uint64, name string, dropTombstones bool) (segment.Info, error) {
	f, err := db.fs.OpenFile(db.path(name), vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, fileMode)
	if err != nil {
		return segment.Info{}, vfs.Wrap(err, "segment.create", name)
	}
	w := segment.NewWriter(f, name, segment.ID{UUID: db.uuid, Number: number}, segment.WriterOptions{})
	defer w.Close()
	err = copyEntries(ctx, w, it, dropTombstones)
	var info segment.Info
	if err == nil {
		err = wrapIO(f.Chmod(segmentMode), "segment.create", name)
	}
	if err == nil {
		info, err = w.Finish()
	}
	if cerr := f.Close(); err == nil {
		err = wrapIO(cerr, "segment.close", name)
	}
	return info, err
}

func copyEntries(ctx context.Context, w *segment.Writer, it merge.Run, dropTombstones bool) error {
	n := 0
	for ok := it.Valid(); ok; ok = it.Next() {
		if n++; n%interruptEvery == 0 {
			if err := interrupted(ctx); err != nil {
				return err
			}
		}
		if dropTombstones && it.Tombstone() {
			continue
		}
		if err := w.Add(it.Key(), it.Value(), it.Tombstone()); err != nil {
			return err
		}
	}
	return it.Err()
}

// discard removes a file that nothing names. If that fails, the next open does it.
func (db *DB) discard(name string) {
	if err := db.fs.Remove(db.path(name)); err != nil && !vfs.IsNotExist(err) {
		db.log.Warn("file.remove_failed", "file", name, "error", err.Error())
	}
}

// path returns the full path of a name in the data directory.
func (db *DB) path(name string) string { return path.Join(db.opts.Dir, name) }

// wrapIO gives an error of the file system its code and place; nil stays nil.
func wrapIO(err error, op, name string) error {
	if err == nil {
		return nil
	}
	return vfs.Wrap(err, op, name)
}

// under puts a failed operation under its own code and keeps the cause's code where
// a caller acts on it: no space, damage, a failed database, an interruption. Nil
// stays nil.
func under(code dberr.Code, err error) error {
	if err == nil {
		return nil
	}
	e := dberr.From(err)
	switch e.Code {
	case dberr.StorageIOError, dberr.InternalInvariant:
		return (&dberr.Error{Code: code, Op: e.Op, Path: e.Path, Offset: e.Offset, HasOffset: e.HasOffset, Message: e.Message, Hint: e.Hint, Details: e.Details, Err: err})
	}
	return err
}
