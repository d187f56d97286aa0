package lang

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// installProtected replaces pcall, xpcall and debug.traceback.
//
// The library's pcall, when it catches an error, closes the upvalues of every function
// on the stack, the caller's too: a closure made before then no longer shares its
// variables with the function that made it. Here the called function runs on a
// Lua thread of its own, so that only its own frames are closed.
func (r *Runtime) installProtected() {
	L := r.L
	r.Globals.RawSetString("pcall", L.NewFunction(func(L *lua.LState) int {
		L.CheckAny(1)
		args := make([]lua.LValue, 0, L.GetTop()-1)
		for i := 2; i <= L.GetTop(); i++ {
			args = append(args, L.Get(i))
		}
		results, err := r.protected(L, L.Get(1), args)
		if err != nil {
			L.Push(lua.LFalse)
			L.Push(err.Object)
			return 2
		}
		return pushTrue(L, results)
	}))
	r.Globals.RawSetString("xpcall", L.NewFunction(func(L *lua.LState) int {
		L.CheckAny(2)
		results, err := r.protected(L, L.Get(1), nil)
		if err == nil {
			return pushTrue(L, results)
		}
		outer := r.trace
		r.trace = err.StackTrace
		handled, herr := r.protected(L, L.Get(2), []lua.LValue{err.Object})
		r.trace = outer
		if herr != nil {
			handled = []lua.LValue{herr.Object}
		}
		L.Push(lua.LFalse)
		for _, v := range handled {
			L.Push(v)
		}
		return 1 + len(handled)
	}))
	if debug, ok := r.Globals.RawGetString("debug").(*lua.LTable); ok {
		original := debug.RawGetString("traceback")
		debug.RawSetString("traceback", L.NewFunction(func(L *lua.LState) int {
			return r.traceback(L, original)
		}))
	}
}

func pushTrue(L *lua.LState, results []lua.LValue) int {
	L.Push(lua.LTrue)
	for _, v := range results {
		L.Push(v)
	}
	return 1 + len(results)
}

// protected calls fn on a thread of its own and returns its results or the error it
// raised.
func (r *Runtime) protected(L *lua.LState, fn lua.LValue, args []lua.LValue) ([]lua.LValue, *lua.ApiError) {
	if fn.Type() != lua.LTFunction && L.GetMetaField(fn, "__call").Type() != lua.LTFunction {
		return nil, &lua.ApiError{Object: lua.LString("attempt to call a " + fn.Type().String() + " value")}
	}
	if refusal := r.tooDeep(); refusal != "" {
		L.RaiseError("%s", refusal)
	}
	return r.invoke(L, fn, args)
}

// traceback is debug.traceback. In the handler of an xpcall the frames of the error
// are gone already; what was noted of them is given instead.
func (r *Runtime) traceback(L *lua.LState, original lua.LValue) int {
	if r.trace == "" {
		n := L.GetTop()
		L.Push(original)
		for i := 1; i <= n; i++ {
			L.Push(L.Get(i))
		}
		L.Call(n, 1)
		return 1
	}
	text := strings.TrimSpace(r.trace)
	if s, ok := L.Get(1).(lua.LString); ok && s != "" {
		text = string(s) + "\n" + text
	} else if L.GetTop() > 0 && L.Get(1).Type() != lua.LTNil && L.Get(1).Type() != lua.LTNumber {
		text = L.ToStringMeta(L.Get(1)).String() + "\n" + text
	}
	L.Push(lua.LString(text))
	return 1
}
