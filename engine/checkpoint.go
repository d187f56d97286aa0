package engine

import (
	"context"
	"errors"
	"path"
	"slices"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// CheckpointResult is what a checkpoint did. Sizes are in bytes.
type CheckpointResult struct {
	Snapshot         SnapshotInfo
	WALBytesBefore   int64 // used of the log that was dropped
	WALBytesAfter    int64 // used of the new log
	DocumentsFlushed int64 // documents and deletions written from the memtable
	BytesRead        int64 // of segments that were merged
	BytesWritten     int64 // of new segments
	SegmentsMerged   int64
	Removed          []string // snapshots that Options.SnapshotsKeep let go
	Duration         time.Duration
}

// Checkpoint writes everything the log holds to segments, merges segments by the
// fixed rule, makes a snapshot, and starts a new log. Writers wait; readers do not.
// If nothing changed since the last checkpoint it does nothing and returns the last
// snapshot. After an error the database is as it was before, on disk and in memory,
// unless the error says that it failed.
func (db *DB) Checkpoint(ctx context.Context) (CheckpointResult, error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.writable(); err != nil {
		return CheckpointResult{}, err
	}
	return db.checkpoint(ctx)
}

// checkpoint is Checkpoint for callers that hold writeMu.
func (db *DB) checkpoint(ctx context.Context) (CheckpointResult, error) {
	start := db.opts.Now()
	result := CheckpointResult{WALBytesBefore: db.wal.Used(), WALBytesAfter: db.wal.Used()}
	last, same, err := db.unchanged()
	if err != nil {
		return result, under(dberr.CheckpointFailed, err)
	}
	if same && db.wal.NextSequence() == db.manifest.WAL.FirstSequence {
		result.Snapshot = last
		return result, nil
	}
	db.log.Debug("checkpoint.begin", "sequence", db.visible, "wal_bytes", result.WALBytesBefore)
	p := &plan{db: db, start: start, count: mergeCount, result: &result}
	if err := p.run(ctx); err != nil {
		db.log.Debug("checkpoint.failed", "error", err.Error())
		return result, under(dberr.CheckpointFailed, err)
	}
	result.Removed = db.retire()
	result.Duration = db.opts.Now().Sub(start)
	db.checkpoints.lastDuration = &result.Duration
	db.log.Debug("checkpoint.end", "snapshot", result.Snapshot.ID, "documents_flushed", result.DocumentsFlushed, "bytes_written", result.BytesWritten,
		"segments_merged", result.SegmentsMerged, "duration_ms", result.Duration.Milliseconds())
	return result, nil
}

// A plan is a checkpoint in the making. Everything is built aside; the last step
// names it. Until then undo brings back what was.
type plan struct {
	db     *DB
	start  time.Time
	count  func(sizes []int64) int // how many of the newest segments to merge; nil merges none
	fold   bool                    // whether an equal snapshot of other segments is replaced
	result *CheckpointResult

	progress Progress // of the merge; nil tells nobody

	segments []*segment.Segment // of the state to come, newest first
	entries  []manifest.Segment
	fresh    []*built // written by this checkpoint
	log      *wal.Log // the new log; nil when the old one goes on
	next     manifest.Manifest
	snapshot SnapshotInfo
}

// run does the steps in the order that makes each crash leave the old checkpoint or
// the new one: segments and their folder; the snapshot with its manifest last; the
// new log; CHECKPOINT. Each is durable before the next begins.
func (p *plan) run(ctx context.Context) error {
	err := p.build(ctx)
	if err == nil {
		err = p.startLog()
	}
	if err != nil {
		p.undo()
		return err
	}
	if err := p.publish(); err != nil {
		return err
	}
	p.install()
	return nil
}

// startLog creates the log that is to follow. An empty one needs no follower: it
// would have the same name.
func (p *plan) startLog() (err error) {
	db := p.db
	if db.wal.NextSequence() == db.manifest.WAL.FirstSequence {
		return nil
	}
	o := db.walOptions()
	header := wal.Header{FirstSequence: db.wal.NextSequence(), Size: o.FirstSize(), BaseDigest: db.digest}
	p.log, err = wal.Create(o, header)
	if vfs.IsExist(err) {
		// A checkpoint that failed could not take its own back.
		db.discard(path.Join(db.gen.wal(), wal.FileName(header.FirstSequence)))
		p.log, err = wal.Create(o, header)
	}
	return db.place(err)
}

// build makes the segments and the snapshot.
func (p *plan) build(ctx context.Context) error {
	db := p.db
	p.segments, p.entries = slices.Clone(db.state.segments), slices.Clone(db.manifest.Segments)
	flushed, err := db.flush(ctx)
	if err != nil {
		return err
	}
	if flushed != nil {
		p.replace(0, flushed)
		p.result.DocumentsFlushed = flushed.info.Documents + flushed.info.DocumentTombstones
	}
	if p.count != nil {
		if err := p.merge(ctx); err != nil {
			return err
		}
	}
	p.next = db.describe(p.entries)
	p.next.CreatedAt = rfc3339(p.start)
	p.next.NextSegment = db.nextSegment
	p.snapshot, err = db.makeSnapshot(p.start, p.next, p.segments, p.fold)
	p.next.Snapshot = p.snapshot.ID
	p.result.Snapshot = p.snapshot
	return err
}

// replace puts a new segment in the place of the n newest; nil takes them away.
func (p *plan) replace(n int, b *built) {
	segments, entries := []*segment.Segment{}, []manifest.Segment{}
	if b != nil {
		segments, entries = append(segments, b.segment), append(entries, b.entry)
		p.fresh = append(p.fresh, b)
		p.result.BytesWritten += b.info.Bytes
	}
	p.segments = append(segments, p.segments[n:]...)
	p.entries = append(entries, p.entries[n:]...)
}

func (p *plan) merge(ctx context.Context) error {
	sizes := make([]int64, len(p.entries))
	for i, e := range p.entries {
		sizes[i] = e.Bytes
	}
	n := p.count(sizes)
	if n == 0 {
		return nil
	}
	merged, err := p.db.mergeSegments(ctx, p.segments[:n], p.entries[:n], n == len(p.segments), p.progress)
	if err != nil {
		return err
	}
	for _, size := range sizes[:n] {
		p.result.BytesRead += size
	}
	p.result.SegmentsMerged += int64(n)
	p.replace(n, merged)
	return nil
}

// describe returns the manifest of the current state in the given segments.
func (db *DB) describe(entries []manifest.Segment) manifest.Manifest {
	cat := db.catalog.Load()
	m := manifest.Manifest{UUID: db.identity.UUID, Sequence: db.visible, Digest: db.digest, Schemas: slices.Clone(cat.files), Segments: entries}
	for _, col := range cat.collections {
		c := manifest.Collection{Number: col.number, Digest: *col.digest}
		for _, v := range col.versions {
			c.Versions = append(c.Versions, manifest.Version{Number: v.number, Documents: v.documents.Load()})
			m.Documents += v.documents.Load()
		}
		m.Collections = append(m.Collections, c)
	}
	return m
}

// undo takes back what was built. The state and the log are those from before.
func (p *plan) undo() {
	db := p.db
	p.abandon()
	if p.log != nil {
		db.discard(path.Join(db.gen.wal(), p.log.Name()))
	}
	if p.snapshot.Created {
		if err := db.removeSnapshotDir(p.snapshot.ID); err != nil {
			db.log.Warn("file.remove_failed", "file", path.Join(nameSnapshots, p.snapshot.ID), "error", err.Error())
		}
	}
	for _, b := range p.fresh {
		db.discard(path.Join(db.gen.segments(), segment.FileName(b.entry.Number)))
	}
}

// publish replaces CHECKPOINT. An error before the rename is undone. After it, which
// checkpoint a power cut would leave is not known, so the database fails and
// deletes nothing.
func (p *plan) publish() error {
	db := p.db
	p.next.WAL = &manifest.WAL{File: db.wal.Name(), FirstSequence: db.manifest.WAL.FirstSequence}
	if p.log != nil {
		p.next.WAL = &manifest.WAL{File: p.log.Name(), FirstSequence: p.log.NextSequence()}
	}
	err := vfs.Publish(db.fs, db.path(db.gen.dir()), nameCheckpoint, p.next.EncodeCheckpoint(), fileMode)
	if err == nil {
		return nil
	}
	wrapped := vfs.Wrap(err, "checkpoint.publish", db.gen.checkpoint())
	if errors.Is(err, vfs.ErrUnsynced) {
		db.fail(wrapped)
		p.abandon()
		return db.usable()
	}
	p.undo()
	return wrapped
}

// abandon closes what was built and leaves it on disk: CHECKPOINT may name it.
func (p *plan) abandon() {
	if p.log != nil {
		_ = p.log.Close() // every byte in it is synced
	}
	for _, b := range p.fresh {
		b.segment.Unref()
	}
}

// install makes what CHECKPOINT names current and drops what nothing names any
// more. From here on nothing fails: what cannot be removed now is swept at the next
// open.
func (p *plan) install() {
	db := p.db
	before := db.manifest
	db.install(p.segments)
	for _, b := range p.fresh {
		b.segment.Unref() // the state holds its own reference
	}
	db.manifest = p.next
	if p.log != nil {
		dropped := db.wal
		db.wal = p.log
		if err := dropped.Close(); err != nil {
			db.log.Warn("file.close_failed", "file", path.Join(db.gen.wal(), dropped.Name()), "error", err.Error())
		}
		db.discard(path.Join(db.gen.wal(), dropped.Name()))
		p.result.WALBytesAfter = db.wal.Used()
	}
	gone := before.Segments
	for _, b := range p.fresh {
		gone = append(gone, b.entry) // a flush may have been merged at once
	}
	for _, s := range gone {
		if !slices.ContainsFunc(p.entries, func(e manifest.Segment) bool { return e.Number == s.Number }) {
			db.discard(path.Join(db.gen.segments(), segment.FileName(s.Number)))
		}
	}
}

func (db *DB) walOptions() wal.Options {
	return wal.Options{FS: db.fs, Dir: db.path(db.gen.wal()), UUID: db.uuid, SizeMax: db.opts.WALMaxSize}
}

// place makes the path in an error of the log relative to the data directory.
func (db *DB) place(err error) error {
	if err == nil {
		return nil
	}
	if e := dberr.From(err); len(e.Path) > len(nameWAL) && e.Path[:len(nameWAL)+1] == nameWAL+"/" {
		e.Path = path.Join(db.gen.dir(), e.Path)
	}
	return err
}
