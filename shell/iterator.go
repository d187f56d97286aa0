package shell

import (
	"runtime"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/bind"
)

// An iterator is what c:each returns: a value that a for loop calls. It ends by itself
// at the last document; one that is left early ends with close, with a reopen, or with
// the session.
type iterator struct {
	s  *Session
	c  *engine.Collection
	it *engine.Iterator // nil once it has ended
	by error            // why it ended early, nil if it came to its end

	// abandoned is set by the garbage collector when Lua has no way to the iterator any
	// more; the next each closes it.
	abandoned atomic.Bool
}

// iteratorModule is the methods of an iterator.
func iteratorModule(*Session) *bind.Module {
	return &bind.Module{
		Name: "iterator", Receiver: "it", Calls: "table?",
		Doc: "a walk over a collection, as c:each returns it; a for loop calls it",
		Funcs: []bind.Func{
			{Name: "close", Doc: "Ends the walk early and lets go of its view. At its last document an iterator closes itself; one that is left early holds its view until Lua has collected it.",
				Example: "local it = db.users:each()\nlocal first = it()\nit:close()",
				Errors:  []dberr.Code{dberr.ScriptError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					a.Self.(*iterator).end(dberr.New(dberr.ScriptError, "the iterator is closed"))
					return nil, nil
				}},
		},
	}
}

func (s *Session) each(c *engine.Collection, a *bind.Args) (lua.LValue, error) {
	if a.Has("limit") && a.Int("limit") <= 0 {
		return nil, dberr.New(dberr.QueryInvalid, "c:each: limit must be positive, not %d", a.Int("limit"))
	}
	s.sweepIterators()
	engineIterator, err := c.Each(engine.EachOptions{After: a.String("after"), Limit: a.Int("limit")})
	if err != nil {
		return nil, err
	}
	it := &iterator{s: s, c: c, it: engineIterator}
	s.iterators[it] = struct{}{}
	ud := a.L.NewUserData()
	ud.Value = it
	ud.Metatable = s.iteratorTable
	runtime.AddCleanup(ud, func(it *iterator) { it.abandoned.Store(true) }, it)
	return ud, nil
}

// sweepIterators closes what loops left by break or return have dropped.
func (s *Session) sweepIterators() {
	for it := range s.iterators {
		if it.abandoned.Load() {
			it.end(nil)
		}
	}
}

// nextDocument is the call of an iterator.
func (s *Session) nextDocument(L *lua.LState) int {
	it, ok := s.Handle("iterator", L.Get(1)).(*iterator)
	if !ok {
		L.RaiseError("not an iterator")
	}
	v, err := s.Registry.Module("iterator").Guard(s, "next", it.next)
	if err != nil {
		s.Raise(L, err)
	}
	L.Push(v)
	return 1
}

func (it *iterator) next() (lua.LValue, error) {
	if it.it == nil {
		return lua.LNil, it.by
	}
	if !it.it.Next() {
		err := it.it.Err()
		it.end(err)
		return lua.LNil, err
	}
	return it.s.fromDocument(it.c, it.it.Document(), nil)
}

// end closes the engine's iterator; err is what later calls raise.
func (it *iterator) end(err error) {
	if it.it == nil {
		return
	}
	it.it.Close()
	it.it, it.by = nil, err
	delete(it.s.iterators, it)
}

// endIterators closes what is open, before the database goes.
func (s *Session) endIterators() {
	for it := range s.iterators {
		it.end(dberr.New(dberr.ScriptError, "the iterator belongs to a database that was closed").WithHint("make a new one with each()"))
	}
}
