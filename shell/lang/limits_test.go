package lang

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestLimits runs what would end the process or hang without a limit. Each chunk asserts
// that it gets an error it can catch, and the runtime works afterwards.
func TestLimits(t *testing.T) {
	for _, c := range []struct{ name, source string }{
		{"recursion", `
			local function f(n) return 1 + f(n + 1) end
			local ok, e = pcall(f, 1)
			assert(not ok and e == "test.lua:2: stack overflow: too many calls inside each other", e)`},
		{"recursion through __index", `
			local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end})
			local ok, e = pcall(function() return t[1] end)
			assert(not ok and e:find("stack overflow", 1, true), e)`},
		{"recursion through __tostring", `
			local t = setmetatable({}, {__tostring = function(t) return tostring(t) end})
			local ok, e = pcall(tostring, t)
			assert(not ok and e:find("stack overflow", 1, true), e)`},
		{"recursion through sort", `
			local function f() table.sort({2, 1}, f) end
			local ok, e = pcall(f)
			assert(not ok and e:find("stack overflow", 1, true), e)`},
		{"pcall inside pcall", `
			local depth = 0
			local function f() depth = depth + 1 return pcall(f) end
			f()
			assert(depth > 100 and depth < 300, depth)`},
		{"deep recursion inside each pcall", `
			local deep
			local function chain(left)
				local t = setmetatable({}, {__index = function(t, k)
					if k >= left then return pcall(deep, left) end
					return t[k + 1]
				end})
				return t[1]
			end
			deep = chain
			chain(950)
			chain(4000)`},
		{"coroutines inside each other", `
			local depth = 0
			local function f() depth = depth + 1 assert(coroutine.resume(coroutine.create(f))) end
			local ok, e = pcall(f)
			assert(not ok and e:find("more than 200 protected calls and coroutines", 1, true), e)
			assert(depth > 100 and depth < 300, depth)
			depth = 0
			local function g() depth = depth + 1 coroutine.wrap(g)() end
			ok, e = pcall(g)
			assert(not ok and e:find("more than 200 protected calls and coroutines", 1, true), e)`},
		{"deep recursion in a coroutine", `
			local function f(n) return 1 + f(n + 1) end
			local ok, e = coroutine.resume(coroutine.create(f), 1)
			assert(not ok and e:find("stack overflow", 1, true), e)`},
		{"coroutines that resume each other", `
			local a, b
			local seen
			a = coroutine.create(function() return coroutine.resume(b) end)
			b = coroutine.create(function() seen = {coroutine.resume(a)} return coroutine.status(a), coroutine.status(b) end)
			local ok, ok2, sa, sb = coroutine.resume(a)
			assert(ok and ok2 and sa == "normal" and sb == "running", sa)
			assert(seen[1] == false and seen[2]:find("not suspended", 1, true), seen[2])
			assert(coroutine.status(a) == "dead" and coroutine.status(b) == "dead")
			local c
			c = coroutine.create(function() return pcall(coroutine.resume, c) end)
			local _, _, again, why = coroutine.resume(c)
			assert(again == false and why:find("not suspended", 1, true), why)`},
		{"a coroutine is known inside pcall", `
			assert(coroutine.running() == nil)
			assert(select(2, pcall(coroutine.running)) == nil)
			local co
			co = coroutine.create(function() return select(2, pcall(coroutine.running)) == co end)
			local _, same = coroutine.resume(co)
			assert(same)`},
		{"many results", `
			local t = {}
			for i = 1, 2000000 do t[i] = 1 end
			for _, f in ipairs{
				function() return unpack(t) end,
				function() return unpack({}, 1, 1e9) end,
				function() return string.byte(string.rep("x", 3000000), 1, -1) end,
			} do
				local ok, e = pcall(f)
				assert(not ok and e:find("values on the stack", 1, true), e)
			end
			assert(select("#", unpack(t, 1, 300000)) == 300000)`},
		{"arguments for a coroutine", `
			local t = {}
			for i = 1, 600000 do t[i] = 1 end
			local ok = pcall(coroutine.resume, coroutine.create(function(...) return select("#", ...) end), unpack(t))
			assert(ok or not ok)`},
		{"string.rep", `
			for _, n in ipairs{1e9, 1e15, 2^62, math.huge} do
				local ok, e = pcall(string.rep, "xyz", n)
				assert(not ok and e:find("256 MiB", 1, true), e)
			end
			assert(("ab"):rep(3) == "ababab" and ("ab"):rep(0) == "" and ("ab"):rep(-5) == "" and (""):rep(1e15) == "")`},
		{"concatenation that doubles", `
			local s = "x"
			local ok, e = pcall(function() for i = 1, 100 do s = s .. s end end)
			assert(not ok and e:find("256 MiB", 1, true), e)
			assert(#s == 2^28)`},
		{"table.concat that multiplies", `
			local s = string.rep("x", 1e6)
			local t = {}
			for i = 1, 1000 do t[i] = s end
			local ok, e = pcall(table.concat, t)
			assert(not ok and e:find("256 MiB", 1, true), e)`},
		{"string.format that multiplies", `
			local s = string.rep("x", 2^27)
			local ok, e = pcall(string.format, "%s%s%s", s, s, s)
			assert(not ok and e:find("256 MiB", 1, true), e)`},
		{"reads", `
			local f = assert(io.open("/dev/zero"))
			for _, n in ipairs{1e12, -1, 0/0, math.huge} do assert(not pcall(f.read, f, n)) end
			local ok, e = pcall(f.read, f, "*a")
			assert(not ok and e:find("256 MiB", 1, true), e)
			f:close()`},
		{"a large index", `
			local t = {}
			t[2^25] = 1
			t[2^53] = 2
			assert(t[2^25] == 1 and t[2^53] == 2 and #t == 0)`},
		{"a source without end", `
			local ok, e = pcall(load, function() return string.rep(" ", 2^24) end)
			assert(not ok and e:find("64 MiB", 1, true), e)`},
		{"a panic of the library", `
			local ok, e = pcall(boom)
			assert(not ok and e:find("Lua's library failed: boom", 1, true), e)
			ok, e = coroutine.resume(coroutine.create(boom))
			assert(not ok and e:find("boom", 1, true), e)`},
		{"long chains", `
			local long = {"return 1"}
			for i = 1, 150 do long[#long + 1] = "arg" end
			local f = assert(loadstring(table.concat(long, " .. ")))
			setfenv(f, {arg = "x"})
			assert(f() == "1" .. string.rep("x", 150))`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := newTestRuntime(t, "")
			r.Globals.RawSetString("boom", r.L.NewFunction(func(*lua.LState) int { panic("boom") }))
			if err := run(t, r, c.source); err != nil {
				t.Error(err)
			}
			if err := run(t, r, `assert(("%d"):format(1 + 1) == "2")`); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			if len(r.chain) != 0 {
				t.Errorf("%d threads are left in the chain", len(r.chain))
			}
		})
	}
}

// Chunks that the library's compiler would turn into other code are refused.
func TestLongFunctionsAreRefused(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	var many, long strings.Builder
	many.WriteString("return {")
	for i := range constantsMax + 10 {
		many.WriteString("'" + strconv.Itoa(i) + "',")
	}
	many.WriteString("}")
	long.WriteString("local x = 0 for i = 1, 2 do\n")
	for range instructionsMax {
		long.WriteString("x = x + i ")
	}
	long.WriteString("end")
	for source, want := range map[string]string{many.String(): "different literals and names", long.String(): "long"} {
		_, err := r.Load(source, "s.lua")
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(syntax.Message, want) {
			t.Errorf("got %v, want a syntax error with %q", err, want)
		}
	}
}

func TestMemoryLimit(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	runtime.GC()
	r.opts.MemoryLimit = int64(metric(heapAlive)) + 64<<20
	for _, source := range []string{
		"local t = {} for i = 1, 1e9 do t[i] = {i} end",
		"local t = {} for i = 1, 1e9 do t[i] = string.rep('x', 1000) .. i end",
		"local t = {} while true do pcall(function() for i = 1, 1e9 do t[#t + 1] = {i} end end) end",
		"local t = {} local co = coroutine.wrap(function() while true do t[#t + 1] = {1} coroutine.yield() end end) while true do co() end",
	} {
		err := run(t, r, source)
		var memory *MemoryError
		if !errors.As(err, &memory) {
			t.Fatalf("%s\ngot %v, want a *MemoryError", source, err)
		}
		if memory.Limit != r.opts.MemoryLimit || !strings.Contains(memory.StackTrace, "test.lua:1") {
			t.Errorf("limit %d, trace %q", memory.Limit, memory.StackTrace)
		}
		if err := run(t, r, "local t = {} for i = 1, 1000 do t[i] = {i} end"); err != nil {
			t.Fatalf("afterwards: %v", err)
		}
	}
	// What is garbage does not count.
	if err := run(t, r, "for i = 1, 500 do local s = string.rep('x', 2^20) .. i end"); err != nil {
		t.Error(err)
	}
}

// TestInterruptedWhileCollecting ends a call while the collection that its memory made
// necessary goes on, which here is without end.
func TestInterruptedWhileCollecting(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	r.opts.MemoryLimit = 1
	ctx, cancel := context.WithCancel(context.Background())
	release := make(chan struct{})
	defer close(release)
	r.collect = func() { cancel(); <-release }
	fn, err := r.Load("while true do end", "test.lua")
	if err != nil {
		t.Fatal(err)
	}
	var api *lua.ApiError
	if _, err := r.Call(ctx, fn); !errors.As(err, &api) || !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestInterruptedWhileQuoting quotes after the end of the context: what is long looks at it.
func TestInterruptedWhileQuoting(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.L.SetContext(ctx)
	for length, ends := range map[int]bool{quotedPerLook - 1: false, quotedPerLook: true} {
		quote := r.L.NewFunction(func(L *lua.LState) int { quoteLua(L, strings.Repeat("x", length)); return 0 })
		err := r.L.CallByParam(lua.P{Fn: quote, Protect: true})
		if (err != nil) != ends || ends && !strings.Contains(err.Error(), context.Canceled.Error()) {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

// TestInterruptedInLongText calls what goes through long strings and lists after the end of
// the context: it ends there, and what is short is done.
func TestInterruptedInLongText(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	list := func(n int) *lua.LTable {
		l := r.L.CreateTable(n, 0)
		for range n {
			l.Append(lua.LNumber(1))
		}
		return l
	}
	for _, c := range []struct {
		library, name string
		short, long   lua.LValue
	}{
		{"string", "upper", lua.LString("short"), lua.LString(strings.Repeat("x", pieceBytes+1))},
		{"string", "lower", lua.LString("short"), lua.LString(strings.Repeat("x", pieceBytes+1))},
		{"string", "reverse", lua.LString("short"), lua.LString(strings.Repeat("x", pieceBytes+1))},
		{"table", "concat", list(3), list(itemsPerLook + 1)},
	} {
		fn := r.Globals.RawGetString(c.library).(*lua.LTable).RawGetString(c.name)
		r.L.SetContext(ctx)
		for _, arg := range []lua.LValue{c.short, c.long} {
			err := r.L.CallByParam(lua.P{Fn: fn, NRet: 1, Protect: true}, arg)
			if (err != nil) != (arg == c.long) || err != nil && !strings.Contains(err.Error(), context.Canceled.Error()) {
				t.Errorf("%s of %.10v: %v", c.name, arg, err)
			}
		}
		r.L.RemoveContext()
	}
}

// TestCase changes the case of what is UTF-8, in whatever pieces it comes, and of nothing
// else.
func TestCase(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	if err := run(t, r, `
		assert(("Straße äö 1\0x"):upper() == "STRAßE ÄÖ 1\0X")
		assert(("ÄÖÜ Ab"):lower() == "äöü ab" and (""):upper() == "" and string.upper(12) == "12")
		assert(("a\255b\195"):upper() == "A\255B\195" and ("A\255\254B"):lower() == "a\255\254b")
		assert(("a\239\191\189b"):upper() == "A\239\191\189B")
		for pad = 0, 3 do
			local s = ("x"):rep(2^20 - pad) .. "日ä" .. ("y"):rep(10) .. "\200z"
			local up = s:upper()
			assert(up == ("X"):rep(2^20 - pad) .. "日Ä" .. ("Y"):rep(10) .. "\200Z")
			assert(up:lower() == s)
			assert(s:reverse():reverse() == s and s:reverse():sub(1, 2) == "z\200")
		end
		assert((""):reverse() == "" and ("abc"):reverse() == "cba")`); err != nil {
		t.Error(err)
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{`"%d %5d|%-5d|%05d", 1, 2, 3, 4`, "1     2|3    |00004"},
		{`"%5.1f|%g|%e", 1.25, 100000, 12345.678`, "  1.2|100000|1.234568e+04"},
		{`"%g %g %g", 0.1, 1e20, 1/3`, "0.1 1e+20 0.333333"},
		{`"%x %X %#x %o", 255, 255, 255, 8`, "ff FF 0xff 10"},
		{`"%c%c", 65, 66`, "AB"},
		{`"%s %s %10s|%-4s|", nil, true, "x", "y"`, "nil true          x|y   |"},
		{`"%.2s", "abc"`, "ab"},
		{`"100%%", 5`, "100%"},
		{`"%q", 'a"b\\\n\0\r'`, "\"a\\\"b\\\\\\\n\\000\\r\""},
		{`"%d %s %5.1f", 9007199254740993, 9007199254740993, 1`, "9007199254740993 9007199254740993   1.0"},
		{`"%d", "42"`, "42"},
		{`"%d", 1.9`, "1"},
		{`"%i %u", -3, 3`, "-3 3"},
		{`"%f %5f", 1/0, -1/0`, "inf  -inf"},
	} {
		r, _ := newTestRuntime(t, "")
		fn, err := r.Load("return string.format("+c.args+")", "f.lua")
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Call(context.Background(), fn)
		if err != nil || got[0] != lua.LString(c.want) {
			t.Errorf("format(%s) = %q, %v; want %q", c.args, got, err, c.want)
		}
	}
	for _, args := range []string{`"%d"`, `"%99999999d", 1`, `"%.100f", 1`, `"%y", 1`, `"%", 1`, `"%d", {}`, `"%d", "x"`, `"%d", 1e300`, `"%d", 0/0`, `"%*d", 1, 2`, `"%q", {}`} {
		r, _ := newTestRuntime(t, "")
		if err := run(t, r, "return string.format("+args+")"); err == nil || strings.Contains(err.Error(), "library") {
			t.Errorf("format(%s): %v, want an error about the argument", args, err)
		}
	}
}

// Whatever is done with the library, no call ends in a panic; in debug, which reaches into
// the library's insides, a panic is an error like another.
func TestOddArguments(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	err := run(t, r, `
		local odd = {0, -1, 1, 2^31, -2^31, 2^53, 2^62, 1e308, 0/0, 1/0, -1/0, 0.5, "", "x", "%", "\0", "*a", "*t", {}, {1}, {x = 1},
			true, false, print, coroutine.create(print), 9007199254740993, setmetatable({}, {}), io.stdout}
		local skip = {exit = true, execute = true, popen = true, read = true, lines = true, input = true, output = true,
			remove = true, rename = true, tmpname = true, tmpfile = true, setlocale = true, setenv = true,
			setmetatable = true, setfenv = true, close = true, write = true, open = true, yield = true}
		local bad = {}
		for _, lib in ipairs{"string", "table", "math", "os", "coroutine", "debug", "io"} do
			for name, fn in pairs(_G[lib]) do
				local function try(...)
					local _, e = pcall(fn, ...)
					if lib ~= "debug" and type(e) == "string" and e:find("library failed", 1, true) then bad[#bad + 1] = lib .. "." .. name .. ": " .. e end
				end
				if type(fn) == "function" and not skip[name] then
					for i = 0, #odd do
						for j = 0, #odd do
							try(odd[i], odd[j])
							for k = 1, #odd, 7 do try(odd[i], odd[j], odd[k], odd[j]) end
						end
					end
				end
			end
		end
		for _, name in ipairs{"assert", "getfenv", "getmetatable", "ipairs", "next", "pairs", "rawequal", "rawget", "rawset", "select", "tonumber", "tostring", "type", "unpack", "loadstring", "load"} do
			for i = 0, #odd do
				for j = 0, #odd do
					for k = 0, #odd, 5 do
						local _, e = pcall(_G[name], odd[i], odd[j], odd[k])
						if type(e) == "string" and e:find("library failed", 1, true) then bad[#bad + 1] = name .. ": " .. i .. " " .. j .. " " .. k .. " " .. e end
					end
				end
			end
		end
		assert(#bad == 0, table.concat(bad, "\n", 1, math.min(#bad, 40)))`)
	if err != nil {
		t.Error(err)
	}
}

// docs/SCRIPTS.md gives the limits as they are.
func TestScriptsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/SCRIPTS.md")
	if err != nil {
		t.Fatal(err)
	}
	for limit, row := range map[int]string{
		StringBytesMax >> 20: "| a string made by", callDepthMax: "| calls inside each other", threadDepthMax: "| calls inside each other",
		nestingMax: "| `pcall`s and coroutines", registryMax: "| values on the stack", arrayIndexMax: "| an index that a table",
		depthMax: "| nesting of a chunk", constantsMax: "| different literals", instructionsMax: "| instructions of one",
		sourceBytesMax >> 20: "| source that `load`",
	} {
		_, rest, found := strings.Cut(string(page), row)
		line, _, _ := strings.Cut(rest, "\n")
		if digits := strings.ReplaceAll(line, ",", ""); !found || !strings.Contains(digits, strconv.Itoa(limit)) {
			t.Errorf("the row %q says %q; the limit is %d", row, line, limit)
		}
	}
}
