package bind

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/lang"
)

// host is a session of two functions and no database.
type host struct{ failed error }

func (h *host) Raise(L *lua.LState, err error) { L.RaiseError("%s", err.Error()) }
func (h *host) Fail(err error)                 { h.failed = err }
func (h *host) Failed() error                  { return h.failed }
func (h *host) Handle(module string, v lua.LValue) any {
	if ud, ok := v.(*lua.LUserData); ok && module == "box" {
		return ud.Value
	}
	return nil
}

// tools is a module with every kind of parameter.
func tools() *Module {
	return &Module{Name: "tools", Doc: "things to try", Funcs: []Func{
		{Name: "all", Doc: "Takes one of each. It returns what it got.",
			Params: []Param{
				{Name: "s", Kind: String, Doc: "text"}, {Name: "i", Kind: Int, Doc: "count"}, {Name: "b", Kind: Bool, Doc: "flag"},
				{Name: "t", Kind: Table, Doc: "table"}, {Name: "f", Kind: Function, Doc: "function"}, {Name: "a", Kind: Any, Optional: true, Doc: "anything"},
			},
			Returns: Field{Type: "string", Doc: "text."}, Example: "tools.all()",
			Call: func(a *Args) (lua.LValue, error) {
				if a.Has("a") != (a.Value("a") != lua.LNil) || a.Table("t") == nil || a.Function("f") == nil {
					return lua.LString("wrong"), nil
				}
				return lua.LString(a.String("s") + lang.Int64(a.Int("i")).String() + lua.LBool(a.Bool("b")).String()), nil
			}},
		{Name: "opts", Doc: "Takes options.", Misuse: dberr.QueryInvalid,
			Params: []Param{{Name: "options", Kind: Options, Members: []Param{
				{Name: "output", Kind: String, Doc: "file"}, {Name: "limit", Kind: Int, Optional: true, Doc: "most"},
			}}},
			Example: "tools.opts{}",
			Call:    func(a *Args) (lua.LValue, error) { return lua.LNumber(a.Int("limit")), nil }},
		{Name: "crash", Doc: "Panics.", Example: "tools.crash()",
			Call: func(*Args) (lua.LValue, error) { var t *lua.LTable; return lua.LNumber(t.Len()), nil }},
		{Name: "needs", Doc: "Has its own code for what is missing.", Example: "tools.needs()",
			Params: []Param{{Name: "id", Kind: String, Missing: dberr.SchemaRequired, Doc: "id"}},
			Call:   func(*Args) (lua.LValue, error) { return nil, nil }},
	}}
}

func TestArguments(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	h := &host{}
	L.SetGlobal("tools", tools().Table(L, h))
	for _, c := range []struct{ call, want string }{
		{`tools.all("x", 3, true, {}, print)`, "x3true"},
		{`tools.all("x", 3, false, {}, print, nil, nil)`, "x3false"},
		{`tools.all("x", -3, true, {}, print, 1)`, "x-3true"},
		{`tools.all("x", 3, true, {}, print, 1, 2)`, "!AERO_SCRIPT_ERROR: tools.all: takes 6 arguments, not 7"},
		{`tools.all()`, "!AERO_SCRIPT_ERROR: tools.all: s is missing: it wants a string"},
		{`tools.all(3)`, "!AERO_SCRIPT_ERROR: tools.all: s must be a string, not the number 3"},
		{`tools.all("x", 1.5)`, "!AERO_SCRIPT_ERROR: tools.all: i must be an exact integer, not the number 1.5"},
		{`tools.all("x", 2^53)`, "!AERO_SCRIPT_ERROR: tools.all: i must be an exact integer, not the number 9007199254740992"},
		{`tools.all("x", "1")`, `!AERO_SCRIPT_ERROR: tools.all: i must be an exact integer, not the string "1"`},
		{`tools.all("x", 1, 1)`, "!AERO_SCRIPT_ERROR: tools.all: b must be true or false, not the number 1"},
		{`tools.all("x", 1, nil)`, "!AERO_SCRIPT_ERROR: tools.all: b is missing: it wants true or false"},
		{`tools.all("x", 1, true, "t")`, `!AERO_SCRIPT_ERROR: tools.all: t must be a table, not the string "t"`},
		{`tools.all("x", 1, true, {}, {})`, "!AERO_SCRIPT_ERROR: tools.all: f must be a function, not a table"},
		{`tools.opts{output = "x", limit = 3}`, "3"},
		{`tools.opts{output = "x"}`, "0"},
		{`tools.opts()`, "!AERO_QUERY_INVALID: tools.opts: options is missing: it wants a table of options"},
		{`tools.opts("x")`, `!AERO_QUERY_INVALID: tools.opts: options must be a table of options, not the string "x"`},
		{`tools.opts{}`, "!AERO_QUERY_INVALID: tools.opts: the option output is missing: it wants a string"},
		{`tools.opts{outptu = "x"}`, `!AERO_QUERY_INVALID: tools.opts: there is no option "outptu"; did you mean "output"?`},
		{`tools.opts{output = 1}`, "!AERO_QUERY_INVALID: tools.opts: the option output must be a string, not the number 1"},
		{`tools.opts{"x"}`, "!AERO_QUERY_INVALID: tools.opts: wants named options, such as {output = ...}, not a list"},
		{`tools.opst()`, `!AERO_SCRIPT_ERROR: tools has no function "opst"; did you mean "opts"?`},
		{`tools.needs()`, "!AERO_SCHEMA_REQUIRED: tools.needs: id is missing: it wants a string"},
		{`tools.crash()`, "!AERO_INTERNAL_INVARIANT: tools.crash panicked"},
		{`tools.needs("x")`, "!AERO_INTERNAL_INVARIANT: tools.crash panicked"}, // no further call
	} {
		got := eval(L, c.call)
		if got != c.want && !(strings.HasPrefix(c.want, "!") && strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: %s, want %s", c.call, got, c.want)
		}
	}
}

// eval returns what a call gives, an error after "!".
func eval(L *lua.LState, call string) string {
	fn, err := L.LoadString("return " + call)
	if err != nil {
		return err.Error()
	}
	L.Push(fn)
	if err := L.PCall(0, 1, nil); err != nil {
		_, message, _ := strings.Cut(err.(*lua.ApiError).Object.String(), ": ")
		return "!" + message
	}
	defer L.Pop(1)
	return L.Get(-1).String()
}

func TestMethods(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	m := &Module{Name: "box", Receiver: "b", Funcs: []Func{{Name: "open", Params: []Param{{Name: "key", Kind: String}},
		Call: func(a *Args) (lua.LValue, error) { return lua.LString(a.Self.(string) + a.String("key")), nil }}}}
	ud := L.NewUserData()
	ud.Value, ud.Metatable = "self", m.Metatable(L, &host{})
	L.SetGlobal("b", ud)
	for call, want := range map[string]string{
		`b:open("k")`:  "selfk",
		`b.open("k")`:  "!AERO_SCRIPT_ERROR: b:open: call it with a colon on a box: b:open(key)",
		`b:opne("k")`:  `!AERO_SCRIPT_ERROR: a box has no function "opne"; did you mean "open"?`,
		`b:open()`:     "!AERO_SCRIPT_ERROR: b:open: key is missing: it wants a string",
		`b:open(1, 2)`: "!AERO_SCRIPT_ERROR: b:open: takes one argument, not 2",
	} {
		if got := eval(L, call); got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
}

func TestHelp(t *testing.T) {
	r := Manual{
		Registry: Registry{tools(), {Name: "box", Receiver: "b", Doc: "a box",
			Types: []Type{{Name: "Lid", Doc: "What it has.", Fields: []Field{{Name: "weight", Type: "integer", Doc: "grams"}}}},
			Funcs: []Func{{Name: "open", Doc: "Opens.", Example: "b:open()"}}}},
		Topics: []Topic{{Name: "keys", Summary: "what to press", Text: "Enter runs."}},
	}
	for topic, want := range map[string]string{
		"tools.opts":    "tools.opts{output=, limit=}\n\nTakes options.\n",
		"tools.all()":   "tools.all(s, i, b, t, f, [a])\n\nTakes one of each. It returns what it got.\n",
		"b:open":        "b:open()\n\nOpens.\n",
		"anything:open": "b:open()\n\nOpens.\n",
		"box.open":      "b:open()\n\nOpens.\n",
		"tools":         "tools: things to try\n\n  tools.all(s, i, b, t, f, [a])",
		"options":       "tools.opts{output=, limit=}           Takes options.",
		"takes OPTIONS": "tools.opts{output=, limit=}           Takes options.",
		"most":          "tools.opts{output=, limit=}           Takes options.", // the text of an option
		"keys":          "Enter runs.",
		"press":         `help("keys")                          what to press`,
		"Lid":           "Lid: What it has.\n\n  weight                          grams",
		"AERO_WAL_FULL": "AERO_WAL_FULL (REJECT)\n\nThe write does not fit",
		"wal_full":      "AERO_WAL_FULL (REJECT)\n\nThe write does not fit",
		"tools.opst":    `nothing is known about "tools.opst"; did you mean "tools.opts"?`,
		"opst":          `nothing is known about "opst"; did you mean "opts"?`,
		"kesy":          `nothing is known about "kesy"; did you mean "keys"?`,
		"AERO_WAL_FUL":  "AERO_WAL_FULL                         The write does not fit",
		"AERO_WAL_FLUL": `nothing is known about "AERO_WAL_FLUL"; did you mean "AERO_WAL_FULL"?`,
		"":              `nothing is known about ""`,
	} {
		if got, found := r.Explain(topic); found == strings.HasPrefix(want, "nothing") || !strings.HasPrefix(got, want) {
			t.Errorf("help(%q):\n%s\nwant\n%s", topic, got, want)
		}
	}
	if text := r.Overview(); !strings.Contains(text, "tools: things to try\n") || !strings.Contains(text, "  b:open()                              Opens.\n") {
		t.Errorf("help():\n%s", text)
	}
	for _, name := range r.Names() {
		if text, found := r.Explain(name); !found || strings.Contains(text, "                          what to press") {
			t.Errorf("help(%q) is not explained:\n%s", name, text)
		}
	}
}

func TestWrap(t *testing.T) {
	text := wrap(strings.Repeat("word ", 40), 0)
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > 78 || strings.HasPrefix(line, " ") || strings.HasSuffix(line, " ") {
			t.Errorf("line %q", line)
		}
	}
	if strings.Count(text, "word") != 40 {
		t.Errorf("wrapped to %q", text)
	}
}
