package shell

import (
	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/bind"
)

func proofFuncs(s *Session) []bind.Func {
	state := func(name string) bind.Param {
		return bind.Param{Name: name, Kind: bind.String, Names: bind.States, Doc: "`\"live\"` for the open database, a snapshot's id, or the path of a snapshot, a backup or a data directory"}
	}
	return []bind.Func{
		{Name: "verify",
			Doc:     "Reads every byte of the database and checks it: checksums, the order of keys, each document against its schema, each index entry against its document and back, counts, digests, the log, the snapshots. What it finds is in the result; it raises an error only where it could not look.",
			Returns: bind.Field{Type: "Verify", Doc: "what was read, and what is wrong."},
			Example: "local v = storage.verify()\nfor _, p in ipairs(v.problems) do print(p.file, p.offset, p.message) end\nassert(v.ok)",
			Errors:  []dberr.Code{dberr.DatabaseFailed},
			Call: s.value(func(db *engine.DB, a *bind.Args) (document.Value, error) {
				bar := s.steps("verify")
				defer bar.Finish()
				r, err := db.Verify(a.Ctx, bar.Set)
				return recorded(db, r, err)
			})},
		{Name: "diff",
			Doc:     "Tells what differs between two states: how many documents of each collection were added, changed and removed from a to b, and which the first are. States that share segments cost what differs, not what there is.",
			Params:  []bind.Param{state("a"), state("b")},
			Returns: bind.Field{Type: "Diff", Doc: "the two states and what differs."},
			Example: "local snap = storage.snapshot()\ndb.users:delete(\"bob\")\nlocal d = storage.diff(snap.id, \"live\")\nprint(d.collections.users.removed, d.collections.users.removed_ids[1])",
			Errors:  []dberr.Code{dberr.DatabaseNotFound, dberr.SnapshotNotFound, dberr.BackupInvalid},
			Call:    s.value(s.diff)},
	}
}

func (s *Session) diff(db *engine.DB, a *bind.Args) (document.Value, error) {
	scratch, err := s.scratch("diff")
	if err != nil {
		return document.Value{}, err
	}
	bar := s.steps("unpack", "check")
	defer bar.Finish()
	o := engine.DiffOptions{Options: s.env.Database, Live: db, Scratch: scratch, Progress: bar.Set}
	return valueOf(engine.DiffNames(a.Ctx, o, a.String("a"), a.String("b")))
}
