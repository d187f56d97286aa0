package shell

import (
	"context"
	"errors"
	"io/fs"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/convert"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/render"
)

// Session is a Lua state bound to an open database. It is not safe for concurrent use.
type Session struct {
	env     Env
	reopen  func(context.Context) (*engine.DB, error)
	runtime *lang.Runtime
	codec   *convert.Codec

	Registry bind.Registry

	db        *engine.DB                   // nil after a reopen that failed
	closed    error                        // why db is nil
	shapes    map[[2]string]*convert.Shape // of documents, by schema id and version
	recent    shaped                       // of these the last that was asked for
	stored    []byte                       // of the document that get decodes
	iterators map[*iterator]struct{}       // open ones; a reopen or Close ends them
	ended     bool                         // Close was called
	helpers   map[string]*lua.LTable       // modules of package lualib that were loaded
	sources   []runs.Source                // files of Lua read so far
	runbook   *journaling                  // of the script that runs; nil: its steps are not journaled
	failure   error                        // a function panicked: no further call is served
	changes   changes                      // what was written, for the prompt to say

	errorTable, handleTable, iteratorTable *lua.LTable // metatables
}

// shaped is a collection and how its documents convert.
type shaped struct {
	c     *engine.Collection
	shape *convert.Shape
}

// New binds db, which the session closes. Reopen opens the same directory again, for
// storage.reopen; it may be nil.
func New(env Env, db *engine.DB, reopen func(context.Context) (*engine.DB, error)) *Session {
	s := &Session{
		env: env, db: db, reopen: reopen,
		shapes:    map[[2]string]*convert.Shape{},
		iterators: map[*iterator]struct{}{},
		helpers:   map[string]*lua.LTable{},
	}
	s.runtime = lang.New(lang.Options{
		Stdin: env.Stdin, Stdout: env.Stdout, Stderr: env.Stderr,
		Now: env.Now, Seed: env.Seed, ReadFile: s.readFile,
		ModulePath: env.ModulePath, MemoryLimit: env.heapLimit(),
		FS: env.FS, Open: env.Open, Temporary: s.scratch, Programs: env.Programs,
		Show: func(v lua.LValue) string { return render.Print(v, s.Name, s.interrupted) },
	})
	s.codec = convert.New(s.runtime.L)
	s.Registry = s.modules()
	s.errorTable = s.newErrorTable()
	s.install()
	return s
}

// interrupted reports whether what runs has been told to end.
func (s *Session) interrupted() bool {
	ctx := s.runtime.L.Context()
	return ctx != nil && ctx.Err() != nil
}

// install makes every module of the registry visible to Lua.
func (s *Session) install() {
	L, globals := s.runtime.L, s.runtime.Globals
	for _, m := range s.Registry {
		switch {
		case m.Name == "":
			m.Globals(L, s, globals)
		case m.Receiver == "":
			globals.RawSetString(m.Name, m.Table(L, s))
		}
	}
	s.handleTable = s.Registry.Module("collection").Metatable(L, s)
	s.handleTable.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(s.Handle("collection", L.Get(1)).(*handle).String()))
		return 1
	}))
	s.iteratorTable = s.Registry.Module("iterator").Metatable(L, s)
	s.iteratorTable.RawSetString("__call", L.NewFunction(s.nextDocument))
	if j, ok := globals.RawGetString("json").(*lua.LTable); ok {
		j.RawSetString("null", s.codec.Null())
	}
}

// DB returns the open database, nil after a reopen that failed.
func (s *Session) DB() *engine.DB { return s.db }

// Runtime returns the Lua state, for the prompt.
func (s *Session) Runtime() *lang.Runtime { return s.runtime }

// Close ends the Lua state and closes the database. Closing twice is harmless.
func (s *Session) Close() error {
	s.endIterators()
	if !s.ended {
		s.ended = true
		s.runtime.Close()
	}
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db, s.closed = nil, errClosed()
	return db.Close()
}

func errClosed() error { return dberr.New(dberr.DatabaseFailed, "the session is closed") }

// database returns the open database or says why there is none.
func (s *Session) database() (*engine.DB, error) {
	if s.db == nil {
		return nil, s.closed
	}
	return s.db, nil
}

// Run runs a chunk of Lua with strict globals. Name appears in errors; require looks
// beside it. Errors are *Failure or *lang.Exit.
func (s *Session) Run(ctx context.Context, name, source string, args []string) ([]lua.LValue, error) {
	if s.failure != nil {
		return nil, s.fail(ctx, s.failure)
	}
	s.runtime.SetScript(dir(name), name, args)
	fn, err := s.runtime.Load(source, name)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return s.call(ctx, fn)
}

// RunFile runs a script.
func (s *Session) RunFile(ctx context.Context, name string, args []string) ([]lua.LValue, error) {
	source, err := s.ReadScript(name)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return s.Run(ctx, name, source, args)
}

// ReadScript returns the text of a script.
func (s *Session) ReadScript(name string) (string, error) {
	source, err := s.readFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", dberr.New(dberr.ScriptError, "there is no script %s", name).WithHint("check the path; it is relative to the working directory")
	case err != nil:
		return "", dberr.New(dberr.StorageIOError, "%w", err)
	}
	return string(source), nil
}

// Eval runs a statement of the prompt: it may create globals, and its local variables
// stay. Name appears in errors.
func (s *Session) Eval(ctx context.Context, name, source string) ([]lua.LValue, error) {
	if s.failure != nil {
		return nil, s.fail(ctx, s.failure)
	}
	fn, err := s.runtime.LoadPrompt(source, name)
	var syntax *lang.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, s.Syntax(syntax, source)
	case err != nil:
		return nil, s.fail(ctx, err)
	}
	return s.call(ctx, fn)
}

func (s *Session) call(ctx context.Context, fn lua.LValue) ([]lua.LValue, error) {
	results, err := s.runtime.Call(ctx, fn)
	var exit *lang.Exit
	switch {
	case err == nil:
		return results, nil
	case errors.As(err, &exit):
		return nil, exit
	}
	return nil, s.fail(ctx, err)
}

// shape returns how documents of a schema convert.
func (s *Session) shape(c *engine.Collection) *convert.Shape {
	if s.recent.c == c {
		return s.recent.shape
	}
	key := [2]string{c.ID(), c.Version()}
	shape, ok := s.shapes[key]
	if !ok {
		shape = convert.OfSchema(c.Schema())
		s.shapes[key] = shape
	}
	s.recent.c, s.recent.shape = c, shape
	return shape
}
