package lang

import (
	lua "github.com/yuin/gopher-lua"
)

// installCoroutines replaces all of the library's table but create and yield. The library
//
//   - binds a coroutine for good to the context of the chunk that made it, so one made at
//     the prompt could not be resumed by the next statement; here it takes that of its
//     caller;
//   - resumes one that waits for another, which ends in a Go stack used up;
//   - sets no limit to coroutines inside each other, which ends the same way;
//   - takes the thread of a pcall for a coroutine.
func (r *Runtime) installCoroutines() {
	lib, ok := r.Globals.RawGetString("coroutine").(*lua.LTable)
	if !ok {
		return
	}
	L := r.L
	create, resume := lib.RawGetString("create"), lib.RawGetString("resume")
	lib.RawSetString("create", L.NewFunction(func(L *lua.LState) int {
		return r.makeCoroutine(L, create)
	}))
	lib.RawSetString("resume", L.NewFunction(func(L *lua.LState) int {
		return r.resume(L, resume, L.CheckThread(1))
	}))
	lib.RawSetString("wrap", L.NewFunction(func(L *lua.LState) int {
		r.makeCoroutine(L, create)
		thread := L.CheckThread(L.GetTop())
		L.Push(L.NewFunction(func(L *lua.LState) int { return r.resumeWrapped(L, resume, thread) }))
		return 1
	}))
	lib.RawSetString("running", L.NewFunction(func(L *lua.LState) int {
		L.Push(r.running())
		return 1
	}))
	lib.RawSetString("status", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(r.status(L.CheckThread(1))))
		return 1
	}))
}

// makeCoroutine is coroutine.create with our limit of calls. The library cannot run a
// coroutine whose function is one of its own, so such a one is put into a Lua function.
func (r *Runtime) makeCoroutine(L *lua.LState, create lua.LValue) int {
	fn := L.CheckFunction(1)
	if fn.IsG {
		wrap, err := r.Load("local f = ... return function(...) return f(...) end", "coroutine")
		if err != nil {
			L.RaiseError("%s", err.Error())
		}
		forward(L, wrap, fn)
		fn = L.CheckFunction(L.GetTop())
	}
	before := L.Options.CallStackSize
	L.Options.CallStackSize = threadDepthMax
	defer func() { L.Options.CallStackSize = before }()
	return forward(L, create, fn)
}

// resume is coroutine.resume; the thread is argument 1.
func (r *Runtime) resume(L *lua.LState, original lua.LValue, thread *lua.LState) int {
	refusal := r.tooDeep()
	if r.active(thread) {
		refusal = "cannot resume a coroutine that is not suspended"
	}
	if refusal != "" {
		L.Push(lua.LFalse)
		L.Push(lua.LString(refusal))
		return 2
	}
	adopt(L, thread)
	defer r.enter(thread, true)()
	r.L.G.CurrentThread = L
	top := L.GetTop()
	n := forwardAll(L, original)
	if s, ok := L.Get(top + 2).(lua.LString); ok && L.Get(top+1) == lua.LFalse {
		L.Replace(top+2, lua.LString(reworded(string(s))))
	}
	return n
}

// resumeWrapped is the call of what coroutine.wrap returned: it raises what goes wrong.
func (r *Runtime) resumeWrapped(L *lua.LState, original lua.LValue, thread *lua.LState) int {
	L.Insert(thread, 1)
	n := r.resume(L, original, thread)
	first := L.GetTop() - n + 1
	if L.Get(first) != lua.LTrue {
		L.Error(L.Get(first+1), 0)
	}
	return n - 1
}

// running is the coroutine that runs, nil outside of one.
func (r *Runtime) running() lua.LValue {
	for i := len(r.chain) - 1; i >= 0; i-- {
		if r.chain[i].coroutine {
			return r.chain[i].thread
		}
	}
	return lua.LNil
}

// status is coroutine.status.
func (r *Runtime) status(thread *lua.LState) string {
	switch {
	case r.running() == thread:
		return "running"
	case r.active(thread):
		return "normal"
	case thread.Dead:
		return "dead"
	}
	return "suspended"
}
