package lang

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const fifty = `local function f() return 1, 2 end; `

var fiftyItems = strings.Repeat("0, ", 49) + "0"

// assignments are chunks that assert for themselves and hold in any Lua 5.1.
var assignments = []struct{ name, source string }{
	{"swap", `local a, b = 1, 2; a, b = b, a; assert(a == 2 and b == 1)`},
	{"rotate", `local a, b, c = 1, 2, 3; a, b, c = b, c, a; assert(a == 2 and b == 3 and c == 1)`},
	{"swap of items", `local t, i, j = {1, 2}, 1, 2; t[i], t[j] = t[j], t[i]; assert(t[1] == 2 and t[2] == 1)`},
	{"fibonacci", `local a, b = 0, 1; for _ = 1, 10 do a, b = b, a + b end; assert(a == 55)`},
	{"index before it is assigned", `local i, t = 1, {}; i, t[i] = i + 1, 20; assert(i == 2 and t[1] == 20 and t[2] == nil)`},
	{"table before it is assigned", `local t = {}; local old = t; t, t.x = {}, 5; assert(old.x == 5 and t.x == nil)`},
	{"name and member", `local a, d, f = {}, "e", 1; f, a.d = f, d; assert(f == 1 and a.d == "e")`},
	{"the last value first", `local a; a, a = 1, 2; assert(a == 1)`},
	{"too few values", `local a, b, c = 1, 2, 3; a, b, c = c; assert(a == 3 and b == nil and c == nil)`},
	{"too many values", `local a, b, n = 1, 2, 0; local function f() n = n + 1 return n end; a, b = b, a, f(), f(); assert(a == 2 and b == 1 and n == 2)`},
	{"results of a call", `local function f() return 1, 2, 3 end; local a, b, c = 9; a, b, c = f(); assert(a == 1 and b == 2 and c == 3); a, b, c = f(), a; assert(a == 1 and b == 1 and c == nil)`},
	{"varargs", `local function f(...) local a, b = 1, 2; a, b = ...; return a, b end; local x, y = f(7); assert(x == 7 and y == nil)`},
	{"tables before values", `local log = ""; local function o(s, v) log = log .. s return v end; local t = {}; o("a", t)[o("b", 1)], o("c", t)[o("d", 2)] = o("e"), o("f"); assert(log == "abcdef")`},
	{"captured", `local a, b = 1, 2; local function get() return a, b end; a, b = b, a; local x, y = get(); assert(x == 2 and y == 1)`},
	{"and of nil", `local t, a, c = {}, 1, "x"; c = t.n and a; assert(c == nil)`},
	{"and of false", `local function f() return false end; local a, c = 1, "x"; c = f() and not a; assert(c == false)`},
	{"and of a comparison", `local a, b, c = 1, 2.5, "x"; c = b < a and not a; assert(c == false); c = a < b and b; assert(c == 2.5)`},
	{"and, then or", `local function f() return false end; local s = "s"; s = f() and s or s; assert(s == "s"); s = f() and 1 or nil; assert(s == nil)`},
	{"or, then and", `local t, c = {}, "x"; c = (t.a or t.b) and 1; assert(c == nil); c = t.a or t.b; assert(c == nil)`},
	{"of a parameter", `local function f(s, t) s = t.x and s; return s end; assert(f(1, {}) == nil and f(1, {x = 1}) == 1)`},
	{"in a loop", `local ok, t = true, {}; for i = 1, 3 do ok = t[i] and ok end; assert(ok == nil)`},
	{"a call cut to one value, into the last parameter", `local function id(...) return ... end; local function f(s) s = (id(s)) return s end; assert(f(4) == 4)`},
	{"trim", `local function trim(s) s = (s:gsub("^%s+", "")) return s end; assert(trim("  x") == "x")`},
	{"a comparison into the last parameter", `local function f(a, n) n = a < n return n end; assert(f(1, 2) == true and f(2, 1) == false)`},
	{"last field with a name", `local function f() return 1, 2 end; local t = {f(), x = f()}; assert(t[1] == 1 and t[2] == nil and t.x == 1)`},
	{"last field with a name, varargs", `local function f(...) local t = {(...), n = select("#", ...)}; return t end; local t = f(7, 8); assert(t[1] == 7 and t[2] == nil and t.n == 2)`},
	{"all results in the last field", `local function f() return 1, 2 end; local t = {f(), k = 1, f()}; assert(#t == 3 and t[3] == 2 and t.k == 1)`},
	{"names behind fifty items", fifty + `local t = {` + fiftyItems + `, k = f() + 1, [f() + 500] = "a" .. f()}; assert(t[1] == 0 and t[50] == 0 and t[51] == nil and t.k == 2 and t[501] == "a1")`},
	{"names between a hundred items", fifty + `local t = {` + fiftyItems + `, k = f(), ` + fiftyItems + `, j = f(), f()}; assert(t[1] == 0 and t[51] == 0 and t[101] == 1 and t[102] == 2 and t.k == 1 and t.j == 1)`},
	{"a call behind fifty items", fifty + `local t = {` + fiftyItems + `, f()}; assert(#t == 52 and t[1] == 0 and t[51] == 1 and t[52] == 2)`},
	{"varargs behind fifty items", `local function g(...) return {` + fiftyItems + `, ...} end; local t = g(7, 8); assert(#t == 52 and t[1] == 0 and t[52] == 8); assert(#g() == 50)`},
	{"an item behind fifty", fifty + `local t = {` + fiftyItems + `, (f())}; assert(#t == 51 and t[51] == 1)`},
	{"first in a loop", `local a, b, n = 1, 2, 0; while n < 3 do a, b = b, a; n = n + 1 end; assert(a == 2 and b == 1)`},
	{"first in a for", `local a, b = 1, 2; for _ in pairs({1, 2, 3}) do a, b = b, a break end; assert(a == 2 and b == 1)`},
}

// TestAssignments: the library's compiler gets many of these wrong.
func TestAssignments(t *testing.T) {
	for _, c := range assignments {
		r, _ := newTestRuntime(t, "")
		if err := run(t, r, c.source); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestAssignmentsInLua asks a Lua 5.1 of the machine, where there is one, whether the
// chunks say what Lua does.
func TestAssignmentsInLua(t *testing.T) {
	lua, err := exec.LookPath("lua5.1")
	if err != nil {
		t.Skip("there is no lua5.1 here")
	}
	for _, c := range assignments {
		cmd := exec.Command(lua, "-e", c.source)
		cmd.Env = append(os.Environ(), "LUA_INIT=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %s", c.name, out)
		}
	}
}
