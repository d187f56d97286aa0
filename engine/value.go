package engine

import (
	"math"
	"time"

	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/document"
)

// The Value methods give results the names and units that users see: sizes in
// bytes, durations in milliseconds, times in RFC 3339. What never happened is
// absent. Shell and command line show the same value.

// object collects the members of one.
type object []document.Member

func (o *object) add(name string, v document.Value) {
	*o = append(*o, document.Member{Name: name, Value: v})
}
func (o *object) str(name, s string)               { o.add(name, document.StringValue(s)) }
func (o *object) num(name string, n int64)         { o.add(name, document.IntValue(n)) }
func (o *object) time(name string, t time.Time)    { o.str(name, rfc3339(t)) }
func (o *object) digest(name string, s digest.Sum) { o.str(name, s.String()) }

// ms adds a duration in milliseconds, to the microsecond.
func (o *object) ms(name string, d time.Duration) {
	o.add(name, document.FloatValue(float64(d.Microseconds())/1000))
}

func (o *object) strings(name string, list []string) {
	items := make([]document.Value, len(list))
	for i, s := range list {
		items[i] = document.StringValue(s)
	}
	o.add(name, document.ArrayValue(items...))
}

func (o *object) value() document.Value { return document.ObjectValue(*o...) }

// Value returns the snapshot as users see it.
func (s SnapshotInfo) Value() document.Value {
	var o object
	o.str("id", s.ID)
	o.add("created", document.BoolValue(s.Created))
	o.str("path", s.Path)
	o.time("created_at", s.CreatedAt)
	o.num("sequence", int64(s.Sequence))
	o.num("documents", s.Documents)
	o.num("bytes", s.Bytes)
	o.digest("digest", s.Digest)
	if s.Created {
		o.add("linked", document.BoolValue(s.Linked))
	}
	o.ms("duration_ms", s.Duration)
	return o.value()
}

// Value returns the result as users see it.
func (r CheckpointResult) Value() document.Value {
	var o object
	o.add("snapshot", r.Snapshot.Value())
	o.num("wal_bytes_before", r.WALBytesBefore)
	o.num("wal_bytes_after", r.WALBytesAfter)
	o.num("documents_flushed", r.DocumentsFlushed)
	o.num("bytes_read", r.BytesRead)
	o.num("bytes_written", r.BytesWritten)
	o.num("segments_merged", r.SegmentsMerged)
	o.strings("snapshots_removed", r.Removed)
	o.ms("duration_ms", r.Duration)
	return o.value()
}

// Value returns the result as users see it.
func (r RemoveResult) Value() document.Value {
	var o object
	o.str("id", r.ID)
	o.num("freed_bytes", r.FreedBytes)
	return o.value()
}

// Value returns the report as users see it.
func (r Recovery) Value() document.Value {
	var o object
	o.num("recovery_wal_records", r.Records)
	o.num("recovery_operations", r.Ops)
	o.add("sealed", document.BoolValue(r.Sealed))
	o.num("recovery_torn_bytes", r.TornBytes)
	if r.TornBytes > 0 {
		o.str("torn_file", r.TornFile)
		o.num("torn_offset", r.TornOffset)
	}
	o.strings("swept", r.Swept)
	o.strings("unswept", r.Unswept)
	o.strings("unknown_files", r.Unknown)
	o.ms("recovery_duration_ms", r.Duration)
	o.ms("index_rebuild_duration_ms", r.IndexDuration)
	o.num("sequence", int64(r.Sequence))
	o.digest("digest", r.Digest)
	return o.value()
}

// Value returns the stats as users see them.
func (s Stats) Value() document.Value {
	var o object
	o.num("document_count", s.DocumentCount)
	o.num("schema_count", s.SchemaCount)
	o.num("storage_size_bytes", s.StorageSizeBytes)
	o.num("index_size_bytes", s.IndexSizeBytes)
	o.num("wal_size_bytes", s.WALSizeBytes)
	o.num("wal_limit_bytes", s.WALLimitBytes)
	o.num("wal_sequence", int64(s.WALSequence))
	o.num("segment_count", s.SegmentCount)
	classes := make([]document.Value, len(s.SegmentClasses))
	for i, c := range s.SegmentClasses {
		var class object
		class.num("up_to_bytes", c.UpToBytes)
		class.num("segments", c.Segments)
		class.num("bytes", c.Bytes)
		classes[i] = class.value()
	}
	o.add("segment_classes", document.ArrayValue(classes...))
	o.num("read_amplification", s.ReadAmplification)
	o.num("dead_documents", s.DeadDocuments)
	o.num("tombstone_count", s.Tombstones)
	o.num("dead_bytes_estimated", s.DeadBytesEstimated)
	o.num("snapshot_count", s.SnapshotCount)
	if s.LastCheckpointTime != nil {
		o.time("last_checkpoint_time", *s.LastCheckpointTime)
	}
	if s.LastCheckpointDuration != nil {
		o.ms("last_checkpoint_duration_ms", *s.LastCheckpointDuration)
	}
	for _, last := range []struct {
		name  string
		entry *HistoryEntry
	}{{"snapshot", s.LastSnapshot}, {"backup", s.LastBackup}, {"drill", s.LastDrill}, {"verify", s.LastVerify}} {
		if last.entry != nil {
			o.time("last_"+last.name+"_time", last.entry.Time)
			o.ms("last_"+last.name+"_duration_ms", last.entry.Duration)
		}
	}
	o.num("auto_checkpoints", s.AutoCheckpoints)
	o.ms("recovery_duration_ms", s.RecoveryDuration)
	o.num("recovery_wal_records", s.RecoveryWALRecords)
	o.num("recovery_torn_bytes", s.RecoveryTornBytes)
	o.ms("index_rebuild_duration_ms", s.IndexRebuildDuration)
	o.ms("predicted_recovery_ms", s.PredictedRecovery)
	o.add("recovery_rate_measured", document.BoolValue(s.RecoveryRateMeasured))
	o.num("memtable_size_bytes", s.MemtableSizeBytes)
	o.num("cache_size_bytes", s.CacheSizeBytes)
	o.num("cache_limit_bytes", s.CacheLimitBytes)
	o.num("cache_hits", s.CacheHits)
	o.num("cache_misses", s.CacheMisses)
	if rate, any := s.CacheHitRate(); any {
		o.add("cache_hit_rate", document.FloatValue(math.Round(rate*1e4)/1e4))
	}
	o.digest("digest", s.Digest)
	var collections object
	for _, c := range s.Collections {
		collections.add(c.Name, c.value())
	}
	o.add("collections", collections.value())
	return o.value()
}

func (c CollectionStats) value() document.Value {
	var o, versions object
	o.num("documents", c.Documents)
	for _, v := range c.Versions {
		versions.num(v.Version, v.Documents)
	}
	o.add("versions", versions.value())
	o.strings("indexes", c.Indexes)
	if c.SizesKnown {
		var sizes object
		var sum int64
		for _, x := range c.IndexSizes() {
			sizes.num(x.Field, x.Bytes)
			sum += x.Bytes
		}
		o.num("document_size_bytes", c.DocumentBytes())
		o.num("index_size_bytes", sum)
		o.add("index_sizes", sizes.value())
	}
	o.digest("digest", c.Digest)
	return o.value()
}

// Value returns the result as users see it.
func (r ImportResult) Value() document.Value {
	var o object
	o.num("documents", r.Documents)
	o.num("bytes", r.Bytes)
	o.num("batches", r.Batches)
	o.ms("duration_ms", r.Duration)
	return o.value()
}

// Value returns the result as users see it.
func (r ExportResult) Value() document.Value {
	var o object
	o.num("documents", r.Documents)
	o.num("bytes", r.Bytes)
	o.ms("duration_ms", r.Duration)
	return o.value()
}

func problemsValue(problems []Problem) document.Value {
	items := make([]document.Value, len(problems))
	for i, p := range problems {
		var o object
		if p.File != "" {
			o.str("file", p.File)
		}
		if p.HasOffset {
			o.num("offset", p.Offset)
		}
		o.str("code", string(p.Code))
		o.str("message", p.Message)
		o.str("affected", p.Affected)
		o.str("hint", p.Hint)
		items[i] = o.value()
	}
	return document.ArrayValue(items...)
}

func foreignValue(list []ForeignSnapshot) document.Value {
	items := make([]document.Value, len(list))
	for i, f := range list {
		var o object
		o.str("folder", f.Folder)
		o.str("uuid", f.UUID)
		items[i] = o.value()
	}
	return document.ArrayValue(items...)
}

// Value returns the result as users see it.
func (r VerifyResult) Value() document.Value {
	var o object
	o.add("ok", document.BoolValue(r.OK()))
	o.num("files", r.Files)
	o.num("bytes", r.Bytes)
	o.num("documents", r.Documents)
	o.num("index_entries", r.IndexEntries)
	o.digest("digest", r.Digest)
	o.add("problems", problemsValue(r.Problems))
	o.strings("unknown_files", r.Unknown)
	o.add("foreign", foreignValue(r.Foreign))
	o.ms("duration_ms", r.Duration)
	return o.value()
}

// Value returns the result as users see it.
func (r CompactResult) Value() document.Value {
	var o object
	o.num("bytes_before", r.BytesBefore)
	o.num("bytes_after", r.BytesAfter)
	o.num("held_by_snapshots_bytes", r.HeldBytes)
	o.num("documents", r.Documents)
	o.num("segments", r.SegmentsAfter)
	if r.Snapshot.ID != "" {
		o.str("snapshot", r.Snapshot.ID)
	}
	o.ms("duration_ms", r.Duration)
	return o.value()
}
