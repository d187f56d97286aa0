package lang

import (
	"slices"
	"strconv"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// itemsPerFlush is how many items the library's compiler puts into a table at once.
const itemsPerFlush = 50

// extend is the marker of the function that puts all results of a call behind the items
// of a table.
const extend = "extend"

// constructor returns what takes the place of a table constructor, so that the library
// compiles it right. It takes all results of a call in the last field for items also
// where the field has a name: one is all it gets. And behind 50 items, or 100, it loses
// count: a field with a name makes it put the last 50 in once more, from registers that
// hold other things by then, so names come first; and the results of a call overwrite
// the first items, so a function of ours adds them.
func constructor(e *ast.TableExpr) ast.Expr {
	items, flushed := 0, false
	for i, f := range e.Fields {
		switch {
		case f.Key != nil:
			f.Value = single(f.Value)
			flushed = flushed || full(items)
		case i < len(e.Fields)-1:
			f.Value = single(f.Value)
			items++
		}
	}
	if flushed {
		slices.SortStableFunc(e.Fields, func(a, b *ast.Field) int { return named(b) - named(a) })
	}
	last := len(e.Fields) - 1
	if !full(items) || e.Fields[last].Key != nil || !open(e.Fields[last].Value) {
		return e
	}
	rest := e.Fields[last].Value
	e.Fields = e.Fields[:last]
	return call(extend, e, e, place(&ast.NumberExpr{Value: strconv.Itoa(items)}, e), rest)
}

func full(items int) bool { return items > 0 && items%itemsPerFlush == 0 }

func named(f *ast.Field) int {
	if f.Key != nil {
		return 1
	}
	return 0
}

// open reports whether an expression may give any number of values.
func open(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		return !e.AdjustRet
	case *ast.Comma3Expr:
		return !e.AdjustRet
	}
	return false
}

// extendTable is what calls of extend run: a table, how many items it has, and more.
func extendTable(L *lua.LState) int {
	t, n := L.CheckTable(1), L.CheckInt(2)
	for i := 3; i <= L.GetTop(); i++ {
		t.RawSetInt(n+i-2, L.Get(i))
	}
	L.Push(t)
	return 1
}
