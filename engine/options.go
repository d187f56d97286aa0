package engine

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// OnFull says what happens to a write that would pass Options.WALMaxSize.
type OnFull string

// The two answers to a full WAL.
const (
	OnFullCheckpoint OnFull = "checkpoint" // a checkpoint runs first, in the foreground
	OnFullReject     OnFull = "reject"     // the write fails with AERO_WAL_FULL
)

// VerifyMode says how much Open reads.
type VerifyMode string

// How much Open reads.
const (
	VerifyQuick VerifyMode = "quick" // footers and the WAL
	VerifyFull  VerifyMode = "full"  // every block of every segment as well
)

// Options is everything a database gets from outside. DefaultOptions has the
// defaults; the zero value of a field means its default too.
type Options struct {
	// Dir is the data directory.
	Dir string
	// FS is the file system. Default: vfs.OS.
	FS vfs.FS
	// Now is the clock. It gives names to snapshots and durations to reports; no order
	// depends on it. Default: time.Now.
	Now func() time.Time
	// Rand gives the 16 bytes of a new database's uuid. Default: crypto/rand.
	Rand io.Reader
	// Logger gets the events: what happens unasked at info, what a call was asked to do
	// at debug, since its result says it. Default: none. A logger never changes
	// behaviour.
	Logger *slog.Logger
	// Command and Pid are written into LOCK, for whoever finds it held.
	Command string
	Pid     int
	// ReadOnly opens without changing one byte.
	ReadOnly bool
	// Unlocked lets a read-only open look at a database that another process has open
	// for writing. What it sees is a state of it that was whole at some moment, or an
	// error if the other is quicker each time.
	Unlocked bool
	// WALMaxSize is what the WAL file may grow to, in bytes, which bounds what recovery
	// replays. A file that is larger keeps its size until the next checkpoint, and is used
	// up to there. Default: 64 MiB.
	WALMaxSize int64
	// WALOnFull says what a write does that would pass WALMaxSize. Default: checkpoint.
	WALOnFull OnFull
	// SnapshotsKeep is how many snapshots a checkpoint leaves. Default: 2.
	SnapshotsKeep int
	// CacheSize bounds the cache of segment blocks, in bytes. Default: 64 MiB.
	CacheSize int64
	// Verify says how much Open reads. Default: quick.
	Verify VerifyMode
	// DocumentSizeMax bounds a document, in bytes of its JSON. Default: 16 MiB.
	DocumentSizeMax int
	// ReplayProgress, if not nil, is told how much of a long log Open has replayed, in
	// bytes of the log's size, and at the end all of it. A short one is not told of.
	ReplayProgress Progress
	// SlowOperation is how long a read or a write may take before it is logged. Default: no
	// bound, and no look at the clock.
	SlowOperation time.Duration
	// QueryLimitMax bounds the limit of a query, in documents. Default: 10000.
	QueryLimitMax int
}

// Bounds of the sizes, in bytes.
const (
	WALSizeMin = 16 << 10
	WALSizeMax = 4 << 30
)

// DefaultOptions returns options with every default filled in; Dir is left to the
// caller.
func DefaultOptions() Options { return Options{}.withDefaults() }

func (o Options) withDefaults() Options {
	if o.FS == nil {
		o.FS = vfs.OS
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	setDefault(&o.WALMaxSize, 64<<20)
	setDefault(&o.WALOnFull, OnFullCheckpoint)
	setDefault(&o.SnapshotsKeep, 2)
	setDefault(&o.CacheSize, 64<<20)
	setDefault(&o.Verify, VerifyQuick)
	setDefault(&o.DocumentSizeMax, 16<<20)
	setDefault(&o.QueryLimitMax, 10000)
	o.WALMaxSize &^= 511 // whole sectors
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (o Options) check() error {
	unsafe := func(format string, args ...any) error { return dberr.New(dberr.ConfigUnsafe, format, args...) }
	switch {
	case o.Dir == "":
		return dberr.New(dberr.ConfigInvalid, "no data directory is given")
	case o.WALMaxSize < WALSizeMin || o.WALMaxSize > WALSizeMax:
		return unsafe("wal.max_size is %d bytes; it must be between %d and %d", o.WALMaxSize, WALSizeMin, int64(WALSizeMax))
	case o.WALOnFull != OnFullCheckpoint && o.WALOnFull != OnFullReject:
		return dberr.New(dberr.ConfigInvalid, "wal.on_full is %q; it must be %q or %q", o.WALOnFull, OnFullCheckpoint, OnFullReject)
	case o.Verify != VerifyQuick && o.Verify != VerifyFull:
		return dberr.New(dberr.ConfigInvalid, "startup.verify is %q; it must be %q or %q", o.Verify, VerifyQuick, VerifyFull)
	case o.SnapshotsKeep < 1:
		return unsafe("snapshots.keep is %d; the current checkpoint's snapshot is always kept, so it must be at least 1", o.SnapshotsKeep)
	case o.CacheSize < 0 || o.SlowOperation < 0 || o.DocumentSizeMax < 0 || o.QueryLimitMax < 0:
		return unsafe("a size, time or limit is negative")
	}
	return nil
}
