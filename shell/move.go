package shell

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/progress"
)

func moveMethods(s *Session) []bind.Func {
	return []bind.Func{
		{Name: "move_from", Doc: "Moves every document of an older version here, as it is, which builds the indexes that the older version lacks. It goes in durable batches, with progress: after an interruption what is moved stays moved, and the next call goes on with the rest. scripts/schema_upgrade.lua is a runbook around it, which asks and proves.",
			Params:  []bind.Param{{Name: "version", Kind: bind.String, Names: bind.Versions, Doc: "the version to move from, older than this one"}},
			Returns: bind.Field{Type: "Move", Doc: "what was moved."},
			Example: "local d = db.schema(\"users\")\nd.schema_version = \"v2\"\ntable.insert(d.indexes, \"name\")\ndb.define_schema(d)\nlocal moved = db.users:move_from(\"v1\")\nprint(moved.documents, db.users:find{sort = \"name\", limit = 1}[1].name)",
			Errors:  append([]dberr.Code{dberr.SchemaVersionUnknown, dberr.SchemaIncompatible}, writeErrors...),
			Call:    s.with(s.moveFrom)},
	}
}

// moveFrom is c:move_from.
func (s *Session) moveFrom(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	version := a.String("version")
	var bar *progress.Bar
	result, err := c.MoveFrom(a.Ctx, version, func(done, total int64) {
		if bar == nil {
			bar = progress.New(s.env.Stderr, s.env.StderrTTY, "move "+version+" to "+c.Version(), total, progress.Documents)
		}
		bar.Set(done)
	})
	if bar != nil {
		bar.Finish()
	}
	s.changes.of(c).replaced += result.Documents // also of a move that failed in the middle
	if err != nil {
		return nil, dberr.From(err).With("documents", result.Documents)
	}
	return s.codec.FromValue(result.Value(), nil), nil
}
