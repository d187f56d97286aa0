package engine

import (
	"context"
	"slices"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
)

// CompactResult is what a compaction did. Sizes are in bytes, of segments.
type CompactResult struct {
	BytesBefore   int64
	BytesAfter    int64
	HeldBytes     int64 // of the segments before, that snapshots still hold
	Documents     int64
	SegmentsAfter int64
	Snapshot      SnapshotInfo
	Duration      time.Duration
}

// Compact writes the memtable and all segments to one segment, leaving out what is
// deleted or replaced, and makes that the current checkpoint with a new log. The
// digest stays as it is. Older snapshots keep the segments they were made of until
// they are removed: HeldBytes says how much that is. Progress is told bytes of the
// segments that are merged.
func (db *DB) Compact(ctx context.Context, progress Progress) (CompactResult, error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.writable(); err != nil {
		return CompactResult{}, err
	}
	start := db.opts.Now()
	result := CompactResult{BytesBefore: db.segmentBytes()}
	before := db.manifest.Segments
	db.log.Debug("compact.begin", "sequence", db.visible, "segments", len(before), "bytes", result.BytesBefore)
	if !db.compacted() {
		p := &plan{db: db, start: start, count: mergeAll, fold: true, progress: progress, result: &CheckpointResult{}}
		if err := p.run(ctx); err != nil {
			db.log.Debug("compact.failed", "error", err.Error())
			return CompactResult{}, under(dberr.CheckpointFailed, err)
		}
		db.retire()
		result.Snapshot = p.snapshot
	} else {
		var err error
		if result.Snapshot, _, err = db.unchanged(); err != nil {
			return CompactResult{}, under(dberr.CheckpointFailed, err)
		}
	}
	result.BytesAfter, result.SegmentsAfter = db.segmentBytes(), int64(len(db.manifest.Segments))
	result.Documents = db.manifest.Documents
	held, err := db.heldBytes(before)
	if err != nil {
		return CompactResult{}, err
	}
	result.HeldBytes = held
	result.Duration = db.opts.Now().Sub(start)
	db.log.Debug("compact.end", "bytes_before", result.BytesBefore, "bytes_after", result.BytesAfter, "documents", result.Documents, "duration_ms", result.Duration.Milliseconds())
	return result, nil
}

func mergeAll(sizes []int64) int { return len(sizes) }

// compacted reports whether there is nothing to merge: one segment at most, no
// tombstones in it, and nothing in the memtable.
func (db *DB) compacted() bool {
	if db.state.table.Count() > 0 || len(db.state.segments) > 1 {
		return false
	}
	for _, s := range db.state.segments {
		if info := s.Info(); info.DocumentTombstones+info.IndexTombstones > 0 {
			return false
		}
	}
	return true
}

func (db *DB) segmentBytes() (bytes int64) {
	for _, s := range db.manifest.Segments {
		bytes += s.Bytes
	}
	return bytes
}

// heldBytes sums up those of the given segments that the database has dropped and a
// snapshot still has.
func (db *DB) heldBytes(before []manifest.Segment) (bytes int64, err error) {
	ids, err := db.snapshotIDs()
	if err != nil {
		return 0, err
	}
	held := map[uint64]bool{}
	for _, id := range ids {
		_, m, err := db.readSnapshot(id)
		if err != nil {
			return 0, err
		}
		for _, s := range m.Segments {
			held[s.Number] = true
		}
	}
	for _, s := range before {
		if held[s.Number] && !slices.Contains(db.manifest.Segments, s) {
			bytes += s.Bytes
		}
	}
	return bytes, nil
}
