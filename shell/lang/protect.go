package lang

import (
	"context"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// protectedDepthMax bounds protected calls inside each other, since each takes a part
// of the Go stack. It is Lua's own limit.
const protectedDepthMax = 200

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

// protected calls fn on a new thread and returns its results or the error it raised.
// A thread with no parent can't yield through this call, as in Lua 5.1.
func (r *Runtime) protected(L *lua.LState, fn lua.LValue, args []lua.LValue) ([]lua.LValue, *lua.ApiError) {
	if fn.Type() != lua.LTFunction && L.GetMetaField(fn, "__call").Type() != lua.LTFunction {
		return nil, &lua.ApiError{Object: lua.LString("attempt to call a " + fn.Type().String() + " value")}
	}
	if r.depth >= protectedDepthMax {
		L.RaiseError("stack overflow: more than %d protected calls inside each other", protectedDepthMax)
	}
	r.depth++
	depth := r.depth
	thread := r.takeThread(L)
	running := L.G.CurrentThread
	L.G.CurrentThread = thread
	defer func() {
		L.G.CurrentThread = running
		r.depth = depth - 1
	}()
	thread.Push(fn)
	for _, a := range args {
		thread.Push(a)
	}
	if err := thread.PCall(len(args), lua.MultRet, nil); err != nil {
		api, ok := err.(*lua.ApiError)
		if !ok {
			return nil, &lua.ApiError{Object: lua.LString(err.Error())}
		}
		if api.Type != lua.ApiErrorPanic {
			r.idle = append(r.idle, thread)
		}
		if s, ok := api.Object.(lua.LString); ok { // the library begins with a space where it has no place
			api.Object = lua.LString(strings.TrimPrefix(string(s), " "))
		}
		return nil, api
	}
	results := make([]lua.LValue, 0, thread.GetTop())
	for i := 1; i <= thread.GetTop(); i++ {
		results = append(results, thread.Get(i))
	}
	thread.SetTop(0)
	r.idle = append(r.idle, thread)
	return results, nil
}

// takeThread returns a thread with an empty stack and the context of L. Threads are
// used again, save after a panic, which leaves their upvalues open.
func (r *Runtime) takeThread(L *lua.LState) *lua.LState {
	var thread *lua.LState
	if n := len(r.idle); n > 0 {
		thread = r.idle[n-1]
		r.idle = r.idle[:n-1]
	} else {
		var cancel context.CancelFunc
		if thread, cancel = L.NewThread(); cancel != nil {
			cancel()
		}
	}
	if ctx := L.Context(); ctx != nil {
		thread.SetContext(ctx)
	}
	return thread
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
