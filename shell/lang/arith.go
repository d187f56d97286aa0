package lang

import (
	"math"
	"math/big"

	lua "github.com/yuin/gopher-lua"
)

// installInt64 gives Int64 values their metatable.
//
// The metatable is the one gopher-lua keeps for the type userdata itself; real
// userdata carry their own and never see it.
func (r *Runtime) installInt64() {
	L := r.L
	mt := L.NewTable()
	for _, op := range []struct {
		event string
		call  func(L *lua.LState, a, b int64) lua.LValue
	}{{"__add", add}, {"__sub", sub}, {"__mul", mul}, {"__div", div}, {"__mod", mod}} {
		mt.RawSetString(op.event, L.NewFunction(func(L *lua.LState) int {
			a, b := operand(L, 1), operand(L, 2)
			L.Push(op.call(L, a, b))
			return 1
		}))
	}
	mt.RawSetString("__pow", L.NewFunction(func(L *lua.LState) int {
		L.RaiseError("int64 has no ^: multiply, or take the nearest float with n:number()")
		return 0
	}))
	mt.RawSetString("__unm", L.NewFunction(func(L *lua.LState) int {
		L.Push(sub(L, 0, operand(L, 1)))
		return 1
	}))
	mt.RawSetString("__lt", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LBool(operand(L, 1) < operand(L, 2)))
		return 1
	}))
	mt.RawSetString("__concat", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(concatOperand(L, 1) + concatOperand(L, 2)))
		return 1
	}))
	methods := L.NewTable()
	methods.RawSetString("number", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LNumber(float64(operand(L, 1))))
		return 1
	}))
	mt.RawSetString("__index", methods)
	mt.RawSetString("__metatable", lua.LString("int64"))
	L.SetMetatable(Int64(0), mt)
}

// operand returns argument i as an exact integer, or raises.
func operand(L *lua.LState, i int) int64 {
	v := L.Get(i)
	n, ok := ToInteger(v)
	if !ok {
		L.RaiseError("an int64 and %s do not mix: the result would be rounded; n:number() gives the nearest float", describe(v))
	}
	return n
}

func concatOperand(L *lua.LState, i int) string {
	switch v := L.Get(i).(type) {
	case Int64, lua.LString, lua.LNumber:
		return v.String()
	default:
		L.RaiseError("attempt to concatenate a %s value", v.Type())
		return ""
	}
}

func describe(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LNumber:
		return "the number " + v.String()
	case lua.LString:
		return "the string " + quoteShort(string(v))
	case *lua.LNilType:
		return "nil"
	}
	return "a " + v.Type().String()
}

func overflow(L *lua.LState) {
	L.RaiseError("integer overflow: the result does not fit in 64 bits")
}

func add(L *lua.LState, a, b int64) lua.LValue {
	c := a + b
	if (c > a) != (b > 0) {
		overflow(L)
	}
	return Integer(c)
}

func sub(L *lua.LState, a, b int64) lua.LValue {
	c := a - b
	if (c < a) != (b > 0) {
		overflow(L)
	}
	return Integer(c)
}

func mul(L *lua.LState, a, b int64) lua.LValue {
	if a == 0 || b == 0 {
		return Integer(0)
	}
	c := a * b
	if c/b != a || (a == -1 && b == math.MinInt64) || (b == -1 && a == math.MinInt64) {
		overflow(L)
	}
	return Integer(c)
}

// div is exact where b divides a; otherwise it is the float nearest to the quotient,
// as a division of plain numbers would be.
func div(L *lua.LState, a, b int64) lua.LValue {
	if b == 0 {
		L.RaiseError("division of an int64 by zero")
	}
	if a == math.MinInt64 && b == -1 {
		overflow(L)
	}
	if a%b == 0 {
		return Integer(a / b)
	}
	f, _ := big.NewRat(a, b).Float64()
	return lua.LNumber(f)
}

// mod has the sign of b, as Lua's own % has.
func mod(L *lua.LState, a, b int64) lua.LValue {
	if b == 0 {
		L.RaiseError("division of an int64 by zero")
	}
	if b == -1 {
		return Integer(0)
	}
	m := a % b
	if m != 0 && (m < 0) != (b < 0) {
		m += b
	}
	return Integer(m)
}
