package lang

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// installPatterns replaces string.find, match, gmatch and gsub. The library's run to
// their end whatever the context says, and find all matches before they return the
// first; these are Lua 5.1's, and can be interrupted.
func (r *Runtime) installPatterns() {
	lib, ok := r.Globals.RawGetString("string").(*lua.LTable)
	if !ok {
		return
	}
	for name, fn := range map[string]lua.LGFunction{
		"find":   func(L *lua.LState) int { return stringFind(L, true) },
		"match":  func(L *lua.LState) int { return stringFind(L, false) },
		"gmatch": stringGmatch,
		"gfind":  stringGmatch,
		"gsub":   stringGsub,
	} {
		lib.RawSetString(name, r.L.NewFunction(fn))
	}
}

// stringFind is string.find and string.match.
func stringFind(L *lua.LState, find bool) int {
	src, pat := L.CheckString(1), L.CheckString(2)
	init := L.OptInt(3, 1)
	if init < 0 {
		init += len(src) + 1
	}
	init = min(max(init-1, 0), len(src))
	if find && (lua.LVAsBool(L.Get(4)) || !strings.ContainsAny(pat, "^$*+?.([%-")) {
		i := strings.Index(src[init:], pat)
		if i < 0 {
			L.Push(lua.LNil)
			return 1
		}
		L.Push(lua.LNumber(init + i + 1))
		L.Push(lua.LNumber(init + i + len(pat)))
		return 2
	}
	m := newMatcher(L, src, pat)
	p, anchored := anchor(pat)
	for s := init; s <= len(src); s++ {
		end := m.from(s, p)
		switch {
		case end >= 0 && find:
			L.Push(lua.LNumber(s + 1))
			L.Push(lua.LNumber(end))
			return 2 + m.push(s, end, false)
		case end >= 0:
			return m.push(s, end, true)
		case anchored:
			s = len(src)
		}
	}
	L.Push(lua.LNil)
	return 1
}

// anchor returns where the pattern goes on after a ^ at its beginning.
func anchor(pat string) (int, bool) {
	if strings.HasPrefix(pat, "^") {
		return 1, true
	}
	return 0, false
}

// stringGmatch is string.gmatch. As in Lua 5.1, ^ means nothing special to it.
func stringGmatch(L *lua.LState) int {
	src, pat := L.CheckString(1), L.CheckString(2)
	at := 0
	L.Push(L.NewFunction(func(L *lua.LState) int {
		m := newMatcher(L, src, pat)
		for s := at; s <= len(src); s++ {
			if end := m.from(s, 0); end >= 0 {
				at = max(end, s+1)
				return m.push(s, end, true)
			}
		}
		at = len(src) + 1
		return 0
	}))
	return 1
}

// stringGsub is string.gsub.
func stringGsub(L *lua.LState) int {
	src, pat := L.CheckString(1), L.CheckString(2)
	replace := replacement(L)
	limit := L.OptInt(4, len(src)+1)
	m := newMatcher(L, src, pat)
	p, anchored := anchor(pat)
	var b strings.Builder
	s, n := 0, 0
	for n < limit {
		end := m.from(s, p)
		if end >= 0 {
			n++
			replace(m, &b, s, end)
			fits(L, "string.gsub", b.Len()+len(src)-end)
		}
		switch {
		case end > s:
			s = end
		case s < len(src):
			b.WriteByte(src[s])
			s++
		default:
			s = len(src) + 1
		}
		if s > len(src) || anchored {
			break
		}
	}
	if s < len(src) {
		b.WriteString(src[s:])
	}
	L.Push(lua.LString(b.String()))
	L.Push(lua.LNumber(n))
	return 2
}

// replacement returns what writes the replacement of a match: the third argument is a
// string with %0 to %9, a table or a function.
func replacement(L *lua.LState) func(m *matcher, b *strings.Builder, start, end int) {
	switch v := L.Get(3).(type) {
	case lua.LString, lua.LNumber:
		template := v.String()
		return func(m *matcher, b *strings.Builder, start, end int) { m.expand(b, template, start, end) }
	case *lua.LTable:
		return func(m *matcher, b *strings.Builder, start, end int) {
			m.write(b, L.GetTable(v, m.value(0, start, end)), start, end)
		}
	case *lua.LFunction:
		return func(m *matcher, b *strings.Builder, start, end int) {
			L.Push(v)
			L.Call(m.push(start, end, true), 1)
			result := L.Get(-1)
			L.Pop(1)
			m.write(b, result, start, end)
		}
	}
	L.ArgError(3, "string/function/table expected")
	return nil
}

// expand writes a template in which %0 is the match and %1 to %9 are captures.
func (m *matcher) expand(b *strings.Builder, template string, start, end int) {
	for i := 0; i < len(template); i++ {
		c := template[i]
		if c != '%' {
			b.WriteByte(c)
			continue
		}
		i++
		fits(m.L, "string.gsub", b.Len()+end-start)
		switch {
		case i == len(template): // the zero that ends a string in C
			b.WriteByte(0)
		case template[i] == '0':
			b.WriteString(m.src[start:end])
		case '1' <= template[i] && template[i] <= '9':
			b.WriteString(m.value(int(template[i]-'1'), start, end).String())
		default:
			b.WriteByte(template[i])
		}
	}
}

// write writes what a table or a function gave for a match; nil and false keep it.
func (m *matcher) write(b *strings.Builder, v lua.LValue, start, end int) {
	switch v := v.(type) {
	case lua.LString, lua.LNumber:
		b.WriteString(v.String())
	case Int64:
		b.WriteString(ToString(m.L, v))
	default:
		if lua.LVAsBool(v) {
			m.L.RaiseError("invalid replacement value (a %s)", v.Type().String())
		}
		b.WriteString(m.src[start:end])
	}
}

// value is what a match hands out for capture i; the whole match if there are none.
func (m *matcher) value(i, start, end int) lua.LValue {
	if i >= m.level {
		if i > 0 {
			m.L.RaiseError("invalid capture index")
		}
		return lua.LString(m.src[start:end])
	}
	switch c := m.captures[i]; c.length {
	case unclosed:
		m.L.RaiseError("unfinished capture")
		return nil
	case isPosition:
		return lua.LNumber(c.start + 1)
	default:
		return lua.LString(m.src[c.start : c.start+c.length])
	}
}

// push pushes the captures, or if whole the match where there are none.
func (m *matcher) push(start, end int, whole bool) int {
	n := m.level
	if n == 0 && whole {
		n = 1
	}
	for i := range n {
		m.L.Push(m.value(i, start, end))
	}
	return n
}
