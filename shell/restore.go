package shell

import (
	"context"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/bind"

	lua "github.com/yuin/gopher-lua"
)

func restoreFuncs(s *Session) []bind.Func {
	return []bind.Func{
		{Name: "restore",
			Doc:     "Makes a backup the database, and the session goes on with it. It is unpacked beside the live one, opened and checked there, and only then put in its place, in one step; if anything fails, the live one stays. Collections go on working; iterators made before do not. The database before is kept until drop_previous removes it or undo_restore brings it back.",
			Params:  inputParam(),
			Returns: bind.Field{Type: "Restore", Doc: "what is the database now, and what it replaced."},
			Example: "storage.backup(dir .. \"/backup.tar\")\ndb.users:delete(\"bob\")\nlocal r = storage.restore{input = dir .. \"/backup.tar\"}\nprint(db.users:get(\"bob\").name, r.previous)",
			Errors:  []dberr.Code{dberr.BackupInvalid, dberr.RestoreFailed, dberr.StorageNoSpace, dberr.DatabaseReadOnly},
			Call:    s.restore},
		{Name: "undo_restore",
			Doc:     "Brings the database before the last restore back. The restored one is removed, with all that was written to it since.",
			Returns: bind.Field{Type: "Undo", Doc: "what is the database now, and what was removed."},
			Example: "storage.backup(dir .. \"/backup.tar\")\ndb.users:delete(\"bob\")\nstorage.restore(dir .. \"/backup.tar\")\nstorage.undo_restore()\nassert(db.users:get(\"bob\") == nil)",
			Errors:  []dberr.Code{dberr.RestoreFailed, dberr.DatabaseReadOnly},
			Call:    s.settle(engine.OpUndo, engine.UndoRestore)},
		{Name: "drop_previous",
			Doc:     "Removes the database that the last restore replaced and frees its space.",
			Returns: bind.Field{Type: "Undo", Doc: "what is the database now, and what was removed."},
			Example: "storage.backup(dir .. \"/backup.tar\")\nstorage.restore(dir .. \"/backup.tar\")\nprint(storage.drop_previous().freed_bytes)",
			Errors:  []dberr.Code{dberr.RestoreFailed, dberr.DatabaseReadOnly},
			Call:    s.settle(engine.OpDrop, engine.DropPrevious)},
	}
}

// restore is storage.restore.
func (s *Session) restore(a *bind.Args) (lua.LValue, error) {
	name := a.String("input")
	f, _, err := s.open("restore", name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var replaced *engine.State
	if s.db != nil {
		if state, err := s.db.State(); err == nil {
			replaced = &state
		}
	}
	v, err := s.offline(a.Ctx, func(o engine.Options) (document.Value, error) {
		bar := s.steps("restore", "verify")
		defer bar.Finish()
		r, err := engine.Restore(a.Ctx, o, f, engine.RestoreOptions{Path: name, Progress: bar.Set})
		if err != nil {
			return document.Value{}, err
		}
		engine.Record(o, r.HistoryEntry())
		return r.Value(), nil
	})
	if err != nil {
		return nil, err
	}
	if replaced == nil {
		return s.codec.FromValue(v, nil), nil
	}
	return s.resultTable(v, document.Member{Name: "replaced", Value: document.ObjectValue(
		document.Member{Name: "uuid", Value: document.StringValue(replaced.UUID)},
		document.Member{Name: "sequence", Value: document.IntValue(int64(replaced.Sequence))},
		document.Member{Name: "documents", Value: document.IntValue(replaced.Documents)},
		document.Member{Name: "digest", Value: document.StringValue(replaced.Digest.String())},
	)}), nil
}

// settle makes a function of one that decides between the two databases that a
// restore leaves.
func (s *Session) settle(op engine.Operation, decide func(context.Context, engine.Options) (engine.UndoResult, error)) func(*bind.Args) (lua.LValue, error) {
	return func(a *bind.Args) (lua.LValue, error) {
		v, err := s.offline(a.Ctx, func(o engine.Options) (document.Value, error) {
			r, err := decide(a.Ctx, o)
			if err != nil {
				return document.Value{}, err
			}
			engine.Record(o, r.HistoryEntry(op))
			return r.Value(), nil
		})
		if err != nil {
			return nil, err
		}
		return s.codec.FromValue(v, nil), nil
	}
}
