package engine

import (
	"context"
	"path"
	"time"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/memtable"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
)

// Open opens the database in Options.Dir: it takes the lock, reads CHECKPOINT and
// the footers of its segments, replays the log behind them and sweeps what a crash
// left. Its cost follows the log, not the data. DB.Recovery tells what it found.
//
// A directory that is not a database is AERO_DATABASE_NOT_FOUND, one that another
// process has open AERO_DATABASE_LOCKED. Damage is refused with its file and offset,
// and nothing is changed.
func Open(ctx context.Context, o Options) (*DB, error) {
	growStack(0)
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	if isSnapshot(o) {
		return openSnapshot(ctx, o)
	}
	if err := isDatabase(o); err != nil {
		return nil, err
	}
	db := newDB(o)
	lock, err := db.takeLock()
	if err != nil {
		return nil, err
	}
	db.lock = lock
	db.warnOfDisk()
	if err := db.open(ctx); err != nil {
		db.logDamage("recovery.failed", err)
		db.abandon()
		return nil, err
	}
	return db, nil
}

func newDB(o Options) *DB {
	return &DB{opts: o, fs: o.FS, log: o.Logger, cache: blockcache.New(o.CacheSize)}
}

func (db *DB) takeLock() (vfs.File, error) {
	if db.opts.ReadOnly {
		return takeReadLock(db.opts)
	}
	return takeLock(db.opts)
}

// warnOfDisk tells of a file system that may not keep what it promises. Nothing else
// depends on the answer.
func (db *DB) warnOfDisk() {
	st, err := db.fs.Statfs(db.opts.Dir)
	reason := st.Doubt()
	if err != nil {
		reason = err.Error()
	}
	if reason != "" && !db.opts.ReadOnly {
		db.log.Warn("disk.doubtful", "dir", db.opts.Dir, "type", st.Type, "reason", reason)
	}
}

// isDatabase refuses a directory without CURRENT before anything is touched.
func isDatabase(o Options) error {
	_, unnamed := o.FS.Stat(path.Join(o.Dir, nameCurrent))
	if unnamed == nil {
		return nil
	}
	info, err := o.FS.Stat(o.Dir)
	switch {
	case vfs.IsNotExist(err) || vfs.IsNotDir(err):
		return dberr.New(dberr.DatabaseNotFound, "there is no directory %s", o.Dir).WithHint("create a database with: aerodb init --data-dir %s", o.Dir)
	case err != nil:
		return vfs.Wrap(err, "open", o.Dir)
	case !info.IsDir():
		return dberr.New(dberr.DatabaseNotFound, "%s is a file, not a data directory", o.Dir)
	}
	if vfs.IsNotExist(unnamed) {
		if err := unused(o); err != nil {
			return err
		}
		return dberr.New(dberr.DatabaseNotFound, "%s is not a database: it has no %s", o.Dir, nameCurrent).WithHint("create a database with: aerodb init --data-dir %s", o.Dir)
	}
	return wrapIO(unnamed, "open", nameCurrent)
}

// abandon lets go of what a failed open holds. Nothing was changed.
func (db *DB) abandon() {
	if db.state != nil {
		db.releaseState(db.state)
	}
	if db.wal != nil {
		_ = db.wal.Close() // the failure that led here is what the caller must know
	}
	if db.lock != nil {
		_ = db.lock.Close()
	}
}

func (db *DB) open(ctx context.Context) error {
	start := db.opts.Now()
	current, err := db.readCurrent()
	if err != nil {
		return err
	}
	db.gen, db.previous = generation(current.Generation), current.Previous
	if err := db.load(ctx); err != nil {
		return err
	}
	if current.UUID != db.identity.UUID {
		return db.foreign(nameCurrent, current.UUID)
	}
	sweeper := &sweeper{db: db}
	if err := sweeper.look(); err != nil { // what settle writes over is a leftover too
		return err
	}
	if err := db.settle(sweeper); err != nil {
		return err
	}
	db.recovery.Unknown = sweeper.unknown
	if !db.opts.ReadOnly {
		sweeper.sweep()
	}
	db.recovery.Duration = db.opts.Now().Sub(start)
	db.reportRecovery()
	db.recordRecovery()
	return nil
}

// load reads the generation: what CHECKPOINT lists and the log behind it.
func (db *DB) load(ctx context.Context) error {
	if err := db.readIdentity(); err != nil {
		return err
	}
	if err := db.readCheckpoint(); err != nil {
		return err
	}
	if err := db.loadManifest(ctx); err != nil {
		return err
	}
	return db.replay(ctx)
}

// readCheckpoint reads CHECKPOINT.
func (db *DB) readCheckpoint() error {
	data, err := db.readFile(db.gen.checkpoint())
	if err != nil {
		return err
	}
	if db.manifest, err = manifest.DecodeCheckpoint(db.gen.checkpoint(), data); err != nil {
		return err
	}
	if db.manifest.UUID != db.identity.UUID {
		return db.foreign(db.gen.checkpoint(), db.manifest.UUID)
	}
	db.nextSegment = db.manifest.NextSegment
	db.log.Debug("recovery.begin", "generation", string(db.gen), "snapshot", db.manifest.Snapshot, "checkpoint_sequence", db.manifest.Sequence, "segments", len(db.manifest.Segments))
	return nil
}

// loadManifest opens what the manifest lists.
func (db *DB) loadManifest(ctx context.Context) error {
	if err := db.loadSchemas(); err != nil {
		return err
	}
	if err := db.openSegments(); err != nil {
		return err
	}
	if err := db.loadCounts(); err != nil {
		return err
	}
	if db.opts.Verify == VerifyFull {
		return db.verifySegments(ctx)
	}
	return nil
}

func (db *DB) readCurrent() (manifest.Current, error) {
	data, err := db.readFile(nameCurrent)
	if err != nil {
		return manifest.Current{}, err
	}
	return manifest.DecodeCurrent(nameCurrent, data)
}

// readIdentity reads DATABASE.
func (db *DB) readIdentity() error {
	data, err := db.readFile(db.gen.database())
	if err != nil {
		return err
	}
	identity, err := manifest.DecodeDatabase(db.gen.database(), data)
	if err != nil {
		return err
	}
	uuid, ok := parseUUID(identity.UUID)
	created, terr := time.Parse(time.RFC3339, identity.CreatedAt)
	if !ok || terr != nil {
		return dberr.New(dberr.StorageCorruption, "the identity %q of %q is not one", identity.UUID, identity.CreatedAt).At(db.gen.database(), 0)
	}
	db.uuid, db.identity = uuid, Identity{identity.UUID, created, manifest.Format}
	return nil
}

func (db *DB) foreign(name, uuid string) error {
	return dberr.New(dberr.StorageCorruption, "the file belongs to database %s; this is %s", uuid, db.identity.UUID).At(name, 0)
}

// readFile reads one of the small files that must be there.
func (db *DB) readFile(name string) ([]byte, error) {
	data, err := vfs.ReadFile(db.fs, db.path(name), manifest.FileBytesMax)
	if vfs.IsNotExist(err) {
		return nil, missing(name)
	}
	return data, wrapIO(err, "open", name)
}

func missing(name string) error {
	return dberr.New(dberr.StorageCorruption, "the file is missing").At(name, 0)
}

// openSegments opens what CHECKPOINT lists, by footers only.
func (db *DB) openSegments() error {
	s := &state{table: memtable.New()}
	db.state = s
	s.views = 1
	for _, e := range db.manifest.Segments {
		name := path.Join(db.gen.segments(), segment.FileName(e.Number))
		seg, err := segment.Open(db.fs, db.path(name), name, segment.ID{UUID: db.uuid, Number: e.Number}, e.Bytes, db.cache)
		if vfs.IsNotExist(err) {
			return missing(name)
		}
		if err != nil {
			return err
		}
		s.segments = append(s.segments, seg)
	}
	return nil
}

// loadCounts takes the counts and digests of the checkpoint.
func (db *DB) loadCounts() error {
	m := &db.manifest
	cat := db.catalog.Load()
	wrong := func(format string, args ...any) error {
		return dberr.New(dberr.RecoveryInconsistent, format, args...).In(db.gen.checkpoint())
	}
	if len(m.Collections) != len(cat.collections) {
		return wrong("it counts %d collections and lists the schemas of %d", len(m.Collections), len(cat.collections))
	}
	var documents int64
	for i, c := range m.Collections {
		col := cat.collections[i]
		if c.Number != col.number || len(c.Versions) != len(col.versions) {
			return wrong("collection %d has %d versions and schemas of %d", c.Number, len(c.Versions), len(col.versions))
		}
		*col.digest = c.Digest
		for j, v := range c.Versions {
			col.versions[j].documents.Store(v.Documents)
			documents += v.Documents
		}
		db.digest = db.digest.Add(c.Digest)
	}
	if documents != m.Documents || db.digest != m.Digest {
		return wrong("the collections have %d documents and digest %s, the whole has %d and %s", documents, db.digest, m.Documents, m.Digest)
	}
	db.visible = m.Sequence
	return nil
}

// verifySegments reads every block of every segment.
func (db *DB) verifySegments(ctx context.Context) error {
	for i, s := range db.state.segments {
		result, err := s.Verify(ctx, nil)
		if err != nil {
			return err
		}
		if err := wrongSum(result.Info.CRC32C, db.manifest.Segments[i], s.Name()); err != nil {
			return err
		}
	}
	return nil
}
