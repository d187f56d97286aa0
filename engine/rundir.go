package engine

import (
	"path"

	"github.com/aerodb/aerodb/engine/runs"
)

// Runs returns the journals of runbooks that the data directory keeps.
func (db *DB) Runs() runs.Store { return runsOf(db.opts) }

func runsOf(o Options) runs.Store {
	return runs.Store{FS: o.FS, Dir: path.Join(o.Dir, nameRuns), Now: o.Now}
}

// RunsOf returns the journals of the data directory in Options.Dir without opening the
// database: it may be open in another process. A directory that is not a database is
// AERO_DATABASE_NOT_FOUND.
func RunsOf(o Options) (runs.Store, error) {
	o = o.withDefaults()
	return runsOf(o), isDatabase(o)
}

// RunState returns the state of the database as journals note it.
func (db *DB) RunState() (runs.State, error) {
	s, err := db.State()
	if err != nil {
		return runs.State{}, err
	}
	return runs.State{UUID: s.UUID, Sequence: s.Sequence, Digest: s.Digest.String()}, nil
}
