package engine

import (
	"time"

	"github.com/aerodb/aerodb/engine/digest"
)

// Stats is what is known of an open database without reading data. Sizes are in
// bytes. What never happened is nil, not zero.
type Stats struct {
	DocumentCount int64
	SchemaCount   int64 // schema versions

	StorageSizeBytes int64 // segments
	IndexSizeBytes   int64 // of it: blocks of index entries
	WALSizeBytes     int64 // used of the log
	WALLimitBytes    int64 // what it may use
	WALSequence      uint64
	SegmentCount     int64
	SnapshotCount    int64

	LastCheckpointTime     *time.Time
	LastCheckpointDuration *time.Duration // nil also if an earlier process made it for a full log
	AutoCheckpoints        int64          // that a full log asked for, by this process

	// The last of each that went well, as HISTORY tells.
	LastSnapshot, LastBackup, LastDrill, LastVerify *HistoryEntry

	RecoveryDuration     time.Duration
	RecoveryWALRecords   int64
	RecoveryTornBytes    int64
	IndexRebuildDuration time.Duration

	MemtableSizeBytes int64
	CacheSizeBytes    int64
	CacheLimitBytes   int64
	CacheHits         int64
	CacheMisses       int64

	Digest      digest.Sum
	Collections []CollectionStats // in order of registration
}

// CollectionStats is what is known of one collection.
type CollectionStats struct {
	Name      string
	Documents int64
	Versions  []VersionStats
	Indexes   []string // of the newest version
	Digest    digest.Sum
}

// VersionStats counts the documents of one version.
type VersionStats struct {
	Version   string
	Documents int64
}

// Stats returns what is known now. It waits for a write in progress and reads no
// data.
func (db *DB) Stats() (Stats, error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.usable(); err != nil {
		return Stats{}, err
	}
	s := Stats{
		WALSequence:     db.visible,
		AutoCheckpoints: db.checkpoints.automatic, LastCheckpointDuration: db.checkpoints.lastDuration,
		RecoveryDuration: db.recovery.Duration, RecoveryWALRecords: db.recovery.Records, RecoveryTornBytes: db.recovery.TornBytes,
		IndexRebuildDuration: db.recovery.IndexDuration, MemtableSizeBytes: db.state.table.Memory(), Digest: db.digest,
	}
	if db.wal != nil { // a snapshot has none
		s.WALSizeBytes, s.WALLimitBytes = db.wal.Used(), db.walLimit()
	}
	if db.manifest.Snapshot != "" || db.manifest.Sequence > 0 {
		if at, err := time.Parse(time.RFC3339, db.manifest.CreatedAt); err == nil {
			s.LastCheckpointTime = &at
		}
	}
	db.addHistory(&s)
	ids, err := db.snapshotIDs()
	if err != nil {
		return Stats{}, err
	}
	s.SnapshotCount = int64(len(ids))
	for _, seg := range db.state.segments {
		info := seg.Info()
		s.SegmentCount++
		s.StorageSizeBytes += info.Bytes
		s.IndexSizeBytes += info.IndexBytes
	}
	cache := db.cache.Stats()
	s.CacheSizeBytes, s.CacheLimitBytes, s.CacheHits, s.CacheMisses = cache.Bytes, cache.Capacity, int64(cache.Hits), int64(cache.Misses)
	for _, col := range db.catalog.Load().collections {
		c := CollectionStats{Name: col.name, Digest: *col.digest}
		for _, v := range col.versions {
			n := v.documents.Load()
			c.Versions = append(c.Versions, VersionStats{v.schema.Version, n})
			c.Documents += n
			c.Indexes = v.schema.Indexes
			s.SchemaCount++
		}
		s.DocumentCount += c.Documents
		s.Collections = append(s.Collections, c)
	}
	return s, nil
}

// addHistory adds what HISTORY tells. It informs only: if it cannot be read, that is
// logged, and what it would tell is absent.
func (db *DB) addHistory(s *Stats) {
	entries, err := db.History()
	if err != nil {
		db.log.Warn("history.unreadable", "error", err.Error())
	}
	s.LastSnapshot, s.LastBackup = db.lastOf(entries, OpSnapshot), db.lastOf(entries, OpBackup)
	s.LastDrill, s.LastVerify = db.lastOf(entries, OpDrill), db.lastOf(entries, OpVerify)
	if c := db.lastOf(entries, OpCheckpoint); c != nil && s.LastCheckpointDuration == nil && c.Sequence == db.manifest.Sequence {
		s.LastCheckpointDuration = &c.Duration
	}
}
