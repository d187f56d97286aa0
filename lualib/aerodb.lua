---@meta
-- Generated from the function registry in shell/; do not edit.
-- For editors that read LuaLS annotations: put this file into the workspace.

--- The code of an error; it never changes its meaning.
---@alias aerodb.Code
---| "AERO_CONFIG_INVALID" # A configuration key, value, flag or environment variable is not valid.
---| "AERO_CONFIG_UNSAFE" # A configuration value would endanger data.
---| "AERO_CONFIG_IO_FAILED" # The configuration file could not be read.
---| "AERO_SCHEMA_REQUIRED" # A request names no schema.
---| "AERO_SCHEMA_INVALID" # A schema definition breaks a rule.
---| "AERO_SCHEMA_UNKNOWN" # No schema of that name is registered.
---| "AERO_SCHEMA_VERSION_UNKNOWN" # The schema has no such version.
---| "AERO_SCHEMA_VERSION_REQUIRED" # A request names a schema but no version.
---| "AERO_SCHEMA_VALIDATION_FAILED" # A document does not fit its schema.
---| "AERO_SCHEMA_IMMUTABLE" # A registered schema version cannot be changed.
---| "AERO_SCHEMA_INCOMPATIBLE" # A new schema version may only add optional fields and indexes.
---| "AERO_DOCUMENT_EXISTS" # A document with that _id exists.
---| "AERO_DOCUMENT_NOT_FOUND" # No document has that _id.
---| "AERO_DOCUMENT_TOO_LARGE" # The document is larger than limits.document_size.
---| "AERO_QUERY_INVALID" # The query or request is malformed.
---| "AERO_QUERY_UNBOUNDED" # The cost of the query cannot be bounded.
---| "AERO_QUERY_UNINDEXED_FIELD" # The filter names a field that has no index.
---| "AERO_QUERY_LIMIT_REQUIRED" # The query has no positive limit.
---| "AERO_QUERY_SORT_NOT_INDEXED" # The sort field has no index.
---| "AERO_DATABASE_NOT_FOUND" # The directory is not an AeroDB database.
---| "AERO_DATABASE_EXISTS" # The directory already is a database, or is not empty.
---| "AERO_DATABASE_LOCKED" # Another process has the database open.
---| "AERO_DATABASE_READ_ONLY" # The database is open read-only.
---| "AERO_DATABASE_FAILED" # An earlier sync failed, so what is on disk is unknown; the database refuses all work.
---| "AERO_WAL_APPEND_FAILED" # A record could not be written to the WAL; nothing was applied.
---| "AERO_WAL_FSYNC_FAILED" # A sync of the WAL failed: whether the write is durable is unknown.
---| "AERO_WAL_CORRUPTION" # The WAL holds a damaged record that a crash cannot explain.
---| "AERO_WAL_FULL" # The write does not fit below wal.max_size.
---| "AERO_STORAGE_IO_ERROR" # A file could not be read or written.
---| "AERO_STORAGE_NO_SPACE" # The disk is full.
---| "AERO_STORAGE_CORRUPTION" # A file is not what was written.
---| "AERO_RECOVERY_FAILED" # The database could not be recovered.
---| "AERO_RECOVERY_SCHEMA_MISSING" # A schema that documents need is missing.
---| "AERO_RECOVERY_INCONSISTENT" # Files of the database contradict each other.
---| "AERO_SNAPSHOT_FAILED" # The snapshot was not made.
---| "AERO_SNAPSHOT_NOT_FOUND" # There is no snapshot of that id.
---| "AERO_CHECKPOINT_FAILED" # The checkpoint was not made; the previous one is current.
---| "AERO_BACKUP_FAILED" # The backup was not made.
---| "AERO_BACKUP_INVALID" # The file is not a whole, undamaged backup.
---| "AERO_RESTORE_FAILED" # The restore did not happen; the database is as it was.
---| "AERO_SCRIPT_ERROR" # A script failed.
---| "AERO_SCRIPT_INTERRUPTED" # A script was interrupted.
---| "AERO_SCRIPT_CHANGED" # The script, its arguments or the database are not those of the run to resume, or of the rehearsal.
---| "AERO_INTERNAL_INVARIANT" # An invariant of AeroDB broke.

--- What is raised; pcall gives it back.
---@class aerodb.Error
---@field code aerodb.Code
---@field severity "REJECT"|"ERROR"|"FATAL"|"BUG"
---@field message string what happened
---@field hint string what to do next
---@field details table facts by name
---@field where? string file and line

--- What `storage.stats()` returns.
---@class aerodb.Stats
---@field document_count integer documents of all collections
---@field schema_count integer registered schema versions
---@field storage_size_bytes integer live segments on disk
---@field index_size_bytes integer the part of them that is secondary indexes
---@field segment_count integer live segments
---@field segment_classes table[] segments by size, small to large: `up_to_bytes`, `segments`, `bytes`
---@field read_amplification integer sorted runs that a read may have to look into: segments, and the memtable if it is not empty
---@field dead_documents integer documents in segments that a newer segment replaces or deletes, as of the last checkpoint
---@field tombstone_count integer marks of deletions in segments, of documents and index entries
---@field dead_bytes_estimated integer what a compaction would free, if all documents were of one size
---@field snapshot_count integer snapshots kept
---@field wal_size_bytes integer bytes of the WAL in use; recovery replays them
---@field wal_limit_bytes integer wal.max_size
---@field wal_sequence integer sequence of the last record, counted for the life of the database
---@field auto_checkpoints integer checkpoints that a full WAL started since the open
---@field last_checkpoint_time? string when the last checkpoint ended; absent before the first
---@field last_checkpoint_duration_ms? number how long it took; absent before the first, and if an earlier process made it because the log was full
---@field last_snapshot_time? string when the last snapshot was taken that was asked for, as HISTORY tells; absent if there was none
---@field last_snapshot_duration_ms? number how long it took
---@field last_backup_time? string when the last backup ended; absent if there was none
---@field last_backup_duration_ms? number how long it took
---@field last_drill_time? string when the last drill ended that went well, of a backup of this database; absent if there was none
---@field last_drill_duration_ms? number how long it took
---@field last_verify_time? string when the last verification ended that found nothing wrong; absent if there was none
---@field last_verify_duration_ms? number how long it took
---@field recovery_duration_ms number how long the last open took
---@field recovery_wal_records integer records it replayed
---@field recovery_torn_bytes integer bytes of a torn record it cut from the WAL's end
---@field index_rebuild_duration_ms number the part of the open spent on index entries
---@field predicted_recovery_ms number how long the next open would take to replay the WAL
---@field recovery_rate_measured boolean whether that is by a replay rate measured here; if not, by a cautious one
---@field memtable_size_bytes integer memory of the memtable, which holds the writes since the last checkpoint; 256 KiB if there are none
---@field cache_size_bytes integer memory held by the block cache
---@field cache_limit_bytes integer memory.cache_size
---@field cache_hits integer blocks found in the cache since the open
---@field cache_misses integer blocks read from disk since the open
---@field cache_hit_rate? number cache_hits as a part of both; absent before the first read
---@field digest string the digest of the whole state
---@field collections table<string, table> by name: `documents`, `versions`, `indexes`, `digest`; of the live segments `document_size_bytes`, `index_size_bytes` and by field `index_sizes`

--- One line of HISTORY, as `storage.history()` lists them.
---@class aerodb.Operation
---@field time string when it ended, RFC 3339, UTC
---@field op string `backup`, `checkpoint`, `compact`, `drill`, `drop_previous`, `restore`, `snapshot`, `undo_restore` or `verify`
---@field ok boolean whether a drill went well; true of all else: a verification that finds damage writes nothing
---@field duration_ms number how long it took
---@field uuid string of the database it was about
---@field sequence integer of the state it was about; 0 if it could not be opened
---@field documents integer in that state
---@field bytes integer read by a verification, written by the others, freed by `drop_previous` and `undo_restore`
---@field digest? string of that state
---@field restore_ms? number of a drill: to unpack and check it
---@field open_ms? number of a drill: to open it
---@field verify_ms? number of a drill: to verify it

--- One snapshot.
---@class aerodb.Snapshot
---@field id string its name: time and sequence
---@field created boolean false if nothing had changed and the last one was returned
---@field path string its directory
---@field created_at string when it was taken
---@field sequence integer the last WAL record in it
---@field documents integer documents in it
---@field bytes integer size of its files
---@field digest string digest of its state
---@field linked? boolean whether its segments are hard links, not copies; only where it was just made
---@field duration_ms number how long it took

--- What `storage.checkpoint()` did.
---@class aerodb.Checkpoint
---@field snapshot aerodb.Snapshot the snapshot it made
---@field wal_bytes_before integer bytes of the WAL in use before
---@field wal_bytes_after integer and after
---@field documents_flushed integer documents that changed since the last checkpoint
---@field bytes_read integer bytes of old segments read by merges
---@field bytes_written integer bytes of new segments, merges included
---@field segments_merged integer old segments merged into new ones
---@field snapshots_removed string[] older snapshots that snapshots.keep no longer keeps
---@field duration_ms number how long it took

--- What `storage.reopen()` found.
---@class aerodb.Reopen
---@field recovery_wal_records integer WAL records replayed
---@field recovery_operations integer writes in them
---@field sealed boolean whether the WAL had been closed cleanly
---@field recovery_torn_bytes integer bytes of a torn record cut from the WAL's end
---@field torn_file? string the file they were cut from, if any
---@field torn_offset? integer where in it
---@field swept string[] leftovers of a crash that were removed
---@field unswept string[] leftovers that could not be removed; the next open tries again
---@field unknown_files string[] files that are not the database's; they are left alone
---@field recovery_duration_ms number how long the open took
---@field index_rebuild_duration_ms number the part of it spent on index entries
---@field digest string digest of the state found
---@field sequence integer sequence of the last WAL record

--- What `storage.compact()` did.
---@class aerodb.Compact
---@field bytes_before integer live segments before
---@field bytes_after integer and after
---@field held_by_snapshots_bytes integer bytes of the segments before that snapshots still hold
---@field documents integer documents kept
---@field segments integer live segments after
---@field snapshot? string id of the snapshot it made
---@field duration_ms number how long it took

--- One backup.
---@class aerodb.Backup
---@field path string its file
---@field uuid string of the database
---@field bytes integer size of the file
---@field documents integer documents in it
---@field sequence integer the last write in it
---@field digest string digest of its state
---@field sha256 string of the whole file
---@field duration_ms number how long it took

--- What `storage.restore()` did.
---@class aerodb.Restore
---@field uuid string of the database that is there now
---@field documents integer documents in it
---@field sequence integer the last write in it
---@field digest string digest of its state, recomputed from the documents
---@field generation string the folder of `generations` it lies in
---@field previous? string the generation kept for undo_restore; absent if there was none
---@field replaced? table the state before: `uuid`, `sequence`, `documents`, `digest`
---@field duration_ms number how long it took

--- What `storage.undo_restore()` or `storage.drop_previous()` did.
---@class aerodb.Undo
---@field generation string the folder of `generations` that is live
---@field removed string the one that is gone
---@field freed_bytes integer bytes of its files
---@field documents integer documents of the live database
---@field sequence integer its last write
---@field digest string its digest

--- How `storage.drill()` went.
---@class aerodb.Drill
---@field ok boolean whether the restored database is sound and has the backup's digest
---@field uuid string of the database in the backup
---@field documents integer documents in it
---@field sequence integer the last write in it
---@field digest string digest of its state
---@field restore_ms number to unpack and check it
---@field open_ms number to open it, as the next start would
---@field verify_ms number to read and check everything again
---@field problems table[] as of `storage.verify()`

--- What differs between two states.
---@class aerodb.Diff
---@field equal boolean whether nothing does
---@field a table the first state: `uuid`, `sequence`, `documents`, `digest`
---@field b table the second one
---@field collections table<string, table> those that differ, by name: `added`, `changed`, `removed` count; `added_ids`, `changed_ids`, `removed_ids` name the first

--- What `storage.verify()` read and found.
---@class aerodb.Verify
---@field ok boolean whether nothing is wrong
---@field files integer files read
---@field bytes integer bytes read
---@field documents integer documents checked
---@field index_entries integer index entries checked
---@field digest string recomputed from the documents
---@field problems table[] each: `file`, `offset`, `code`, `message`, `affected`, `hint`
---@field unknown_files string[] files that are no part of the database, and leftovers of a crash; they are never read
---@field foreign table[] snapshots of another database, as a restore leaves; each: `folder`, `uuid`; no problem
---@field duration_ms number how long it took

--- snapshots, checkpoints and the state of the database on disk
---@class aerodb.storage
storage = {}

--- Tells what the database holds and how it is doing. It reads counters, and looks up where each index begins in segments that it has not asked before: its cost does not follow the data.
---
--- Errors: `AERO_DATABASE_FAILED`.
--- ```lua
--- print(storage.stats().document_count)
--- ```
---@return aerodb.Stats a table of counters.
function storage.stats() end

--- Returns the digest of the whole logical state: equal digest, equal state. It is kept up to date at every write, so reading it costs nothing. It proves equality against accident, not against an adversary.
---
--- Errors: `AERO_DATABASE_FAILED`.
--- ```lua
--- local before = storage.digest()
--- storage.checkpoint()
--- assert(storage.digest() == before)
--- ```
---@return string 64 hex digits.
function storage.digest() end

--- Writes what changed since the last checkpoint into a segment, takes a snapshot and starts a new WAL. Recovery then has nothing to replay. It runs in the foreground and costs what changed, plus merges that it reports.
---
--- Errors: `AERO_CHECKPOINT_FAILED`, `AERO_STORAGE_NO_SPACE`, `AERO_DATABASE_READ_ONLY`.
--- ```lua
--- local c = storage.checkpoint()
--- print(c.documents_flushed, c.wal_bytes_after)
--- ```
---@return aerodb.Checkpoint what was written.
function storage.checkpoint() end

--- Writes everything to one segment and leaves out what is deleted or replaced. The digest stays as it is. Older snapshots hold their files until they are removed.
---
--- Errors: `AERO_CHECKPOINT_FAILED`, `AERO_STORAGE_NO_SPACE`, `AERO_DATABASE_READ_ONLY`.
--- ```lua
--- local before = storage.digest()
--- local c = storage.compact()
--- print(c.bytes_before, c.bytes_after)
--- assert(storage.digest() == before)
--- ```
---@return aerodb.Compact sizes before and after.
function storage.compact() end

--- Lists the operations that were asked for and came to a result: backups, drills, verifications, checkpoints, snapshots, compactions, restores, oldest first. The list is bounded: about the last 300 to 600.
---
--- Errors: `AERO_STORAGE_CORRUPTION`.
--- ```lua
--- storage.checkpoint()
--- local list = storage.history()
--- print(list[#list].op, list[#list].time, list[#list].duration_ms)
--- ```
---@return aerodb.Operation[] a list.
function storage.history() end

--- Closes the database and opens it again from its files, as the next start would. Collections go on working; iterators made before do not.
---
--- Errors: `AERO_DATABASE_LOCKED`, `AERO_WAL_CORRUPTION`, `AERO_STORAGE_CORRUPTION`, `AERO_STORAGE_IO_ERROR`.
--- ```lua
--- local before = storage.digest()
--- local r = storage.reopen()
--- assert(r.digest == before)
--- ```
---@return aerodb.Reopen what recovery found.
function storage.reopen() end

--- Takes a snapshot: a directory that is complete, can be copied by any tool and opened read-only. With nothing changed since the last one, the last one is returned and created is false.
---
--- Errors: `AERO_SNAPSHOT_FAILED`, `AERO_STORAGE_NO_SPACE`, `AERO_DATABASE_READ_ONLY`.
--- ```lua
--- local snap = storage.snapshot()
--- print(snap.id, snap.documents)
--- ```
---@return aerodb.Snapshot the snapshot.
function storage.snapshot() end

--- Lists the snapshots, oldest first.
---
--- Errors: `AERO_STORAGE_IO_ERROR`, `AERO_STORAGE_CORRUPTION`, `AERO_DATABASE_FAILED`.
--- ```lua
--- for _, snap in ipairs(storage.snapshots()) do print(snap.id, snap.bytes) end
--- ```
---@return aerodb.Snapshot[] a list.
function storage.snapshots() end

--- Removes a snapshot and frees the segments that only it held. The one of the current checkpoint cannot be removed.
---
--- Errors: `AERO_SNAPSHOT_NOT_FOUND`, `AERO_SNAPSHOT_FAILED`, `AERO_DATABASE_READ_ONLY`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- storage.checkpoint()
--- db.users:insert{_id = "zoe", name = "Zoe"}
--- storage.checkpoint()
--- print(storage.remove_snapshot(storage.snapshots()[1].id).freed_bytes)
--- ```
---@param id string the snapshot's id, as snapshots() lists it
---@return table a table: `id`, `freed_bytes`.
function storage.remove_snapshot(id) end

--- Writes the whole database, as of now, to one tar. It changes nothing in the data directory and checks every file on the way. The file appears under its name only when it is whole. The same state is the same bytes.
---
--- Errors: `AERO_BACKUP_FAILED`, `AERO_STORAGE_NO_SPACE`, `AERO_STORAGE_CORRUPTION`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- local b = storage.backup{output = dir .. "/backup.tar"}
--- print(b.documents, b.bytes, b.sha256)
--- ```
---@param options string|{output: string, overwrite?: boolean} where to
---@return aerodb.Backup what was written.
function storage.backup(options) end

--- Reads a backup to its end, checks every byte of it and tells what it holds. Nothing is unpacked.
---
--- Errors: `AERO_BACKUP_INVALID`, `AERO_STORAGE_IO_ERROR`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- storage.backup(dir .. "/backup.tar")
--- assert(storage.inspect_backup(dir .. "/backup.tar").digest == storage.digest())
--- ```
---@param options string|{input: string} which backup
---@return aerodb.Backup what is in it.
function storage.inspect_backup(options) end

--- Does all of a restore but the last step: unpacks a backup into a scratch directory, opens and checks it there, compares the digest, and removes it. The database is not touched.
---
--- Errors: `AERO_BACKUP_INVALID`, `AERO_RESTORE_FAILED`, `AERO_STORAGE_NO_SPACE`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- storage.backup(dir .. "/backup.tar")
--- local drill = storage.drill{input = dir .. "/backup.tar"}
--- assert(drill.ok and drill.digest == storage.digest())
--- print(drill.restore_ms, drill.open_ms, drill.verify_ms)
--- ```
---@param options string|{input: string, scratch_dir?: string} which backup, and where to unpack it
---@return aerodb.Drill how it went, and how long each step took.
function storage.drill(options) end

--- Makes a backup the database, and the session goes on with it. It is unpacked beside the live one, opened and checked there, and only then put in its place, in one step; if anything fails, the live one stays. Collections go on working; iterators made before do not. The database before is kept until drop_previous removes it or undo_restore brings it back.
---
--- Errors: `AERO_BACKUP_INVALID`, `AERO_RESTORE_FAILED`, `AERO_STORAGE_NO_SPACE`, `AERO_DATABASE_READ_ONLY`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- storage.backup(dir .. "/backup.tar")
--- db.users:delete("bob")
--- local r = storage.restore{input = dir .. "/backup.tar"}
--- print(db.users:get("bob").name, r.previous)
--- ```
---@param options string|{input: string} which backup
---@return aerodb.Restore what is the database now, and what it replaced.
function storage.restore(options) end

--- Brings the database before the last restore back. The restored one is removed, with all that was written to it since.
---
--- Errors: `AERO_RESTORE_FAILED`, `AERO_DATABASE_READ_ONLY`.
--- ```lua
--- storage.backup(dir .. "/backup.tar")
--- db.users:delete("bob")
--- storage.restore(dir .. "/backup.tar")
--- storage.undo_restore()
--- assert(db.users:get("bob") == nil)
--- ```
---@return aerodb.Undo what is the database now, and what was removed.
function storage.undo_restore() end

--- Removes the database that the last restore replaced and frees its space.
---
--- Errors: `AERO_RESTORE_FAILED`, `AERO_DATABASE_READ_ONLY`.
--- ```lua
--- storage.backup(dir .. "/backup.tar")
--- storage.restore(dir .. "/backup.tar")
--- print(storage.drop_previous().freed_bytes)
--- ```
---@return aerodb.Undo what is the database now, and what was removed.
function storage.drop_previous() end

--- Reads every byte of the database and checks it: checksums, the order of keys, each document against its schema, each index entry against its document and back, counts, digests, the log, the snapshots. What it finds is in the result; it raises an error only where it could not look.
---
--- Errors: `AERO_DATABASE_FAILED`.
--- ```lua
--- local v = storage.verify()
--- for _, p in ipairs(v.problems) do print(p.file, p.offset, p.message) end
--- assert(v.ok)
--- ```
---@return aerodb.Verify what was read, and what is wrong.
function storage.verify() end

--- Tells what differs between two states: how many documents of each collection were added, changed and removed from a to b, and which the first are. States that share segments cost what differs, not what there is.
---
--- Errors: `AERO_DATABASE_NOT_FOUND`, `AERO_SNAPSHOT_NOT_FOUND`, `AERO_BACKUP_INVALID`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- local snap = storage.snapshot()
--- db.users:delete("bob")
--- local d = storage.diff(snap.id, "live")
--- print(d.collections.users.removed, d.collections.users.removed_ids[1])
--- ```
---@param a string `"live"` for the open database, a snapshot's id, or the path of a snapshot, a backup or a data directory
---@param b string `"live"` for the open database, a snapshot's id, or the path of a snapshot, a backup or a data directory
---@return aerodb.Diff the two states and what differs.
function storage.diff(a, b) end

--- schemas and collections
---@class aerodb.db
---@field [string] aerodb.collection
db = {}

--- Registers a schema version. The same definition again changes nothing. A version, once registered, never changes; a newer version may add optional fields and indexes. It begins without documents, and an index covers those of its version: c:move_from(version) moves them, and so builds the index.
---
--- Errors: `AERO_SCHEMA_INVALID`, `AERO_SCHEMA_IMMUTABLE`, `AERO_SCHEMA_INCOMPATIBLE`.
--- ```lua
--- db.define_schema{
---   schema_id = "orders", schema_version = "v1",
---   fields = {
---     _id = {type = "string", required = true},
---     total = "int",
---     tags = {type = "array", items = "string"},
---   },
---   indexes = {"total"},
--- }
--- ```
---@param definition {schema_id: string, schema_version: string, fields: table, indexes?: string[]} `schema_id`, `schema_version`, `fields`, `indexes`
---@return table a table: `schema_id`, `schema_version`, `created` (false if it was registered before).
function db.define_schema(definition) end

--- Lists the definitions of all registered schema versions, ordered by id, then by registration.
---
--- Errors: `AERO_DATABASE_FAILED`.
--- ```lua
--- for _, d in ipairs(db.schemas()) do print(d.schema_id, d.schema_version) end
--- ```
---@return table[] a list of definitions with every short form written out.
function db.schemas() end

--- Returns the definition of one schema version.
---
--- Errors: `AERO_SCHEMA_UNKNOWN`, `AERO_SCHEMA_VERSION_UNKNOWN`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- print(db.schema("users", "v1").fields.age.type)
--- ```
---@param id string the schema's id
---@param version? string its version; the newest if left out
---@return table the definition with every short form written out.
function db.schema(id, version) end

--- Returns a handle on the documents of one schema version. `db.users` is short for the newest version of users.
---
--- Errors: `AERO_SCHEMA_UNKNOWN`, `AERO_SCHEMA_VERSION_UNKNOWN`, `AERO_SCHEMA_REQUIRED`, `AERO_SCHEMA_VERSION_REQUIRED`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- local users = db.collection("users", "v1")
--- print(users:count())
--- ```
---@param id string the schema's id
---@param version string its version
---@return aerodb.collection the handle.
function db.collection(id, version) end

--- Answers a request of the JSON API, given and answered as tables. It raises nothing for a request that fails: look at status.
---
--- Errors: `AERO_QUERY_INVALID`, `AERO_DATABASE_FAILED`.
--- ```lua
--- local r = db.request{op = "query", schema_id = "users", schema_version = "v1", filter = {age = {["$gte"] = 18}}, limit = 10}
--- assert(r.status == "ok")
--- ```
---@param request {op: "insert"|"update"|"delete"|"query"|"explain", schema_id: string, schema_version: string, document?: table, _id?: string, filter?: table, sort?: string, limit?: integer} `op` and the members that belong to it
---@return table a table: `status` and `data`, or `status`, `code`, `severity` and `message`.
function db.request(request) end

--- How a query will be answered, and why.
---@class aerodb.Plan
---@field chosen_index string the field whose index is walked; `_id` is the primary key
---@field scan_type string `primary_key`, `index_equality`, `index_range` or `index_sort`
---@field bounds string the part of the index that is walked
---@field predicates string[] conditions checked on each document found
---@field sort string the requested order
---@field sort_by string `index`, `memory` or `none`
---@field limit integer the most documents returned
---@field bounded boolean true: a query whose cost has no bound is refused
---@field reason string why this index

--- What an import acknowledged.
---@class aerodb.Import
---@field documents integer documents inserted
---@field bytes integer bytes read
---@field batches integer durable batches
---@field duration_ms number how long it took

--- What an export wrote.
---@class aerodb.Export
---@field path string the file
---@field documents integer documents written
---@field bytes integer bytes written
---@field duration_ms number how long it took

--- What a move to a newer version moved.
---@class aerodb.Move
---@field documents integer documents moved
---@field bytes integer bytes of them
---@field batches integer durable batches
---@field duration_ms number how long it took

--- the documents of one schema version, as db.collection or db.users returns it
---@class aerodb.collection
local collection = {}

--- Adds a document. It is durable when the call returns.
---
--- Errors: `AERO_DOCUMENT_EXISTS`, `AERO_SCHEMA_VALIDATION_FAILED`, `AERO_DOCUMENT_TOO_LARGE`, `AERO_DATABASE_READ_ONLY`, `AERO_WAL_FULL`, `AERO_STORAGE_NO_SPACE`.
--- ```lua
--- db.users:insert{_id = "carol", name = "Carol", age = 41}
--- ```
---@param doc table the document; its `_id` is a string
function collection:insert(doc) end

--- Adds documents as one durable record: all are valid and new, or none is written. The error's details.index counts from 0.
---
--- Errors: `AERO_DOCUMENT_EXISTS`, `AERO_SCHEMA_VALIDATION_FAILED`, `AERO_DOCUMENT_TOO_LARGE`, `AERO_DATABASE_READ_ONLY`, `AERO_WAL_FULL`, `AERO_STORAGE_NO_SPACE`.
--- ```lua
--- db.users:insert_many{{_id = "u1", name = "One"}, {_id = "u2", name = "Two"}}
--- ```
---@param docs table a list of documents
---@return integer how many documents were added.
function collection:insert_many(docs) end

--- Replaces the whole document of that `_id`. Under a newer schema version it moves the document there.
---
--- Errors: `AERO_DOCUMENT_NOT_FOUND`, `AERO_SCHEMA_VALIDATION_FAILED`, `AERO_DOCUMENT_TOO_LARGE`, `AERO_DATABASE_READ_ONLY`, `AERO_WAL_FULL`, `AERO_STORAGE_NO_SPACE`.
--- ```lua
--- local alice = db.users:get("alice")
--- alice.age = alice.age + 1
--- db.users:replace(alice)
--- ```
---@param doc table the document; its `_id` is a string
function collection:replace(doc) end

--- Deletes a document.
---
--- Errors: `AERO_DATABASE_READ_ONLY`, `AERO_WAL_FULL`, `AERO_STORAGE_NO_SPACE`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(db.users:delete("bob"))
--- ```
---@param id string the document's `_id`
---@return boolean true if it was there.
function collection:delete(id) end

--- Moves every document of an older version here, as it is, which builds the indexes that the older version lacks. It goes in durable batches, with progress: after an interruption what is moved stays moved, and the next call goes on with the rest. scripts/schema_upgrade.lua is a runbook around it, which asks and proves.
---
--- Errors: `AERO_SCHEMA_VERSION_UNKNOWN`, `AERO_SCHEMA_INCOMPATIBLE`, `AERO_DATABASE_READ_ONLY`, `AERO_WAL_FULL`, `AERO_STORAGE_NO_SPACE`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- local d = db.schema("users")
--- d.schema_version = "v2"
--- table.insert(d.indexes, "name")
--- db.define_schema(d)
--- local moved = db.users:move_from("v1")
--- print(moved.documents, db.users:find{sort = "name", limit = 1}[1].name)
--- ```
---@param version string the version to move from, older than this one
---@return aerodb.Move what was moved.
function collection:move_from(version) end

--- Returns a document by its `_id`.
---
--- Errors: `AERO_STORAGE_CORRUPTION`, `AERO_STORAGE_IO_ERROR`, `AERO_DATABASE_FAILED`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- print(db.users:get("alice").name)
--- ```
---@param id string the document's `_id`
---@return table? the document, nil if there is none.
function collection:get(id) end

--- Returns the documents that a query finds. It runs only if an index bounds its cost. Ties in the order are broken by `_id`.
---
--- Errors: `AERO_QUERY_INVALID`, `AERO_QUERY_LIMIT_REQUIRED`, `AERO_QUERY_UNBOUNDED`, `AERO_QUERY_UNINDEXED_FIELD`, `AERO_QUERY_SORT_NOT_INDEXED`.
--- ```lua
--- local adults = db.users:find{filter = {age = {["$gte"] = 18}}, sort = "-age", limit = 10}
--- ```
---@param query {filter?: table, sort?: string, limit?: integer} what to look for
---@return table[] a list of documents.
function collection:find(query) end

--- Tells how find would answer the same query, without running it.
---
--- Errors: `AERO_QUERY_INVALID`, `AERO_QUERY_LIMIT_REQUIRED`, `AERO_QUERY_UNBOUNDED`, `AERO_QUERY_UNINDEXED_FIELD`, `AERO_QUERY_SORT_NOT_INDEXED`.
--- ```lua
--- print(db.users:explain{filter = {age = 30}, limit = 10}.scan_type)
--- ```
---@param query {filter?: table, sort?: string, limit?: integer} what to look for
---@return aerodb.Plan the plan.
function collection:explain(query) end

--- Returns the number of documents of this version. It costs nothing.
---
--- Errors: `AERO_DATABASE_FAILED`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- print(db.users:count())
--- ```
---@return integer the number.
function collection:count() end

--- Walks the documents in the order of `_id`, over a view that later writes do not change. It is the only way to go over a whole collection.
---
--- Errors: `AERO_QUERY_INVALID`, `AERO_STORAGE_CORRUPTION`, `AERO_STORAGE_IO_ERROR`, `AERO_DATABASE_FAILED`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- for user in db.users:each() do print(user._id) end
--- ```
---@param options? {after?: string, limit?: integer} where to begin and end
---@return aerodb.iterator an iterator for a for loop.
function collection:each(options) end

--- Inserts the documents of a JSON Lines file, in durable batches. If a line fails, the error names it, and what was acknowledged before stays; details.documents says how many.
---
--- Errors: `AERO_STORAGE_IO_ERROR`, `AERO_DOCUMENT_EXISTS`, `AERO_SCHEMA_VALIDATION_FAILED`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- db.users:export(dir .. "/users.jsonl")
--- db.define_schema{schema_id = "copy", schema_version = "v1", fields = db.schema("users").fields}
--- print(db.copy:import(dir .. "/users.jsonl").documents)
--- ```
---@param path string the file
---@return aerodb.Import what was acknowledged.
function collection:import(path) end

--- Writes the documents to a JSON Lines file, ordered by `_id`. The file is whole or not there.
---
--- Errors: `AERO_STORAGE_IO_ERROR`, `AERO_STORAGE_NO_SPACE`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- print(db.users:export(dir .. "/users.jsonl").documents)
--- ```
---@param path string the file
---@param options? {overwrite?: boolean} whether to replace
---@return aerodb.Export what was written.
function collection:export(path, options) end

--- a walk over a collection, as c:each returns it; a for loop calls it
---@class aerodb.iterator
---@overload fun(): table?
local iterator = {}

--- Ends the walk early and lets go of its view. At its last document an iterator closes itself; one that is left early holds its view until Lua has collected it.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- local it = db.users:each()
--- local first = it()
--- it:close()
--- ```
function iterator:close() end

--- JSON for what is no document; json.null is its null
---@class aerodb.json
---@field null userdata the null of JSON, which no document has
json = {}

--- Returns the canonical JSON of a value: names sorted, shortest numbers, no white space. An empty table is {} unless it came from JSON as a list, or json.array made it.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(json.encode{b = 1, a = {1, 2}} == '{"a":[1,2],"b":1}')
--- ```
---@param value any a table, string, number or boolean
---@return string the JSON.
function json.encode(value) end

--- Reads strict JSON: no duplicate names, nothing after the value. Integers keep 64 bits; null becomes json.null.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(json.decode('{"n":9007199254740993}').n == 9007199254740993)
--- ```
---@param text string the JSON
---@return any the value.
function json.decode(text) end

--- Marks a table as a list, so that it is [] even if it is empty.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(json.encode(json.array{}) == "[]")
--- ```
---@param list table the table; it is returned
---@return table the same table.
function json.array(list) end


--- Runs a step of a runbook and journals it: that it begins, before fn is called, and its result, before the next line runs. Both are durable. If a later step fails, `aerodb run --resume ID` runs the script again from the top, and a step that is done gives its recorded result without being run. Names are unique in a run, steps are not nested, and the result is one value that JSON can hold; step returns it as JSON gives it back. A step whose process died in it has an unknown outcome, and nothing is guessed.
---
--- Errors: `AERO_SCRIPT_ERROR`, `AERO_DATABASE_READ_ONLY`, `AERO_STORAGE_NO_SPACE`.
--- ```lua
--- local made = step("checkpoint", function() return storage.checkpoint().snapshot.id end)
--- print(made)
--- ```
---@param name string what the step does, unique in the runbook
---@param fn function the step; it is called without arguments
---@return any what fn returned.
function step(name, fn) end

--- Asks a person whether to go on, and returns only after a yes; anything else is an error. Without a terminal to ask on it fails at once and names --yes, which answers every question. A rehearsal answers yes and says what was asked.
---
--- Errors: `AERO_CONFIG_INVALID`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- confirm("Remove 12 documents")
--- ```
---@param question string what is going to happen
---@return boolean true.
function confirm(question) end

--- Checks numbers of storage.stats() and raises one error that names every one that is not as expected. Names may lead into tables: `["collections.users.documents"]`. What is expected is a value, or bounds as in a filter.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert_stats{document_count = 2, segment_count = {["$lt"] = 10}, ["collections.users.documents"] = {["$gte"] = 1}}
--- ```
---@param expected table values or bounds, by name
---@return aerodb.Stats the stats.
function assert_stats(expected) end

--- Calls a function again while it fails with an error that may pass: AERO_DATABASE_LOCKED, AERO_STORAGE_NO_SPACE, AERO_WAL_APPEND_FAILED, AERO_CHECKPOINT_FAILED, AERO_SNAPSHOT_FAILED, AERO_BACKUP_FAILED, or one of the codes that are given. Any other error, and the last one, is raised, with details.attempts. It waits only if pause_ms says so.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- local snap = retry(function() return storage.snapshot() end, {attempts = 2})
--- print(snap.id)
--- ```
---@param fn function it is called with the number of the attempt
---@param options? {attempts?: integer, codes?: table, pause_ms?: integer, on_retry?: function} how often, and of what
---@return any what fn returned.
function retry(fn, options) end

--- folders, which Lua's io and os know nothing of
---@class aerodb.files
files = {}

--- Lists a folder, ordered by name.
---
--- Errors: `AERO_STORAGE_IO_ERROR`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- for _, f in ipairs(files.list(dir)) do print(f.name, f.bytes) end
--- ```
---@param path string the folder
---@return table[] a list: `name`, `bytes`, `folder` (whether it is one), `modified_at`.
function files.list(path) end

--- Returns the size of a file in bytes.
---
--- Errors: `AERO_STORAGE_IO_ERROR`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(files.size(dir .. "/nothing") == nil)
--- ```
---@param path string the file
---@return integer? the size; nil if there is nothing of that name.
function files.size(path) end

--- Makes a folder and those above it that are missing. One that is there is fine; the data directory is no place for it.
---
--- Errors: `AERO_STORAGE_IO_ERROR`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- files.make_folder(dir .. "/backups/nightly")
--- ```
---@param path string the folder
---@return string the path.
function files.make_folder(path) end

--- numbers and tables for people
---@class aerodb.format
format = {}

--- Returns a number of bytes as people write it: 1.5 MiB.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(format.size(1572864) == "1.5 MiB")
--- ```
---@param bytes any the number of bytes
---@return string the text.
function format.size(bytes) end

--- Returns milliseconds as people write them: 12 ms, 3.50 s, 2 min 05 s, 1 d 02 h 00 min.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(format.duration(3500) == "3.50 s")
--- ```
---@param ms any the number of milliseconds
---@return string the text.
function format.duration(ms) end

--- Returns a number with its digits in groups of three: 1 234 567.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(format.number(1234567) == "1 234 567")
--- ```
---@param n any the number
---@return string the text.
function format.number(n) end

--- Returns rows as a text table with aligned columns, numbers to the right.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- print(format.table(storage.snapshots(), {"id", "documents", "bytes"}))
--- ```
---@param rows table a list of tables, by column or in the order of columns
---@param columns? table the columns in their order; without it all, sorted
---@return string the text, without a line feed at its end.
function format.table(rows, columns) end

--- which of many backups or snapshots to keep
---@class aerodb.retention
retention = {}

--- Tells which items some rules keep and which may be removed. It removes nothing and reads no clock: the same items give the same answer. An item is a name that holds a UTC time (nightly-20260204T113000Z.tar), or a table with created_at or name, as storage.snapshots() and files.list() give. An item that any rule keeps is kept.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- local plan = retention.plan({"b-20260204T110000Z.tar", "b-20260204T120000Z.tar", "b-20260203T120000Z.tar"}, {daily = 7})
--- assert(#plan.remove == 1 and plan.remove[1] == "b-20260204T110000Z.tar")
--- ```
---@param items table the list, in any order
---@param rules {newest?: integer, daily?: integer, weekly?: integer, monthly?: integer, yearly?: integer} at least one
---@return table a table: `remove` and `keep`, lists of items, oldest first; `reasons`, a text for each item of `keep`.
function retention.plan(items, rules) end

--- reports in Markdown
---@class aerodb.report
report = {}

--- Begins a report in Markdown. Its methods add to it and return it: `r:section(title)`, `r:text(text)`, `r:list(items)`, `r:table(rows, columns)` as format.table takes them. `r:markdown()` is the text, `tostring(r)` too, and `r:write(path)` writes it to a file.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- local r = report.new("Snapshots")
--- r:section("Kept"):table(storage.snapshots(), {"id", "documents"})
--- print(r)
--- ```
---@param title string its heading
---@return table the report.
function report.new(title) end


--- Prints what there is: help() everything, help("storage") a module, help("storage.stats") a function, help("db.users") a collection, help("AERO_WAL_FULL") an error code, help("word") what mentions it. At the prompt the word needs no quotes: help storage.stats.
---
--- Errors: `AERO_STORAGE_IO_ERROR`, `AERO_SCRIPT_ERROR`.
--- ```lua
--- help("storage.snapshot")
--- ```
---@param topic? string a function, a module, a collection, an error code or any words
function help(topic) end

--- Returns an exact integer: a plain number below 2^53 in magnitude, an int64 value beyond. Int64 values add, subtract, multiply, divide, compare and print like numbers; what does not fit in 64 bits, or would be rounded, is an error. A division that leaves a remainder gives a float. n:number() is the nearest float.
---
--- Errors: `AERO_SCRIPT_ERROR`.
--- ```lua
--- assert(int64("9007199254740993") + 1 == 9007199254740994)
--- ```
---@param value any a string of digits, or a number without a fraction
---@return integer the integer.
function int64(value) end
