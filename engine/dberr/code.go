package dberr

import "slices"

// Code names a kind of failure. Codes are stable for ever: a code is never
// renamed and never given a second meaning.
type Code string

// Severity says how far a failure reaches.
type Severity string

// The four severities.
const (
	Reject Severity = "REJECT"
	Failed Severity = "ERROR"
	Fatal  Severity = "FATAL"
	Bug    Severity = "BUG"
)

// The codes, by category. Table gives each its severity and meaning.
const (
	ConfigInvalid  Code = "AERO_CONFIG_INVALID"
	ConfigUnsafe   Code = "AERO_CONFIG_UNSAFE"
	ConfigIOFailed Code = "AERO_CONFIG_IO_FAILED"

	SchemaRequired         Code = "AERO_SCHEMA_REQUIRED"
	SchemaInvalid          Code = "AERO_SCHEMA_INVALID"
	SchemaUnknown          Code = "AERO_SCHEMA_UNKNOWN"
	SchemaVersionUnknown   Code = "AERO_SCHEMA_VERSION_UNKNOWN"
	SchemaVersionRequired  Code = "AERO_SCHEMA_VERSION_REQUIRED"
	SchemaValidationFailed Code = "AERO_SCHEMA_VALIDATION_FAILED"
	SchemaImmutable        Code = "AERO_SCHEMA_IMMUTABLE"
	SchemaIncompatible     Code = "AERO_SCHEMA_INCOMPATIBLE"

	DocumentExists   Code = "AERO_DOCUMENT_EXISTS"
	DocumentNotFound Code = "AERO_DOCUMENT_NOT_FOUND"
	DocumentTooLarge Code = "AERO_DOCUMENT_TOO_LARGE"

	QueryInvalid        Code = "AERO_QUERY_INVALID"
	QueryUnbounded      Code = "AERO_QUERY_UNBOUNDED"
	QueryUnindexedField Code = "AERO_QUERY_UNINDEXED_FIELD"
	QueryLimitRequired  Code = "AERO_QUERY_LIMIT_REQUIRED"
	QuerySortNotIndexed Code = "AERO_QUERY_SORT_NOT_INDEXED"

	DatabaseNotFound Code = "AERO_DATABASE_NOT_FOUND"
	DatabaseExists   Code = "AERO_DATABASE_EXISTS"
	DatabaseLocked   Code = "AERO_DATABASE_LOCKED"
	DatabaseReadOnly Code = "AERO_DATABASE_READ_ONLY"
	DatabaseFailed   Code = "AERO_DATABASE_FAILED"

	WALAppendFailed Code = "AERO_WAL_APPEND_FAILED"
	WALFsyncFailed  Code = "AERO_WAL_FSYNC_FAILED"
	WALCorruption   Code = "AERO_WAL_CORRUPTION"
	WALFull         Code = "AERO_WAL_FULL"

	StorageIOError    Code = "AERO_STORAGE_IO_ERROR"
	StorageNoSpace    Code = "AERO_STORAGE_NO_SPACE"
	StorageCorruption Code = "AERO_STORAGE_CORRUPTION"

	RecoveryFailed        Code = "AERO_RECOVERY_FAILED"
	RecoverySchemaMissing Code = "AERO_RECOVERY_SCHEMA_MISSING"
	RecoveryInconsistent  Code = "AERO_RECOVERY_INCONSISTENT"

	SnapshotFailed   Code = "AERO_SNAPSHOT_FAILED"
	SnapshotNotFound Code = "AERO_SNAPSHOT_NOT_FOUND"
	CheckpointFailed Code = "AERO_CHECKPOINT_FAILED"
	BackupFailed     Code = "AERO_BACKUP_FAILED"
	BackupInvalid    Code = "AERO_BACKUP_INVALID"
	RestoreFailed    Code = "AERO_RESTORE_FAILED"

	ScriptError       Code = "AERO_SCRIPT_ERROR"
	ScriptInterrupted Code = "AERO_SCRIPT_INTERRUPTED"
	ScriptChanged     Code = "AERO_SCRIPT_CHANGED"

	InternalInvariant Code = "AERO_INTERNAL_INVARIANT"
)

// An Entry is one row of the table of codes.
type Entry struct {
	Code     Code
	Severity Severity
	Meaning  string // one sentence: what happened
	Hint     string // one sentence: what to do next, used where the raiser has nothing better
}

// Table lists every code once, in the order of the reference page.
var Table = []Entry{
	{ConfigInvalid, Fatal, "A configuration key, value, flag or environment variable is not valid.", "correct the key that the message names; config.toml in the repository lists every key"},
	{ConfigUnsafe, Fatal, "A configuration value would endanger data.", "choose a value inside the bounds that the message names"},
	{ConfigIOFailed, Fatal, "The configuration file could not be read.", "check the path and its permissions"},

	{SchemaRequired, Reject, "A request names no schema.", "name schema_id and schema_version"},
	{SchemaInvalid, Reject, "A schema definition breaks a rule.", "correct the member that the message names"},
	{SchemaUnknown, Reject, "No schema of that name is registered.", "list what there is with: aerodb schema list"},
	{SchemaVersionUnknown, Reject, "The schema has no such version.", "list what there is with: aerodb schema list"},
	{SchemaVersionRequired, Reject, "A request names a schema but no version.", "name schema_version"},
	{SchemaValidationFailed, Reject, "A document does not fit its schema.", "correct the field that the message names"},
	{SchemaImmutable, Reject, "A registered schema version cannot be changed.", "register the change as a new version"},
	{SchemaIncompatible, Reject, "A new schema version may only add optional fields and indexes.", "keep every field of the previous version as it is, and only add"},

	{DocumentExists, Reject, "A document with that _id exists.", "use replace to change it"},
	{DocumentNotFound, Reject, "No document has that _id.", "use insert to add it"},
	{DocumentTooLarge, Reject, "The document is larger than limits.document_size.", "split the document, or raise limits.document_size"},

	{QueryInvalid, Reject, "The query or request is malformed.", "correct the member that the message names"},
	{QueryUnbounded, Reject, "The cost of the query cannot be bounded.", "filter or sort by an indexed field, or walk the collection with each()"},
	{QueryUnindexedField, Reject, "The filter names a field that has no index.", "filter by an indexed field, or add an index in a new schema version"},
	{QueryLimitRequired, Reject, "The query has no positive limit.", "give limit, a positive integer"},
	{QuerySortNotIndexed, Reject, "The sort field has no index.", "sort by an indexed field, or add an index in a new schema version"},

	{DatabaseNotFound, Reject, "The directory is not an AeroDB database.", "create one with: aerodb init --data-dir DIR"},
	{DatabaseExists, Reject, "The directory already is a database, or is not empty.", "choose another directory; nothing was changed"},
	{DatabaseLocked, Reject, "Another process has the database open.", "wait for it or stop it"},
	{DatabaseReadOnly, Reject, "The database is open read-only.", "open it without --read-only"},
	{DatabaseFailed, Fatal, "An earlier sync failed, so what is on disk is unknown; the database refuses all work.", "look at the disk, then reopen: recovery finds all that was acknowledged"},

	{WALAppendFailed, Failed, "A record could not be written to the WAL; nothing was applied.", "look at the disk; the write can be tried again"},
	{WALFsyncFailed, Fatal, "A sync of the WAL failed: whether the write is durable is unknown.", "look at the disk, then reopen: recovery finds all that was acknowledged"},
	{WALCorruption, Fatal, "The WAL holds a damaged record that a crash cannot explain.", "keep a copy of the directory, then restore from a backup"},
	{WALFull, Reject, "The write does not fit below wal.max_size.", "run: aerodb checkpoint, or split the batch, or raise wal.max_size"},

	{StorageIOError, Failed, "A file could not be read or written.", "look at the disk and the system log"},
	{StorageNoSpace, Failed, "The disk is full.", "free space, for example with: aerodb snapshot remove ID"},
	{StorageCorruption, Fatal, "A file is not what was written.", "keep a copy of the directory, then restore from a backup"},

	{RecoveryFailed, Fatal, "The database could not be recovered.", "keep a copy of the directory; the message names the file"},
	{RecoverySchemaMissing, Fatal, "A schema that documents need is missing.", "restore from a backup"},
	{RecoveryInconsistent, Fatal, "Files of the database contradict each other.", "keep a copy of the directory, then restore from a backup"},

	{SnapshotFailed, Failed, "The snapshot was not made.", "mend the cause that the message names and call again"},
	{SnapshotNotFound, Failed, "There is no snapshot of that id.", "list what there is with: aerodb snapshot list"},
	{CheckpointFailed, Failed, "The checkpoint was not made; the previous one is current.", "mend the cause that the message names and call again"},
	{BackupFailed, Failed, "The backup was not made.", "mend the cause that the message names and call again"},
	{BackupInvalid, Failed, "The file is not a whole, undamaged backup.", "use another backup"},
	{RestoreFailed, Failed, "The restore did not happen; the database is as it was.", "mend the cause that the message names and call again"},

	{ScriptError, Failed, "A script failed.", "see the traceback"},
	{ScriptInterrupted, Failed, "A script was interrupted.", "run it again"},
	{ScriptChanged, Failed, "The script, its arguments or the database are not those of the run to resume, or of the rehearsal.", "run the script from its start, or rehearse it again"},

	{InternalInvariant, Bug, "An invariant of AeroDB broke.", "please report it with the message and the log"},
}

// Lookup returns the table's row of c.
func Lookup(c Code) (Entry, bool) {
	i := slices.IndexFunc(Table, func(e Entry) bool { return e.Code == c })
	if i < 0 {
		return Entry{}, false
	}
	return Table[i], true
}

// Severity returns the severity of c; an unknown code is a bug.
func (c Code) Severity() Severity {
	if e, ok := Lookup(c); ok {
		return e.Severity
	}
	return Bug
}
