package lang

import (
	"io"
	"sort"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// installBase replaces the basic functions that would show an address, round an
// integer or write to the process's own streams.
func (r *Runtime) installBase() {
	L, g := r.L, r.Globals
	g.RawSetString("print", L.NewFunction(func(L *lua.LState) int {
		r.print(L)
		return 0
	}))
	g.RawSetString("tostring", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(ToString(L, L.CheckAny(1))))
		return 1
	}))
	r.replaceToNumber()
	if table, ok := g.RawGetString("table").(*lua.LTable); ok {
		table.RawSetString("sort", L.NewFunction(tableSort))
	}
}

// print writes its arguments separated by tabs; a table with its content.
func (r *Runtime) print(L *lua.LState) {
	var b strings.Builder
	for i := 1; i <= L.GetTop(); i++ {
		if i > 1 {
			b.WriteByte('\t')
		}
		v := L.Get(i)
		if t, ok := v.(*lua.LTable); ok && r.opts.Show != nil && L.GetMetaField(t, "__tostring") == lua.LNil {
			b.WriteString(r.opts.Show(t))
			continue
		}
		b.WriteString(ToString(L, v))
	}
	b.WriteByte('\n')
	for text := b.String(); text != ""; {
		n := min(len(text), printBytes)
		if _, err := io.WriteString(r.opts.Stdout, text[:n]); err != nil {
			L.RaiseError("print: %s", err.Error())
		}
		if text = text[n:]; text != "" {
			raiseIfDone(L)
		}
	}
}

// printBytes is how much print writes at a time: a terminal is slow, and Ctrl-C must not
// wait for it.
const printBytes = 64 << 10

// ToString is Lua's tostring without addresses: a table, function, thread or userdata
// without __tostring is the word of its type.
func ToString(L *lua.LState, v lua.LValue) string {
	if L.GetMetaField(v, "__tostring") != lua.LNil {
		text, ok := L.ToStringMeta(v).(lua.LString)
		if !ok {
			L.RaiseError("'__tostring' must return a string")
		}
		return string(text)
	}
	switch v.(type) {
	case *lua.LTable, *lua.LFunction, *lua.LState, *lua.LUserData:
		return v.Type().String()
	}
	return v.String()
}

// replaceToNumber keeps integers exact: tonumber("9007199254740993") is an int64.
func (r *Runtime) replaceToNumber() {
	original := r.Globals.RawGetString("tonumber")
	r.Globals.RawSetString("tonumber", r.L.NewFunction(func(L *lua.LState) int {
		switch v := L.CheckAny(1).(type) {
		case Int64:
			L.Push(v)
			return 1
		case lua.LString:
			if L.GetTop() > 1 && L.CheckInt(2) != 10 {
				break
			}
			if n, ok := parseInteger(string(v)); ok {
				L.Push(Integer(n))
				return 1
			}
		}
		n := L.GetTop()
		L.Push(original)
		for i := 1; i <= n; i++ {
			L.Push(L.Get(i))
		}
		L.Call(n, 1)
		return 1
	}))
}

// tableSort is table.sort whose default order knows Int64 beside numbers.
func tableSort(L *lua.LState) int {
	t := L.CheckTable(1)
	order := L.OptFunction(2, nil)
	n := t.Len()
	values := make([]lua.LValue, n)
	for i := range values {
		values[i] = t.RawGetInt(i + 1)
	}
	comparisons := 0
	sort.SliceStable(values, func(i, j int) bool {
		if comparisons++; comparisons%comparisonsPerLook == 0 {
			raiseIfDone(L)
		}
		if order == nil {
			return less(L, values[i], values[j])
		}
		L.Push(order)
		L.Push(values[i])
		L.Push(values[j])
		L.Call(2, 1)
		before := lua.LVAsBool(L.Get(-1))
		L.Pop(1)
		return before
	})
	for i, v := range values {
		t.RawSetInt(i+1, v)
	}
	return 0
}
