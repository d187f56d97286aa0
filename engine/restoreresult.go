package engine

import (
	"time"

	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/document"
)

// RestoreOptions tune Restore.
type RestoreOptions struct {
	// Path stands for the stream in errors.
	Path string
	// Progress is told bytes of the backup, then bytes verified.
	Progress Progress
	// Confirm, if not nil, is asked once, before a byte is written, when the restore
	// would replace a database. An error ends the restore and is returned.
	Confirm func(Replacement) error
}

// A Replacement says what a restore would replace by what.
type Replacement struct {
	Live   *State // nil if the live database cannot be read
	Broken error  // why it cannot
	Backup State
}

// State names one state of a database.
type State struct {
	UUID      string
	Sequence  uint64
	Documents int64
	Digest    digest.Sum
}

// Foreign reports whether the backup is of another database, or its own database
// cannot be read.
func (r *Replacement) Foreign() bool { return r.Live == nil || r.Live.UUID != r.Backup.UUID }

// Older reports whether the live database has acknowledged writes that the backup
// does not contain.
func (r *Replacement) Older() bool { return r.Live != nil && r.Live.Sequence > r.Backup.Sequence }

// RestoreResult is what a restore did.
type RestoreResult struct {
	UUID       string
	Documents  int64
	Sequence   uint64
	Digest     digest.Sum
	Generation string
	Previous   string // the generation kept for UndoRestore; empty if there was none
	Duration   time.Duration
}

// Value returns the result as users see it.
func (r RestoreResult) Value() document.Value {
	var o object
	o.str("uuid", r.UUID)
	o.num("documents", r.Documents)
	o.num("sequence", int64(r.Sequence))
	o.digest("digest", r.Digest)
	o.str("generation", r.Generation)
	if r.Previous != "" {
		o.str("previous", r.Previous)
	}
	o.ms("duration_ms", r.Duration)
	return o.value()
}
