package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/lang"
)

type kind uint8

const (
	nilKind kind = iota
	boolKind
	intKind
	floatKind
	stringKind
	listKind
	objectKind
	opaqueKind // has a name but no literal: a function, a handle, a table inside itself
)

// node is a value of either world, ready to be written.
type node struct {
	kind    kind
	text    string // of a scalar; a float's is left to each format
	float   float64
	items   []node
	members []member // sorted by key
}

type member struct {
	key   string
	index bool // the key is a number, not a name: only Lua has such
	node
}

// depthMax is where a nested table is cut; nothing stored is as deep.
const depthMax = document.DepthMax

func (n *node) scalar() bool { return n.kind != listKind && n.kind != objectKind }

// fromValue makes the node of a JSON value.
func fromValue(v document.Value) node {
	switch v.Kind() {
	case document.Bool:
		return node{kind: boolKind, text: strconv.FormatBool(v.Bool())}
	case document.Int:
		return node{kind: intKind, text: strconv.FormatInt(v.Int(), 10)}
	case document.Float:
		return node{kind: floatKind, float: v.Float()}
	case document.String:
		return node{kind: stringKind, text: v.Str()}
	case document.Array:
		n := node{kind: listKind}
		for _, item := range v.Items() {
			n.items = append(n.items, fromValue(item))
		}
		return n
	case document.Object:
		n := node{kind: objectKind}
		for _, m := range v.Members() {
			n.members = append(n.members, member{key: m.Name, node: fromValue(m.Value)})
		}
		n.sort()
		return n
	}
	return node{kind: nilKind, text: "null"}
}

// fromLua makes the node of a Lua value at a depth of nesting.
func fromLua(v lua.LValue, depth int) node {
	switch v := v.(type) {
	case *lua.LNilType:
		return node{kind: nilKind, text: "nil"}
	case lua.LBool:
		return node{kind: boolKind, text: v.String()}
	case lang.Int64:
		return node{kind: intKind, text: v.String()}
	case lua.LNumber:
		if i, ok := lang.ToInteger(v); ok {
			return node{kind: intKind, text: strconv.FormatInt(i, 10)}
		}
		return node{kind: floatKind, float: float64(v)}
	case lua.LString:
		return node{kind: stringKind, text: string(v)}
	case *lua.LTable:
		if depth < depthMax {
			return fromTable(v, depth)
		}
		return node{kind: opaqueKind, text: "..."}
	case *lua.LUserData:
		switch value := v.Value.(type) {
		case lang.Null:
			return node{kind: nilKind, text: "null"}
		case fmt.Stringer:
			return node{kind: opaqueKind, text: value.String()}
		}
	}
	return node{kind: opaqueKind, text: v.Type().String()}
}

func fromTable(t *lua.LTable, depth int) node {
	n := node{kind: objectKind}
	length := t.Len()
	for i := 1; i <= length; i++ {
		n.items = append(n.items, fromLua(t.RawGetInt(i), depth+1))
	}
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		if i, ok := lang.ToInteger(k); ok && i >= 1 && i <= int64(length) {
			continue
		}
		m := member{key: k.String(), node: fromLua(v, depth+1)}
		_, named := k.(lua.LString)
		m.index = !named
		n.members = append(n.members, m)
	}
	n.sort()
	switch {
	case len(n.members) == 0 && (length > 0 || isArray(t)):
		n.kind = listKind
	case length > 0: // a list with names beside it: show the indexes as keys
		for i, item := range n.items {
			n.members = append(n.members, member{key: strconv.Itoa(i + 1), index: true, node: item})
		}
		n.items = nil
	}
	return n
}

// isArray reports whether an empty table is known to be a list.
func isArray(t *lua.LTable) bool {
	mt, ok := t.Metatable.(*lua.LTable)
	return ok && mt.RawGetString("__metatable") == lua.LString("array")
}

func (n *node) sort() {
	slices.SortFunc(n.members, func(a, b member) int { return strings.Compare(a.key, b.key) })
}

// floatText is the shortest text of a float that a person and Lua both read.
func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return string(document.AppendFloat(nil, f))
}

// plain is the text of a scalar for a person.
func (n *node) plain() string {
	if n.kind == floatKind {
		return floatText(n.float)
	}
	return n.text
}
