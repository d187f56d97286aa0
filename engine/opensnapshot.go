package engine

import (
	"context"
	"path"

	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// isSnapshot reports whether the directory is a snapshot's folder: it has its
// manifest where a data directory has CURRENT.
func isSnapshot(o Options) bool {
	if _, err := o.FS.Stat(path.Join(o.Dir, nameCurrent)); !vfs.IsNotExist(err) {
		return false
	}
	_, err := o.FS.Stat(path.Join(o.Dir, nameManifest))
	return err == nil
}

// openSnapshot opens a snapshot as it lies, read-only. Nobody writes to one, so
// there is no lock to take.
func openSnapshot(ctx context.Context, o Options) (*DB, error) {
	o.ReadOnly = true
	db := newDB(o)
	start := o.Now()
	err := db.loadSnapshot(ctx)
	if err != nil {
		db.abandon()
		return nil, err
	}
	db.recovery.Sealed = true
	db.recovery.Sequence, db.recovery.Digest = db.visible, db.digest
	db.recovery.Duration = o.Now().Sub(start)
	return db, nil
}

func (db *DB) loadSnapshot(ctx context.Context) error {
	data, err := db.readFile(nameManifest)
	if err != nil {
		return err
	}
	if db.manifest, err = manifest.DecodeSnapshot(nameManifest, data); err != nil {
		return err
	}
	if err := db.readIdentity(); err != nil {
		return err
	}
	if db.manifest.UUID != db.identity.UUID {
		return db.foreign(nameManifest, db.manifest.UUID)
	}
	return db.loadManifest(ctx)
}
