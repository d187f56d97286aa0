package convert

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/shell/lang"
)

// A luaMaker makes a Lua value of any bytes: each byte says what comes next.
type luaMaker struct {
	codec *Codec
	rest  []byte
	left  int // tables may be made
}

func (m *luaMaker) take(n int) []byte {
	n = min(n, len(m.rest))
	b := m.rest[:n]
	m.rest = m.rest[n:]
	return b
}

func (m *luaMaker) word() uint64 {
	var b [8]byte
	copy(b[:], m.take(8))
	return binary.BigEndian.Uint64(b[:])
}

func (m *luaMaker) text() lua.LString {
	n := 0
	if b := m.take(1); len(b) > 0 {
		n = int(b[0] % 8)
	}
	return lua.LString(m.take(n))
}

func (m *luaMaker) value() lua.LValue {
	b := m.take(1)
	if len(b) == 0 {
		return lua.LTrue
	}
	switch b[0] % 10 {
	case 0:
		return lua.LBool(b[0]&16 != 0)
	case 1:
		return lua.LNumber(math.Float64frombits(m.word()))
	case 2:
		return lang.Integer(int64(m.word()))
	case 3:
		return lua.LNumber(int8(m.word() >> 56))
	case 4:
		return m.text()
	case 5:
		return m.codec.Null()
	case 6:
		return m.table(false)
	case 7:
		return m.table(true)
	case 8:
		return lua.LNil // in a table: nothing there
	}
	return m.codec.L.NewFunction(func(*lua.LState) int { return 0 })
}

// table makes a list, or an object; or a mixture, which has no JSON.
func (m *luaMaker) table(object bool) *lua.LTable {
	t := m.codec.L.NewTable()
	b := m.take(1)
	if len(b) == 0 || m.left == 0 {
		return t
	}
	m.left--
	for i := range int(b[0] % 6) {
		switch mixed := b[0] > 250; {
		case object != (mixed && i == 1):
			t.RawSetString(string(m.text()), m.value())
		default:
			t.RawSetInt(i+1, m.value())
		}
	}
	return t
}

// same reports whether two Lua values are equal, tables by what they hold. A number
// and an Int64 are different values, as they are to Lua.
func same(a, b lua.LValue) bool {
	x, ok := a.(*lua.LTable)
	y, also := b.(*lua.LTable)
	if !ok || !also {
		return a == b
	}
	n := 0
	equal := true
	x.ForEach(func(k, v lua.LValue) { n++; equal = equal && same(v, y.RawGet(k)) })
	y.ForEach(func(lua.LValue, lua.LValue) { n-- })
	return equal && n == 0
}

// FuzzLuaValue: a Lua value has JSON that encoding/json reads and that gives an equal
// value back, the same one in every digit; or it is refused with a reason, and then it
// is one that JSON cannot hold.
func FuzzLuaValue(f *testing.F) {
	f.Add([]byte{7, 2, 1, 'a', 3, 5, 1, 'b', 6, 1, 2, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	codec := newCodec(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &luaMaker{codec: codec, rest: data, left: 50}
		v := m.value()
		text, err := codec.Append(nil, v, nil)
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) || refused.Reason == "" || holdable(codec, v) {
				t.Fatalf("%v: %v", v, err)
			}
			return
		}
		if !holdable(codec, v) || !json.Valid(text) {
			t.Fatalf("%v became %s", v, text)
		}
		back, err := codec.Decode(text, nil)
		if err != nil || !same(v, back) {
			t.Fatalf("%v became %s, then %v, %v", v, text, back, err)
		}
	})
}

// holdable is the slow answer to whether JSON can hold a value.
func holdable(c *Codec, v lua.LValue) bool {
	switch v := v.(type) {
	case lua.LBool, lang.Int64:
		return true
	case lua.LNumber:
		return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0)
	case lua.LString:
		return utf8.ValidString(string(v))
	case *lua.LTable:
		names, indexes, last, all := 0, 0, 0, true
		v.ForEach(func(k, item lua.LValue) {
			if n, ok := k.(lua.LNumber); ok {
				indexes, last = indexes+1, max(last, int(n))
			} else {
				names++
				all = all && holdable(c, k)
			}
			all = all && holdable(c, item)
		})
		return all && (names == 0 || indexes == 0) && indexes == last
	}
	return v == c.Null()
}
