package engine

import (
	"context"
	"io"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/vfs"
)

// DrillResult is how a drill went.
type DrillResult struct {
	OK        bool
	UUID      string // of the database in the backup
	Documents int64
	Sequence  uint64
	Digest    digest.Sum
	Restore   time.Duration
	Open      time.Duration
	Verify    time.Duration
	Problems  []Problem
}

// Value returns the result as users see it.
func (r DrillResult) Value() document.Value {
	var o object
	o.add("ok", document.BoolValue(r.OK))
	o.str("uuid", r.UUID)
	o.num("documents", r.Documents)
	o.num("sequence", int64(r.Sequence))
	o.digest("digest", r.Digest)
	o.ms("restore_ms", r.Restore)
	o.ms("open_ms", r.Open)
	o.ms("verify_ms", r.Verify)
	o.add("problems", problemsValue(r.Problems))
	return o.value()
}

// Drill does with a backup all that a restore does, into Options.Dir, which must not
// exist or be empty, opens the result as the next start would, verifies it, and
// removes it. No database is touched.
func Drill(ctx context.Context, o Options, r io.Reader, ro RestoreOptions) (DrillResult, error) {
	o = o.withDefaults()
	var result DrillResult
	// What lies there is removed at the end, so it must be the drill's own.
	entries, serr := o.FS.ReadDir(o.Dir)
	switch {
	case serr == nil && len(entries) > 0:
		return result, dberr.New(dberr.DatabaseExists, "the scratch directory is not empty: it holds %q", entries[0].Name()).In(o.Dir).
			WithHint("name an empty or new directory; nothing was changed")
	case serr != nil && !vfs.IsNotExist(serr):
		return result, dberr.From(vfs.Wrap(serr, "drill", o.Dir))
	}
	restored, err := Restore(ctx, o, r, ro)
	if err != nil {
		return result, cleanUp(o, err, serr)
	}
	result.UUID, result.Documents, result.Sequence, result.Digest, result.Restore = restored.UUID, restored.Documents, restored.Sequence, restored.Digest, restored.Duration
	return result, cleanUp(o, result.open(ctx, o, ro.Progress), serr)
}

func (r *DrillResult) open(ctx context.Context, o Options, progress Progress) error {
	start := o.Now()
	db, err := Open(ctx, o)
	if err != nil {
		return err
	}
	r.Open = o.Now().Sub(start)
	found, err := db.Verify(ctx, progress)
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	r.Verify, r.Problems = found.Duration, found.Problems
	r.OK = err == nil && found.OK() && found.Digest == r.Digest
	return err
}

// cleanUp removes the scratch directory. The error of the drill comes before its
// own.
func cleanUp(o Options, err, missing error) error {
	var rerr error
	if vfs.IsNotExist(missing) {
		rerr = vfs.RemoveAll(o.FS, o.Dir)
	} else {
		for _, name := range []string{nameCurrent, nameGenerations, nameSnapshots, nameRestoring, nameLock} {
			if e := vfs.RemoveAll(o.FS, o.Dir+"/"+name); rerr == nil {
				rerr = e
			}
		}
	}
	if err == nil && rerr != nil {
		err = dberr.From(vfs.Wrap(rerr, "drill", o.Dir)).WithHint("remove the scratch directory")
	}
	return err
}
