package shell

import (
	"context"
	"errors"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/convert"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/render"
)

// Raise raises err as an error table: code, severity, message, hint, details, where.
func (s *Session) Raise(L *lua.LState, err error) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = interrupted()
	}
	t := s.errorValue(dberr.From(err))
	if where := strings.TrimSuffix(strings.TrimSpace(L.Where(1)), ":"); where != "" {
		t.RawSetString("where", lua.LString(where))
	}
	L.Error(t, 1)
}

// Fail notes that a function panicked.
func (s *Session) Fail(err error) { s.failure = err }

// Failed returns the error of a function that panicked.
func (s *Session) Failed() error { return s.failure }

func interrupted() *dberr.Error {
	return dberr.New(dberr.ScriptInterrupted, "interrupted").
		WithHint("what was acknowledged before is durable; run it again to go on")
}

// errorValue makes the error table of e.
func (s *Session) errorValue(e *dberr.Error) *lua.LTable {
	L := s.runtime.L
	t := L.NewTable()
	t.RawSetString("code", lua.LString(e.Code))
	t.RawSetString("severity", lua.LString(e.Severity()))
	t.RawSetString("message", lua.LString(e.Text()))
	t.RawSetString("hint", lua.LString(e.Advice()))
	details := L.NewTable()
	for _, d := range e.Details {
		details.RawSetString(d.Key, s.detailValue(d.Value))
	}
	if e.Path != "" {
		details.RawSetString("path", lua.LString(e.Path))
		if e.HasOffset {
			details.RawSetString("offset", lang.Integer(e.Offset))
		}
	}
	t.RawSetString("details", details)
	t.Metatable = s.errorTable
	return t
}

func (s *Session) detailValue(v any) lua.LValue {
	switch v := v.(type) {
	case string:
		return lua.LString(v)
	case int64:
		return lang.Integer(v)
	case bool:
		return lua.LBool(v)
	case []string:
		t := s.runtime.L.NewTable()
		for _, item := range v {
			t.Append(lua.LString(item))
		}
		return t
	}
	return lua.LNil
}

// newErrorTable makes the metatable of error tables: they print as one line and can be
// joined to strings.
func (s *Session) newErrorTable() *lua.LTable {
	L := s.runtime.L
	mt := L.NewTable()
	mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(errorLine(L.CheckTable(1))))
		return 1
	}))
	mt.RawSetString("__concat", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(lang.ToString(L, L.Get(1)) + lang.ToString(L, L.Get(2))))
		return 1
	}))
	return mt
}

func errorLine(t *lua.LTable) string {
	text := func(name string) string { return strings.Join(strings.Fields(t.RawGetString(name).String()), " ") }
	return text("code") + ": " + text("message")
}

// fromTable is the error behind an error table, also one that a script made itself.
func (s *Session) fromTable(ctx context.Context, t *lua.LTable) *dberr.Error {
	text := func(name string) string {
		v, _ := t.RawGetString(name).(lua.LString)
		return string(v)
	}
	code := dberr.Code(text("code"))
	if _, known := dberr.Lookup(code); !known {
		message := text("message")
		switch {
		case message == "":
			message = s.runtime.Describe(ctx, t)
			if s.runtime.L.GetMetaField(t, "__tostring") == lua.LNil {
				message = "a table was raised: " + render.Print(t, s.Name, nil)
			}
		case code != "":
			message = string(code) + ": " + message
		}
		return dberr.New(dberr.ScriptError, "%s", message).WithHint("%s", text("hint"))
	}
	e := dberr.New(code, "%s", text("message")).WithHint("%s", text("hint"))
	details, ok := t.RawGetString("details").(*lua.LTable)
	if !ok {
		return e
	}
	for _, key := range lang.Keys(details) {
		if v := goDetail(details.RawGetString(key)); v != nil {
			e.Details = append(e.Details, dberr.Detail{Key: key, Value: v})
		}
	}
	return e
}

func goDetail(v lua.LValue) any {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LBool:
		return bool(v)
	case *lua.LTable:
		items := make([]string, 0, v.Len())
		for i := 1; i <= v.Len(); i++ {
			items = append(items, v.RawGetInt(i).String())
		}
		return slices.Clip(items)
	}
	if n, ok := lang.ToInteger(v); ok {
		return n
	}
	return nil
}

// refused is the error of a Lua value that has no JSON, under the code of what it was
// meant for.
func refused(code dberr.Code, what string, err error) error {
	var e *convert.Error
	if !errors.As(err, &e) {
		return err
	}
	refused := dberr.New(code, "%s: %s", what, e.Error())
	if e.Path != "" {
		refused.With("field", e.Path)
	}
	return refused
}
