package engine

import (
	"context"
	"log/slog"
	"path"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// Recovery is what Open found and did.
type Recovery struct {
	Records       int64         // of the log, behind the checkpoint
	Ops           int64         // in them
	Bytes         int64         // of them, in the log
	Sealed        bool          // the database was closed cleanly
	TornBytes     int64         // cut from the end of the log: a write that was never acknowledged
	TornFile      string        // where
	TornOffset    int64         // where in it
	LogFile       string        // the log, if a crash came while it grew
	LogSurplus    int64         // bytes it had more than it says, with nothing in them; an open for writing cut them off
	Swept         []string      // leftovers of a crash that were removed
	Unswept       []string      // leftovers that could not be removed; the next open tries again
	Unknown       []string      // files that are not AeroDB's: never read, never removed
	Duration      time.Duration // of the whole
	IndexDuration time.Duration // of replaying, which rebuilds the index entries in memory
	Sequence      uint64        // of the last operation
	Digest        digest.Sum    // as every record of the log said it is
}

// replay opens the log that CHECKPOINT names and applies what is behind the
// checkpoint. Each record carries the digest after it, so replay proves itself as
// it goes.
func (db *DB) replay(ctx context.Context) error {
	start := db.opts.Now()
	name := db.manifest.WAL.File
	if first, ok := wal.ParseFileName(name); !ok || first != db.manifest.WAL.FirstSequence || first > db.manifest.Sequence+1 {
		return dberr.New(dberr.RecoveryInconsistent, "it names the log %q, which cannot begin at %d for a checkpoint at %d", name, db.manifest.WAL.FirstSequence, db.manifest.Sequence).In(db.gen.checkpoint())
	}
	full := path.Join(db.gen.wal(), name)
	r := db.newReplayer(ctx, full, db.manifest.Sequence)
	defer r.stage.wait() // also after an error
	log, report, err := wal.Open(db.walOptions(), name, r.record, db.opts.ReadOnly)
	r.stage.drain()
	r.told(true)
	if vfs.IsNotExist(err) {
		return dberr.New(dberr.WALCorruption, "the log is missing; CHECKPOINT names it").At(full, 0).
			WithHint("a missing log is not an empty one: put the file back, or restore from a backup")
	}
	if err != nil {
		return db.place(err)
	}
	db.wal = log
	if report.LastSequence < db.manifest.Sequence {
		return dberr.New(dberr.WALCorruption, "the log ends at sequence %d; the checkpoint is at %d", report.LastSequence, db.manifest.Sequence).At(full, report.Used)
	}
	if sum := digest.Sum(log.Digest()); sum != db.digest {
		return dberr.New(dberr.RecoveryInconsistent, "the log says the digest at sequence %d is %s; it is %s", report.LastSequence, sum, db.digest).In(full)
	}
	db.visible = report.LastSequence
	rec := &db.recovery
	rec.Records, rec.Ops, rec.Bytes, rec.Sealed = r.records, r.ops, r.bytes, report.Sealed
	if report.TornBytes > 0 {
		rec.TornBytes, rec.TornFile, rec.TornOffset = report.TornBytes, full, report.TornOffset
	}
	if report.SurplusBytes > 0 {
		rec.LogFile, rec.LogSurplus = full, report.SurplusBytes
	}
	rec.IndexDuration = db.opts.Now().Sub(start)
	rec.Sequence, rec.Digest = db.visible, db.digest
	return nil
}

// A replayer applies the records of a log.
type replayer struct {
	db      *DB
	ctx     context.Context
	file    string
	applied uint64 // the last sequence that the state has already
	size    int64  // of the log, once it was told of
	offset  int64  // up to which it was told of
	records int64
	ops     int64
	bytes   int64 // of these records
	stage   *stage
	encoded schema.Encoded
	hasher  digest.Hasher
}

// newReplayer returns a replayer of what is behind a sequence. Its stage must be drained
// before the state is used, and waited for in any case.
func (db *DB) newReplayer(ctx context.Context, file string, applied uint64) *replayer {
	return &replayer{db: db, ctx: ctx, file: file, applied: applied, stage: newStage(db.state.table)}
}

func (r *replayer) record(rec wal.Record) error {
	db := r.db
	if rec.Count == 0 || rec.FirstSequence+uint64(rec.Count)-1 <= r.applied {
		return nil // a seal, or in segments already
	}
	if rec.FirstSequence <= r.applied {
		return r.wrong(rec, "the record of sequences %d to %d lies across the checkpoint at %d", rec.FirstSequence, rec.FirstSequence+uint64(rec.Count)-1, r.applied)
	}
	for i := range rec.Ops {
		if err := r.op(rec, &rec.Ops[i], rec.FirstSequence+uint64(i)); err != nil {
			return err
		}
	}
	r.records++
	r.ops += int64(rec.Count)
	r.bytes += rec.Bytes
	if rec.Offset >= r.offset+replayStepBytes {
		if err := interrupted(r.ctx); err != nil {
			return err
		}
		step := r.offset / replayLogBytes
		r.offset = rec.Offset
		r.told(false)
		if r.offset/replayLogBytes > step {
			db.log.Info("recovery.replay", "file", r.file, "bytes", r.offset, "total_bytes", r.size, "records", r.records)
		}
	}
	if sum := digest.Sum(rec.Digest); sum != db.digest {
		return r.wrong(rec, "the digest after the record is %s, the record says %s", db.digest, sum)
	}
	return nil
}

// replayStepBytes is how much of a log is replayed before its progress is told.
const replayStepBytes = 1 << 20

// replayLogBytes is how much of a log is replayed before its progress is logged.
const replayLogBytes = 16 << 20

// told tells how much is replayed, and at the end all of it if some of it was told.
func (r *replayer) told(end bool) {
	switch {
	case end && r.size > 0:
		r.db.opts.ReplayProgress.report(r.size, r.size)
	case !end && r.size == 0:
		if info, err := r.db.fs.Stat(r.db.path(r.file)); err == nil {
			r.size = info.Size()
		}
		fallthrough
	case !end:
		r.db.opts.ReplayProgress.report(min(r.offset, r.size), r.size)
	}
}

func (r *replayer) wrong(rec wal.Record, format string, args ...any) error {
	return dberr.New(dberr.RecoveryInconsistent, format, args...).At(r.file, rec.Offset)
}

func (r *replayer) op(rec wal.Record, o *wal.Op, sequence uint64) error {
	db := r.db
	if o.Kind == wal.Schema {
		return r.schema(rec, o)
	}
	v := db.catalog.Load().version(o.Collection, o.Version)
	if v == nil {
		return dberr.New(dberr.RecoverySchemaMissing, "sequence %d is of schema number %d version number %d, which is not registered", sequence, o.Collection, o.Version).At(r.file, rec.Offset)
	}
	op := operation{kind: o.Kind, version: v, id: o.ID}
	if o.Kind != wal.Delete {
		if err := r.document(rec, &op, o.Document, sequence); err != nil {
			return err
		}
	}
	if o.Kind != wal.Insert {
		r.stage.settle(v.coll, o.ID)
		old, err := db.lookUpStored(v.coll, o.ID)
		if err != nil {
			return err
		}
		if old == nil {
			return r.wrong(rec, "sequence %d changes document %q of collection %q, which does not exist", sequence, o.ID, v.collection)
		}
		op.old = old
	}
	r.stage.add(sequence, &op)
	db.countOperation(&op)
	db.digest = op.after(db.digest)
	return nil
}

// document checks a document of the log, which was canonical when it was written, and
// sets what an operation says of it, which is good until the next one.
func (r *replayer) document(rec wal.Record, op *operation, doc []byte, sequence uint64) error {
	v, e := op.version, &r.encoded
	if !v.stored.Check(e, doc) {
		if err := v.stored.Encode(e, doc); err != nil {
			return r.wrong(rec, "sequence %d: %w", sequence, err)
		}
		return r.wrong(rec, "sequence %d: the document of %q is not in canonical form", sequence, op.id)
	}
	if string(e.ID) != string(op.id) {
		return r.wrong(rec, "sequence %d: the document of %q has the _id %q", sequence, op.id, e.ID)
	}
	op.document, op.values = doc, e.Values
	op.digest = r.hasher.Document(v.collection, v.schema.Version, op.id, doc)
	return nil
}

// schema registers what a record says was registered behind the checkpoint. Its
// file was durable before the record was written.
func (r *replayer) schema(rec wal.Record, o *wal.Op) error {
	s, err := schema.Parse(o.Document)
	if err != nil {
		return r.wrong(rec, "a schema that cannot be read: %w", err)
	}
	file := schemaEntry(s, o.Collection, o.Version)
	if _, err := r.db.readSchema(path.Join(r.db.gen.schemas(), file.File), file); err != nil {
		return err
	}
	return r.db.register(s, file)
}

// register adds a version to the catalog.
func (db *DB) register(s *schema.Schema, file manifest.Schema) error {
	next, err := db.catalog.Load().with(s, file, db.opts.DocumentSizeMax)
	if err != nil {
		return err
	}
	db.catalog.Store(next)
	return nil
}

func (db *DB) reportRecovery() {
	r := &db.recovery
	if r.TornBytes > 0 {
		db.log.Warn("recovery.torn_tail", "file", r.TornFile, "offset", r.TornOffset, "bytes", r.TornBytes)
	}
	if r.LogSurplus > 0 && !db.opts.ReadOnly {
		db.log.Warn("recovery.log_shortened", "file", r.LogFile, "bytes", r.LogSurplus)
	}
	for _, name := range r.Swept {
		db.log.Warn("recovery.swept", "file", name)
	}
	for _, name := range r.Unknown {
		db.log.Warn("recovery.unknown_file", "file", name)
	}
	level := slog.LevelInfo
	if r.Sealed || r.Records == 0 && r.TornBytes == 0 {
		level = slog.LevelDebug
	}
	db.log.Log(context.Background(), level, "recovery.end", "records", r.Records, "operations", r.Ops, "bytes", r.Bytes, "sequence", r.Sequence, "digest", r.Digest.String(),
		"open_ms", (r.Duration - r.IndexDuration).Milliseconds(), "replay_ms", r.IndexDuration.Milliseconds(), "duration_ms", r.Duration.Milliseconds())
}

// recoveryBytesMin is how much must have been replayed for the time it took to say
// something about the next recovery.
const recoveryBytesMin = 1 << 20

// recordRecovery tells HISTORY of a replay that was long enough to measure its rate.
func (db *DB) recordRecovery() {
	if r := &db.recovery; r.Bytes >= recoveryBytesMin {
		db.Record(HistoryEntry{Op: OpRecovery, OK: true, Duration: r.IndexDuration, Sequence: r.Sequence, Bytes: r.Bytes, Digest: r.Digest})
	}
}
