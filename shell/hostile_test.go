package shell

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/lang"
)

// renew gives the fixture another session on the same database.
func (f *fixture) renew(change func(*Env)) {
	env := f.env
	change(&env)
	f.Session = New(env, f.db, nil)
}

func (f *fixture) with64MiB() { f.renew(func(env *Env) { env.MemoryLimit = 64 << 20 }) }

// TestHostileScripts runs scripts that fail in every odd way, uncaught. Each ends with an
// error that has a code, a hint and its place, and the database works as before.
func TestHostileScripts(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"nil", `error()`, "bad argument #1 to error"},
		{"explicit nil", `error(nil)`, "nil"},
		{"number", `error(42)`, "42"},
		{"boolean", `error(false)`, "false"},
		{"function", `error(print)`, "function"},
		{"coroutine", `error(coroutine.create(print))`, "thread"},
		{"int64", `error(9007199254740993)`, "9007199254740993"},
		{"handle", `error(db.users)`, "users v1"},
		{"table", `error{a = 1}`, "a table was raised"},
		{"table with odd members", `error{code = 5, message = {}, hint = print, details = 7}`, "a table was raised"},
		{"known code, odd members", `error{code = "AERO_SCRIPT_ERROR", message = "m", details = {x = {{}}, [3] = 4}}`, "m"},
		{"details that hold themselves", `local d = {} d.d = d error{code = "AERO_SCRIPT_ERROR", message = "m", details = d}`, "m"},
		{"__tostring that raises", `error(setmetatable({}, {__tostring = function() error("x") end}))`, "whose __tostring fails"},
		{"__tostring that gives no string", `error(setmetatable({}, {__tostring = function() return 5 end}))`, "whose __tostring fails"},
		{"__tostring that calls itself", `error(setmetatable({}, {__tostring = function(t) return tostring(t) end}))`, "whose __tostring fails"},
		{"__tostring", `error(setmetatable({}, {__tostring = function() return "good" end}))`, "good"},
		{"__index that raises", `error(setmetatable({}, {__index = function() error("x") end}))`, "a table was raised"},
		{"recursion", `local function f() return 1 + f() end f()`, "stack overflow"},
		{"recursion in a binding's argument", `local function f() return db.users:get(f()) end f()`, "stack overflow"},
		{"string of a gigabyte", `string.rep("x", 1e9)`, "256 MiB"},
		{"memory", `local t = {} for i = 1, 1e9 do t[i] = {i} end`, "shell.memory_limit, 64 MiB"},
		{"memory inside pcall", `local t = {} while true do pcall(function() while true do t[#t + 1] = {} end end) end`, "shell.memory_limit, 64 MiB"},
		{"deep document", `local d = {_id = "x"} local at = d for i = 1, 1e4 do at.tags = {} at = at.tags end db.users:insert(d)`, "nested deeper"},
		{"cyclic document", `local d = {_id = "x", name = "y"} d.address = d db.users:insert(d)`, "nested deeper"},
		{"documents from hostile tables", `db.users:insert_many(setmetatable({}, {__index = function(t, k) return t end, __len = function() return 1e9 end}))  error("done")`, "done"},
		{"error in a coroutine", `coroutine.wrap(function() coroutine.wrap(function() db.users:insert{} end)() end)()`, "users v1"},
		{"yield outside", `coroutine.yield(1)`, "coroutine"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSession(t)
			s.mustRun(t, people)
			s.with64MiB()
			err := s.run(c.source)
			var f *Failure
			if !errors.As(err, &f) {
				t.Fatalf("%v, want a *Failure", err)
			}
			if !strings.Contains(f.Err.Message, c.want) || f.Err.Code == dberr.InternalInvariant || f.Err.Advice() == "" {
				t.Errorf("%s, hint %q; want %q", f.Error(), f.Err.Advice(), c.want)
			}
			if f.Line != 1 || f.Name != "test.lua" || !strings.Contains(f.Source, "local dir") {
				t.Errorf("place %s:%d, source %q", f.Name, f.Line, f.Source)
			}
			s.mustRun(t, `
				assert(db.users:count() == 2 and db.users:get("alice").age == 30)
				db.users:insert{_id = "carol", name = "Carol"}
				assert(storage.verify().ok)`)
		})
	}
}

// os.exit ends the script at once, wherever it is called, keeps its code, and the database
// is closed with a sealed log.
func TestExitEverywhere(t *testing.T) {
	for name, source := range map[string]string{
		"plain":        `os.exit(7) print("on")`,
		"pcall":        `pcall(os.exit, 7) print("on")`,
		"last pcall":   `return pcall(os.exit, 7)`,
		"xpcall":       `xpcall(function() os.exit(7) end, function() print("on") end) print("on")`,
		"coroutine":    `coroutine.wrap(function() pcall(function() os.exit(7) end) print("on") end)() print("on")`,
		"resume":       `coroutine.resume(coroutine.create(function() os.exit(7) end)) print("on")`,
		"loop":         `for d in db.users:each() do os.exit(7) end print("on")`,
		"sort":         `table.sort({3, 2, 1}, function() os.exit(7) end) print("on")`,
		"metamethod":   `local t = setmetatable({}, {__index = function() os.exit(7) end}) print(t.x) print("on")`,
		"__tostring":   `error(setmetatable({}, {__tostring = function() os.exit(7) end}))`,
		"endless loop": `while true do pcall(os.exit, 7) end`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newDiskSession(t)
			s.mustRun(t, people)
			s.out.Reset()
			err := s.run(source)
			if name == "__tostring" {
				return // the value was raised already; what its text is ends nothing
			}
			var exit *lang.Exit
			if !errors.As(err, &exit) || exit.Code != 7 || s.out.Len() > 0 {
				t.Fatalf("%v, printed %q; want exit code 7 and nothing", err, s.out)
			}
			s.mustRun(t, `assert(db.users:count() == 2)`)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
	s := newSession(t)
	for _, code := range []string{"256", "-1", "1.5", "{}", `"0"`} {
		if err := s.run("os.exit(" + code + ")"); err == nil || !strings.Contains(err.Error(), "from 0 to 255") {
			t.Errorf("os.exit(%s): %v", code, err)
		}
	}
}

// require looks beside the script, then in the configured folders; what goes wrong in a
// module is reported with the module's line.
func TestRequirePath(t *testing.T) {
	s := newSession(t)
	write := func(name, source string) string {
		path := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	s.renew(func(env *Env) { env.ModulePath = []string{s.dir + "/first", s.dir + "/second"} })
	write("scripts/both.lua", "return 'beside'")
	write("first/both.lua", "return 'first'")
	write("first/shared.lua", "return 'first'")
	write("second/shared.lua", "return 'second'")
	write("second/deep/init.lua", "return {name = ...}")
	write("second/broken.lua", "local a = 1\nlocal b = = 2")
	write("second/failing.lua", "local function inner()\n  db.users:get()\nend\ninner()")
	main := write("scripts/main.lua", `#!/usr/bin/env aerodb run
print(arg[0] == "`+s.dir+`/scripts/main.lua", arg[1], arg[2], #arg)
print(require("both"), require("shared"), require("deep").name)
for i = 1, 2 do print(select(2, pcall(require, "broken"))) end
local ok, e = pcall(require, "failing")
print(ok, e.code, e.where)
require("failing")`)
	_, err := s.RunFile(context.Background(), main, []string{"a", "b c"})
	want := "true\ta\tb c\t2\nbeside\tfirst\tdeep\n" +
		strings.Repeat(s.dir+"/second/broken.lua:2: syntax error near \"=\"\n", 2) +
		"false\tAERO_SCHEMA_UNKNOWN\t" + s.dir + "/second/failing.lua:2\n"
	if s.out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", s.out, want)
	}
	var f *Failure
	if !errors.As(err, &f) || f.Name != s.dir+"/second/failing.lua" || f.Line != 2 || f.Source != "  db.users:get()" {
		t.Fatalf("%v: place %s:%d %q", err, f.Name, f.Line, f.Source)
	}
	if trace := strings.Join(f.Traceback, "\n"); !strings.Contains(trace, "in function 'require'") || !strings.Contains(trace, "main.lua:7: in main chunk") {
		t.Errorf("traceback\n%s", trace)
	}
}

// A message that never ends is ended by the context.
func TestEndlessMessage(t *testing.T) {
	s := newSession(t)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := s.Run(ctx, "test.lua", `error(setmetatable({}, {__tostring = function() while true do end end}))`, nil)
	if dberr.CodeOf(err) != dberr.ScriptInterrupted {
		t.Errorf("%v, want an interruption", err)
	}
}
