package render

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/lang"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func newRuntime(t *testing.T) *lang.Runtime {
	t.Helper()
	r := lang.New(lang.Options{
		Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{},
		Now:      func() time.Time { return time.Unix(0, 0) },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
	})
	t.Cleanup(r.Close)
	return r
}

func eval(t *testing.T, r *lang.Runtime, source string) []lua.LValue {
	t.Helper()
	fn, err := r.Load("return "+source, "test")
	if err != nil {
		t.Fatal(err)
	}
	values, err := r.Call(context.Background(), fn)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

var values = []string{
	`nil`, `true`, `42, "two", nil`, `9007199254740993`, `2^53`, `-2.5e-8`, `math.huge, -math.huge`, `0/0`,
	`"plain"`, `"line\nbreak \"quoted\" \1\127\255 é"`,
	`{}`, `{1, 2, 3}`, `{a = 1, ["end"] = 2, ["two words"] = 3}`, `{1, 2, x = 3}`, `{[2] = "b", [1.5] = "c", [true] = "d"}`,
	`{{_id = "b", n = 1, tags = {"x", "y"}}, {_id = "a", n = 22.5, z = "last"}}`,
	`{{_id = "1", text = ("long "):rep(20), more = ("words "):rep(5)}, {_id = "2", text = "short"}}`,
	`{document_count = 3, collections = {users = {documents = 3, versions = {"v1"}}}, digest = "ab"}`,
	`{{_id = "漢字", name = "Zoë"}, {_id = "x", name = "a\nb"}}`,
	`{list = {}, nested = {deep = {deeper = {1, 2, {3}}}}, text = ("x"):rep(60)}`,
	`print`, `{f = print}`, `{[{}] = 1, [print] = 2}`,
}

// TestGolden writes values in every mode, on a terminal and not.
func TestGolden(t *testing.T) {
	r := newRuntime(t)
	var got bytes.Buffer
	for _, source := range values {
		got.WriteString("== " + source + "\n")
		for _, o := range []Options{{Mode: Auto, Terminal: true, Width: 72}, {Mode: Auto}, {Mode: Table, Width: 72}, {Mode: JSON}, {Mode: Lua, Width: 72}, {Mode: CSV}, {Mode: Line}} {
			name := string(o.Mode)
			if o.Terminal {
				name += " terminal"
			}
			got.WriteString("-- " + name + "\n")
			if err := Results(&got, eval(t, r, source), o); err != nil {
				got.WriteString("error: " + err.Error() + "\n")
			}
		}
	}
	golden(t, "values", got.Bytes())
}

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s", got)
	}
}

// TestLiteralsReadBack runs the Lua literal of a value and writes that again.
func TestLiteralsReadBack(t *testing.T) {
	r := newRuntime(t)
	for _, source := range values {
		if strings.Contains(source, "print") || strings.Contains(source, ", nil") {
			continue
		}
		for _, v := range eval(t, r, source) {
			n := fromLua(v, nil, nil)
			for _, width := range []int{20, 1000} {
				text := n.literal(0, width)
				again := fromLua(eval(t, r, text)[0], nil, nil)
				if got := again.literal(0, width); got != text {
					t.Errorf("%s reads back as %s", text, got)
				}
			}
		}
	}
}

func TestNothingReturned(t *testing.T) {
	var out bytes.Buffer
	if err := Results(&out, nil, Options{}); err != nil || out.Len() != 0 {
		t.Errorf("wrote %q, %v", out.String(), err)
	}
}

func TestValue(t *testing.T) {
	v, err := document.Parse([]byte(`{"b":[1,2.5],"a":{"n":9007199254740993},"c":null}`), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[Mode]string{
		JSON:  `{"a":{"n":9007199254740993},"b":[1,2.5],"c":null}`,
		Lua:   `{a = {n = 9007199254740993}, b = {1, 2.5}, c = json.null}`,
		Table: "a\n  n  9007199254740993\nb  {1, 2.5}\nc  null",
	} {
		var out bytes.Buffer
		if err := Value(&out, v, Options{Mode: mode}); err != nil || out.String() != want+"\n" {
			t.Errorf("%s: %q, %v", mode, out.String(), err)
		}
	}
}

func TestColor(t *testing.T) {
	r := newRuntime(t)
	for _, color := range []bool{false, true} {
		var out bytes.Buffer
		if err := Results(&out, eval(t, r, `{{a = 1}}`), Options{Mode: Table, Color: color}); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(out.Bytes(), []byte("\x1b[")) != color {
			t.Errorf("color %v: %q", color, out.String())
		}
	}
}

// A table inside itself is cut where it begins again, also where there are many ways to it.
func TestCycle(t *testing.T) {
	r := newRuntime(t)
	v := eval(t, r, `(function() local t = {} t.t = t return t end)()`)[0]
	if text := Print(v, nil, nil); text != "{t = ...}" {
		t.Errorf("a table inside itself is %q", text)
	}
	if text := Print(eval(t, r, `_G`)[0], nil, nil); !strings.Contains(text, "_G = ...") {
		t.Errorf("_G is %q", text)
	}
}

// Tables that share tables are written out only so far; a list may hold one many times.
func TestSharedTables(t *testing.T) {
	r := newRuntime(t)
	var out bytes.Buffer
	for _, source := range []string{
		`(function() local t = {} for i = 1, 60 do t = {t, t} end return t end)()`,
		`(function() local t = {} t.top = t for i = 1, 60 do t = {t, t} end return t end)()`,
		`(function() local a, b = {}, {} for i = 1, 300 do a[i], b[i] = b, a end return a end)()`,
	} {
		out.Reset()
		v := eval(t, r, source)
		if err := Results(&out, v, Options{Terminal: true, Rows: 24}); err != nil || Rows(out.String(), 80) > 24 {
			t.Errorf("%v, %d rows", err, Rows(out.String(), 80))
		}
		for _, mode := range []Mode{JSON, Lua} {
			if err := Results(&out, v, Options{Mode: mode}); err == nil {
				t.Errorf("%s is not refused", mode)
			}
		}
	}
	out.Reset()
	v := eval(t, r, `(function() local d, l = {_id = "a", n = {1, 2}}, {} for i = 1, 100000 do l[i] = d end return l end)()`)
	if err := Results(&out, v, Options{Mode: JSON}); err != nil || out.Len() != 2+100000*len(`{"_id":"a","n":[1,2]},`) {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
}

// TestAbridged writes values to a small screen. What is written never takes more rows
// than there are.
func TestAbridged(t *testing.T) {
	r := newRuntime(t)
	documents := func(n string) string {
		return `(function() local l = {} for i = 1, ` + n + ` do l[i] = {_id = "d" .. i, n = i} end return l end)()`
	}
	wide := `(function() local l = {} for i = 1, 5 do l[i] = {_id = "d" .. i, a = ("x"):rep(50), b = ("y"):rep(50)} end return l end)()`
	var got bytes.Buffer
	for _, source := range []string{
		documents("8"), documents("9"), documents("10000"), wide,
		`(function() local l = {} for i = 1, 100 do l[i] = i * 1000 end return l end)()`,
		`(function() local l = {} for i = 1, 100 do l["key" .. i] = i end return l end)()`,
		`("漢字"):rep(1000)`, `("a"):rep(600)`, `{{_id = "x", text = ("long "):rep(400)}, {_id = "y", text = ("long "):rep(400)}}`,
	} {
		got.WriteString("== " + source + "\n")
		var one bytes.Buffer
		if err := Results(&one, eval(t, r, source), Options{Terminal: true, Width: 60, Rows: 10, Rest: ".all shows everything"}); err != nil {
			t.Fatal(err)
		}
		if rows := Rows(one.String(), 60); rows > 10 {
			t.Errorf("%s takes %d rows", source, rows)
		}
		got.Write(one.Bytes())
	}
	golden(t, "abridged", got.Bytes())
}

// What a terminal would obey is escaped in every mode, and still the same value.
func TestNothingIsObeyed(t *testing.T) {
	r := newRuntime(t)
	sources := []string{`"\27[31mred\7"`, `{_id = "a\nb", ["k\27"] = "\194\155 31m"}`, `{{_id = "\226\128\174 turned"}, {x = "\r\t\127"}}`, `{"\27]0;title\7"}`}
	for _, source := range sources {
		for _, mode := range Modes {
			var out bytes.Buffer
			if err := Results(&out, eval(t, r, source), Options{Mode: Mode(mode), Terminal: true}); err != nil {
				t.Fatal(err)
			}
			if strings.ContainsFunc(strings.ReplaceAll(out.String(), "\n", ""), unsafeRune) {
				t.Errorf("%s as %s: %q", source, mode, out.String())
			}
		}
	}
	var plain, shown bytes.Buffer
	v := eval(t, r, sources[1])
	if err := Results(&plain, v, Options{Mode: JSON}); err != nil {
		t.Fatal(err)
	}
	if err := Results(&shown, v, Options{Mode: JSON, Terminal: true}); err != nil {
		t.Fatal(err)
	}
	one, err1 := document.Parse(bytes.TrimSpace(plain.Bytes()), document.Options{})
	two, err2 := document.Parse(bytes.TrimSpace(shown.Bytes()), document.Options{})
	if err1 != nil || err2 != nil || !bytes.Equal(document.Append(nil, one), document.Append(nil, two)) {
		t.Errorf("%s is not %s: %v %v", shown.String(), plain.String(), err1, err2)
	}
}

// CSV reads back as the same fields.
func TestCSVReadsBack(t *testing.T) {
	r := newRuntime(t)
	var out bytes.Buffer
	if err := Results(&out, eval(t, r, `{{_id = "a,b", s = 'say "x"\nnow'}, {_id = " c", n = 9007199254740993, l = {1, {k = "v"}}}}`), Options{Mode: CSV}); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&out).ReadAll()
	want := [][]string{{"_id", "l", "n", "s"}, {"a,b", "", "", "say \"x\"\nnow"}, {" c", `[1,{"k":"v"}]`, "9007199254740993", ""}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	out.Reset()
	if err := Results(&out, eval(t, r, `nil, 1`), Options{Mode: CSV}); err != nil || out.String() != "value\n\"\"\n1\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// A value without a literal is called by its name, if it has one.
func TestName(t *testing.T) {
	r := newRuntime(t)
	var out bytes.Buffer
	name := func(v lua.LValue) string {
		if v.Type() == lua.LTFunction {
			return "function print"
		}
		return ""
	}
	if err := Results(&out, eval(t, r, `{print, coroutine.create(print)}`), Options{Terminal: true, Name: name}); err != nil || out.String() != "{function print, thread}\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}
