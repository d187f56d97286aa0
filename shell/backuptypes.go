package shell

import "github.com/aerodb/aerodb/shell/bind"

// The tables that backup, restore, drill, diff and verify return.

var backupType = bind.Type{
	Name: "Backup",
	Doc:  "One backup.",
	Fields: []bind.Field{
		{Name: "path", Type: "string", Doc: "its file"},
		{Name: "uuid", Type: "string", Doc: "of the database"},
		{Name: "bytes", Type: "integer", Doc: "size of the file"},
		{Name: "documents", Type: "integer", Doc: "documents in it"},
		{Name: "sequence", Type: "integer", Doc: "the last write in it"},
		{Name: "digest", Type: "string", Doc: "digest of its state"},
		{Name: "sha256", Type: "string", Doc: "of the whole file"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}

var restoreType = bind.Type{
	Name: "Restore",
	Doc:  "What `storage.restore()` did.",
	Fields: []bind.Field{
		{Name: "uuid", Type: "string", Doc: "of the database that is there now"},
		{Name: "documents", Type: "integer", Doc: "documents in it"},
		{Name: "sequence", Type: "integer", Doc: "the last write in it"},
		{Name: "digest", Type: "string", Doc: "digest of its state, recomputed from the documents"},
		{Name: "generation", Type: "string", Doc: "the folder of `generations` it lies in"},
		{Name: "previous", Type: "string?", Doc: "the generation kept for undo_restore; absent if there was none"},
		{Name: "replaced", Type: "table?", Doc: "the state before: `uuid`, `sequence`, `documents`, `digest`"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}

var undoType = bind.Type{
	Name: "Undo",
	Doc:  "What `storage.undo_restore()` or `storage.drop_previous()` did.",
	Fields: []bind.Field{
		{Name: "generation", Type: "string", Doc: "the folder of `generations` that is live"},
		{Name: "removed", Type: "string", Doc: "the one that is gone"},
		{Name: "freed_bytes", Type: "integer", Doc: "bytes of its files"},
		{Name: "documents", Type: "integer", Doc: "documents of the live database"},
		{Name: "sequence", Type: "integer", Doc: "its last write"},
		{Name: "digest", Type: "string", Doc: "its digest"},
	},
}

var drillType = bind.Type{
	Name: "Drill",
	Doc:  "How `storage.drill()` went.",
	Fields: []bind.Field{
		{Name: "ok", Type: "boolean", Doc: "whether the restored database is sound and has the backup's digest"},
		{Name: "uuid", Type: "string", Doc: "of the database in the backup"},
		{Name: "documents", Type: "integer", Doc: "documents in it"},
		{Name: "sequence", Type: "integer", Doc: "the last write in it"},
		{Name: "digest", Type: "string", Doc: "digest of its state"},
		{Name: "restore_ms", Type: "number", Doc: "to unpack and check it"},
		{Name: "open_ms", Type: "number", Doc: "to open it, as the next start would"},
		{Name: "verify_ms", Type: "number", Doc: "to read and check everything again"},
		{Name: "problems", Type: "table[]", Doc: "as of `storage.verify()`"},
	},
}

var diffType = bind.Type{
	Name: "Diff",
	Doc:  "What differs between two states.",
	Fields: []bind.Field{
		{Name: "equal", Type: "boolean", Doc: "whether nothing does"},
		{Name: "a", Type: "table", Doc: "the first state: `uuid`, `sequence`, `documents`, `digest`"},
		{Name: "b", Type: "table", Doc: "the second one"},
		{Name: "collections", Type: "table<string, table>", Doc: "those that differ, by name: `added`, `changed`, `removed` count; `added_ids`, `changed_ids`, `removed_ids` name the first"},
	},
}

var verifyType = bind.Type{
	Name: "Verify",
	Doc:  "What `storage.verify()` read and found.",
	Fields: []bind.Field{
		{Name: "ok", Type: "boolean", Doc: "whether nothing is wrong"},
		{Name: "files", Type: "integer", Doc: "files read"},
		{Name: "bytes", Type: "integer", Doc: "bytes read"},
		{Name: "documents", Type: "integer", Doc: "documents checked"},
		{Name: "index_entries", Type: "integer", Doc: "index entries checked"},
		{Name: "digest", Type: "string", Doc: "recomputed from the documents"},
		{Name: "problems", Type: "table[]", Doc: "each: `file`, `offset`, `code`, `message`, `affected`, `hint`"},
		{Name: "unknown_files", Type: "string[]", Doc: "files that are no part of the database, and leftovers of a crash; they are never read"},
		{Name: "foreign", Type: "table[]", Doc: "snapshots of another database, as a restore leaves; each: `folder`, `uuid`; no problem"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
	},
}

var operationType = bind.Type{
	Name: "Operation",
	Doc:  "One line of HISTORY, as `storage.history()` lists them.",
	Fields: []bind.Field{
		{Name: "time", Type: "string", Doc: "when it ended, RFC 3339, UTC"},
		{Name: "op", Type: "string", Doc: "`backup`, `checkpoint`, `compact`, `drill`, `drop_previous`, `restore`, `snapshot`, `undo_restore` or `verify`"},
		{Name: "ok", Type: "boolean", Doc: "whether a drill went well; true of all else: a verification that finds damage writes nothing"},
		{Name: "duration_ms", Type: "number", Doc: "how long it took"},
		{Name: "uuid", Type: "string", Doc: "of the database it was about"},
		{Name: "sequence", Type: "integer", Doc: "of the state it was about; 0 if it could not be opened"},
		{Name: "documents", Type: "integer", Doc: "in that state"},
		{Name: "bytes", Type: "integer", Doc: "read by a verification, written by the others, freed by `drop_previous` and `undo_restore`"},
		{Name: "digest", Type: "string?", Doc: "of that state"},
		{Name: "restore_ms", Type: "number?", Doc: "of a drill: to unpack and check it"},
		{Name: "open_ms", Type: "number?", Doc: "of a drill: to open it"},
		{Name: "verify_ms", Type: "number?", Doc: "of a drill: to verify it"},
	},
}
