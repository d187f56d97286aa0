package lang

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/vfs"
)

var epoch = time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)

func newTestRuntime(t *testing.T, stdin string) (*Runtime, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	r := New(Options{
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &out,
		Now:  func() time.Time { return epoch },
		Seed: 1,
		FS:   vfs.OS, Open: func(name string) (fs.File, error) { return os.Open(name) },
		ReadFile: func(name string) ([]byte, error) {
			if name == "lib/helper.lua" {
				return []byte("local M = {}\nfunction M.twice(n) return 2 * n end\nreturn M"), nil
			}
			return nil, &os.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
	})
	t.Cleanup(r.Close)
	r.Globals.RawSetString("int64", r.L.NewFunction(func(L *lua.LState) int {
		n, ok := Exact(L.Get(1))
		if !ok {
			L.RaiseError("not an integer")
		}
		L.Push(Integer(n))
		return 1
	}))
	return r, &out
}

func run(t *testing.T, r *Runtime, source string) error {
	t.Helper()
	fn, err := r.Load(source, "test.lua")
	if err != nil {
		return err
	}
	_, err = r.Call(context.Background(), fn)
	return err
}

// TestScripts runs chunks that assert for themselves.
func TestScripts(t *testing.T) {
	for _, c := range []struct{ name, source string }{
		{"literals", `
			assert(tostring(9007199254740993) == "9007199254740993")
			assert(tostring(-9223372036854775808) == "-9223372036854775808")
			assert(tostring(0x20000000000001) == "9007199254740993")
			assert(type(9007199254740991) == "number" and type(9007199254740992) == "userdata")
			assert(type(9223372036854775808) == "number")
			assert(type(0xffffffffffffffff) == "number" and 0xffffffffffffffff == 2^64)
			assert(010 == 10 and 000 == 0 and 1e3 == 1000 and 0x10 == 16)
			local t = {[9007199254740993] = "a"}
			t[9007199254740995] = "b"
			assert(t[int64("9007199254740993")] == "a" and t[9007199254740995] == "b")
			assert(t["9007199254740993"] == nil)
			assert(("x"):rep(3) == "xxx")`},
		{"arithmetic", `
			local a = 9007199254740993
			assert(a + 1 == 9007199254740994 and 1 + a == 9007199254740994)
			assert(a - 9007199254740992 == 1 and type(a - 2) == "number")
			assert(a * 2 == 18014398509481986 and -a == -9007199254740993)
			assert(a % 10 == 3 and -a % 10 == 7 and a % -10 == -7)
			assert(a / 3 == 3002399751580331 and a / 2 == 4503599627370496.5)
			assert(a .. "" == "9007199254740993" and "x" .. a == "x9007199254740993" and a .. a == "90071992547409939007199254740993")
			assert(a:number() == 2^53)
			assert(#tostring(a) == 16)
			assert(not pcall(function() return 9223372036854775807 + 1 end))
			assert(not pcall(function() return -9223372036854775808 - 1 end))
			assert(not pcall(function() return -(-9223372036854775808) end))
			assert(not pcall(function() return 9223372036854775807 * 3 end))
			assert(not pcall(function() return -9223372036854775808 * -1 end))
			assert(not pcall(function() return a * 0.5 end))
			assert(not pcall(function() return a + 2^53 end))
			assert(not pcall(function() return a + "1" end))
			assert(not pcall(function() return a / 0 end) and not pcall(function() return a % 0 end))
			assert(not pcall(function() return a ^ 2 end))`},
		{"comparison", `
			local a, b = 9007199254740993, 9007199254740995
			assert(a < b and a <= b and b > a and b >= a and a <= a and not (a < a))
			assert(a == 9007199254740993 and a ~= b and rawequal(a, 9007199254740993))
			assert(1 < a and a > 1 and 1 <= a and a >= 1 and -a < 1 and not (a < 1))
			assert(a < 1e300 and a > -1e300 and a < math.huge and a > -math.huge)
			local nan = 0/0
			assert(not (a < nan) and not (a > nan) and not (a <= nan) and not (nan >= a))
			assert(a > 2^53 and a < 2^54 and 2^53 < a and not (a <= 2^53))
			assert("a" < "b" and not ("b" <= "a") and 1 < 2 and 2 >= 2)
			local mt = {__lt = function(x, y) return x.n < y.n end, __le = function(x, y) return x.n <= y.n end}
			local x, y = setmetatable({n = 1}, mt), setmetatable({n = 2}, mt)
			assert(x < y and x <= y and y > x and y >= x and not (y < x))
			assert(not pcall(function() return a < "x" end) and not pcall(function() return a < nil end))
			local function two() return 1, 2 end
			assert(two() < a and (two()) < 2 and not (a < two()))
			assert(select("#", 1 < a) == 1)
			local t = {b, 3, a, 1.5}
			table.sort(t)
			assert(t[1] == 1.5 and t[2] == 3 and t[3] == a and t[4] == b)
			table.sort(t, function(p, q) return p > q end)
			assert(t[1] == b and t[4] == 1.5)`},
		{"conversion", `
			assert(tonumber("9007199254740993") == 9007199254740993 and tonumber("12") == 12)
			assert(tonumber("1.5") == 1.5 and tonumber("zz") == nil and tonumber("ff", 16) == 255)
			assert(tonumber(9007199254740993) == 9007199254740993)
			assert(int64("5") == 5 and int64(7) == 7 and int64("-0x10") == -16)
			assert(not pcall(int64, 1.5) and not pcall(int64, "x") and not pcall(int64, 2^53) and not pcall(int64))
			assert(string.format("%d %s %5d %x", 9007199254740993, 9007199254740993, 3, 255) == "9007199254740993 9007199254740993     3 ff")
			assert(string.format("%s %s", {}, print) == "table function")`},
		{"closures survive pcall", `
			local n = 0
			local function inc() n = n + 1 end
			pcall(error, "x") inc()
			pcall(function() local z = nil; z.y = 1 end) inc()
			xpcall(function() error("x") end, function(e) inc() return e end)
			assert(n == 3)
			local co = coroutine.wrap(function()
				local m = 0
				local function f() m = m + 1 end
				pcall(error, "y") f()
				coroutine.yield(m)
				f()
				return m
			end)
			assert(co() == 1 and co() == 2)`},
		{"coroutines", `
			local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) error({n = b}) end)
			local ok, v = coroutine.resume(co, 1)
			assert(ok and v == 2)
			local ok, e = coroutine.resume(co, 5)
			assert(not ok and e.n == 5 and coroutine.status(co) == "dead")
			assert(not coroutine.resume(co))
			local gen = coroutine.wrap(function(...) for i = 1, select("#", ...) do coroutine.yield(i, (select(i, ...))) end end)
			local i, v = gen("a", nil, "c")
			assert(i == 1 and v == "a" and select("#", gen()) == 2 and gen() == 3 and gen() == nil)
			local failing = coroutine.wrap(function() error("inside", 0) end)
			local ok, e = pcall(failing)
			assert(not ok and e == "inside", e)
			assert(coroutine.running() == nil)
			local inner = coroutine.wrap(function() local ok = pcall(error) coroutine.yield(ok) return coroutine.running() end)
			assert(inner() == false and type(inner()) == "thread")`},
		{"loops that begin with a jump", `
			local n = 0
			local function step() n = n + 1 assert(n <= 40, "an endless loop") return 1 end
			for i = 1, 5 do for _ in step do break end end
			for i = 1, 5 do for _ in step do do break end end end
			for i = 1, 5 do for _ in step do if true then break end end end
			for i = 1, 5 do while step() do break end end
			for i = 1, 5 do repeat break until step() end
			assert(n == 20, n)`},
		{"goto", `
			local n = 0
			for i, v in ipairs({1, 2, 3, 4, 5}) do if v % 2 == 0 then goto continue end n = n + v ::continue:: end
			for i = 1, 3 do for _, v in ipairs({1, 2}) do if v == 2 then goto out end n = n + 100 end ::out:: end
			assert(n == 309, n)
			local fn, e = loadstring("local n = 0 local f = function() return n end\nfor i = 1, 2 do goto x ::x:: end")
			assert(fn == nil and e:find(":2: goto"), e)
			assert(loadstring("local f = function() for i = 1, 2 do goto x ::x:: end end"))`},
		{"deep recursion", `
			local function down(n) if n == 0 then return 0 end return 1 + down(n - 1) end
			assert(down(4000) == 4000)
			local function forever() return 1 + forever() end
			local ok, e = pcall(forever)
			assert(not ok and tostring(e):find("overflow"), e)
			local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k + 1] end
			assert(not pcall(function() return t[1] end))
			assert(down(10) == 10)`},
		{"libraries", `
			assert(("x"):upper() == "X" and string.upper("y") == "Y" and #"abc" == 3)
			assert(_G.string == string and package.loaded.string == string and package.loaded._G == _G)
			assert(rawget(_G, "channel") == nil)
			local names = {}
			for name in pairs(string) do names[#names + 1] = name end
			for i = 2, #names do assert(names[i - 1] < names[i] or names[i] == "__index", names[i]) end
			assert(setfenv(function() return x end, {x = 3})() == 3)`},
		{"pcall results", `
			local ok, a, b, c = pcall(function(...) return ..., 5 end, 1, 2)
			assert(ok == true and a == 1 and b == 5 and c == nil)
			local ok, e = pcall(error, {code = 7})
			assert(ok == false and e.code == 7)
			local ok, e = pcall(nil)
			assert(not ok and e:find("attempt to call"))
			local ok, e = xpcall(function() error("boom") end, debug.traceback)
			assert(not ok and e:find("boom") and e:find("test.lua:8"), e)
			local function deep() return pcall(deep2) end
			local function f() local ok, e = pcall(f2) return ok, e end
			local function forever() local ok, e = pcall(forever_) end
			local ok, e = xpcall(function() error("a") end, function() error("b") end)
			assert(not ok and tostring(e):find("b"))
			local depth = 0
			local function recurse() depth = depth + 1; local ok, e = pcall(recurse); if not ok then error(e, 0) end end
			local ok, e = pcall(recurse)
			assert(not ok and e:find("protected calls"), e)
			assert(depth <= 201)
			assert(pcall(function() end))`},
		{"random and clock are given", `
			math.randomseed(7) local a = math.random(100)
			math.randomseed(7) assert(math.random(100) == a)
			for i = 1, 100 do local r = math.random(3, 5) assert(r >= 3 and r <= 5) end
			assert(math.huge == 1/0 and -math.huge < -1e308)
			assert(math.random() < 1 and not pcall(math.random, 0))
			assert(os.time() == 1770204600 and os.date("!%Y-%m-%d") == "2026-02-04")
			assert(os.date("!*t").yday == 35 and os.clock() == 0)
			assert(os.time{year = 2020, month = 1, day = 1} > 0)`},
		{"require", `
			local helper = require("lib.helper")
			assert(helper.twice(4) == 8 and require("lib.helper") == helper)
			local ok, e = pcall(require, "nowhere")
			assert(not ok and e:find("no module 'nowhere'"))`},
		{"load", `
			assert(loadstring("return 9007199254740993")() == 9007199254740993)
			local parts, i = {"return ", "1"}, 0
			assert(load(function() i = i + 1 return parts[i] end)() == 1)
			local fn, e = loadstring("x = = 1", "chunk")
			assert(fn == nil and e:find("chunk:1:"), e)`},
		{"globals", `
			local ok, e = pcall(function() return pritn end)
			assert(not ok and e:find("test.lua:2:") and e:find("did you mean 'print'"), e)
			local total = 0
			ok, e = pcall(function() return total + totl end)
			assert(not ok and e:find("did you mean 'total'"), e)
			ok, e = pcall(function() undeclared = 1 end)
			assert(not ok and e:find("declare it with local"), e)
			assert(rawget(_G, "undeclared") == nil)
			rawset(_G, "declared", 1)
			assert(declared == 1)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := newTestRuntime(t, "")
			if err := run(t, r, c.source); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func BenchmarkComparison(b *testing.B) {
	r := New(Options{Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Now: time.Now,
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist }})
	defer r.Close()
	fn, err := r.Load("local n = ... local i = 0 while i < n do i = i + 1 end", "bench")
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if _, err := r.Call(context.Background(), fn, lua.LNumber(b.N)); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkProtectedCall(b *testing.B) {
	r := New(Options{Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Now: time.Now,
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist }})
	defer r.Close()
	fn, err := r.Load("local n = ... local f = function() end for i = 1, n do pcall(f) end", "bench")
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if _, err := r.Call(context.Background(), fn, lua.LNumber(b.N)); err != nil {
		b.Fatal(err)
	}
}

// FuzzCompile says that no source makes the compiler or the rewriting panic, and that
// what compiles for a script compiles for the prompt.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"return 1 < 9007199254740993", "local t = {[0x20000000000001] = -9223372036854775808}", "for i = 1, 3 do goto x ::x:: end",
		"local function f(...) return ... >= select('#', ...) end", "a.b:c{1, 2}", "#!x\nreturn", "repeat until 1 <= 2", "x = '\\0aerodb\\0'",
	} {
		f.Add(seed)
	}
	r := New(Options{Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Now: func() time.Time { return epoch },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist }})
	defer r.Close()
	f.Fuzz(func(t *testing.T, source string) {
		_, err := r.Load(source, "fuzz")
		var syntax *SyntaxError
		if err != nil && !errors.As(err, &syntax) {
			t.Fatalf("%q: %T %v", source, err, err)
		}
		if _, perr := r.LoadPrompt(source, "fuzz"); (perr == nil) != (err == nil) {
			t.Logf("%q: script %v, prompt %v", source, err, perr) // a goto past a local differs
		}
	})
}
