// Package event is the one table of what AeroDB logs. Names and keys are stable: a log
// collector may rely on them. Tests hold the table, the calls that log and
// docs/OBSERVABILITY.md together.
//
// What happens unasked is told at info or above; what a call was asked to do at debug,
// since its result says it. No event carries the contents of a document.
package event

import "log/slog"

// An Event is one row of the table.
type Event struct {
	Name  string
	Level slog.Level
	Keys  []string // which it may have, in this order
	Doc   string   // when it is logged
}

const (
	debug = slog.LevelDebug
	info  = slog.LevelInfo
	warn  = slog.LevelWarn
	fault = slog.LevelError
)

// Table lists every event, in the order of the page: by subject, as things happen.
var Table = []Event{
	{"database.created", debug, []string{"dir", "uuid"}, "`init` made a database"},
	{"database.failed", fault, []string{"cause"}, "a sync failed: what is on disk is unknown, and all work is refused until the next open"},
	{"database.closed", debug, []string{"sequence", "digest"}, "the log was sealed and the database closed"},

	{"recovery.begin", debug, []string{"generation", "snapshot", "checkpoint_sequence", "segments"}, "an open begins: the checkpoint it chose, and the snapshot that goes with it"},
	{"recovery.replay", info, []string{"file", "bytes", "total_bytes", "records"}, "the replay of a long log goes on; told every 16 MiB"},
	{"recovery.torn_tail", warn, []string{"file", "offset", "bytes"}, "the log ended in a record that a crash tore: a write that was never acknowledged"},
	{"recovery.log_shortened", warn, []string{"file", "bytes"}, "a crash came while the file of the log was made larger; what it added, and nothing used, was cut off"},
	{"recovery.swept", warn, []string{"file"}, "a leftover of a crash was removed"},
	{"recovery.sweep_failed", warn, []string{"file", "error"}, "a leftover could not be removed; the next open tries again"},
	{"recovery.sweep_unsynced", warn, []string{"folder", "error"}, "a folder could not be synced after the sweep: a power cut may bring leftovers back"},
	{"recovery.unknown_file", warn, []string{"file"}, "a file that is not AeroDB's lies among its own; it is left alone"},
	{"recovery.no_space", warn, []string{"file", "error"}, "after a crash there is no room to write CURRENT or CHECKPOINT once more; its folder was synced instead"},
	{"recovery.end", info, []string{"records", "operations", "bytes", "sequence", "digest", "open_ms", "replay_ms", "duration_ms"}, "the database is open, and its digest is the one that every record of the log said; debug if there was nothing to recover"},
	{"recovery.failed", fault, []string{"code", "file", "offset", "message"}, "the database cannot be opened: damage, with its place and what was expected"},
	{"damage.found", fault, []string{"code", "file", "offset", "message"}, "a read met damage, with its place and what was expected"},
	{"disk.doubtful", warn, []string{"dir", "type", "reason"}, "the data directory lies on a network or FUSE file system, where locks and syncs may be worth less, or its type could not be told; `selftest` tries what it keeps"},
	{"lock.unsigned", warn, []string{"error"}, "the lock is held, but who holds it could not be written into it"},

	{"schema.defined", debug, []string{"schema_id", "schema_version"}, "a schema version was registered"},
	{"operation.slow", warn, []string{"op", "schema_id", "schema_version", "chosen_index", "documents", "duration_ms"}, "a read or a write took `log.slow_ms` or longer, its wait for others included; `chosen_index` of a find"},
	{"import.begin", debug, []string{"schema_id", "schema_version"}, "an import begins"},
	{"import.end", debug, []string{"schema_id", "schema_version", "documents", "duration_ms"}, "it is done"},
	{"move.begin", debug, []string{"schema_id", "schema_version", "from", "documents"}, "documents begin to move to a newer version"},
	{"move.end", debug, []string{"schema_id", "schema_version", "from", "documents", "duration_ms"}, "they have moved, and its indexes find them"},
	{"request.failed", fault, []string{"op", "schema_id", "schema_version", "code", "message"}, "a request of the JSON API failed by no fault of the caller, who is told the code only"},

	{"wal.near_full", info, []string{"used_bytes", "limit_bytes"}, "the log passed 80 percent of `wal.max_size`, told once for each log; warn if `wal.on_full` is `reject`"},
	{"wal.full", info, []string{"used_bytes", "limit_bytes", "needed_bytes"}, "a write does not fit, so a checkpoint runs first"},
	{"wal.checkpointed", info, []string{"snapshot", "documents_flushed", "bytes_written", "duration_ms"}, "that checkpoint is done"},
	{"wal.grown", debug, []string{"bytes_before", "bytes_after"}, "the file of the log was made larger for a write that did not fit into it"},

	{"checkpoint.begin", debug, []string{"sequence", "wal_bytes"}, "a checkpoint begins"},
	{"checkpoint.end", debug, []string{"snapshot", "documents_flushed", "bytes_written", "segments_merged", "duration_ms"}, "it is current"},
	{"checkpoint.failed", debug, []string{"error"}, "it was not made; the call has the error"},
	{"snapshot.begin", debug, []string{"sequence"}, "a snapshot begins"},
	{"snapshot.end", debug, []string{"snapshot", "documents", "bytes", "duration_ms"}, "it is whole"},
	{"snapshot.failed", debug, []string{"error"}, "it was not made; the call has the error"},
	{"snapshot.removed", debug, []string{"snapshot", "freed_bytes"}, "a snapshot was removed because someone asked"},
	{"snapshot.retire_failed", warn, []string{"snapshot", "error"}, "a checkpoint could not remove a snapshot beyond `snapshots.keep`"},
	{"compact.begin", debug, []string{"sequence", "segments", "bytes"}, "a compaction begins"},
	{"compact.end", debug, []string{"bytes_before", "bytes_after", "documents", "duration_ms"}, "it is current"},
	{"compact.failed", debug, []string{"error"}, "it was not made; the call has the error"},

	{"backup.begin", debug, []string{"sequence", "bytes"}, "a backup begins"},
	{"backup.end", debug, []string{"bytes", "documents", "sequence", "digest", "sha256", "duration_ms"}, "it is written"},
	{"backup.failed", debug, []string{"error"}, "it was not made; the call has the error"},
	{"restore.begin", debug, []string{"uuid", "sequence", "documents", "bytes"}, "a restore begins: what the backup says it is"},
	{"restore.end", debug, []string{"generation", "previous", "documents", "sequence", "digest", "duration_ms"}, "the restored database is the live one"},
	{"restore.failed", debug, []string{"error"}, "the database is as it was; the call has the error"},
	{"restore.undo_unsynced", warn, []string{"error"}, "what an unfinished restore left is removed, but maybe not for good; the next restore removes the rest"},
	{"restore.settled", debug, []string{"generation", "removed", "freed_bytes"}, "a restore was undone, or what it replaced was dropped"},
	{"verify.begin", debug, []string{"sequence"}, "a verification begins"},
	{"verify.problem", fault, []string{"file", "offset", "code", "message"}, "it found damage, with its place and what was expected"},
	{"verify.foreign_snapshot", warn, []string{"folder", "uuid"}, "a snapshot is of the database before a restore; it was not looked into"},
	{"verify.end", debug, []string{"files", "bytes", "documents", "problems", "duration_ms"}, "it is done"},
	{"verify.failed", debug, []string{"error"}, "it could not look; the call has the error"},

	{"stats.sizes_unknown", warn, []string{"error"}, "a block that tells where an index or a collection begins in a segment cannot be read: their sizes are absent from stats; `aerodb verify` lists all damage"},
	{"history.append_failed", warn, []string{"op", "error"}, "what was done could not be noted in HISTORY; it is done all the same"},
	{"history.torn", warn, []string{"file", "offset", "bytes"}, "HISTORY ended in a line that a crash tore; it was cut"},
	{"history.unreadable", warn, []string{"error"}, "HISTORY is damaged; what it would tell is absent from stats"},
	{"file.close_failed", warn, []string{"file", "error"}, "a file that was synced before could not be closed"},
	{"file.remove_failed", warn, []string{"file", "error"}, "a file that is of no more use could not be removed; the next open sweeps it"},

	{"runs.removed", info, []string{"run"}, "`runs --prune` removed the journal of a run"},
	{"configuration", debug, []string{"key", "from"}, "a key of the configuration does not have its default"},
	{"history.unavailable", debug, []string{"file", "error"}, "what is typed at the prompt cannot be kept"},
}

// Lookup returns the event of a name.
func Lookup(name string) (Event, bool) {
	for _, e := range Table {
		if e.Name == name {
			return e, true
		}
	}
	return Event{}, false
}
