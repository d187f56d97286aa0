package engine

import (
	"path"
	"slices"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// retire removes the oldest snapshots beyond Options.SnapshotsKeep and returns
// their names. A failure is logged: the next checkpoint tries again.
func (db *DB) retire() []string {
	ids, err := db.snapshotIDs()
	if err != nil {
		db.log.Warn("snapshot.retire_failed", "error", err.Error())
		return nil
	}
	var removed []string
	for _, id := range ids[:max(0, len(ids)-db.opts.SnapshotsKeep)] {
		if id == db.manifest.Snapshot {
			continue
		}
		if err := db.removeSnapshotDir(id); err != nil {
			db.log.Warn("snapshot.retire_failed", "snapshot", id, "error", err.Error())
			continue
		}
		removed = append(removed, id)
	}
	return removed
}

// RemoveResult is what removing a snapshot did.
type RemoveResult struct {
	ID         string
	FreedBytes int64 // of files that had no other name
}

// RemoveSnapshot removes a snapshot. The current checkpoint's cannot be removed.
func (db *DB) RemoveSnapshot(id string) (RemoveResult, error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.writable(); err != nil {
		return RemoveResult{}, err
	}
	ids, err := db.snapshotIDs()
	if err != nil {
		return RemoveResult{}, err
	}
	if !slices.Contains(ids, id) {
		return RemoveResult{}, dberr.New(dberr.SnapshotNotFound, "there is no snapshot %q", id)
	}
	if id == db.manifest.Snapshot {
		return RemoveResult{}, dberr.New(dberr.SnapshotFailed, "snapshot %s is the current checkpoint's and cannot be removed", id).
			WithHint("a later checkpoint makes another one current")
	}
	freed, err := db.soleBytes(path.Join(nameSnapshots, id))
	if err != nil {
		return RemoveResult{}, err
	}
	if err := db.removeSnapshotDir(id); err != nil {
		return RemoveResult{}, under(dberr.SnapshotFailed, err)
	}
	db.log.Debug("snapshot.removed", "snapshot", id, "freed_bytes", freed)
	return RemoveResult{id, freed}, nil
}

// soleBytes sums up the files below dir that have no other name.
func (db *DB) soleBytes(dir string) (bytes int64, err error) {
	entries, err := db.fs.ReadDir(db.path(dir))
	if err != nil {
		return 0, vfs.Wrap(err, "snapshot.read", dir)
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if e.IsDir() {
			n, err := db.soleBytes(name)
			if err != nil {
				return 0, err
			}
			bytes += n
			continue
		}
		info, err := db.fs.Stat(db.path(name))
		if err != nil {
			return 0, vfs.Wrap(err, "snapshot.read", name)
		}
		if vfs.Links(info) == 1 {
			bytes += info.Size()
		}
	}
	return bytes, nil
}

// removeSnapshotDir takes a snapshot's name away in one durable step, then its
// files: a half-removed snapshot must not look like a damaged one.
func (db *DB) removeSnapshotDir(id string) error {
	dir := path.Join(nameSnapshots, id)
	temp := dir + suffixTemporary
	if err := db.fs.Rename(db.path(dir), db.path(temp)); err != nil {
		return vfs.Wrap(err, "snapshot.remove", dir)
	}
	if err := db.fs.SyncDir(db.path(nameSnapshots)); err != nil {
		return vfs.Wrap(err, "snapshot.remove", nameSnapshots)
	}
	if err := vfs.RemoveAll(db.fs, db.path(temp)); err != nil {
		return vfs.Wrap(err, "snapshot.remove", temp)
	}
	return wrapIO(db.fs.SyncDir(db.path(nameSnapshots)), "snapshot.remove", nameSnapshots)
}
