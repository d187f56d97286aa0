package lang

import (
	"math"

	lua "github.com/yuin/gopher-lua"
)

// less is Lua's a < b, and knows Int64 beside numbers, which the library's own
// comparison refuses to mix.
func less(L *lua.LState, a, b lua.LValue) bool {
	if c, ok := compareNumbers(a, b); ok {
		return c == -1
	}
	return L.LessThan(a, b)
}

// lessEqual is Lua's a <= b.
func lessEqual(L *lua.LState, a, b lua.LValue) bool {
	if c, ok := compareNumbers(a, b); ok {
		return c == -1 || c == 0
	}
	if a.Type() == b.Type() && (a.Type() == lua.LTTable || a.Type() == lua.LTUserData) {
		le, same := L.GetMetaField(a, "__le"), L.GetMetaField(b, "__le")
		if fn, ok := le.(*lua.LFunction); ok && le == same {
			L.Push(fn)
			L.Push(a)
			L.Push(b)
			L.Call(2, 1)
			result := L.Get(-1)
			L.Pop(1)
			return lua.LVAsBool(result)
		}
	}
	return !L.LessThan(b, a)
}

// unordered is what compareNumbers returns for NaN: neither less, equal nor greater.
const unordered = 2

// compareNumbers compares two numbers of either kind: -1, 0, 1 or unordered.
func compareNumbers(a, b lua.LValue) (int, bool) {
	x, xok := a.(lua.LNumber)
	y, yok := b.(lua.LNumber)
	if xok && yok {
		return compareFloats(float64(x), float64(y)), true
	}
	i, iok := a.(Int64)
	j, jok := b.(Int64)
	switch {
	case iok && jok:
		switch {
		case i < j:
			return -1, true
		case i > j:
			return 1, true
		}
		return 0, true
	case iok && yok:
		return compareMixed(int64(i), float64(y)), true
	case xok && jok:
		c := compareMixed(int64(j), float64(x))
		if c != unordered {
			c = -c
		}
		return c, true
	}
	return 0, false
}

func compareFloats(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	return unordered
}

// compareMixed compares without rounding i. A float at or beyond 2^63 is beyond every
// int64; below that its integral part converts exactly, and the fraction decides a tie.
func compareMixed(i int64, f float64) int {
	switch {
	case math.IsNaN(f):
		return unordered
	case f >= 1<<63:
		return -1
	case f < -(1 << 63):
		return 1
	}
	whole := math.Trunc(f)
	switch n := int64(whole); {
	case i < n:
		return -1
	case i > n:
		return 1
	}
	return compareFloats(0, f-whole)
}

// comparisons are the functions that rewritten operators call, by operator.
func (r *Runtime) comparisons() map[string]*lua.LFunction {
	table := []struct {
		operator string
		compare  func(L *lua.LState, a, b lua.LValue) bool
	}{
		{"<", less},
		{"<=", lessEqual},
		{">", func(L *lua.LState, a, b lua.LValue) bool { return less(L, b, a) }},
		{">=", func(L *lua.LState, a, b lua.LValue) bool { return lessEqual(L, b, a) }},
	}
	functions := make(map[string]*lua.LFunction, len(table))
	for _, t := range table {
		functions[t.operator] = r.L.NewFunction(func(L *lua.LState) int {
			L.Push(lua.LBool(t.compare(L, L.Get(1), L.Get(2))))
			return 1
		})
	}
	return functions
}
