package shell

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/shell/lang"
)

// Name says what a value without a literal is, and never where it lies in memory: the
// global that holds a function or a stream, the place of a function written in Lua, else
// the kind.
func (s *Session) Name(v lua.LValue) string {
	switch v := v.(type) {
	case *lua.LFunction:
		if name := s.globalName(v); name != "" {
			return "function " + name
		}
		if !v.IsG {
			return fmt.Sprintf("function (%s:%d)", v.Proto.SourceName, v.Proto.LineDefined)
		}
		return "function"
	case *lua.LState:
		return "coroutine"
	case *lua.LUserData:
		if s.Handle("iterator", v) != nil {
			return "iterator"
		}
		if name := s.globalName(v); name != "" {
			return name
		}
		return lang.ToString(s.runtime.L, v)
	}
	return ""
}

// globalName is the first name under which v can be reached: of the prompt's variables,
// of the globals, of a module.
func (s *Session) globalName(v lua.LValue) string {
	for _, scope := range []*lua.LTable{s.runtime.Session, s.runtime.Globals} {
		for _, name := range lang.Keys(scope) {
			if scope.RawGetString(name) == v && name != "_" {
				return name
			}
		}
	}
	for _, module := range lang.Keys(s.runtime.Globals) {
		t, ok := s.runtime.Globals.RawGetString(module).(*lua.LTable)
		if !ok || module == "_G" {
			continue
		}
		for _, name := range lang.Keys(t) {
			if t.RawGetString(name) == v {
				return module + "." + name
			}
		}
	}
	return ""
}
