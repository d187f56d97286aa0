package bind

import (
	"context"
	"fmt"
	"runtime/debug"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
)

// A Host is the session that functions run in.
type Host interface {
	// Raise raises err as an error table and does not return.
	Raise(L *lua.LState, err error)
	// Fail notes that a function panicked: the session serves no further call.
	Fail(err error)
	// Failed returns what was noted, nil normally.
	Failed() error
	// Handle returns the Go value behind a handle of that module, nil for other values.
	Handle(module string, v lua.LValue) any
}

// Table makes the Lua table of a module: its functions in the order of the list, and a
// metatable that answers for unknown names.
func (m *Module) Table(L *lua.LState, host Host) *lua.LTable {
	t := L.NewTable()
	m.fill(L, host, t)
	mt := L.NewTable()
	mt.RawSetString("__index", m.missing(L, host))
	mt.RawSetString("__metatable", lua.LString(m.Name))
	t.Metatable = mt
	return t
}

// Globals sets the functions of a module without a name.
func (m *Module) Globals(L *lua.LState, host Host, globals *lua.LTable) { m.fill(L, host, globals) }

// Metatable makes the metatable of a module's handles.
func (m *Module) Metatable(L *lua.LState, host Host) *lua.LTable {
	// A method is found in a table, which Lua does by itself; only for a name that is not
	// there a function is called.
	methods, others := L.NewTable(), L.NewTable()
	m.fill(L, host, methods)
	others.RawSetString("__index", m.missing(L, host))
	methods.Metatable = others
	mt := L.NewTable()
	mt.RawSetString("__index", methods)
	mt.RawSetString("__metatable", lua.LString(m.Name))
	return mt
}

func (m *Module) fill(L *lua.LState, host Host, t *lua.LTable) {
	for i := range m.Funcs {
		c := &callee{m: m, host: host, f: &m.Funcs[i]}
		t.RawSetString(c.f.Name, L.NewFunction(c.invoke))
	}
}

func (m *Module) missing(L *lua.LState, host Host) *lua.LFunction {
	return L.NewFunction(func(L *lua.LState) int {
		name := L.Get(2).String()
		var v lua.LValue
		var err error
		if m.Missing != nil {
			a := &Args{L: L, Ctx: contextOf(L)}
			v, err = m.Guard(host, name, func() (lua.LValue, error) { return m.Missing(a, name) })
		} else {
			err = m.Unknown(name, nil)
		}
		if err != nil {
			host.Raise(L, err)
		}
		L.Push(v)
		return 1
	})
}

// A callee is a function as Lua calls it.
type callee struct {
	m    *Module
	host Host
	f    *Func
	idle *Args // of a call that has ended, for the next; a call within a call makes its own
}

// invoke checks the arguments and calls the function.
func (c *callee) invoke(L *lua.LState) int {
	a := c.idle
	if c.idle = nil; a == nil {
		a = new(Args)
	}
	a.L, a.Ctx = L, contextOf(L)
	v, err := c.m.Guard(c.host, c.f.Name, func() (lua.LValue, error) { return c.call(a) })
	*a = Args{}
	c.idle = a
	if err != nil {
		c.host.Raise(L, err)
	}
	if v == nil {
		return 0
	}
	L.Push(v)
	return 1
}

func (c *callee) call(a *Args) (lua.LValue, error) {
	first := 1
	if c.m.Receiver != "" {
		if a.Self = c.host.Handle(c.m.Name, a.L.Get(1)); a.Self == nil {
			return nil, c.f.misuse(c.m, "call it with a colon on a %s: %s", c.m.Name, c.m.Signature(c.f))
		}
		first = 2
	}
	if err := a.check(c.m, c.f, first); err != nil {
		return nil, err
	}
	return c.f.Call(a)
}

// Guard calls fn unless the session has failed. A Lua error that fn caused goes on its
// way; any other panic is a bug, and the session serves no further call.
func (m *Module) Guard(host Host, name string, fn func() (lua.LValue, error)) (v lua.LValue, err error) {
	if err := host.Failed(); err != nil {
		return nil, err
	}
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if _, ok := p.(*lua.ApiError); ok {
			panic(p)
		}
		err = dberr.New(dberr.InternalInvariant, "%s panicked: %s", qualify(m.Name, name), fmt.Sprint(p)).
			With("stack", string(debug.Stack()))
		host.Fail(err)
	}()
	return fn()
}

func qualify(module, name string) string {
	if module == "" {
		return name
	}
	return module + "." + name
}

func contextOf(L *lua.LState) context.Context {
	if ctx := L.Context(); ctx != nil {
		return ctx
	}
	return context.Background()
}
