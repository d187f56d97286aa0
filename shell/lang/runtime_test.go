package lang

import (
	"context"
	"errors"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestOutput(t *testing.T) {
	r, out := newTestRuntime(t, "first\n9007199254740993 rest\n")
	err := run(t, r, `
		print(1, "a", nil, true, 9007199254740993, 1.5)
		io.write("x", 1, "\n")
		io.stdout:write("y\n")
		io.stderr:write("z\n")
		print(io.read())
		print(io.read("*n"))
		print(io.read("*a"))
		print(tostring({}), tostring(print))`)
	if err != nil {
		t.Fatal(err)
	}
	const want = "1\ta\tnil\ttrue\t9007199254740993\t1.5\nx1\ny\nz\nfirst\n9007199254740993\n rest\n\ntable\tfunction\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		source string
		want   SyntaxError
	}{
		{"local x = = 1", SyntaxError{Line: 1, Column: 11, Near: "="}},
		{"for i = 1, 3 do\n  print(i)", SyntaxError{Line: 2, AtEOF: true}},
		{"x = 'abc", SyntaxError{Line: 1, AtEOF: true}},
		{"x = [[abc", SyntaxError{Line: 1, AtEOF: true}},
		{"#!/usr/bin/aerodb\nlocal = 3", SyntaxError{Line: 2, Column: 7, Near: "="}},
		{"goto nowhere", SyntaxError{}},
		{"break", SyntaxError{}},
		{"local s = '\\0aerodb\\0x'", SyntaxError{Line: 1}},
	} {
		r, _ := newTestRuntime(t, "")
		_, err := r.Load(c.source, "s.lua")
		var got *SyntaxError
		if !errors.As(err, &got) {
			t.Errorf("%q: %v, want a syntax error", c.source, err)
			continue
		}
		if c.want.Line != 0 && (got.Line != c.want.Line || got.Column != c.want.Column || got.Near != c.want.Near || got.AtEOF != c.want.AtEOF) {
			t.Errorf("%q: %+v, want %+v", c.source, got, c.want)
		}
	}
}

func TestPromptIsFree(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	for _, line := range []string{
		"local a, b = 1, 2", "c = a + b", "assert(c == 3 and undefined == nil)",
		"local function f(n) if n == 0 then return 0 end return f(n - 1) end", "assert(f(3) == 0)",
		"local d", "assert(d == nil)", "assert(_G.c == 3)",
		"co = coroutine.wrap(function() coroutine.yield(1) coroutine.yield(2) end)", "assert(co() == 1)", "assert(co() == 2)",
	} {
		fn, err := r.LoadPrompt(line, "prompt")
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if _, err := r.Call(context.Background(), fn); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	if err := run(t, r, "return c"); err == nil {
		t.Error("a script sees a variable of the prompt")
	}
}

func TestContextStops(t *testing.T) {
	for _, source := range []string{
		"stop() while true do end",
		"while true do pcall(function() stop() while true do end end) end",
		"while true do pcall(pcall, stop) end",
		"local co = coroutine.wrap(function() stop() while true do end end) while true do pcall(co) end",
		"while true do xpcall(function() stop() while true do end end, function() while true do end end) end",
		"while true do table.sort({3, 2, 1}, function(a, b) stop() return a < b end) end",
	} {
		r, _ := newTestRuntime(t, "")
		ctx, cancel := context.WithCancel(context.Background())
		r.Globals.RawSetString("stop", r.L.NewFunction(func(*lua.LState) int { cancel(); return 0 }))
		fn, err := r.Load(source, "loop.lua")
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Call(ctx, fn)
		if err == nil {
			t.Errorf("%s: ended without an error", source)
		}
		// The runtime can be used again.
		if err := run(t, r, "assert(1 < 2)"); err != nil {
			t.Errorf("%s: afterwards: %v", source, err)
		}
	}
}

func TestExit(t *testing.T) {
	r, out := newTestRuntime(t, "")
	err := run(t, r, "pcall(function() os.exit(3) end) print('still here')")
	var exit *Exit
	if !errors.As(err, &exit) || exit.Code != 3 || out.Len() != 0 {
		t.Errorf("err = %v, output %q", err, out)
	}
}

func TestLiteralLineNumbers(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	err := run(t, r, "local a =\n  9007199254740993\nlocal t = {}\nlocal b = a < t.x\n")
	var api *lua.ApiError
	if !errors.As(err, &api) || !strings.Contains(api.Object.String(), "test.lua:4:") {
		t.Errorf("err = %v", err)
	}
}

// A long repetition is the same text however it is made.
func TestRepeat(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	for _, s := range []string{"x", "abc", strings.Repeat("long", pieceBytes/4+1)} {
		for _, n := range []int{1, 2, pieceBytes/len(s) + 1, 2*pieceBytes/len(s) + 3} {
			if repeat(L, s, n*len(s)) != strings.Repeat(s, n) {
				t.Errorf("%d bytes, %d times: another text", len(s), n)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	L.SetContext(ctx)
	if err := L.CallByParam(lua.P{Fn: L.NewFunction(stringRep), Protect: true}, lua.LString("x"), lua.LNumber(4*pieceBytes)); err == nil {
		t.Error("the end of the context did not end it")
	}
}
