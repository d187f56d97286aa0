package lang

import lua "github.com/yuin/gopher-lua"

// sortLibraries puts the libraries and the globals into tables filled in the order of
// their names. The library fills them from Go maps, so pairs(string) would go in another
// order every time.
func (r *Runtime) sortLibraries() {
	L := r.L
	loaded := L.NewTable()
	globals := L.NewTable()
	for _, name := range Keys(r.Globals) {
		v := r.Globals.RawGetString(name)
		if lib, ok := v.(*lua.LTable); ok && lib != r.Globals {
			v = sorted(L, lib)
			loaded.RawSetString(name, v)
		}
		globals.RawSetString(name, v)
	}
	globals.RawSetString("_G", globals)
	loaded.RawSetString("_G", globals)
	if str, ok := globals.RawGetString("string").(*lua.LTable); ok {
		str.RawSetString("__index", str)
		L.SetMetatable(lua.LString(""), str)
	}
	if pkg, ok := globals.RawGetString("package").(*lua.LTable); ok {
		pkg.RawSetString("loaded", loaded)
	}
	L.G.Global, L.Env, r.Globals = globals, globals, globals
}

func sorted(L *lua.LState, t *lua.LTable) *lua.LTable {
	copied := L.NewTable()
	for _, name := range Keys(t) {
		copied.RawSetString(name, t.RawGetString(name))
	}
	copied.Metatable = t.Metatable
	return copied
}
