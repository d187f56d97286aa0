package dberr

import "slices"

// An Explanation is what `aerodb explain` says of a code beyond its row of the table:
// for a person who has just met it and wants to do no harm.
type Explanation struct {
	code     Code
	Cause    string   // why it happens, in a few sentences
	Evidence []string // what to look at, and to keep, before anything is changed
	Commands []string // safe commands in the order to try them; capitals stand for names
}

// Explain returns the explanation of a code; false if there is no such code.
func Explain(c Code) (Explanation, bool) {
	i := slices.IndexFunc(explanations, func(e Explanation) bool { return e.code == c })
	if i < 0 {
		return Explanation{}, false
	}
	return explanations[i], true
}

var (
	evidenceOfDisk   = []string{"the system log (dmesg, journalctl -k) for errors of the disk", "free space and inodes (df -h, df -i) of the file system that the message names"}
	evidenceOfDamage = []string{"a copy of the whole data directory, made before anything else", "the file and offset that the message names", "the system log for errors of the disk or the memory",
		"what else wrote to the directory: a backup tool, a copy, a second machine"}
	commandsOfDamage = []string{"aerodb verify --read-only", "aerodb backup inspect FILE.tar", "aerodb drill --input FILE.tar", "aerodb restore --input FILE.tar --yes"}
)

// explanations has an entry for every code of Table. It is a slice, not a map: the linker
// lays it out, where a map is filled at every start.
var explanations = []Explanation{
	{
		code:     ConfigInvalid,
		Cause:    "A key of config.toml, an environment variable AERODB_... or a flag is unknown, has the wrong type or a value that is none of those allowed. AeroDB does not start with a configuration that it does not understand wholly.",
		Evidence: []string{"the file, line and key that the message names", "the environment: env | grep AERODB_"},
		Commands: []string{"aerodb config show", "aerodb help"},
	},
	{
		code:     ConfigUnsafe,
		Cause:    "The value is understood, but it would endanger data or the machine: a log too small to hold a record, no snapshot kept, a negative size.",
		Evidence: []string{"the key and the bounds that the message names"},
		Commands: []string{"aerodb config show"},
	},
	{
		code:     ConfigIOFailed,
		Cause:    "The file that --config names, or config.toml in the working directory, is there but cannot be read.",
		Evidence: []string{"its permissions and those of the folders above it (ls -ld)", "the user that aerodb runs as (id)"},
		Commands: []string{"aerodb config show"},
	},
	{
		code:     SchemaRequired,
		Cause:    "A request to the JSON API, or a call, does not say which collection it means.",
		Evidence: []string{"the request as it was sent"},
		Commands: []string{"aerodb schema list"},
	},
	{
		code:     SchemaInvalid,
		Cause:    "The definition of a schema is not one: an unknown type, an index on a field that is none, a name that is not allowed, a missing _id.",
		Evidence: []string{"the path of the member that the message names"},
		Commands: []string{"aerodb schema list"},
	},
	{
		code:     SchemaUnknown,
		Cause:    "No schema of that name is registered in this database. It may be spelled otherwise, or the data directory may be another than you think.",
		Evidence: []string{"the data directory in use"},
		Commands: []string{"aerodb schema list", "aerodb config show"},
	},
	{
		code:     SchemaVersionUnknown,
		Cause:    "The schema is registered, but not in that version.",
		Evidence: []string{"the versions that there are"},
		Commands: []string{"aerodb schema list", "aerodb schema show ID"},
	},
	{
		code:     SchemaVersionRequired,
		Cause:    "A request names a collection but no version. Documents belong to the version they were written with, so a request has to say which one it reads or writes.",
		Evidence: []string{"the request as it was sent"},
		Commands: []string{"aerodb schema show ID"},
	},
	{
		code:     SchemaValidationFailed,
		Cause:    "The document does not fit its schema: a field is missing, is not declared or has another type. Nothing is converted and nothing was written.",
		Evidence: []string{"the document and the path of the field that the message names"},
		Commands: []string{"aerodb schema show ID"},
	},
	{
		code:     SchemaImmutable,
		Cause:    "A schema version never changes once it is registered, and the definition differs from the registered one. The same definition again would have been no error.",
		Evidence: []string{"how the two definitions differ"},
		Commands: []string{"aerodb schema show ID", "aerodb schema list"},
	},
	{
		code:     SchemaIncompatible,
		Cause:    "The next version of a schema may only add optional fields and indexes, so that every document and every reader of the version before stays right. The message lists each difference that breaks this.",
		Evidence: []string{"the differences that the message lists"},
		Commands: []string{"aerodb schema show ID"},
	},
	{
		code:     DocumentExists,
		Cause:    "An insert met a document of that _id, in this version of the schema or in another: an _id is unique in its collection. Nothing was written, of a batch neither.",
		Evidence: []string{"the document that is there"},
		Commands: []string{"aerodb export ID VERSION"},
	},
	{
		code:     DocumentNotFound,
		Cause:    "A replace named an _id that the collection does not have.",
		Evidence: []string{"whether it was ever there: the snapshots and backups"},
		Commands: []string{"aerodb export ID VERSION", "aerodb snapshot list", "aerodb diff FILE.tar live"},
	},
	{
		code:     DocumentTooLarge,
		Cause:    "The document, as given or in canonical form, is larger than limits.document_size.",
		Evidence: []string{"its size in bytes"},
		Commands: []string{"aerodb config show"},
	},
	{
		code:     QueryInvalid,
		Cause:    "The request is not what the API takes: an unknown or missing member, a member twice, a value of the wrong type, no JSON at all.",
		Evidence: []string{"the request as it was sent, and the member or byte that the message names"},
		Commands: []string{"aerodb schema list"},
	},
	{
		code:     QueryUnbounded,
		Cause:    "No index bounds what the query would have to read, so it was refused before it ran. A walk over a whole collection is explicit: each() in Lua, or export.",
		Evidence: []string{"the plan: explain instead of query"},
		Commands: []string{"aerodb schema show ID", "aerodb export ID VERSION"},
	},
	{
		code:     QueryUnindexedField,
		Cause:    "The filter names a field that has no index in this version of the schema.",
		Evidence: []string{"the indexes of the schema"},
		Commands: []string{"aerodb schema show ID"},
	},
	{
		code:     QueryLimitRequired,
		Cause:    "Every query says how many documents it wants at most; limit is missing or not positive.",
		Evidence: []string{"the request as it was sent"},
		Commands: []string{"aerodb config show"},
	},
	{
		code:     QuerySortNotIndexed,
		Cause:    "Sorting is by an index, and the field has none in this version of the schema.",
		Evidence: []string{"the indexes of the schema"},
		Commands: []string{"aerodb schema show ID"},
	},
	{
		code:     DatabaseNotFound,
		Cause:    "The directory does not exist or has no CURRENT file. Most often the data directory is another than you think: it comes from --data-dir, AERODB_DATA_DIR, config.toml in the working directory, or is ./data.",
		Evidence: []string{"the data directory in use and where that comes from", "what lies in it (ls -la); if it holds generations/ but no CURRENT, keep a copy before anything else"},
		Commands: []string{"aerodb config show", "aerodb init --data-dir DIR"},
	},
	{
		code:     DatabaseExists,
		Cause:    "init, or a drill, was given a directory that is a database already or holds other files. Nothing was changed.",
		Evidence: []string{"what lies in the directory"},
		Commands: []string{"aerodb stats", "aerodb verify --read-only"},
	},
	{
		code:     DatabaseLocked,
		Cause:    "Another process has the database open; the kernel's lock on LOCK says so, and its text says who. One process at a time writes to a database. If that process has ended, so has its lock.",
		Evidence: []string{"the pid, command and start time in the message (ps -p PID)"},
		Commands: []string{"aerodb verify", "aerodb stats --data-dir SNAPSHOT"},
	},
	{
		code:     DatabaseReadOnly,
		Cause:    "The call would change something, and the database was opened with --read-only or is a snapshot, which nobody changes.",
		Evidence: []string{"the flags, and AERODB_ variables, of this process"},
		Commands: []string{"aerodb config show"},
	},
	{
		code:     DatabaseFailed,
		Cause:    "A sync failed earlier in this process. After that the kernel may have dropped what was written and will not say so again, so what is on disk is not known, and the database refuses all work, reads included, until it is opened anew. Opening reads what is really there: every acknowledged write is found.",
		Evidence: append([]string{"the first error before this one, in the log"}, evidenceOfDisk...),
		Commands: []string{"aerodb verify --read-only", "aerodb stats"},
	},
	{
		code:     WALAppendFailed,
		Cause:    "A record could not be written to the log, wholly or in part. What was written of it has been zeroed; nothing of it was applied, and the database goes on.",
		Evidence: evidenceOfDisk,
		Commands: []string{"aerodb stats", "aerodb verify"},
	},
	{
		code:     WALFsyncFailed,
		Cause:    "The disk could not confirm a write. Whether it is durable is not known until the database is opened again; it will be wholly there or wholly absent. Nothing was tried a second time, because a second sync would say yes whatever happened.",
		Evidence: evidenceOfDisk,
		Commands: []string{"aerodb verify --read-only", "aerodb stats"},
	},
	{
		code:     WALCorruption,
		Cause:    "The log holds a record that is damaged and that a crash cannot explain: behind a torn write there is nothing, but here there is, or every sector of the record arrived and its checksum is wrong. An acknowledged write may be in it, so nothing was cut and the database does not open.",
		Evidence: evidenceOfDamage,
		Commands: append([]string{"aerodb inspect wal WALFILE"}, commandsOfDamage...),
	},
	{
		code:     WALFull,
		Cause:    "The write does not fit in what wal.max_size leaves. With wal.on_full = \"reject\" the log waits for a checkpoint; a batch larger than the whole log never fits.",
		Evidence: []string{"wal_size_bytes and wal_limit_bytes of stats"},
		Commands: []string{"aerodb stats", "aerodb checkpoint"},
	},
	{
		code:     StorageIOError,
		Cause:    "The operating system could not read or write a file. That is not damage: the data may be whole, and a read may work again once the disk does.",
		Evidence: evidenceOfDisk,
		Commands: []string{"aerodb verify --read-only", "aerodb selftest --dir DIR"},
	},
	{
		code:     StorageNoSpace,
		Cause:    "The file system is full, or a quota is. The operation was undone and left nothing behind. Opening, reading, verifying and removing snapshots need no space.",
		Evidence: []string{"free space and inodes (df -h, df -i), quotas (quota)", "which snapshots hold space that the database has dropped"},
		Commands: []string{"aerodb stats", "aerodb snapshot list", "aerodb snapshot remove SNAPSHOTID", "aerodb restore --drop-previous"},
	},
	{
		code:     StorageCorruption,
		Cause:    "A file is not what AeroDB wrote: a bit changed, it was cut, exchanged, replaced by an older copy, or is missing. It was noticed before its content was used, and nothing was changed.",
		Evidence: evidenceOfDamage,
		Commands: commandsOfDamage,
	},
	{
		code:     RecoveryFailed,
		Cause:    "The database could not be opened, and not for damage: most often its format is that of another version of AeroDB.",
		Evidence: []string{"the file and version that the message names", "which version wrote it last: the log of the last start"},
		Commands: []string{"aerodb version", "aerodb verify --read-only"},
	},
	{
		code:     RecoverySchemaMissing,
		Cause:    "The log or CHECKPOINT speaks of a schema whose file is not there.",
		Evidence: evidenceOfDamage,
		Commands: commandsOfDamage,
	},
	{
		code:     RecoveryInconsistent,
		Cause:    "Each file is whole by its own checksum, but they contradict each other: a digest, a count or a sequence is not the one that another file says. Most often one of them is an older copy.",
		Evidence: evidenceOfDamage,
		Commands: commandsOfDamage,
	},
	{
		code:     SnapshotFailed,
		Cause:    "The snapshot could not be made or removed; the message names the cause. The database and the other snapshots are as they were.",
		Evidence: evidenceOfDisk,
		Commands: []string{"aerodb snapshot list", "aerodb snapshot"},
	},
	{
		code:     SnapshotNotFound,
		Cause:    "There is no snapshot of that id. A checkpoint keeps only as many as snapshots.keep says.",
		Evidence: []string{"the ids that there are"},
		Commands: []string{"aerodb snapshot list"},
	},
	{
		code:     CheckpointFailed,
		Cause:    "The checkpoint, or the merge it does, could not be finished; the one before is current, the log goes on, and what was built was removed.",
		Evidence: evidenceOfDisk,
		Commands: []string{"aerodb stats", "aerodb verify", "aerodb checkpoint"},
	},
	{
		code:     BackupFailed,
		Cause:    "The backup was not written; there is no file under its name, or the one before is. The message names the cause: a name in the data directory, a file that is there, a full disk.",
		Evidence: []string{"free space where the backup goes (df -h)"},
		Commands: []string{"aerodb stats", "aerodb backup --output NEW.tar"},
	},
	{
		code:     BackupInvalid,
		Cause:    "The file is not a whole backup: cut, changed, compressed, or never one. A backup is taken whole or not at all, so nothing of it was used.",
		Evidence: []string{"the offset that the message names", "the size and sha256sum of the file, against what backup printed when it was made"},
		Commands: []string{"aerodb backup inspect FILE.tar", "aerodb drill --input FILE.tar"},
	},
	{
		code:     RestoreFailed,
		Cause:    "The restore did not happen; the database is what it was. The message names the cause: the generation that an earlier restore replaced is still kept, or the disk failed.",
		Evidence: []string{"what generations/ holds, and what CURRENT names", evidenceOfDisk[0], evidenceOfDisk[1]},
		Commands: []string{"aerodb verify --read-only", "aerodb backup inspect FILE.tar", "aerodb restore --undo", "aerodb restore --drop-previous"},
	},
	{
		code:     ScriptError,
		Cause:    "A script raised an error that is not the database's, or is not Lua. What it had done before stays done; the traceback says where it was.",
		Evidence: []string{"the traceback, with file and line", "what the script had done: the journal of its steps, the log"},
		Commands: []string{"aerodb runs", "aerodb rehearse SCRIPT.lua"},
	},
	{
		code:     ScriptInterrupted,
		Cause:    "Ctrl-C, a signal or a closed pipe ended the call at a safe point. What was acknowledged is durable; what was not is wholly absent.",
		Evidence: []string{"how far it was: the journal of its steps"},
		Commands: []string{"aerodb runs", "aerodb stats"},
	},
	{
		code:     ScriptChanged,
		Cause:    "A run is resumed, or follows a rehearsal, and the script, its arguments or the database is not the one of then; or the outcome of a step is not known. Guessing would do a step twice or not at all.",
		Evidence: []string{"the journal of the run", "what the step in doubt did or did not do"},
		Commands: []string{"aerodb runs", "aerodb rehearse SCRIPT.lua"},
	},
	{
		code:     InternalInvariant,
		Cause:    "AeroDB met a state that its own rules exclude. That is a bug, and the database served no further call from it.",
		Evidence: []string{"the whole message and stack, and the log", "the version", "if it happens again: a backup, and the steps that lead there"},
		Commands: []string{"aerodb version", "aerodb verify"},
	},
}
