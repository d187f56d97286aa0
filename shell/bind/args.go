package bind

import (
	"context"
	"fmt"
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/suggest"
	"github.com/aerodb/aerodb/shell/lang"
)

// Args are the checked arguments of one call, by name. Getters of an optional argument
// that was left out return the zero value; Has tells. They are gone when the call ends:
// the next one has the same memory.
type Args struct {
	L    *lua.LState
	Ctx  context.Context
	Self any // the handle of a method call

	values []argument // those that were given
	few    [4]argument
}

type argument struct {
	name  string
	value lua.LValue
}

// find returns an argument, a Go nil if it was not given.
func (a *Args) find(name string) lua.LValue {
	for i := range a.values {
		if a.values[i].name == name {
			return a.values[i].value
		}
	}
	return nil
}

func (a *Args) set(name string, v lua.LValue) {
	if a.values == nil {
		a.values = a.few[:0]
	}
	a.values = append(a.values, argument{name, v})
}

// Has reports whether the argument or option was given.
func (a *Args) Has(name string) bool { return a.find(name) != nil }

// Value returns the argument as it came, nil if it was left out.
func (a *Args) Value(name string) lua.LValue {
	if v := a.find(name); v != nil {
		return v
	}
	return lua.LNil
}

// String returns a String argument.
func (a *Args) String(name string) string {
	s, _ := a.find(name).(lua.LString)
	return string(s)
}

// Int returns an Int argument.
func (a *Args) Int(name string) int64 {
	n, _ := lang.ToInteger(a.Value(name))
	return n
}

// Bool returns a Bool argument.
func (a *Args) Bool(name string) bool { return a.Value(name) == lua.LTrue }

// Table returns a Table argument, nil if it was left out.
func (a *Args) Table(name string) *lua.LTable {
	t, _ := a.find(name).(*lua.LTable)
	return t
}

// Function returns a Function argument, nil if it was left out.
func (a *Args) Function(name string) *lua.LFunction {
	fn, _ := a.find(name).(*lua.LFunction)
	return fn
}

// check fills a.values from the call's arguments, which begin at stack index first.
func (a *Args) check(m *Module, f *Func, first int) error {
	given := a.L.GetTop() - first + 1
	for given > len(f.Params) && a.L.Get(first+given-1) == lua.LNil {
		given--
	}
	if given > len(f.Params) {
		return f.misuse(m, "takes %s, not %d", count(len(f.Params)), given)
	}
	for i := range f.Params {
		p := &f.Params[i]
		v := a.L.Get(first + i)
		if v == lua.LNil {
			if !p.Optional {
				return f.missing(m, p)
			}
			continue
		}
		if !p.accepts(v) {
			return f.misuse(m, "%s must be %s, not %s", p.Name, p.wanted(), Describe(v))
		}
		switch t, isTable := v.(*lua.LTable); {
		case p.Kind != Options:
			a.set(p.Name, v)
		case !isTable:
			a.set(p.Short, v)
		default:
			if err := a.options(m, f, p, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// options checks a table of options: its keys, in sorted order, and their values.
func (a *Args) options(m *Module, f *Func, p *Param, t *lua.LTable) error {
	known := make([]string, len(p.Members))
	for i, member := range p.Members {
		known[i] = member.Name
	}
	if t.Len() > 0 {
		return f.misuse(m, "wants named options, such as {%s = ...}, not a list", known[0])
	}
	for _, name := range lang.Keys(t) {
		if index(known, name) < 0 {
			return f.misuse(m, "there is no option %q%s", name, suggest.DidYouMean(name, known))
		}
	}
	for i := range p.Members {
		member := &p.Members[i]
		v := t.RawGetString(member.Name)
		if v == lua.LNil {
			if !member.Optional {
				return f.misuse(m, "the option %s is missing: it wants %s", member.Name, member.wanted())
			}
			continue
		}
		if !member.accepts(v) {
			return f.misuse(m, "the option %s must be %s, not %s", member.Name, member.wanted(), Describe(v))
		}
		a.set(member.Name, v)
	}
	return nil
}

func index(known []string, name string) int {
	for i := range known {
		if known[i] == name {
			return i
		}
	}
	return -1
}

func count(params int) string {
	switch params {
	case 0:
		return "no arguments"
	case 1:
		return "one argument"
	}
	return strconv.Itoa(params) + " arguments"
}

// missing is the error of an argument that was left out.
func (f *Func) missing(m *Module, p *Param) error {
	err := dberr.From(f.misuse(m, "%s is missing: it wants %s", p.Name, p.wanted()))
	if p.Missing != "" {
		err.Code = p.Missing
	}
	return err
}

// misuse is the error of wrong arguments.
func (f *Func) misuse(m *Module, format string, args ...any) error {
	err := dberr.New(f.misuseCode(), "%s: %s", m.Qualified(f), fmt.Sprintf(format, args...))
	return err.WithHint("help(%q) shows how it is called", m.Qualified(f))
}

// misuseCode is the code of wrong arguments.
func (f *Func) misuseCode() dberr.Code {
	if f.Misuse == "" {
		return dberr.ScriptError
	}
	return f.Misuse
}

func (p *Param) accepts(v lua.LValue) bool {
	switch p.Kind {
	case String:
		return v.Type() == lua.LTString
	case Int:
		_, ok := lang.ToInteger(v)
		return ok
	case Bool:
		return v.Type() == lua.LTBool
	case Table:
		return v.Type() == lua.LTTable
	case Options:
		return v.Type() == lua.LTTable || p.Short != "" && v.Type() == lua.LTString
	case Function:
		return v.Type() == lua.LTFunction
	}
	return true
}

// wanted describes the kind for messages.
func (p *Param) wanted() string {
	switch p.Kind {
	case String:
		return "a string"
	case Int:
		return "an exact integer"
	case Bool:
		return "true or false"
	case Table:
		return "a table"
	case Options:
		if p.Short != "" {
			return "a string, or a table of options"
		}
		return "a table of options"
	case Function:
		return "a function"
	}
	return "a value"
}

// Describe names a value for messages: the number 42, the string "x", a table.
func Describe(v lua.LValue) string {
	const max = 40
	switch v := v.(type) {
	case *lua.LNilType:
		return "nil"
	case lua.LBool:
		return v.String()
	case lua.LNumber:
		return "the number " + v.String()
	case lang.Int64:
		return "the integer " + v.String()
	case lua.LString:
		s := string(v)
		if len(s) > max {
			s = s[:max] + "..."
		}
		return "the string " + strconv.Quote(s)
	}
	return "a " + v.Type().String()
}
