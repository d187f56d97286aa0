package lang

import (
	"context"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// A link is a thread that is running, or waits for the one after it.
type link struct {
	thread    *lua.LState
	coroutine bool
}

// tooDeep says why no further thread may start, "" if one may.
func (r *Runtime) tooDeep() string {
	if len(r.chain) < nestingMax {
		return ""
	}
	return fmt.Sprintf("stack overflow: more than %d protected calls and coroutines inside each other", nestingMax)
}

// enter makes thread the running one until the function it returns is called.
func (r *Runtime) enter(thread *lua.LState, coroutine bool) (leave func()) {
	depth, running := len(r.chain), r.L.G.CurrentThread
	r.chain = append(r.chain, link{thread, coroutine})
	return func() {
		clear(r.chain[depth:]) // what the thread holds is garbage now
		r.chain = r.chain[:depth]
		r.L.G.CurrentThread = running
	}
}

// active reports whether a thread is running, or waits for one that it started.
func (r *Runtime) active(thread *lua.LState) bool {
	for i := range r.chain {
		if r.chain[i].thread == thread {
			return true
		}
	}
	return false
}

// invoke calls fn on a thread of its own and returns its results or the error it raised.
// A thread with no parent can't yield through this call, as in Lua 5.1.
func (r *Runtime) invoke(L *lua.LState, fn lua.LValue, args []lua.LValue) ([]lua.LValue, *lua.ApiError) {
	wide := len(r.chain) < wideThreads
	thread := r.takeThread(L, wide)
	defer r.enter(thread, false)()
	r.L.G.CurrentThread = thread
	if err := protect(thread, fn, args); err != nil {
		if err.Type != lua.ApiErrorPanic {
			r.giveThread(thread, wide)
		}
		return nil, err
	}
	results := make([]lua.LValue, 0, thread.GetTop())
	for i := 1; i <= thread.GetTop(); i++ {
		results = append(results, thread.Get(i))
	}
	r.giveThread(thread, wide)
	return results, nil
}

// protect calls fn on an empty thread. What panics in the library is an error too; the
// thread is then of no use any more, since its upvalues stay open.
func protect(thread *lua.LState, fn lua.LValue, args []lua.LValue) (failed *lua.ApiError) {
	defer func() { // the library's own handler can panic while it writes the traceback
		if p := recover(); p != nil {
			failed = panicked(thread, fmt.Sprint(p), "")
		}
	}()
	thread.Push(fn)
	for _, a := range args {
		thread.Push(a)
	}
	err := thread.PCall(len(args), lua.MultRet, nil)
	if err == nil {
		return nil
	}
	api, ok := err.(*lua.ApiError)
	switch {
	case !ok:
		return &lua.ApiError{Object: lua.LString(err.Error())}
	case api.Type == lua.ApiErrorPanic:
		return panicked(thread, api.Object.String(), api.StackTrace)
	}
	if s, ok := api.Object.(lua.LString); ok {
		api.Object = lua.LString(reworded(strings.TrimPrefix(string(s), " "))) // it begins with a space where it has no place
	}
	return api
}

// panicked is the error of a panic in the library. One of them is no defect: that of a
// thread whose calls are too deep.
func panicked(thread *lua.LState, message, trace string) *lua.ApiError {
	if words := reworded(message); words != message {
		return &lua.ApiError{Type: lua.ApiErrorPanic, Object: lua.LString(innermost(trace) + words), StackTrace: trace}
	}
	return &lua.ApiError{Type: lua.ApiErrorPanic, Object: lua.LString(innermost(trace) + "Lua's library failed: " + message), StackTrace: trace}
}

// innermost is the place of the first Lua function of a traceback, as messages begin:
// "tour.lua:8: ".
func innermost(trace string) string {
	for line := range strings.SplitSeq(trace, "\n") {
		place, _, ok := strings.Cut(strings.TrimSpace(line), " in ")
		if ok && !strings.HasPrefix(place, "[G]") {
			return place + " "
		}
	}
	return ""
}

// reworded says in words of Lua which limit was reached where the library speaks of its
// insides.
func reworded(message string) string {
	switch {
	case message == "lua callstack overflow":
		return "stack overflow: too many calls inside each other"
	case strings.HasSuffix(message, "registry overflow"):
		return strings.TrimSuffix(message, "registry overflow") +
			fmt.Sprintf("stack overflow: more than %d values on the stack", registryMax)
	}
	return message
}

// takeThread returns a thread with an empty stack and the context of L.
func (r *Runtime) takeThread(L *lua.LState, wide bool) *lua.LState {
	idle, depth := &r.idle, threadDepthMax
	if wide {
		idle, depth = &r.idleWide, callDepthMax
	}
	var thread *lua.LState
	if n := len(*idle); n > 0 {
		thread = (*idle)[n-1]
		*idle = (*idle)[:n-1]
	} else {
		thread = newThread(L, depth)
	}
	adopt(L, thread)
	return thread
}

// newThread makes a thread that may hold depth calls inside each other.
func newThread(L *lua.LState, depth int) *lua.LState {
	before := L.Options.CallStackSize
	L.Options.CallStackSize = depth
	defer func() { L.Options.CallStackSize = before }()
	thread, cancel := L.NewThread()
	if cancel != nil {
		cancel()
	}
	return thread
}

// giveThread keeps a thread for the next call.
func (r *Runtime) giveThread(thread *lua.LState, wide bool) {
	thread.SetTop(0)
	idle := &r.idle
	if wide {
		idle = &r.idleWide
	}
	if len(*idle) < idleThreadsMax {
		*idle = append(*idle, thread)
	}
}

// adopt gives a thread the context of the one that runs it.
func adopt(L, thread *lua.LState) {
	if ctx := L.Context(); ctx != nil {
		thread.SetContext(ctx)
	} else {
		thread.SetContext(context.Background())
	}
}

// Describe returns what tostring makes of a value that ended a chunk. A __tostring of its
// own runs under ctx; where that fails, the type is named.
func (r *Runtime) Describe(ctx context.Context, v lua.LValue) string {
	if r.L.GetMetaField(v, "__tostring") == lua.LNil {
		return ToString(r.L, v)
	}
	results, err := r.Call(ctx, r.L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(ToString(L, L.Get(1))))
		return 1
	}), v)
	if err != nil || len(results) != 1 {
		return "a " + v.Type().String() + " was raised whose __tostring fails"
	}
	return results[0].String()
}
