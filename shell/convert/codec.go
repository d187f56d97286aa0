package convert

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/lang"
)

// DepthMax is the deepest nesting of tables.
const DepthMax = document.DepthMax

// bytesMax bounds the JSON of one value, since a few tables that name each other often
// can make any amount of it.
const bytesMax = 256 << 20

// Error is a Lua value that has no JSON, or not the one expected.
type Error struct {
	Path   string // location.lat, tags[3]; "" is the whole value
	Reason string
}

// Error returns path and reason.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

func refuse(format string, args ...any) *Error {
	return &Error{Reason: fmt.Sprintf(format, args...)}
}

// Codec converts for one Lua state.
type Codec struct {
	L     *lua.LState
	null  *lua.LUserData
	array *lua.LTable // the metatable of empty lists that came from JSON

	items   []lua.LValue // of the arrays that are being decoded
	scratch []byte       // of a string with escapes
	words   words
	steps   int                                 // values converted; see ended
	small   [smallMax - smallMin + 1]lua.LValue // those that were asked for; see integer
}

// New returns a codec for L.
func New(L *lua.LState) *Codec {
	null := L.NewUserData()
	mt := L.NewTable()
	mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString("null"))
		return 1
	}))
	null.Metatable = mt
	null.Value = lang.Null{}
	array := L.NewTable()
	array.RawSetString("__metatable", lua.LString("array"))
	return &Codec{L: L, null: null, array: array}
}

// Null is the Lua value of JSON's null.
func (c *Codec) Null() lua.LValue { return c.null }

// MarkArray makes an empty t convert to [] where no shape says otherwise.
func (c *Codec) MarkArray(t *lua.LTable) { t.Metatable = c.array }

// stepsPerLook is how many values are converted between two looks at the context.
const stepsPerLook = 1 << 10

// ended counts a value, and now and then reports that the call of Lua which converts has
// been told to end.
func (c *Codec) ended() bool {
	c.steps++
	return c.steps%stepsPerLook == 0 && c.err() != nil
}

func (c *Codec) err() error {
	if ctx := c.L.Context(); ctx != nil {
		return ctx.Err()
	}
	return nil
}

// Text returns the JSON of v as Append makes it.
func (c *Codec) Text(v lua.LValue) (lua.LString, error) {
	text, err := c.Append(nil, v, nil)
	if err != nil {
		return "", err
	}
	return c.copied(text)
}

// copied makes a Lua string of text, piece by piece: a copy of hundreds of megabytes takes
// a part of a second.
func (c *Codec) copied(text []byte) (lua.LString, error) {
	if len(text) <= pieceBytes {
		return lua.LString(text), nil
	}
	var b strings.Builder
	b.Grow(len(text))
	for piece := range slices.Chunk(text, pieceBytes) {
		if err := c.err(); err != nil {
			return "", err
		}
		b.Write(piece)
	}
	return lua.LString(b.String()), nil
}

// Append appends the JSON of v to dst. Members are sorted, so equal values are equal
// bytes. Errors are *Error, or the one of the context that has ended.
func (c *Codec) Append(dst []byte, v lua.LValue, s *Shape) ([]byte, error) {
	dst, err := c.append(dst, v, s, 0)
	if err != nil {
		if ended := c.err(); ended != nil {
			return nil, ended
		}
		return nil, err
	}
	return dst, nil
}

func (c *Codec) append(dst []byte, v lua.LValue, s *Shape, depth int) ([]byte, *Error) {
	if c.ended() {
		return nil, refuse("interrupted")
	}
	if len(dst) > bytesMax {
		return nil, refuse("the value is larger than %d MiB", bytesMax>>20)
	}
	switch v := v.(type) {
	case lua.LBool:
		return strconv.AppendBool(dst, bool(v)), nil
	case lua.LNumber:
		return appendNumber(dst, float64(v), s)
	case lang.Int64:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case lua.LString:
		return c.appendString(dst, string(v))
	case *lua.LTable:
		return c.appendTable(dst, v, s, depth)
	}
	if v == c.null {
		return append(dst, "null"...), nil
	}
	return nil, refuse("a %s has no JSON", v.Type())
}

// pieceBytes is how much of a string is converted between two looks at the context.
const pieceBytes = 1 << 20

func (c *Codec) appendString(dst []byte, s string) ([]byte, *Error) {
	dst = append(dst, '"')
	for {
		piece := firstPiece(s)
		if !utf8.ValidString(piece) {
			return nil, refuse("the string is not valid UTF-8")
		}
		dst = document.AppendEscaped(dst, piece)
		if s = s[len(piece):]; s == "" {
			return append(dst, '"'), nil
		}
		if c.err() != nil {
			return nil, refuse("interrupted")
		}
	}
}

// firstPiece is the beginning of s that ends with a whole character.
func firstPiece(s string) string {
	if len(s) <= pieceBytes {
		return s
	}
	end := pieceBytes
	for end > pieceBytes-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

func appendNumber(dst []byte, f float64, s *Shape) ([]byte, *Error) {
	n, exact := lang.ToInteger(lua.LNumber(f))
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return nil, refuse("%v is not a number JSON can hold", f)
	case exact:
		return strconv.AppendInt(dst, n, 10), nil
	case s.kind() != Int && f == math.Trunc(f):
		return strconv.AppendFloat(dst, f, 'e', -1, 64), nil
	case s.kind() != Int:
		return document.AppendFloat(dst, f), nil
	case f == math.Trunc(f):
		return nil, refuse("wants an int, and the number %.0f can't be told from its neighbours: compute with int64(\"...\")", f)
	}
	return nil, refuse("wants an int, not %v", f)
}

func (c *Codec) appendTable(dst []byte, t *lua.LTable, s *Shape, depth int) ([]byte, *Error) {
	if depth >= DepthMax {
		return nil, refuse("tables are nested deeper than %d, or one holds itself", DepthMax)
	}
	names, length, err := keysOf(t)
	switch {
	case err != nil:
		return nil, err
	case length > 0 || len(names) == 0 && (s.kind() == Array || s.kind() != Object && t.Metatable == c.array):
		return c.appendList(dst, t, length, s.item(), depth)
	}
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !utf8.ValidString(name) {
			return nil, refuse("a name is not valid UTF-8: %q", name)
		}
		dst = append(document.AppendQuoted(dst, name), ':')
		if dst, err = c.append(dst, t.RawGetString(name), s.member(name), depth+1); err != nil {
			err.Path = document.MemberPath(name, err.Path)
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func (c *Codec) appendList(dst []byte, t *lua.LTable, length int, item *Shape, depth int) ([]byte, *Error) {
	dst = append(dst, '[')
	for i := 1; i <= length; i++ {
		if i > 1 {
			dst = append(dst, ',')
		}
		var err *Error
		if dst, err = c.append(dst, t.RawGetInt(i), item, depth+1); err != nil {
			err.Path = document.ItemPath(i-1, err.Path)
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// keysOf returns the names of a table that is an object, sorted, or the length of one
// that is a list.
func keysOf(t *lua.LTable) (names []string, length int, err *Error) {
	count := 0
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		switch k := k.(type) {
		case lua.LString:
			names = append(names, string(k))
		case lua.LNumber:
			n, ok := lang.ToInteger(k)
			if !ok || n < 1 {
				return nil, 0, refuse("the key %s is neither a name nor an index from 1", k)
			}
			count++
			length = max(length, int(n))
		default:
			return nil, 0, refuse("a key is a %s; keys are names, or indexes from 1", k.Type())
		}
	}
	switch {
	case count > 0 && len(names) > 0:
		return nil, 0, refuse("the table mixes a list with names (%q)", slices.Min(names))
	case count != length:
		return nil, 0, refuse("the list has a hole: %d values, and the last index is %d", count, length)
	}
	slices.Sort(names)
	return names, length, nil
}

// FromValue turns v into a Lua value. Tables are filled in the order of the names, so
// that pairs gives that order.
func (c *Codec) FromValue(v document.Value, s *Shape) lua.LValue {
	return c.fromValue(v, s, func() bool { return false })
}

// fromValue is FromValue that gives up once ended says so: then what it returns has holes.
func (c *Codec) fromValue(v document.Value, s *Shape, ended func() bool) lua.LValue {
	switch v.Kind() {
	case document.Bool:
		return lua.LBool(v.Bool())
	case document.Int:
		return c.integer(v.Int(), s)
	case document.Float:
		return lua.LNumber(v.Float())
	case document.String:
		return lua.LString(v.Str())
	case document.Array:
		return c.fromArray(v.Items(), s.item(), ended)
	case document.Object:
		return c.fromObject(v.Members(), s, ended)
	}
	return c.null
}

func (c *Codec) fromArray(items []document.Value, s *Shape, ended func() bool) lua.LValue {
	t := c.L.CreateTable(len(items), 0)
	for i := range items {
		if ended() {
			return t
		}
		t.Append(c.fromValue(items[i], s, ended))
	}
	if len(items) == 0 {
		c.MarkArray(t)
	}
	return t
}

func (c *Codec) fromObject(members []document.Member, s *Shape, ended func() bool) lua.LValue {
	byName := func(a, b document.Member) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	}
	if !slices.IsSortedFunc(members, byName) {
		members = slices.Clone(members)
		slices.SortFunc(members, byName)
	}
	t := c.L.CreateTable(0, len(members))
	for i := range members {
		if ended() {
			return t
		}
		t.RawSetString(members[i].Name, c.fromValue(members[i].Value, s.member(members[i].Name), ended))
	}
	return t
}
