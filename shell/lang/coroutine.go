package lang

import lua "github.com/yuin/gopher-lua"

// installCoroutines replaces coroutine.resume and coroutine.wrap. The library binds a
// coroutine for good to the context of the chunk that made it, so one made at the
// prompt could not be resumed by the next statement; here it takes that of the caller.
func (r *Runtime) installCoroutines() {
	lib, ok := r.Globals.RawGetString("coroutine").(*lua.LTable)
	if !ok {
		return
	}
	L := r.L
	create, resume := lib.RawGetString("create"), lib.RawGetString("resume")
	lib.RawSetString("resume", L.NewFunction(func(L *lua.LState) int {
		adopt(L, L.CheckThread(1))
		return forwardAll(L, resume)
	}))
	lib.RawSetString("wrap", L.NewFunction(func(L *lua.LState) int {
		forward(L, create, L.CheckFunction(1))
		thread := L.CheckThread(L.GetTop())
		L.Push(L.NewFunction(func(L *lua.LState) int { return resumeWrapped(L, resume, thread) }))
		return 1
	}))
}

// adopt gives a coroutine the context of the thread that resumes it.
func adopt(L, thread *lua.LState) {
	if ctx := L.Context(); ctx != nil {
		thread.SetContext(ctx)
	}
}

// resumeWrapped is the call of what coroutine.wrap returned: it raises what goes wrong.
func resumeWrapped(L *lua.LState, resume lua.LValue, thread *lua.LState) int {
	adopt(L, thread)
	n := L.GetTop()
	L.Push(resume)
	L.Push(thread)
	for i := 1; i <= n; i++ {
		L.Push(L.Get(i))
	}
	L.Call(n+1, lua.MultRet)
	if L.Get(n+1) != lua.LTrue {
		L.Error(L.Get(n+2), 0)
	}
	return L.GetTop() - n - 1
}
