package lang

import (
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// installText replaces the functions that make a string as long as their arguments ask
// for, or go through a string or a list of any length: the library's have no limit, or
// the limit of the Lua stack, and go on to their end whatever the context says.
func (r *Runtime) installText() {
	L := r.L
	if str, ok := r.Globals.RawGetString("string").(*lua.LTable); ok {
		str.RawSetString("rep", L.NewFunction(stringRep))
		str.RawSetString("format", L.NewFunction(stringFormat))
		str.RawSetString("upper", L.NewFunction(func(L *lua.LState) int { return changeCase(L, "string.upper", strings.ToUpper) }))
		str.RawSetString("lower", L.NewFunction(func(L *lua.LState) int { return changeCase(L, "string.lower", strings.ToLower) }))
		str.RawSetString("reverse", L.NewFunction(stringReverse))
	}
	if table, ok := r.Globals.RawGetString("table").(*lua.LTable); ok {
		table.RawSetString("concat", L.NewFunction(tableConcat))
	}
}

// fits raises if a string of n bytes is more than a string may have.
func fits(L *lua.LState, what string, n int) {
	if n > StringBytesMax {
		L.RaiseError("%s: the result has more than %d MiB, the most that a string may have", what, StringBytesMax>>20)
	}
}

func stringRep(L *lua.LState) int {
	s, n := L.CheckString(1), L.CheckNumber(2)
	if !(n >= 1) || s == "" { // NaN too
		L.Push(lua.LString(""))
		return 1
	}
	if float64(n) > StringBytesMax || int(n) > StringBytesMax/len(s) {
		fits(L, "string.rep", StringBytesMax+1)
	}
	L.Push(lua.LString(repeat(L, s, len(s)*int(n))))
	return 1
}

// itemsPerLook is how many items of a list are taken between two looks at the context.
const itemsPerLook = 1 << 14

// pieceBytes is how much of a long text is made or written before the end of the call's
// context is looked for.
const pieceBytes = 1 << 20

// repeat repeats s up to size bytes. The end of L's context ends it.
func repeat(L *lua.LState, s string, size int) string {
	piece := strings.Repeat(s, min(size, max(pieceBytes, len(s)))/len(s))
	if len(piece) == size {
		return piece
	}
	var b strings.Builder
	b.Grow(size)
	for b.Len() < size {
		raiseIfDone(L)
		b.WriteString(piece[:min(len(piece), size-b.Len())])
	}
	return b.String()
}

// changeCase is string.upper and string.lower. They know the letters of UTF-8, as the
// library's do; a byte that is no UTF-8 stays as it is.
func changeCase(L *lua.LState, name string, change func(string) string) int {
	s := L.CheckString(1)
	if len(s) <= pieceBytes && utf8.ValidString(s) {
		L.Push(lua.LString(change(s)))
		return 1
	}
	var b strings.Builder
	b.Grow(len(s))
	for look := 0; s != ""; {
		if b.Len() >= look {
			raiseIfDone(L)
			look = b.Len() + pieceBytes
		}
		n := validBytes(s[:min(len(s), pieceBytes)])
		b.WriteString(change(s[:n]))
		if n == 0 {
			b.WriteByte(s[0])
			n = 1
		}
		s = s[n:]
		fits(L, name, b.Len())
	}
	L.Push(lua.LString(b.String()))
	return 1
}

// validBytes returns how many bytes at the beginning of s are UTF-8.
func validBytes(s string) int {
	for i, c := range s {
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size <= 1 {
				return i
			}
		}
	}
	return len(s)
}

func stringReverse(L *lua.LState) int {
	s := L.CheckString(1)
	var b strings.Builder
	b.Grow(len(s))
	for i := len(s) - 1; i >= 0; i-- {
		if i%pieceBytes == pieceBytes-1 {
			raiseIfDone(L)
		}
		b.WriteByte(s[i])
	}
	L.Push(lua.LString(b.String()))
	return 1
}

// tableConcat is table.concat for lists of any length, with Int64 among the items.
func tableConcat(L *lua.LState) int {
	t, separator := L.CheckTable(1), L.OptString(2, "")
	first, last := L.OptInt(3, 1), 0
	if L.Get(4) == lua.LNil {
		last = t.Len()
	} else {
		last = L.CheckInt(4)
	}
	var b strings.Builder
	for i := first; i <= last; i++ {
		if (i-first)%itemsPerLook == itemsPerLook-1 {
			raiseIfDone(L)
		}
		v := t.RawGetInt(i)
		switch v.(type) {
		case lua.LString, lua.LNumber, Int64:
		default:
			L.RaiseError("invalid value (%s) at index %d in table for concat", v.Type().String(), i)
		}
		text := v.String()
		fits(L, "table.concat", b.Len()+len(separator)+len(text))
		if i > first {
			b.WriteString(separator)
		}
		b.WriteString(text)
	}
	L.Push(lua.LString(b.String()))
	return 1
}

// concatenation is the name of the function that a .. b calls where the result could be
// twice as long as what is there: see rewriter.concat.
const concatenation = ".."

// concat is a .. b .. c, evaluated from the right, as the operator is.
func concat(L *lua.LState) int {
	total := 0
	for i := 1; i <= L.GetTop(); i++ {
		switch v := L.Get(i).(type) {
		case lua.LString:
			total += len(v)
		case lua.LNumber:
		default:
			return concatValues(L)
		}
	}
	fits(L, concatenation, total)
	var b strings.Builder
	b.Grow(total)
	for i := 1; i <= L.GetTop(); i++ {
		b.WriteString(L.Get(i).String())
	}
	L.Push(lua.LString(b.String()))
	return 1
}

// concatValues is concat where an operand has its own __concat, or none.
func concatValues(L *lua.LState) int {
	result := L.Get(L.GetTop())
	for i := L.GetTop() - 1; i >= 1; i-- {
		result = concatPair(L, L.Get(i), result)
	}
	L.Push(result)
	return 1
}

func concatPair(L *lua.LState, a, b lua.LValue) lua.LValue {
	if lua.LVCanConvToString(a) && lua.LVCanConvToString(b) {
		x, y := a.String(), b.String()
		fits(L, concatenation, len(x)+len(y))
		return lua.LString(x + y)
	}
	op := L.GetMetaField(a, "__concat")
	if op == lua.LNil {
		op = L.GetMetaField(b, "__concat")
	}
	if op == lua.LNil {
		L.RaiseError("cannot perform concat operation between %s and %s", a.Type().String(), b.Type().String())
	}
	L.Push(op)
	L.Push(a)
	L.Push(b)
	L.Call(2, 1)
	result := L.Get(-1)
	L.Pop(1)
	return result
}
