package shell

import (
	"context"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/bind"
)

// reopenDatabase is storage.reopen. If opening fails the session has no database, and
// every call says why, until a reopen succeeds.
func (s *Session) reopenDatabase(a *bind.Args) (lua.LValue, error) {
	if s.reopen == nil {
		return nil, errFixed()
	}
	if err := s.closeDatabase(); err != nil {
		s.closed = err // opening says what became of it
	}
	if err := s.openDatabase(a.Ctx); err != nil {
		return nil, err
	}
	return s.codec.FromValue(s.db.Recovery().Value(), nil), nil
}

func errFixed() error {
	return dberr.New(dberr.ScriptError, "this session cannot close and open its database")
}

// closeDatabase closes the database and ends what reads it.
func (s *Session) closeDatabase() error {
	s.endIterators()
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db, s.closed = nil, errClosed()
	s.recent = shaped{} // it holds what the database holds in memory
	return db.Close()
}

// openDatabase opens the database that lies in the directory now.
func (s *Session) openDatabase(ctx context.Context) error {
	db, err := s.reopen(ctx)
	if err != nil {
		s.closed = err
		return err
	}
	s.db, s.closed = db, nil
	clear(s.shapes)
	return nil
}

// offline calls fn while the database is closed and opens what is there afterwards,
// whatever became of fn, so that the session goes on.
func (s *Session) offline(ctx context.Context, fn func(engine.Options) (document.Value, error)) (v document.Value, err error) {
	switch {
	case s.reopen == nil || s.env.Database.Dir == "":
		return v, errFixed()
	case s.env.Database.ReadOnly:
		return v, dberr.New(dberr.DatabaseReadOnly, "the database is open read-only")
	}
	if err = s.closeDatabase(); err == nil {
		v, err = fn(s.env.Database)
	}
	// An interruption ends the call, not the session.
	oerr := s.openDatabase(context.WithoutCancel(ctx))
	switch {
	case err == nil:
		err = oerr
	case oerr != nil:
		err = dberr.From(err).With("reopen", oerr.Error())
	}
	return v, err
}
