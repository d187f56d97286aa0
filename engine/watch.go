package engine

import (
	"context"
	"path"
	"reflect"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/wal"
)

// A Watcher looks at a database again and again, beside the process that has it open if
// there is one. It holds no lock, changes nothing, and is in nobody's way. A look costs
// what happened since the one before: nothing if nothing did, reading the log and applying
// what is new in it if there were writes, an open after a checkpoint.
type Watcher struct {
	o  Options
	db *DB // nil if the next look opens it
}

// NewWatcher returns a watcher of the database in o.Dir, which Look opens.
func NewWatcher(o Options) *Watcher {
	o.ReadOnly, o.Unlocked = true, true
	return &Watcher{o: o}
}

// Look returns the database as it is now; it is the watcher's, and good until the next
// Look or Close. An error may be due to what the other process was doing: the next look
// begins anew.
func (w *Watcher) Look(ctx context.Context) (*DB, error) {
	if w.db != nil {
		if same, err := w.db.follow(ctx); same && err == nil {
			return w.db, nil
		}
		w.Close()
	}
	db, err := Open(ctx, w.o)
	if err != nil {
		return nil, err
	}
	if db.lock != nil { // nobody had it open; somebody may want to
		if err := db.lock.Close(); err != nil {
			db.log.Warn("file.close_failed", "file", nameLock, "error", err.Error())
		}
		db.lock = nil
	}
	w.db = db
	return db, nil
}

// Close lets go of the database.
func (w *Watcher) Close() {
	if w.db != nil {
		_ = w.db.Close() // it was only read
		w.db = nil
	}
}

// follow takes over what another process has written to the log. Same is false if there
// is another checkpoint than the one that was opened, or another generation. After an
// error the database is of no more use.
func (db *DB) follow(ctx context.Context) (same bool, err error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.usable(); err != nil || db.wal == nil { // a snapshot stays as it is
		return true, err
	}
	current, err := db.readCurrent()
	if err != nil {
		return false, err
	}
	m, err := db.readManifest()
	if err != nil || generation(current.Generation) != db.gen || !reflect.DeepEqual(m, db.manifest) {
		return false, err
	}
	name := db.manifest.WAL.File
	full := path.Join(db.gen.wal(), name)
	used, _, err := wal.Extent(db.fs, db.path(full))
	if err != nil || used == db.followed {
		return true, err
	}
	r := db.newReplayer(ctx, full, db.visible)
	r.offset = used
	defer r.stage.wait() // also after an error
	log, report, err := wal.Open(db.walOptions(), name, r.follow, true)
	if err != nil {
		return true, db.place(err)
	}
	_ = db.wal.Close() // it was only read
	db.wal = log
	if report.LastSequence != db.visible {
		return true, dberr.New(dberr.RecoveryInconsistent, "the log ends at sequence %d, before %d, which was there", report.LastSequence, db.visible).In(full)
	}
	// What is behind the last record of a log that goes on is zeros, so that it cannot grow
	// without its extent. A seal, or a torn record, may be written over.
	if db.followed = used; report.Sealed || report.TornBytes > 0 {
		db.followed = 0
	}
	return true, nil
}

// follow applies a record while others may read.
func (r *replayer) follow(rec wal.Record) error {
	db := r.db
	db.viewMu.Lock()
	defer db.viewMu.Unlock()
	if err := r.record(rec); err != nil {
		return err
	}
	r.stage.drain()
	if last := rec.FirstSequence + uint64(rec.Count) - 1; rec.Count > 0 && last > db.visible {
		db.visible = last
	}
	return nil
}
