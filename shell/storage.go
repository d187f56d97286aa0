package shell

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/bind"
)

// storageModule is the global table storage.
func storageModule(s *Session) *bind.Module {
	return &bind.Module{
		Name:  "storage",
		Doc:   "snapshots, checkpoints and the state of the database on disk",
		Types: []bind.Type{statsType, operationType, snapshotType, checkpointType, reopenType, compactType, backupType, restoreType, undoType, drillType, diffType, verifyType},
		Funcs: slices.Concat(stateFuncs(s), snapshotFuncs(s), backupFuncs(s), restoreFuncs(s), proofFuncs(s)),
	}
}

func stateFuncs(s *Session) []bind.Func {
	return []bind.Func{
		{Name: "stats",
			Doc:     "Tells what the database holds and how it is doing. It reads counters, and looks up where each index begins in segments that it has not asked before: its cost does not follow the data.",
			Returns: bind.Field{Type: "Stats", Doc: "a table of counters."},
			Example: `print(storage.stats().document_count)`,
			Errors:  []dberr.Code{dberr.DatabaseFailed},
			Call:    s.value(func(db *engine.DB, _ *bind.Args) (document.Value, error) { return valueOf(db.Stats()) })},
		{Name: "digest",
			Doc:     "Returns the digest of the whole logical state: equal digest, equal state. It is kept up to date at every write, so reading it costs nothing. It proves equality against accident, not against an adversary.",
			Returns: bind.Field{Type: "string", Doc: "64 hex digits."},
			Example: "local before = storage.digest()\nstorage.checkpoint()\nassert(storage.digest() == before)",
			Errors:  []dberr.Code{dberr.DatabaseFailed},
			Call: s.value(func(db *engine.DB, _ *bind.Args) (document.Value, error) {
				sum, err := db.Digest()
				return document.StringValue(sum.String()), err
			})},
		{Name: "checkpoint",
			Doc:     "Writes what changed since the last checkpoint into a segment, takes a snapshot and starts a new WAL. Recovery then has nothing to replay. It runs in the foreground and costs what changed, plus merges that it reports.",
			Returns: bind.Field{Type: "Checkpoint", Doc: "what was written."},
			Example: "local c = storage.checkpoint()\nprint(c.documents_flushed, c.wal_bytes_after)",
			Errors:  []dberr.Code{dberr.CheckpointFailed, dberr.StorageNoSpace, dberr.DatabaseReadOnly},
			Call: s.value(func(db *engine.DB, a *bind.Args) (document.Value, error) {
				r, err := db.Checkpoint(a.Ctx)
				return recorded(db, r, err)
			})},
		{Name: "compact",
			Doc:     "Writes everything to one segment and leaves out what is deleted or replaced. The digest stays as it is. Older snapshots hold their files until they are removed.",
			Returns: bind.Field{Type: "Compact", Doc: "sizes before and after."},
			Example: "local before = storage.digest()\nlocal c = storage.compact()\nprint(c.bytes_before, c.bytes_after)\nassert(storage.digest() == before)",
			Errors:  []dberr.Code{dberr.CheckpointFailed, dberr.StorageNoSpace, dberr.DatabaseReadOnly},
			Call: s.value(func(db *engine.DB, a *bind.Args) (document.Value, error) {
				bar := s.steps("compact")
				defer bar.Finish()
				r, err := db.Compact(a.Ctx, bar.Set)
				return recorded(db, r, err)
			})},
		{Name: "history",
			Doc:     "Lists the operations that were asked for and came to a result: backups, drills, verifications, checkpoints, snapshots, compactions, restores, oldest first. The list is bounded: about the last 300 to 600.",
			Returns: bind.Field{Type: "Operation[]", Doc: "a list."},
			Example: "storage.checkpoint()\nlocal list = storage.history()\nprint(list[#list].op, list[#list].time, list[#list].duration_ms)",
			Errors:  []dberr.Code{dberr.StorageCorruption},
			Call: s.value(func(db *engine.DB, _ *bind.Args) (document.Value, error) {
				entries, err := db.History()
				if err != nil {
					return document.Value{}, err
				}
				items := make([]document.Value, len(entries))
				for i := range entries {
					items[i] = entries[i].Value()
				}
				return document.ArrayValue(items...), nil
			})},
		{Name: "reopen",
			Doc:     "Closes the database and opens it again from its files, as the next start would. Collections go on working; iterators made before do not.",
			Returns: bind.Field{Type: "Reopen", Doc: "what recovery found."},
			Example: "local before = storage.digest()\nlocal r = storage.reopen()\nassert(r.digest == before)",
			Errors:  []dberr.Code{dberr.DatabaseLocked, dberr.WALCorruption, dberr.StorageCorruption, dberr.StorageIOError},
			Call:    s.reopenDatabase},
	}
}

func snapshotFuncs(s *Session) []bind.Func {
	return []bind.Func{
		{Name: "snapshot",
			Doc:     "Takes a snapshot: a directory that is complete, can be copied by any tool and opened read-only. With nothing changed since the last one, the last one is returned and created is false.",
			Returns: bind.Field{Type: "Snapshot", Doc: "the snapshot."},
			Example: "local snap = storage.snapshot()\nprint(snap.id, snap.documents)",
			Errors:  []dberr.Code{dberr.SnapshotFailed, dberr.StorageNoSpace, dberr.DatabaseReadOnly},
			Call: s.value(func(db *engine.DB, a *bind.Args) (document.Value, error) {
				r, err := db.Snapshot(a.Ctx)
				return recorded(db, r, err)
			})},
		{Name: "snapshots",
			Doc:     "Lists the snapshots, oldest first.",
			Returns: bind.Field{Type: "Snapshot[]", Doc: "a list."},
			Example: "for _, snap in ipairs(storage.snapshots()) do print(snap.id, snap.bytes) end",
			Errors:  []dberr.Code{dberr.StorageIOError, dberr.StorageCorruption, dberr.DatabaseFailed},
			Call:    s.value(func(db *engine.DB, _ *bind.Args) (document.Value, error) { return snapshots(db) })},
		{Name: "remove_snapshot",
			Doc:     "Removes a snapshot and frees the segments that only it held. The one of the current checkpoint cannot be removed.",
			Params:  []bind.Param{{Name: "id", Kind: bind.String, Names: bind.Snapshots, Doc: "the snapshot's id, as snapshots() lists it"}},
			Returns: bind.Field{Type: "table", Doc: "a table: `id`, `freed_bytes`."},
			Example: "storage.checkpoint()\ndb.users:insert{_id = \"zoe\", name = \"Zoe\"}\nstorage.checkpoint()\nprint(storage.remove_snapshot(storage.snapshots()[1].id).freed_bytes)",
			Errors:  []dberr.Code{dberr.SnapshotNotFound, dberr.SnapshotFailed, dberr.DatabaseReadOnly},
			Call: s.value(func(db *engine.DB, a *bind.Args) (document.Value, error) {
				return valueOf(db.RemoveSnapshot(a.String("id")))
			})},
	}
}

// value makes a function of one that answers with a JSON value.
func (s *Session) value(fn func(*engine.DB, *bind.Args) (document.Value, error)) func(*bind.Args) (lua.LValue, error) {
	return func(a *bind.Args) (lua.LValue, error) {
		db, err := s.database()
		if err != nil {
			return nil, err
		}
		v, err := fn(db, a)
		if err != nil {
			return nil, err
		}
		return s.codec.FromValue(v, nil), nil
	}
}

// valueOf passes on a result that knows its own JSON.
func valueOf[R interface{ Value() document.Value }](r R, err error) (document.Value, error) {
	if err != nil {
		return document.Value{}, err
	}
	return r.Value(), nil
}

// recorded passes on the result of an operation and tells HISTORY of it.
func recorded[R interface {
	Value() document.Value
	HistoryEntry() engine.HistoryEntry
}](db *engine.DB, r R, err error) (document.Value, error) {
	if err != nil {
		return document.Value{}, err
	}
	db.Record(r.HistoryEntry())
	return r.Value(), nil
}

func snapshots(db *engine.DB) (document.Value, error) {
	infos, err := db.Snapshots()
	if err != nil {
		return document.Value{}, err
	}
	items := make([]document.Value, len(infos))
	for i, info := range infos {
		items[i] = info.Value()
	}
	return document.ArrayValue(items...), nil
}
