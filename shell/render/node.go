package render

import (
	"cmp"
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
	key    string
	index  bool    // the key is no name: only Lua has such
	number float64 // of an index
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

// fromTable makes a list of a sequence, else an object whose indexes are keys.
func fromTable(t *lua.LTable, depth int) node {
	list, object := node{kind: listKind}, node{kind: objectKind}
	sequence := true
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		item := fromLua(v, depth+1)
		m := member{key: k.String(), node: item}
		switch key := k.(type) {
		case lua.LNumber:
			m.index, m.number = true, float64(key)
			sequence = sequence && m.number == float64(len(list.items)+1)
		case lua.LString:
			sequence = false
		default:
			m.index, m.number = true, math.Inf(1)
			sequence = false
		}
		list.items = append(list.items, item)
		object.members = append(object.members, m)
	}
	if sequence && (len(list.items) > 0 || isArray(t)) {
		return list
	}
	object.sort()
	return object
}

// isArray reports whether an empty table is known to be a list.
func isArray(t *lua.LTable) bool {
	mt, ok := t.Metatable.(*lua.LTable)
	return ok && mt.RawGetString("__metatable") == lua.LString("array")
}

// sort orders members: indexes first, by number, then names.
func (n *node) sort() {
	slices.SortFunc(n.members, func(a, b member) int {
		switch {
		case a.index != b.index && a.index:
			return -1
		case a.index != b.index:
			return 1
		case a.number != b.number:
			return cmp.Compare(a.number, b.number)
		}
		return strings.Compare(a.key, b.key)
	})
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
