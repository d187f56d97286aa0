package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
)

// A Problem is one thing that Verify found wrong.
type Problem struct {
	File      string // relative to the directory; empty where it is no file's
	Offset    int64  // in File, if HasOffset
	HasOffset bool
	Code      dberr.Code
	Message   string // what was found and what was expected
	Affected  string // what is lost or in doubt
	Hint      string // which command helps
}

// VerifyResult is what Verify read and found.
type VerifyResult struct {
	Files        int64
	Bytes        int64 // read from files
	Documents    int64
	IndexEntries int64
	Digest       digest.Sum // recomputed from the documents
	Sequence     uint64     // of the state that was verified; 0 if it could not be opened
	Problems     []Problem
	Unknown      []string          // files that are no part of the database, and leftovers: they are never read
	Foreign      []ForeignSnapshot // whole or not, they are no part of this database and no problem of it
	Duration     time.Duration
}

// A ForeignSnapshot is the folder of a snapshot of another database, as a restore of
// that one, or over it, leaves.
type ForeignSnapshot struct {
	Folder string // relative to the directory
	UUID   string // of its database
}

// OK reports whether nothing was found wrong.
func (r *VerifyResult) OK() bool { return len(r.Problems) == 0 }

// problemsMax bounds a report: a database that has more needs no longer list.
const problemsMax = 100

func (r *VerifyResult) add(p Problem) {
	if len(r.Problems) < problemsMax {
		r.Problems = append(r.Problems, p)
	}
}

// failed notes an error as a problem, of a file that cannot be read too, under its own
// code; an interruption is none and is returned.
func (r *VerifyResult) failed(err error, affected string) error {
	if err == nil {
		return nil
	}
	e := dberr.From(err)
	switch e.Code {
	case dberr.ScriptInterrupted, dberr.InternalInvariant:
		return err
	}
	r.add(Problem{File: e.Path, Offset: e.Offset, HasOffset: e.HasOffset, Code: e.Code, Message: e.Message, Affected: affected, Hint: e.Advice()})
	return nil
}

// Progress is told how far a call is: bytes done of all. It is called from the
// goroutine that made the call.
type Progress func(done, total int64)

func (p Progress) report(done, total int64) {
	if p != nil {
		p(done, total)
	}
}

// Verify reads every byte of the database: checksums of all files, order of keys,
// the log with its space behind the end, each document against its schema, each
// index entry against its document and back, counts, digests, and the snapshots.
// Writers wait meanwhile, readers do not. What it finds is in the result; an error
// says that it could not look.
func (db *DB) Verify(ctx context.Context, progress Progress) (VerifyResult, error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.usable(); err != nil {
		return VerifyResult{}, err
	}
	start := db.opts.Now()
	v := &verifier{db: db, ctx: ctx, progress: progress, fromDisk: true}
	v.result.Sequence = db.visible
	db.log.Debug("verify.begin", "sequence", db.visible)
	err := v.run()
	v.result.Duration = db.opts.Now().Sub(start)
	db.logVerify(&v.result, err)
	return v.result, err
}

func (db *DB) logVerify(r *VerifyResult, err error) {
	if err != nil {
		db.log.Debug("verify.failed", "error", err.Error())
		return
	}
	for _, p := range r.Problems {
		db.log.Error("verify.problem", "file", p.File, "offset", p.Offset, "code", string(p.Code), "message", p.Message)
	}
	for _, f := range r.Foreign {
		db.log.Warn("verify.foreign_snapshot", "folder", f.Folder, "uuid", f.UUID)
	}
	db.log.Debug("verify.end", "files", r.Files, "bytes", r.Bytes, "documents", r.Documents, "problems", len(r.Problems), "duration_ms", r.Duration.Milliseconds())
}

// unlockedTries is how often a look at a database that another process changes is
// taken again before what it shows is believed.
const unlockedTries = 5

// Verify verifies the directory in Options.Dir, a data directory or a snapshot's
// folder, without changing a byte. It works also on one that another process has
// open: what that process changes meanwhile can look like damage, so a look that
// finds something is taken again. And it works on one that Open refuses: the reason
// is then among the problems, with what else can be found.
func Verify(ctx context.Context, o Options, progress Progress) (VerifyResult, error) {
	o = o.withDefaults()
	o.ReadOnly, o.Unlocked, o.Verify = true, true, VerifyQuick
	for try := 1; ; try++ {
		result, held, err := verifyDir(ctx, o, progress)
		if !held || try == unlockedTries || err != nil || result.OK() {
			return result, err
		}
	}
}

// verifyDir verifies once; held says that another process has the database open.
func verifyDir(ctx context.Context, o Options, progress Progress) (result VerifyResult, held bool, err error) {
	start := o.Now()
	held = isHeld(o)
	db, err := Open(ctx, o)
	if err == nil {
		result, err := db.Verify(ctx, progress)
		if cerr := db.Close(); err == nil {
			err = cerr
		}
		return result, held, err
	}
	if dberr.CodeOf(err).Severity() != dberr.Fatal {
		return VerifyResult{}, held, err // not a database, or not readable
	}
	v := &verifier{db: newDB(o), ctx: ctx, progress: progress}
	err = v.result.failed(err, "the database cannot be opened")
	if err == nil {
		err = v.closed()
	}
	v.result.Duration = o.Now().Sub(start)
	return v.result, held, err
}

// A verifier collects what it finds. Problems do not stop it.
type verifier struct {
	db       *DB
	ctx      context.Context
	progress Progress
	fromDisk bool // what the kernel has cached of the segments is read again
	result   VerifyResult
	total    int64 // bytes to read, for progress
	done     int64
}

func (v *verifier) run() error {
	v.measure()
	for _, step := range []func() error{v.smallFiles, v.segments, v.log, v.snapshots, v.others} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// segments verifies the segments and what their entries say. Where that is no proof of
// anything, because the schemas or a segment are damaged, the files alone are verified,
// one by one.
func (v *verifier) segments() error {
	if !v.result.OK() {
		return v.segmentFiles(v.db.gen.segments(), v.db.manifest)
	}
	before := v.done
	err := v.contents()
	if !errors.Is(err, errDamaged) {
		return err
	}
	v.done = before
	if err := v.segmentFiles(v.db.gen.segments(), v.db.manifest); err != nil || !v.result.OK() {
		return err
	}
	// The disk gave another answer the second time.
	return v.result.failed(err, "documents and index entries of this segment")
}

// closed verifies the files of a database that cannot be opened, as far as its
// CHECKPOINT can be read.
func (v *verifier) closed() error {
	db := v.db
	if !isSnapshot(db.opts) {
		current, err := db.readCurrent()
		if err != nil {
			return nil // reported by Open
		}
		db.gen = generation(current.Generation)
		if db.readIdentity() != nil {
			return nil
		}
	}
	m, err := db.readManifest()
	if err != nil {
		return nil
	}
	db.manifest = m
	if uuid, ok := parseUUID(m.UUID); ok {
		db.uuid = uuid
	}
	db.identity.UUID = m.UUID
	v.measure()
	if err := v.schemaFiles(db.gen.schemas(), m); err != nil {
		return err
	}
	if err := v.segmentFiles(db.gen.segments(), m); err != nil {
		return err
	}
	v.result.Problems = withoutRepeats(v.result.Problems)
	return nil
}

// withoutRepeats leaves out what Open reported and the files showed again.
func withoutRepeats(problems []Problem) []Problem {
	var out []Problem
	for _, p := range problems {
		same := func(q Problem) bool { return q.File == p.File && q.Offset == p.Offset && q.Code == p.Code }
		if !slices.ContainsFunc(out, same) {
			out = append(out, p)
		}
	}
	return out
}

// readManifest reads the CHECKPOINT of a generation or the manifest of a snapshot.
func (db *DB) readManifest() (manifest.Manifest, error) {
	name, decode := db.gen.checkpoint(), manifest.DecodeCheckpoint
	if db.gen.isSnapshot() {
		name, decode = nameManifest, manifest.DecodeSnapshot
	}
	data, err := db.readFile(name)
	if err != nil {
		return manifest.Manifest{}, err
	}
	return decode(name, data)
}

func (v *verifier) measure() {
	v.total = 0
	for _, s := range v.db.manifest.Segments {
		v.total += s.Bytes
	}
	if v.db.wal != nil {
		v.total += v.db.wal.Size()
	}
}

func (v *verifier) advance(n int64) {
	v.done += n
	v.progress.report(min(v.done, v.total), v.total)
}
