package shell

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/shell/bind"
)

// A handle names a collection. It finds the engine's own handle again after a reopen.
type handle struct {
	id, version string
	db          *engine.DB // the database that c belongs to
	c           *engine.Collection
}

// String is how Lua prints a handle: users v2.
func (h *handle) String() string { return h.id + " " + h.version }

// newHandle makes the Lua value of a handle; version "" means the newest.
func (s *Session) newHandle(id, version string) (lua.LValue, error) {
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	c, err := db.Collection(id, version)
	if err != nil {
		return nil, err
	}
	ud := s.runtime.L.NewUserData()
	ud.Value = &handle{id: id, version: c.Version(), db: db, c: c}
	ud.Metatable = s.handleTable
	return ud, nil
}

// resolve returns the collection behind h in the database that is open now.
func (s *Session) resolve(h *handle) (*engine.Collection, error) {
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	if h.db != db {
		c, err := db.Collection(h.id, h.version)
		if err != nil {
			return nil, err
		}
		h.db, h.c = db, c
	}
	return h.c, nil
}

// Handle returns the Go value behind a handle of a module, nil for anything else.
func (s *Session) Handle(module string, v lua.LValue) any {
	ud, ok := v.(*lua.LUserData)
	if !ok {
		return nil
	}
	switch value := ud.Value.(type) {
	case *handle:
		if module == "collection" {
			return value
		}
	case *iterator:
		if module == "iterator" {
			return value
		}
	}
	return nil
}

// with makes a method of a function on the resolved collection.
func (s *Session) with(fn func(*engine.Collection, *bind.Args) (lua.LValue, error)) func(*bind.Args) (lua.LValue, error) {
	return func(a *bind.Args) (lua.LValue, error) {
		c, err := s.resolve(a.Self.(*handle))
		if err != nil {
			return nil, err
		}
		v, err := fn(c, a)
		if err != nil {
			return nil, err
		}
		return v, nil
	}
}

// suggestion is the end of a message that names the nearest known word.
func suggestion(message string) string {
	if i := strings.Index(message, "; did you mean "); i >= 0 {
		return message[i:]
	}
	return ""
}

// Collection returns the schema id and version that the handle names.
func (h *handle) Collection() (id, version string) { return h.id, h.version }
