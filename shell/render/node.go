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
	stop    *stopper // of the rendering that made it; nil does not stop
}

type member struct {
	key    string
	index  bool    // the key is no name: only Lua has such
	number float64 // of an index
	opaque bool    // the key has no literal
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
		// The path of a file may be any bytes; what was done with it is done.
		return node{kind: stringKind, text: strings.ToValidUTF8(v.Str(), "\uFFFD")}
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

// repeatedMax bounds the nodes of tables that are shown again: tables that share tables
// can be written out to far more than they hold.
const repeatedMax = 1 << 19

// A reader makes nodes of Lua values. A table that is met again has the same node.
type reader struct {
	name     func(lua.LValue) string // may be nil
	stop     *stopper
	path     []*lua.LTable // the tables around the value that is read
	made     map[*lua.LTable]made
	size     int // nodes so far, those of tables met again each time
	repeated int // of them, nodes of tables met again
	cuts     int // how often a table was cut
}

// made is the node of a table that was read.
type made struct {
	node node
	size int  // how many nodes it has inside
	cut  bool // it depends on the tables around it, so it must be read again
}

// fromLua makes the node of a Lua value. Name says what to call a value that has no
// literal; nil, or "", is the word of its type.
func fromLua(v lua.LValue, name func(lua.LValue) string, stop *stopper) node {
	r := reader{name: name, stop: stop, made: map[*lua.LTable]made{}}
	return r.node(v)
}

func (r *reader) node(v lua.LValue) node {
	r.size++
	r.stop.step()
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
		return node{kind: stringKind, text: string(v), stop: r.stop}
	case *lua.LTable:
		if len(r.path) >= depthMax || r.repeated > repeatedMax || slices.Contains(r.path, v) {
			r.cuts++
			return node{kind: opaqueKind, text: "..."}
		}
		return r.enter(v)
	case *lua.LUserData:
		switch value := v.Value.(type) {
		case lang.Null:
			return node{kind: nilKind, text: "null"}
		case fmt.Stringer:
			return node{kind: opaqueKind, text: value.String()}
		}
	}
	return node{kind: opaqueKind, text: r.word(v)}
}

// enter makes the node of a table.
func (r *reader) enter(t *lua.LTable) node {
	before, again := r.made[t]
	if again && !before.cut {
		r.size += before.size
		r.repeated += before.size
		return before.node
	}
	size, cuts := r.size, r.cuts
	r.path = append(r.path, t)
	n := r.table(t)
	r.path = r.path[:len(r.path)-1]
	if again {
		r.repeated += r.size - size
	}
	r.made[t] = made{node: n, size: r.size - size, cut: r.cuts > cuts}
	return n
}

// word is what to call a value that has no literal.
func (r *reader) word(v lua.LValue) string {
	if r.name != nil {
		if name := r.name(v); name != "" {
			return name
		}
	}
	return v.Type().String()
}

// table makes a list of a sequence, else an object whose indexes are keys.
func (r *reader) table(t *lua.LTable) node {
	var members []member
	var keys []lua.LValue
	sequence := true
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		m := member{node: r.node(v)}
		switch key := k.(type) {
		case lua.LNumber:
			m.index, m.number = true, float64(key)
			sequence = sequence && m.number == float64(len(members)+1)
		case lua.LString:
			m.key, sequence = string(key), false
		default:
			m.index, m.number, sequence = true, math.Inf(1), false
		}
		members, keys = append(members, m), append(keys, k)
	}
	if sequence && (len(members) > 0 || isArray(t)) {
		list := node{kind: listKind, items: make([]node, len(members)), stop: r.stop}
		for i := range members {
			list.items[i] = members[i].node
		}
		return list
	}
	for i := range members {
		if members[i].index {
			members[i].key, members[i].opaque = r.index(keys[i])
		}
	}
	object := node{kind: objectKind, members: members, stop: r.stop}
	object.sort()
	return object
}

// index is the text of a key that is no string, and whether it has no literal.
func (r *reader) index(k lua.LValue) (text string, opaque bool) {
	if _, table := k.(*lua.LTable); table {
		return "table", true
	}
	key := r.node(k)
	return key.flat(), key.kind == opaqueKind
}

// isArray reports whether an empty table is known to be a list.
func isArray(t *lua.LTable) bool {
	mt, ok := t.Metatable.(*lua.LTable)
	return ok && mt.RawGetString("__metatable") == lua.LString("array")
}

// sort orders members: indexes first, by number, then names.
func (n *node) sort() {
	slices.SortFunc(n.members, func(a, b member) int {
		n.stop.step()
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

// raw is the text of a scalar, a string raw.
func (n *node) raw() string {
	if n.kind == floatKind {
		return floatText(n.float)
	}
	return n.text
}

// plain is the text of a scalar: raw for a program, and for a person with nothing in it
// that a terminal would obey.
func (n *node) plain(o Options) string {
	if o.Terminal || o.Mode == Table {
		return n.cell()
	}
	return n.raw()
}
