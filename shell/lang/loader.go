package lang

import (
	"path/filepath"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// installLoaders replaces everything that compiles Lua, so that all code has exact
// literals, and makes require look beside the script.
func (r *Runtime) installLoaders() {
	L, g := r.L, r.Globals
	g.RawSetString("loadstring", L.NewFunction(func(L *lua.LState) int {
		return r.pushChunk(L, L.CheckString(1), L.OptString(2, "<string>"))
	}))
	g.RawSetString("load", L.NewFunction(func(L *lua.LState) int {
		return r.pushChunk(L, readChunk(L), L.OptString(2, "<load>"))
	}))
	g.RawSetString("loadfile", L.NewFunction(func(L *lua.LState) int {
		name := L.CheckString(1)
		source, err := r.opts.ReadFile(name)
		if err != nil {
			L.Push(lua.LNil)
			L.Push(lua.LString(err.Error()))
			return 2
		}
		return r.pushChunk(L, string(source), name)
	}))
	g.RawSetString("dofile", L.NewFunction(func(L *lua.LState) int {
		name := L.CheckString(1)
		top := L.GetTop()
		L.Push(r.loadFile(L, name))
		L.Call(0, lua.MultRet)
		return L.GetTop() - top
	}))
	g.RawSetString("require", L.NewFunction(r.require))
	r.setModulePath()
}

// pushChunk pushes the compiled chunk, or nil and a message.
func (r *Runtime) pushChunk(L *lua.LState, source, name string) int {
	fn, err := r.Load(source, name)
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(err.Error()))
		return 2
	}
	L.Push(fn)
	return 1
}

// readChunk gives the source of load: a string, or the pieces a function returns.
func readChunk(L *lua.LState) string {
	if s, ok := L.Get(1).(lua.LString); ok {
		return string(s)
	}
	reader := L.CheckFunction(1)
	var b strings.Builder
	for {
		L.Push(reader)
		L.Call(0, 1)
		piece := L.Get(-1)
		L.Pop(1)
		s, ok := piece.(lua.LString)
		if !ok && piece != lua.LNil {
			L.RaiseError("load: the reader function must return a string")
		}
		if s == "" {
			return b.String()
		}
		if b.WriteString(string(s)); b.Len() > sourceBytesMax {
			L.RaiseError("load: the source has more than %d MiB", sourceBytesMax>>20)
		}
	}
}

func (r *Runtime) loadFile(L *lua.LState, name string) lua.LValue {
	source, err := r.opts.ReadFile(name)
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	return r.mustLoad(L, string(source), name)
}

// mustLoad compiles a file that another one asks for. What is wrong with it is raised with
// the place in that file, not that of the call.
func (r *Runtime) mustLoad(L *lua.LState, source, name string) lua.LValue {
	fn, err := r.Load(source, name)
	if err != nil {
		L.Error(lua.LString(err.Error()), 0)
	}
	return fn
}

// loading marks a module in package.loaded whose chunk is still running.
var loading = &lua.LUserData{Value: "loading"}

// setModulePath makes package.path of the configured folders. The library's own looks in the
// working directory and in those of another Lua that may be installed: what a script
// finds would depend on the machine.
func (r *Runtime) setModulePath() {
	pkg, ok := r.Globals.RawGetString("package").(*lua.LTable)
	if !ok {
		return
	}
	var patterns []string
	for _, dir := range r.opts.ModulePath {
		patterns = append(patterns, filepath.Join(dir, "?.lua"), filepath.Join(dir, "?", "init.lua"))
	}
	pkg.RawSetString("path", lua.LString(strings.Join(patterns, ";")))
}

// require returns package.loaded[name], or runs package.preload[name] or the file
// name.lua beside the script, or one named by package.path, and keeps what it returns.
func (r *Runtime) require(L *lua.LState) int {
	name := L.CheckString(1)
	pkg, ok := r.Globals.RawGetString("package").(*lua.LTable)
	if !ok {
		L.RaiseError("require: package is not a table")
	}
	loaded, ok := pkg.RawGetString("loaded").(*lua.LTable)
	if !ok {
		L.RaiseError("require: package.loaded is not a table")
	}
	switch v := loaded.RawGetString(name); v {
	case lua.LNil:
	case loading:
		L.RaiseError("require: the module '%s' requires itself", name)
	default:
		L.Push(v)
		return 1
	}
	chunk := r.findModule(L, pkg, name)
	loaded.RawSetString(name, loading)
	defer func() { // a module that failed fails the same way when it is required again
		if loaded.RawGetString(name) == loading {
			loaded.RawSetString(name, lua.LNil)
		}
	}()
	L.Push(chunk)
	L.Push(lua.LString(name))
	L.Call(1, 1)
	result := L.Get(-1)
	if result == lua.LNil {
		if result = loaded.RawGetString(name); result == loading {
			result = lua.LTrue
		}
	}
	loaded.RawSetString(name, result)
	L.Push(result)
	return 1
}

func (r *Runtime) findModule(L *lua.LState, pkg *lua.LTable, name string) lua.LValue {
	if preload, ok := pkg.RawGetString("preload").(*lua.LTable); ok {
		if fn := preload.RawGetString(name); fn != lua.LNil {
			return fn
		}
	}
	relative := filepath.FromSlash(strings.ReplaceAll(name, ".", "/"))
	candidates := []string{
		filepath.Join(r.scriptDir, relative+".lua"),
		filepath.Join(r.scriptDir, relative, "init.lua"),
	}
	if path, ok := pkg.RawGetString("path").(lua.LString); ok {
		for pattern := range strings.SplitSeq(string(path), ";") {
			if pattern != "" {
				candidates = append(candidates, strings.ReplaceAll(pattern, "?", relative))
			}
		}
	}
	var tried []string
	for _, file := range candidates {
		source, err := r.opts.ReadFile(file)
		if err != nil {
			tried = append(tried, err.Error())
			continue
		}
		return r.mustLoad(L, string(source), file)
	}
	L.RaiseError("require: no module '%s':\n\t%s", name, strings.Join(tried, "\n\t"))
	return nil
}
