package shell

import "github.com/aerodb/aerodb/shell/bind"

// The tables that functions return, for pages and editors. A test compares them with
// what the engine gives.

var statsType = bind.Type{
	Name: "Stats",
	Doc:  "What `storage.stats()` returns.",
	Fields: []bind.Field{
		{Name: "document_count", Type: "integer", Doc: "documents of all collections"},
		{Name: "schema_count", Type: "integer", Doc: "registered schema versions"},
		{Name: "storage_size_bytes", Type: "integer", Doc: "live segments on disk"},
		{Name: "index_size_bytes", Type: "integer", Doc: "the part of them that is secondary indexes"},
		{Name: "segment_count", Type: "integer", Doc: "live segments"},
		{Name: "segment_classes", Type: "table[]", Doc: "segments by size, small to large: `up_to_bytes`, `segments`, `bytes`"},
		{Name: "read_amplification", Type: "integer", Doc: "sorted runs that a read may have to look into: segments, and the memtable if it is not empty"},
		{Name: "dead_documents", Type: "integer", Doc: "documents in segments that a newer segment replaces or deletes, as of the last checkpoint"},
		{Name: "tombstone_count", Type: "integer", Doc: "marks of deletions in segments, of documents and index entries"},
		{Name: "dead_bytes_estimated", Type: "integer", Doc: "what a compaction would free, if all documents were of one size"},
		{Name: "snapshot_count", Type: "integer", Doc: "snapshots kept"},
		{Name: "wal_size_bytes", Type: "integer", Doc: "bytes of the WAL in use; recovery replays them"},
		{Name: "wal_limit_bytes", Type: "integer", Doc: "wal.max_size"},
		{Name: "wal_sequence", Type: "integer", Doc: "sequence of the last record, counted for the life of the database"},
		{Name: "auto_checkpoints", Type: "integer", Doc: "checkpoints that a full WAL started since the open"},
		{Name: "last_checkpoint_time", Type: "string?", Doc: "when the last checkpoint ended; absent before the first"},
		{Name: "last_checkpoint_duration_ms", Type: "number?", Doc: "how long it took; absent before the first, and if an earlier process made it because the log was full"},
		{Name: "last_snapshot_time", Type: "string?", Doc: "when the last snapshot was taken that was asked for, as HISTORY tells; absent if there was none"},
		{Name: "last_snapshot_duration_ms", Type: "number?", Doc: "how long it took"},
		{Name: "last_backup_time", Type: "string?", Doc: "when the last backup ended; absent if there was none"},
		{Name: "last_backup_duration_ms", Type: "number?", Doc: "how long it took"},
		{Name: "last_drill_time", Type: "string?", Doc: "when the last drill ended that went well, of a backup of this database; absent if there was none"},
		{Name: "last_drill_duration_ms", Type: "number?", Doc: "how long it took"},
		{Name: "last_verify_time", Type: "string?", Doc: "when the last verification ended that found nothing wrong; absent if there was none"},
		{Name: "last_verify_duration_ms", Type: "number?", Doc: "how long it took"},
		{Name: "recovery_duration_ms", Type: "number", Doc: "how long the last open took"},
		{Name: "recovery_wal_records", Type: "integer", Doc: "records it replayed"},
		{Name: "recovery_torn_bytes", Type: "integer", Doc: "bytes of a torn record it cut from the WAL's end"},
		{Name: "index_rebuild_duration_ms", Type: "number", Doc: "the part of the open spent on index entries"},
		{Name: "predicted_recovery_ms", Type: "number", Doc: "how long the next open would take to replay the WAL"},
		{Name: "recovery_rate_measured", Type: "boolean", Doc: "whether that is by a replay rate measured here; if not, by a cautious one"},
		{Name: "memtable_size_bytes", Type: "integer", Doc: "memory of the memtable, which holds the writes since the last checkpoint; 256 KiB if there are none"},
		{Name: "cache_size_bytes", Type: "integer", Doc: "memory held by the block cache"},
		{Name: "cache_limit_bytes", Type: "integer", Doc: "memory.cache_size"},
		{Name: "cache_hits", Type: "integer", Doc: "blocks found in the cache since the open"},
		{Name: "cache_misses", Type: "integer", Doc: "blocks read from disk since the open"},
		{Name: "cache_hit_rate", Type: "number?", Doc: "cache_hits as a part of both; absent before the first read"},
		{Name: "digest", Type: "string", Doc: "the digest of the whole state"},
		{Name: "collections", Type: "table<string, table>", Doc: "by name: `documents`, `versions`, `indexes`, `digest`; of the live segments `document_size_bytes`, `index_size_bytes` and by field `index_sizes`"},
	},
}

var snapshotType = bind.Type{
	Name: "Snapshot",
	Doc:  "One snapshot.",
	Fields: []bind.Field{
		{Name: "id", Type: "string", Doc: "its name: time and sequence"},
		{Name: "created", Type: "boolean", Doc: "false if nothing had changed and the last one was returned"},
		{Name: "path", Type: "string", Doc: "its directory"},
		{Name: "created_at", Type: "string", Doc: "when it was taken"},
		{Name: "sequence", Type: "integer", Doc: "the last WAL record in it"},
		{Name: "documents", Type: "integer", Doc: "documents in it"},
		{Name: "bytes", Type: "integer", Doc: "size of its files"},
		{Name: "digest", Type: "string", Doc: "digest of its state"},
		{Name: "linked", Type: "boolean?", Doc: "whether its segments are hard links, not copies; only where it was just made"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}

var checkpointType = bind.Type{
	Name: "Checkpoint",
	Doc:  "What `storage.checkpoint()` did.",
	Fields: []bind.Field{
		{Name: "snapshot", Type: "Snapshot", Doc: "the snapshot it made"},
		{Name: "wal_bytes_before", Type: "integer", Doc: "bytes of the WAL in use before"},
		{Name: "wal_bytes_after", Type: "integer", Doc: "and after"},
		{Name: "documents_flushed", Type: "integer", Doc: "documents that changed since the last checkpoint"},
		{Name: "bytes_read", Type: "integer", Doc: "bytes of old segments read by merges"},
		{Name: "bytes_written", Type: "integer", Doc: "bytes of new segments, merges included"},
		{Name: "segments_merged", Type: "integer", Doc: "old segments merged into new ones"},
		{Name: "snapshots_removed", Type: "string[]", Doc: "older snapshots that snapshots.keep no longer keeps"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}

var reopenType = bind.Type{
	Name: "Reopen",
	Doc:  "What `storage.reopen()` found.",
	Fields: []bind.Field{
		{Name: "recovery_wal_records", Type: "integer", Doc: "WAL records replayed"},
		{Name: "recovery_operations", Type: "integer", Doc: "writes in them"},
		{Name: "sealed", Type: "boolean", Doc: "whether the WAL had been closed cleanly"},
		{Name: "recovery_torn_bytes", Type: "integer", Doc: "bytes of a torn record cut from the WAL's end"},
		{Name: "torn_file", Type: "string?", Doc: "the file they were cut from, if any"},
		{Name: "torn_offset", Type: "integer?", Doc: "where in it"},
		{Name: "swept", Type: "string[]", Doc: "leftovers of a crash that were removed"},
		{Name: "unswept", Type: "string[]", Doc: "leftovers that could not be removed; the next open tries again"},
		{Name: "unknown_files", Type: "string[]", Doc: "files that are not the database's; they are left alone"},
		{Name: "recovery_duration_ms", Type: "number", Doc: "how long the open took"},
		{Name: "index_rebuild_duration_ms", Type: "number", Doc: "the part of it spent on index entries"},
		{Name: "digest", Type: "string", Doc: "digest of the state found"},
		{Name: "sequence", Type: "integer", Doc: "sequence of the last WAL record"},
	},
}

var planType = bind.Type{
	Name: "Plan",
	Doc:  "How a query will be answered, and why.",
	Fields: []bind.Field{
		{Name: "chosen_index", Type: "string", Doc: "the field whose index is walked; `_id` is the primary key"},
		{Name: "scan_type", Type: "string", Doc: "`primary_key`, `index_equality`, `index_range` or `index_sort`"},
		{Name: "bounds", Type: "string", Doc: "the part of the index that is walked"},
		{Name: "predicates", Type: "string[]", Doc: "conditions checked on each document found"},
		{Name: "sort", Type: "string", Doc: "the requested order"},
		{Name: "sort_by", Type: "string", Doc: "`index`, `memory` or `none`"},
		{Name: "limit", Type: "integer", Doc: "the most documents returned"},
		{Name: "bounded", Type: "boolean", Doc: "true: a query whose cost has no bound is refused"},
		{Name: "reason", Type: "string", Doc: "why this index"},
	},
}

var moveType = bind.Type{
	Name: "Move",
	Doc:  "What a move to a newer version moved.",
	Fields: []bind.Field{
		{Name: "documents", Type: "integer", Doc: "documents moved"},
		{Name: "bytes", Type: "integer", Doc: "bytes of them"},
		{Name: "batches", Type: "integer", Doc: "durable batches"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}

var importType = bind.Type{
	Name: "Import",
	Doc:  "What an import acknowledged.",
	Fields: []bind.Field{
		{Name: "documents", Type: "integer", Doc: "documents inserted"},
		{Name: "bytes", Type: "integer", Doc: "bytes read"},
		{Name: "batches", Type: "integer", Doc: "durable batches"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}

var exportType = bind.Type{
	Name: "Export",
	Doc:  "What an export wrote.",
	Fields: []bind.Field{
		{Name: "path", Type: "string", Doc: "the file"},
		{Name: "documents", Type: "integer", Doc: "documents written"},
		{Name: "bytes", Type: "integer", Doc: "bytes written"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}

var compactType = bind.Type{
	Name: "Compact",
	Doc:  "What `storage.compact()` did.",
	Fields: []bind.Field{
		{Name: "bytes_before", Type: "integer", Doc: "live segments before"},
		{Name: "bytes_after", Type: "integer", Doc: "and after"},
		{Name: "held_by_snapshots_bytes", Type: "integer", Doc: "bytes of the segments before that snapshots still hold"},
		{Name: "documents", Type: "integer", Doc: "documents kept"},
		{Name: "segments", Type: "integer", Doc: "live segments after"},
		{Name: "snapshot", Type: "string?", Doc: "id of the snapshot it made"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}
