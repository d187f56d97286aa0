package lang

import (
	"math"
	"math/rand/v2"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// installWorld makes os and math take the clock and the random numbers they are given,
// and makes os.exit end the chunk, not the process: the caller closes the database.
func (r *Runtime) installWorld() {
	L := r.L
	if m, ok := r.Globals.RawGetString("math").(*lua.LTable); ok {
		m.RawSetString("huge", lua.LNumber(math.Inf(1))) // the library's is the largest finite number
		m.RawSetString("random", L.NewFunction(r.mathRandom))
		m.RawSetString("randomseed", L.NewFunction(func(L *lua.LState) int {
			r.random = newRandom(uint64(L.CheckInt64(1)))
			return 0
		}))
	}
	os, ok := r.Globals.RawGetString("os").(*lua.LTable)
	if !ok {
		return
	}
	osTime, osDate := os.RawGetString("time"), os.RawGetString("date")
	os.RawSetString("time", L.NewFunction(func(L *lua.LState) int {
		if L.Get(1) == lua.LNil {
			L.Push(lua.LNumber(r.opts.Now().Unix()))
			return 1
		}
		return forward(L, osTime, L.Get(1))
	}))
	os.RawSetString("date", L.NewFunction(func(L *lua.LState) int {
		format := L.OptString(1, "%c")
		when := L.OptInt64(2, r.opts.Now().Unix())
		if format == "*t" || format == "!*t" {
			return dateTable(L, when, format[0] == '!')
		}
		return forward(L, osDate, lua.LString(format), lua.LNumber(when))
	}))
	os.RawSetString("clock", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LNumber(r.opts.Now().Sub(r.started).Seconds()))
		return 1
	}))
	os.RawSetString("exit", L.NewFunction(func(L *lua.LState) int {
		r.exit = &Exit{Code: exitCode(L)} // before the context ends
		if r.cancel != nil {
			r.cancel(r.exit)
		}
		L.RaiseError("%s", r.exit.Error())
		return 0
	}))
}

// dateTable is os.date("*t"), with the day of the year, which the library leaves out.
func dateTable(L *lua.LState, when int64, utc bool) int {
	t := time.Unix(when, 0)
	if utc {
		t = t.UTC()
	}
	table := L.NewTable()
	for _, f := range []struct {
		name  string
		value int
	}{
		{"year", t.Year()}, {"month", int(t.Month())}, {"day", t.Day()},
		{"hour", t.Hour()}, {"min", t.Minute()}, {"sec", t.Second()},
		{"wday", int(t.Weekday()) + 1}, {"yday", t.YearDay()},
	} {
		table.RawSetString(f.name, lua.LNumber(f.value))
	}
	table.RawSetString("isdst", lua.LBool(t.IsDST()))
	L.Push(table)
	return 1
}

// exitCode returns the argument of os.exit. The system keeps eight bits of a code: 256
// would be success.
func exitCode(L *lua.LState) int {
	switch v := L.Get(1).(type) {
	case *lua.LNilType:
		return 0
	case lua.LBool:
		if v {
			return 0
		}
		return 1
	case lua.LNumber:
		if n, ok := ToInteger(v); ok && n >= 0 && n <= 255 {
			return int(n)
		}
	}
	L.ArgError(1, "an exit code is true, false or an integer from 0 to 255, not "+describe(L.Get(1)))
	return 0
}

func forward(L *lua.LState, fn lua.LValue, args ...lua.LValue) int {
	L.Push(fn)
	for _, a := range args {
		L.Push(a)
	}
	L.Call(len(args), 1)
	return 1
}

// mathRandom is Lua 5.1's: a float in [0,1), or an integer in [1,m] or [m,n].
func (r *Runtime) mathRandom(L *lua.LState) int {
	low, high := int64(1), int64(0)
	switch L.GetTop() {
	case 0:
		L.Push(lua.LNumber(r.random.Float64()))
		return 1
	case 1:
		high = L.CheckInt64(1)
	default:
		low, high = L.CheckInt64(1), L.CheckInt64(2)
	}
	if low > high {
		L.ArgError(min(L.GetTop(), 2), "interval is empty")
	}
	if high-low < 0 || high-low > safeMax {
		L.ArgError(min(L.GetTop(), 2), "interval too large")
	}
	L.Push(lua.LNumber(low + r.random.Int64N(high-low+1)))
	return 1
}
