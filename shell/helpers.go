package shell

import (
	"context"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/lualib"
	"github.com/aerodb/aerodb/shell/bind"
)

// runbookModule is the functions for runbooks that need no table.
func runbookModule(s *Session) *bind.Module {
	return &bind.Module{
		Doc: "functions for runbooks",
		Funcs: append(stepFuncs(s),
			bind.Func{Name: "assert_stats",
				Doc:     "Checks numbers of storage.stats() and raises one error that names every one that is not as expected. Names may lead into tables: `[\"collections.users.documents\"]`. What is expected is a value, or bounds as in a filter.",
				Params:  []bind.Param{{Name: "expected", Kind: bind.Table, Doc: "values or bounds, by name"}},
				Returns: bind.Field{Type: "Stats", Doc: "the stats."},
				Example: `assert_stats{document_count = 2, segment_count = {["$lt"] = 10}, ["collections.users.documents"] = {["$gte"] = 1}}`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call:    s.lualib("checks", "assert_stats")},
			bind.Func{Name: "retry",
				Doc: "Calls a function again while it fails with an error that may pass: AERO_DATABASE_LOCKED, AERO_STORAGE_NO_SPACE, AERO_WAL_APPEND_FAILED, AERO_CHECKPOINT_FAILED, AERO_SNAPSHOT_FAILED, AERO_BACKUP_FAILED, or one of the codes that are given. Any other error, and the last one, is raised, with details.attempts. It waits only if pause_ms says so.",
				Params: []bind.Param{
					{Name: "fn", Kind: bind.Function, Doc: "it is called with the number of the attempt"},
					{Name: "options", Kind: bind.Options, Optional: true, Doc: "how often, and of what", Members: []bind.Param{
						{Name: "attempts", Kind: bind.Int, Optional: true, Doc: "the most calls; 3"},
						{Name: "codes", Kind: bind.Table, Optional: true, Doc: "the error codes to try again after, in place of those above"},
						{Name: "pause_ms", Kind: bind.Int, Optional: true, Doc: "how long to wait before each further call; not at all"},
						{Name: "on_retry", Kind: bind.Function, Optional: true, Doc: "it is called with the error and the number of the attempt that failed"},
					}},
				},
				Returns: bind.Field{Type: "any", Doc: "what fn returned."},
				Example: "local snap = retry(function() return storage.snapshot() end, {attempts = 2})\nprint(snap.id)",
				Errors:  []dberr.Code{dberr.ScriptError},
				Call:    s.lualib("checks", "retry")},
		),
	}
}

// formatModule is the global table format.
func formatModule(s *Session) *bind.Module {
	return &bind.Module{
		Name: "format", Doc: "numbers and tables for people",
		Funcs: []bind.Func{
			{Name: "size", Doc: "Returns a number of bytes as people write it: 1.5 MiB.",
				Params:  []bind.Param{{Name: "bytes", Kind: bind.Any, Doc: "the number of bytes"}},
				Returns: bind.Field{Type: "string", Doc: "the text."},
				Example: `assert(format.size(1572864) == "1.5 MiB")`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call:    s.lualib("format", "size")},
			{Name: "duration", Doc: "Returns milliseconds as people write them: 12 ms, 3.50 s, 2 min 05 s, 1 d 02 h 00 min.",
				Params:  []bind.Param{{Name: "ms", Kind: bind.Any, Doc: "the number of milliseconds"}},
				Returns: bind.Field{Type: "string", Doc: "the text."},
				Example: `assert(format.duration(3500) == "3.50 s")`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call:    s.lualib("format", "duration")},
			{Name: "number", Doc: "Returns a number with its digits in groups of three: 1 234 567.",
				Params:  []bind.Param{{Name: "n", Kind: bind.Any, Doc: "the number"}},
				Returns: bind.Field{Type: "string", Doc: "the text."},
				Example: `assert(format.number(1234567) == "1 234 567")`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call:    s.lualib("format", "number")},
			{Name: "table", Doc: "Returns rows as a text table with aligned columns, numbers to the right.",
				Params: []bind.Param{
					{Name: "rows", Kind: bind.Table, Doc: "a list of tables, by column or in the order of columns"},
					{Name: "columns", Kind: bind.Table, Optional: true, Doc: "the columns in their order; without it all, sorted"},
				},
				Returns: bind.Field{Type: "string", Doc: "the text, without a line feed at its end."},
				Example: `print(format.table(storage.snapshots(), {"id", "documents", "bytes"}))`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call:    s.lualib("format", "table")},
		},
	}
}

// retentionModule is the global table retention.
func retentionModule(s *Session) *bind.Module {
	rule := func(name, doc string) bind.Param {
		return bind.Param{Name: name, Kind: bind.Int, Optional: true, Doc: doc}
	}
	return &bind.Module{
		Name: "retention", Doc: "which of many backups or snapshots to keep",
		Funcs: []bind.Func{
			{Name: "plan", Doc: "Tells which items some rules keep and which may be removed. It removes nothing and reads no clock: the same items give the same answer. An item is a name that holds a UTC time (nightly-20260204T113000Z.tar), or a table with created_at or name, as storage.snapshots() and files.list() give. An item that any rule keeps is kept.",
				Params: []bind.Param{
					{Name: "items", Kind: bind.Table, Doc: "the list, in any order"},
					{Name: "rules", Kind: bind.Options, Doc: "at least one", Members: []bind.Param{
						rule("newest", "keep that many of the newest"),
						rule("daily", "keep the newest of each of the last days that have one, for that many days"),
						rule("weekly", "the same by weeks, which begin on Monday"),
						rule("monthly", "the same by months"),
						rule("yearly", "the same by years"),
					}},
				},
				Returns: bind.Field{Type: "table", Doc: "a table: `remove` and `keep`, lists of items, oldest first; `reasons`, a text for each item of `keep`."},
				Example: "local plan = retention.plan({\"b-20260204T110000Z.tar\", \"b-20260204T120000Z.tar\", \"b-20260203T120000Z.tar\"}, {daily = 7})\nassert(#plan.remove == 1 and plan.remove[1] == \"b-20260204T110000Z.tar\")",
				Errors:  []dberr.Code{dberr.ScriptError},
				Call:    s.lualib("retention", "plan")},
		},
	}
}

// reportModule is the global table report.
func reportModule(s *Session) *bind.Module {
	return &bind.Module{
		Name: "report", Doc: "reports in Markdown",
		Funcs: []bind.Func{
			{Name: "new", Doc: "Begins a report in Markdown. Its methods add to it and return it: `r:section(title)`, `r:text(text)`, `r:list(items)`, `r:table(rows, columns)` as format.table takes them. `r:markdown()` is the text, `tostring(r)` too, and `r:write(path)` writes it to a file.",
				Params:  []bind.Param{{Name: "title", Kind: bind.String, Names: bind.Nothing, Doc: "its heading"}},
				Returns: bind.Field{Type: "table", Doc: "the report."},
				Example: "local r = report.new(\"Snapshots\")\nr:section(\"Kept\"):table(storage.snapshots(), {\"id\", \"documents\"})\nprint(r)",
				Errors:  []dberr.Code{dberr.ScriptError},
				Call:    s.lualib("report", "new")},
		},
	}
}

// lualib makes a function of one of a module of package lualib.
func (s *Session) lualib(module, name string) func(*bind.Args) (lua.LValue, error) {
	return func(a *bind.Args) (lua.LValue, error) {
		t, err := s.loadModule(a.L, module)
		if err != nil {
			return nil, err
		}
		n := a.L.GetTop()
		a.L.Push(t.RawGetString(name))
		for i := 1; i <= n; i++ {
			a.L.Push(a.L.Get(i))
		}
		a.L.Call(n, 1)
		v := a.L.Get(-1)
		a.L.Pop(1)
		return v, nil
	}
}

// loadModule runs a module of package lualib, once.
func (s *Session) loadModule(L *lua.LState, module string) (*lua.LTable, error) {
	if t, ok := s.helpers[module]; ok {
		return t, nil
	}
	source, err := lualib.Source(module)
	if err != nil {
		return nil, dberr.New(dberr.InternalInvariant, "the Lua module %s is not in the binary: %w", module, err)
	}
	fn, err := s.runtime.Load(source, "aerodb/"+module+".lua")
	if err != nil {
		return nil, dberr.New(dberr.InternalInvariant, "%w", err)
	}
	L.Push(fn)
	L.Push(s.hostTable())
	L.Call(1, 1)
	t, ok := L.Get(-1).(*lua.LTable)
	L.Pop(1)
	if !ok {
		return nil, dberr.New(dberr.InternalInvariant, "the Lua module %s returns no table", module)
	}
	s.helpers[module] = t
	return t, nil
}

// hostTable is what the modules of package lualib get from Go.
func (s *Session) hostTable() *lua.LTable {
	L := s.runtime.L
	t := L.NewTable()
	t.RawSetString("raise", L.NewFunction(func(L *lua.LState) int {
		s.Raise(L, dberr.New(dberr.Code(L.CheckString(1)), "%s", L.CheckString(2)).WithHint("%s", L.OptString(3, "")))
		return 0
	}))
	t.RawSetString("sleep", L.NewFunction(func(L *lua.LState) int {
		if err := s.sleep(L.Context(), time.Duration(L.CheckInt64(1))*time.Millisecond); err != nil {
			s.Raise(L, err)
		}
		return 0
	}))
	t.RawSetString("module", L.NewFunction(func(L *lua.LState) int {
		m, err := s.loadModule(L, L.CheckString(1))
		if err != nil {
			s.Raise(L, err)
		}
		L.Push(m)
		return 1
	}))
	return t
}

func (s *Session) sleep(ctx context.Context, d time.Duration) error {
	if s.env.Sleep == nil {
		return dberr.New(dberr.ScriptError, "this session cannot wait")
	}
	if ctx == nil {
		ctx = context.Background()
	}
	return s.env.Sleep(ctx, d)
}
