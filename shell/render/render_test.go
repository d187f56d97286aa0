package render

import (
	"bytes"
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
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
	`print`, `{f = print}`,
}

// TestGolden writes values in every mode, on a terminal and not.
func TestGolden(t *testing.T) {
	r := newRuntime(t)
	var got bytes.Buffer
	for _, source := range values {
		got.WriteString("== " + source + "\n")
		for _, o := range []Options{{Mode: Auto, Terminal: true, Width: 72}, {Mode: Auto}, {Mode: Table, Width: 72}, {Mode: JSON}, {Mode: Lua, Width: 72}} {
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
	golden := filepath.Join("testdata", "values.golden")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got\n%s", got.Bytes())
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
			n := fromLua(v, 0)
			for _, width := range []int{20, 1000} {
				text := n.literal(0, width)
				again := fromLua(eval(t, r, text)[0], 0)
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

func TestCycle(t *testing.T) {
	r := newRuntime(t)
	v := eval(t, r, `(function() local t = {} t.t = t return t end)()`)[0]
	if text := Print(v); !strings.Contains(text, "...") {
		t.Errorf("a table inside itself is %q", text)
	}
}
