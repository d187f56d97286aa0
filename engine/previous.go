package engine

import (
	"context"
	"path"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// UndoResult is what UndoRestore or DropPrevious did.
type UndoResult struct {
	Generation string // live now
	Removed    string // the generation that is gone
	FreedBytes int64
	State      State // of the live database
}

// Value returns the result as users see it.
func (r UndoResult) Value() document.Value {
	var o object
	o.str("generation", r.Generation)
	o.str("removed", r.Removed)
	o.num("freed_bytes", r.FreedBytes)
	o.num("documents", r.State.Documents)
	o.num("sequence", int64(r.State.Sequence))
	o.digest("digest", r.State.Digest)
	return o.value()
}

// HistoryEntry tells of the undo or the drop.
func (r UndoResult) HistoryEntry(op Operation) HistoryEntry {
	return HistoryEntry{Op: op, OK: true, UUID: r.State.UUID, Sequence: r.State.Sequence, Documents: r.State.Documents, Bytes: r.FreedBytes, Digest: r.State.Digest}
}

// UndoRestore brings the database before the last restore back: it opens it where
// it lies, and then replaces CURRENT by rename. The restored one is removed, with all
// that was written to it since. The database must not be open.
func UndoRestore(ctx context.Context, o Options) (UndoResult, error) {
	return exchange(ctx, o, func(c manifest.Current) (live, removed string) { return c.Previous, c.Generation })
}

// DropPrevious removes the database that the last restore replaced. The database
// must not be open.
func DropPrevious(ctx context.Context, o Options) (UndoResult, error) {
	return exchange(ctx, o, func(c manifest.Current) (live, removed string) { return c.Generation, c.Previous })
}

// exchange leaves one of the two generations that a restore left and removes the
// other. The one that stays must open.
func exchange(ctx context.Context, o Options, choose func(manifest.Current) (live, removed string)) (UndoResult, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return UndoResult{}, err
	}
	if err := isDatabase(o); err != nil {
		return UndoResult{}, err
	}
	lock, err := takeLock(o)
	if err != nil {
		return UndoResult{}, err
	}
	r, err := exchangeLocked(ctx, o, choose)
	if cerr := lock.Close(); cerr != nil {
		o.Logger.Warn("file.close_failed", "file", nameLock, "error", cerr.Error())
	}
	return r, under(dberr.RestoreFailed, err)
}

func exchangeLocked(ctx context.Context, o Options, choose func(manifest.Current) (live, removed string)) (UndoResult, error) {
	db := newDB(o)
	db.opts.ReadOnly = true
	current, err := db.readCurrent()
	if err != nil {
		return UndoResult{}, err
	}
	if current.Previous == "" {
		return UndoResult{}, dberr.New(dberr.RestoreFailed, "no restore is there to undo: generation %s replaced none, or the one it replaced was dropped", current.Generation).
			WithHint("nothing was changed")
	}
	live, removed := choose(current)
	db.gen = generation(live)
	defer db.abandon()
	if err := db.load(ctx); err != nil {
		return UndoResult{}, err
	}
	r := UndoResult{Generation: live, Removed: removed}
	if r.State, err = db.State(); err != nil {
		return UndoResult{}, err
	}
	if r.FreedBytes, err = db.soleBytes(generation(removed).dir()); err != nil {
		return UndoResult{}, err
	}
	if err := publishCurrent(o, manifest.Current{Generation: live, UUID: db.identity.UUID}); err != nil {
		return UndoResult{}, err
	}
	// From here on the other one is a leftover: what cannot be removed now is swept at
	// the next open.
	if err := removeGeneration(db, removed); err != nil {
		o.Logger.Warn("file.remove_failed", "file", generation(removed).dir(), "error", err.Error())
	}
	o.Logger.Debug("restore.settled", "generation", live, "removed", removed, "freed_bytes", r.FreedBytes)
	return r, nil
}

func removeGeneration(db *DB, name string) error {
	dir := generation(name).dir()
	if err := vfs.RemoveAll(db.fs, db.path(dir)); err != nil {
		return err
	}
	return db.fs.SyncDir(db.path(path.Dir(dir)))
}
