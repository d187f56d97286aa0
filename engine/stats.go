package engine

import (
	"cmp"
	"slices"
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
	SegmentClasses   []SegmentClass // by size, small to large, without empty ones
	SnapshotCount    int64

	// ReadAmplification is how many sorted runs a read may have to look into: the
	// segments, and the memtable if it is not empty.
	ReadAmplification int64

	// What the segments hold that no read returns, as of the last checkpoint: documents
	// that a newer segment replaces or deletes, and the marks of deletions. Which bytes
	// they take is not known; the estimate gives each document the same share.
	DeadDocuments      int64
	Tombstones         int64
	DeadBytesEstimated int64

	LastCheckpointTime     *time.Time
	LastCheckpointDuration *time.Duration // nil also if an earlier process made it for a full log
	AutoCheckpoints        int64          // that a full log asked for, by this process

	// The last of each that went well, as HISTORY tells.
	LastSnapshot, LastBackup, LastDrill, LastVerify *HistoryEntry

	RecoveryDuration     time.Duration
	RecoveryWALRecords   int64
	RecoveryTornBytes    int64
	IndexRebuildDuration time.Duration
	PredictedRecovery    time.Duration // of the next open without a checkpoint before it
	RecoveryRateMeasured bool          // whether that is by a rate measured here, or by a cautious one

	MemtableSizeBytes int64
	CacheSizeBytes    int64
	CacheLimitBytes   int64
	CacheHits         int64
	CacheMisses       int64

	Digest      digest.Sum
	Collections []CollectionStats // in order of registration
}

// A SegmentClass counts the segments of about one size.
type SegmentClass struct {
	UpToBytes int64 // the largest size in it; four times that of the class below
	Segments  int64
	Bytes     int64
}

// segmentClassMin is the largest size of the smallest class, in bytes.
const segmentClassMin = 64 << 10

// CollectionStats is what is known of one collection.
type CollectionStats struct {
	Name      string
	Documents int64
	Versions  []VersionStats
	Indexes   []string // of the newest version
	Digest    digest.Sum
	// SizesKnown says that the bytes of documents and indexes are known. Where each
	// begins is read from the segments, and they are unknown if a block of that is damaged.
	SizesKnown bool
}

// VersionStats is what is known of one version. Bytes are those of live segments, so
// what was written since the last checkpoint is not in them, and what is dead is.
type VersionStats struct {
	Version       string
	Documents     int64
	DocumentBytes int64
	Indexes       []IndexStats
}

// IndexStats is what is known of one index.
type IndexStats struct {
	Field string
	Bytes int64
}

// WALUse returns how many bytes of the log are used and how many may be; a snapshot has
// no log, and 0 of 0. It waits for a write in progress and reads no file, unlike Stats,
// so it is for whoever asks often.
func (db *DB) WALUse() (used, limit int64, err error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.usable(); err != nil {
		return 0, 0, err
	}
	used, limit = db.walUse()
	return used, limit, nil
}

func (db *DB) walUse() (used, limit int64) {
	if db.wal == nil { // a snapshot has none
		return 0, 0
	}
	return db.wal.Used(), db.walLimit()
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
	s.WALSizeBytes, s.WALLimitBytes = db.walUse()
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
	s.addSegments(db)
	cache := db.cache.Stats()
	s.CacheSizeBytes, s.CacheLimitBytes, s.CacheHits, s.CacheMisses = cache.Bytes, cache.Capacity, int64(cache.Hits), int64(cache.Misses)
	db.addCollections(&s)
	return s, nil
}

// CacheHitRate returns the part of block reads that the cache answered, from 0 to 1; any
// is false if nothing was read yet.
func (s *Stats) CacheHitRate() (rate float64, any bool) {
	n := s.CacheHits + s.CacheMisses
	return float64(s.CacheHits) / float64(max(n, 1)), n > 0
}

// addSegments adds what the footers of the segments tell.
func (s *Stats) addSegments(db *DB) {
	var documents, documentTombstones int64
	for _, seg := range db.state.segments {
		info := seg.Info()
		s.SegmentCount++
		s.StorageSizeBytes += info.Bytes
		s.IndexSizeBytes += info.IndexBytes
		documents += info.Documents
		documentTombstones += info.DocumentTombstones
		s.Tombstones += info.DocumentTombstones + info.IndexTombstones
		s.addToClass(info.Bytes)
	}
	slices.SortFunc(s.SegmentClasses, func(a, b SegmentClass) int { return cmp.Compare(a.UpToBytes, b.UpToBytes) })
	s.ReadAmplification = s.SegmentCount
	if db.state.table.Count() > 0 {
		s.ReadAmplification++
	}
	s.DeadDocuments = documents - db.manifest.Documents
	if n := documents + documentTombstones; n > 0 {
		s.DeadBytesEstimated = int64(float64(s.StorageSizeBytes) * float64(s.DeadDocuments+documentTombstones) / float64(n))
	}
}

func (s *Stats) addToClass(bytes int64) {
	upTo := int64(segmentClassMin)
	for upTo < bytes {
		upTo *= 4
	}
	i := slices.IndexFunc(s.SegmentClasses, func(c SegmentClass) bool { return c.UpToBytes == upTo })
	if i < 0 {
		i = len(s.SegmentClasses)
		s.SegmentClasses = append(s.SegmentClasses, SegmentClass{UpToBytes: upTo})
	}
	s.SegmentClasses[i].Segments++
	s.SegmentClasses[i].Bytes += bytes
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
	s.PredictedRecovery, s.RecoveryRateMeasured = db.predictRecovery(entries, s.WALSizeBytes)
	if c := db.lastOf(entries, OpCheckpoint); c != nil && s.LastCheckpointDuration == nil && c.Sequence == db.manifest.Sequence {
		s.LastCheckpointDuration = &c.Duration
	}
}
