package engine

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// DB is an open database. All methods are safe for concurrent use.
type DB struct {
	opts     Options
	fs       vfs.FS
	log      *slog.Logger
	lock     vfs.File // nil when read-only
	gen      generation
	previous string // the generation that a restore replaced; empty if there is none
	identity Identity
	uuid     [16]byte
	cache    *blockcache.Cache
	recovery Recovery

	catalog atomic.Pointer[catalog]
	failure atomic.Pointer[dberr.Error] // set once: why the database refuses all work

	// writeMu is held by whoever changes the database, across the sync.
	writeMu     sync.Mutex
	wal         *wal.Log
	manifest    manifest.Manifest // what CHECKPOINT says
	nextSegment uint64
	writer      writer
	checkpoints checkpointStats
	nearFull    *wal.Log                              // the log that wal.near_full was told of
	followed    int64                                 // of a Watcher: the extent of the log that nothing can be new in
	extents     map[*segment.Segment][]segment.Extent // of live segments that Stats has asked

	// queueMu guards the writers that wait for a record.
	queueMu sync.Mutex
	queue   []*transaction
	leading bool

	// viewMu guards what a new view gets, and the digests that go with it.
	viewMu  sync.Mutex
	state   *state // nil after Close
	visible uint64 // the last acknowledged sequence
	digest  digest.Sum
}

// Identity says which database this is.
type Identity struct {
	UUID      string
	CreatedAt time.Time
	Format    int // version of the on-disk format
}

// checkpointStats is what Stats tells of the checkpoints of this process.
type checkpointStats struct {
	automatic    int64
	lastDuration *time.Duration
}

// Dir returns the data directory.
func (db *DB) Dir() string { return db.opts.Dir }

// Logger returns the logger that the database was opened with.
func (db *DB) Logger() *slog.Logger { return db.log }

// Identity returns the database's identity.
func (db *DB) Identity() Identity { return db.identity }

// ReadOnly reports whether the database was opened read-only.
func (db *DB) ReadOnly() bool { return db.opts.ReadOnly }

// Recovery returns what Open found and did.
func (db *DB) Recovery() Recovery { return db.recovery }

// Sequence returns the sequence of the last acknowledged operation.
func (db *DB) Sequence() uint64 {
	db.viewMu.Lock()
	defer db.viewMu.Unlock()
	return db.visible
}

// Digest returns the digest of all documents.
func (db *DB) Digest() (digest.Sum, error) {
	if err := db.usable(); err != nil {
		return digest.Sum{}, err
	}
	db.viewMu.Lock()
	defer db.viewMu.Unlock()
	return db.digest, nil
}

// Schemas returns every registered schema: collections in order of registration,
// versions in order of registration within.
func (db *DB) Schemas() ([]*schema.Schema, error) {
	if err := db.usable(); err != nil {
		return nil, err
	}
	var all []*schema.Schema
	for _, col := range db.catalog.Load().collections {
		for _, v := range col.versions {
			all = append(all, v.schema)
		}
	}
	return all, nil
}

// Schema returns one schema; an empty version means the newest. Unknown names are
// AERO_SCHEMA_UNKNOWN and AERO_SCHEMA_VERSION_UNKNOWN.
func (db *DB) Schema(id, version string) (*schema.Schema, error) {
	if err := db.usable(); err != nil {
		return nil, err
	}
	_, v, err := db.catalog.Load().find(id, version)
	if err != nil {
		return nil, err
	}
	return v.schema, nil
}

// usable returns why the database refuses work, nil if it does not.
func (db *DB) usable() error {
	if e := db.failure.Load(); e != nil {
		return e
	}
	return nil
}

// writable is usable for calls that change something.
func (db *DB) writable() error {
	if err := db.usable(); err != nil {
		return err
	}
	if db.opts.ReadOnly {
		return dberr.New(dberr.DatabaseReadOnly, "the database is open read-only")
	}
	return nil
}

// fail makes the database refuse all further work: what is on disk is not known.
func (db *DB) fail(cause error) {
	e := dberr.New(dberr.DatabaseFailed, "the database refuses all work since: %w", cause)
	if db.failure.CompareAndSwap(nil, e) {
		db.log.Error("database.failed", "cause", cause.Error())
	}
}

func errClosed() error {
	return dberr.New(dberr.DatabaseFailed, "the database is closed").WithHint("open it again")
}

// Close seals the log and closes the database. Waiting writers are finished first;
// open iterators keep their view. Closing twice is harmless.
func (db *DB) Close() error {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	db.viewMu.Lock()
	s := db.state
	db.state = nil
	sum := db.digest
	db.viewMu.Unlock()
	if s == nil {
		return nil
	}
	var err error
	if db.failure.Load() == nil && !db.opts.ReadOnly {
		err = db.wal.Seal(sum)
		db.unsign()
	}
	db.failure.CompareAndSwap(nil, dberr.From(errClosed()))
	if db.wal != nil { // a snapshot has none
		if cerr := db.wal.Close(); cerr != nil {
			db.log.Warn("file.close_failed", "file", db.gen.wal()+"/"+db.wal.Name(), "error", cerr.Error())
		}
	}
	db.cache.Clear() // so that segments do not look for their blocks in it one by one
	db.releaseState(s)
	if db.lock != nil {
		if cerr := db.lock.Close(); cerr != nil {
			db.log.Warn("file.close_failed", "file", nameLock, "error", cerr.Error())
		}
	}
	db.log.Debug("database.closed", "sequence", db.visible, "digest", sum.String())
	return err
}
