package lang

import (
	"context"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// TestPatternsAsLua runs testdata/patterns.lua, which tries random patterns and prints
// what comes of them. Lua 5.1 has printed patterns.txt.
func TestPatternsAsLua(t *testing.T) {
	source, err := os.ReadFile("testdata/patterns.lua")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/patterns.txt")
	if err != nil {
		t.Fatal(err)
	}
	r, out := newTestRuntime(t, "")
	fn, err := r.Load(string(source), "patterns.lua")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Call(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
	got, lines := strings.Split(out.String(), "\n"), strings.Split(string(want), "\n")
	if len(got) != len(lines) || len(lines) < 2000 {
		t.Fatalf("%d lines, want %d", len(got), len(lines))
	}
	wrong := 0
	for i := range lines {
		if got[i] != lines[i] {
			if wrong++; wrong <= 10 {
				t.Errorf("line %d\ngot  %s\nwant %s", i+1, readable(got[i]), readable(lines[i]))
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d lines differ", wrong, len(lines))
	}
}

// readable decodes the hexadecimal columns of a line.
func readable(line string) string {
	columns := strings.Split(line, "\t")
	for i := 1; i < len(columns); i++ {
		var b []byte
		fmt.Sscanf(columns[i], "%x", &b)
		columns[i] = fmt.Sprintf("%q", b)
	}
	return strings.Join(columns, " ")
}

var patternSeed = flag.Int64("pattern.seed", 1, "of the random patterns")

// TestPatternsAsLibrary compares with the functions of the library, which they replace,
// on patterns that the library reads as Lua does.
func TestPatternsAsLibrary(t *testing.T) {
	const program = `
		local name, subject, pattern, template = ...
		if name == "gsub" then return pcall(string.gsub, subject, pattern, template) end
		return pcall(string[name], subject, pattern)`
	library := lua.NewState()
	defer library.Close()
	theirs, err := library.LoadString(program)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := newTestRuntime(t, "")
	ours, err := r.Load(program, "test.lua")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewSource(*patternSeed))
	for i := range 50_000 {
		args := randomMatch(random)
		got, err := r.Call(context.Background(), ours, args...)
		if err != nil {
			t.Fatal(err)
		}
		library.SetTop(0)
		if err := library.CallByParam(lua.P{Fn: theirs, NRet: lua.MultRet}, args...); err != nil {
			t.Fatal(err)
		}
		var want []lua.LValue
		for j := 1; j <= library.GetTop(); j++ {
			want = append(want, library.Get(j))
		}
		if len(want) == 1 { // the library says nothing where Lua says nil
			want = append(want, lua.LNil)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("-pattern.seed %d, case %d: %q\ngot  %q\nwant %q", *patternSeed, i, args, fmt.Sprint(got), fmt.Sprint(want))
		}
	}
}

// randomMatch returns a function's name, a subject, a pattern and a replacement.
func randomMatch(random *rand.Rand) []lua.LValue {
	tokens := []string{"a", "b", "1", ".", "%a", "%d", "%s", "%w", "%p", "%A", "%x", "%z", "[ab]", "[^a]", "[a-c]", "[%d_]",
		"(a)", "(.-)", "(%w+)", "((a)b)", "()", "%b()", "%%", "%.", "a*", "b-", "1+", ".-", ".*", "%d?", "[ab]*", "[^1]-"}
	const letters = "aabbc1( )-.%_\x00\xc8"
	var subject, pattern strings.Builder
	for range random.Intn(12) {
		subject.WriteByte(letters[random.Intn(len(letters))])
	}
	if random.Intn(4) == 0 {
		pattern.WriteByte('^')
	}
	for range 1 + random.Intn(5) {
		pattern.WriteString(tokens[random.Intn(len(tokens))])
	}
	if random.Intn(4) == 0 {
		pattern.WriteByte('$')
	}
	return []lua.LValue{
		lua.LString([]string{"find", "match", "gsub"}[random.Intn(3)]), lua.LString(subject.String()), lua.LString(pattern.String()),
		lua.LString([]string{"", "x", "<%0>", "%%"}[random.Intn(4)]),
	}
}

// endless are matches that take longer than anyone waits.
var endless = []string{
	`string.find(string.rep("a", 100), string.rep(".-", 30) .. "b")`,
	`string.match(string.rep("a", 100), string.rep("a*", 30) .. "b")`,
	`string.gsub(string.rep("a", 100), string.rep("a?", 50) .. string.rep("a*", 20) .. "b", "")`,
	`for _ in string.gmatch(string.rep("a", 100), string.rep("a-", 30) .. "b") do end`,
	`("a"):rep(100):find(("(a*)"):rep(30) .. "b")`,
	`string.find(string.rep("(", 4000000), "%b()")`,
	`string.find(string.rep("a", 4000000), ".-.-b")`,
}

// TestSortStops cancels a sort of many values.
func TestSortStops(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	sorted := r.L.NewFunction(func(L *lua.LState) int {
		values := L.NewTable()
		for i := range 100_000 {
			values.Append(lua.LNumber(i * 7919 % 100_003))
		}
		cancel()
		L.Replace(1, values)
		return tableSort(L)
	})
	if _, err := r.Call(ctx, sorted, lua.LNil); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("err = %v", err)
	}
}

// TestPatternsStop cancels a match that goes on for ever, also where pcall would
// catch what it raises.
func TestPatternsStop(t *testing.T) {
	for _, chunk := range endless {
		for _, source := range []string{chunk, "while true do pcall(function() " + chunk + " end) end"} {
			r, _ := newTestRuntime(t, "")
			ctx, cancel := context.WithCancel(context.Background())
			r.Globals.RawSetString("begin", r.L.NewFunction(func(*lua.LState) int {
				time.AfterFunc(time.Millisecond, cancel)
				return 0
			}))
			fn, err := r.Load("begin(); "+source, "test.lua")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Call(ctx, fn); err == nil || ctx.Err() == nil {
				t.Errorf("%s: ended with %v", source, err)
			}
		}
	}
}

// TestPatternsHaveBounds gives up without anyone's help.
func TestPatternsHaveBounds(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	for source, want := range map[string]string{
		`string.find("", string.rep("a?", 20000))`:                     "",
		`string.find(string.rep("a", 20000), string.rep("a?", 20000))`: "pattern too complex: more than 10000 items",
		`string.find("a", string.rep("()", 33))`:                       "too many captures",
	} {
		err := run(t, r, source)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
	m := newMatcher(r.L, strings.Repeat("a", 100), strings.Repeat(".-", 30)+"b")
	m.steps = 1 << 20
	err := r.L.CallByParam(lua.P{Protect: true, Fn: r.L.NewFunction(func(*lua.LState) int { m.from(0, 0); return 0 })})
	if err == nil || !strings.Contains(err.Error(), "pattern too complex: no answer after") {
		t.Errorf("err = %v", err)
	}
}

// What gsub makes is bounded, however it grows.
func TestGsubIsBounded(t *testing.T) {
	for _, source := range []string{
		`return ("x"):rep(1e6):gsub("x", ("y"):rep(1000))`,
		`return ("x"):rep(1e6):gsub(".*", ("%0"):rep(1000))`,
		`return ("x"):rep(1e6):gsub("x", function() return ("y"):rep(1e6) end)`,
	} {
		r, _ := newTestRuntime(t, "")
		if err := run(t, r, source); err == nil || !strings.Contains(err.Error(), "string.gsub: the result has more than 256 MiB") {
			t.Errorf("%s: %v", source, err)
		}
	}
}
