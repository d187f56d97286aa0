package lang

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"

	"github.com/aerodb/aerodb/engine/suggest"
)

// makeStrict makes reading or creating an undeclared global of a script an error, and
// makes the prompt's own environment, which is free.
func (r *Runtime) makeStrict() {
	L := r.L
	strict := L.NewTable()
	strict.RawSetString("__index", L.NewFunction(func(L *lua.LState) int {
		L.RaiseError("%s", notDefined(L.Get(2).String(), r.visibleNames(L)))
		return 0
	}))
	strict.RawSetString("__newindex", L.NewFunction(func(L *lua.LState) int {
		L.RaiseError("a script may not create the global '%s'; declare it with local", L.Get(2).String())
		return 0
	}))
	strict.RawSetString("__metatable", lua.LString("strict"))
	r.Globals.Metatable = strict

	r.Session = L.NewTable()
	free := L.NewTable()
	free.RawSetString("__index", L.NewFunction(func(L *lua.LState) int {
		L.Push(r.Globals.RawGet(L.Get(2)))
		return 1
	}))
	r.Session.Metatable = free
	r.Session.RawSetString("_G", r.Session)
}

// visibleNames lists the globals and the local variables of the function that is
// running, sorted.
func (r *Runtime) visibleNames(L *lua.LState) []string {
	names := Keys(r.Globals)
	if dbg, ok := L.GetStack(1); ok {
		for i := 1; ; i++ {
			name, _ := L.GetLocal(dbg, i)
			if name == "" {
				break
			}
			names = append(names, name)
		}
		if fn, err := L.GetInfo("f", dbg, lua.LNil); err == nil {
			if f, ok := fn.(*lua.LFunction); ok && !f.IsG {
				names = append(names, f.Proto.DbgUpvalues...)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func notDefined(name string, known []string) string {
	if near := suggest.Nearest(name, known); near != "" {
		return "'" + name + "' is not defined; did you mean '" + near + "'?"
	}
	return "'" + name + "' is not defined"
}

// Undefined looks in a statement of the prompt, where reading an undefined name gives
// nil, for the first such name that is called or indexed, and says what a script would
// have said. It returns "" if there is none.
func (r *Runtime) Undefined(source string) string {
	scanner := parse.NewScanner(strings.NewReader(source), "")
	lexer := &parse.Lexer{}
	declared := map[string]bool{}
	var before, last ast.Token
	for {
		token, err := scanner.Scan(lexer)
		if err != nil || token.Type < 0 {
			return ""
		}
		if last.Type == parse.TIdent && before.Type != '.' && before.Type != ':' {
			switch token.Type {
			case '.', ':', '(', '[', '{', parse.TString:
				if name := last.Str; !declared[name] && !r.defined(name) {
					return notDefined(name, append(Keys(r.Globals), Keys(r.Session)...))
				}
			default: // perhaps a local variable, a parameter or a key
				declared[last.Str] = true
			}
		}
		before, last = last, token
	}
}

func (r *Runtime) defined(name string) bool {
	return r.Globals.RawGetString(name) != lua.LNil || r.Session.RawGetString(name) != lua.LNil
}
