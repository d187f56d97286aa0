package convert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/shell/lang"
)

func newCodec(t testing.TB) *Codec {
	t.Helper()
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	t.Cleanup(L.Close)
	return New(L)
}

func table(fill func(t *lua.LTable)) *lua.LTable {
	t := &lua.LTable{Metatable: lua.LNil}
	fill(t)
	return t
}

func list(values ...lua.LValue) *lua.LTable {
	return table(func(t *lua.LTable) {
		for i, v := range values {
			t.RawSetInt(i+1, v)
		}
	})
}

func object(pairs ...any) *lua.LTable {
	return table(func(t *lua.LTable) {
		for i := 0; i < len(pairs); i += 2 {
			t.RawSetString(pairs[i].(string), pairs[i+1].(lua.LValue))
		}
	})
}

func TestAppend(t *testing.T) {
	array, intShape := &Shape{Kind: Array}, &Shape{Kind: Int}
	for _, c := range []struct {
		v    lua.LValue
		s    *Shape
		want string // JSON, or an error after "!"
	}{
		{lua.LTrue, nil, "true"},
		{lua.LNumber(3), nil, "3"},
		{lua.LNumber(math.Copysign(0, -1)), nil, "0"},
		{lua.LNumber(0.1), nil, "0.1"},
		{lua.LNumber(1<<53 - 1), nil, "9007199254740991"},
		{lua.LNumber(1 << 53), nil, "9.007199254740992e+15"},
		{lua.LNumber(-1e300), nil, "-1e+300"},
		{lang.Int64(1 << 53), nil, "9007199254740992"},
		{lang.Int64(math.MinInt64), intShape, "-9223372036854775808"},
		{lua.LNumber(7), intShape, "7"},
		{lua.LNumber(1.5), intShape, "!wants an int, not 1.5"},
		{lua.LNumber(1 << 53), intShape, "!wants an int, and the number 9007199254740992 can't be told"},
		{lua.LNumber(math.NaN()), nil, "!NaN is not a number JSON can hold"},
		{lua.LNumber(math.Inf(-1)), intShape, "!-Inf is not"},
		{lua.LString("a\"\n\x01é"), nil, `"a\"\n\u0001é"`},
		{lua.LString("\xff"), nil, "!not valid UTF-8"},
		{lua.LNil, nil, "!a nil has no JSON"},
		{list(), nil, "{}"},
		{list(), array, "[]"},
		{object(), &Shape{Kind: Object}, "{}"},
		{list(lua.LNumber(1), lua.LString("a")), nil, `[1,"a"]`},
		{object("b", lua.LNumber(1), "a", lua.LNumber(2)), nil, `{"a":2,"b":1}`},
		{object("l", list(lua.LNumber(1), lua.LNumber(1.5))), &Shape{Kind: Object, Members: map[string]*Shape{"l": {Kind: Array, Item: intShape}}}, "!l[1]: wants an int"},
		{object("x y", object("z", lua.LNumber(math.NaN()))), nil, "!x y.z: NaN"},
		{object("\xff", lua.LTrue), nil, "!a name is not valid UTF-8"},
		{list(lua.LNumber(1), lua.LNil, lua.LNumber(3)), nil, "!the list has a hole"},
		{table(func(t *lua.LTable) { t.RawSetInt(1, lua.LTrue); t.RawSetString("a", lua.LTrue) }), nil, "!mixes a list with names"},
		{table(func(t *lua.LTable) { t.RawSet(lua.LNumber(1.5), lua.LTrue) }), nil, "!the key 1.5"},
		{table(func(t *lua.LTable) { t.RawSet(lua.LNumber(0), lua.LTrue) }), nil, "!the key 0"},
		{table(func(t *lua.LTable) { t.RawSet(lang.Int64(1<<60), lua.LTrue) }), nil, "!a key is a userdata"},
		{table(func(t *lua.LTable) { t.RawSet(lua.LTrue, lua.LTrue) }), nil, "!a key is a boolean"},
	} {
		codec := newCodec(t)
		got, err := codec.Append(nil, c.v, c.s)
		text := string(got)
		var refused *Error
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("%T", err)
			}
			text = "!" + err.Error()
		}
		if text != c.want && !(strings.HasPrefix(c.want, "!") && strings.Contains(text, c.want[1:]) && err != nil) {
			t.Errorf("%v: %s, want %s", c.v, text, c.want)
		}
	}
}

func TestDepth(t *testing.T) {
	codec := newCodec(t)
	for depth, ok := range map[int]bool{DepthMax: true, DepthMax + 1: false} {
		v := list()
		for range depth - 1 {
			v = list(v)
		}
		if _, err := codec.Append(nil, v, nil); (err == nil) != ok {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
	loop := object()
	loop.RawSetString("self", loop)
	if _, err := codec.Append(nil, loop, nil); err == nil {
		t.Error("a table that holds itself was converted")
	}
}

// TestInterrupted ends the context while a long list, object or string is converted: after so
// many looks at it, none of which comes at the end.
func TestInterrupted(t *testing.T) {
	codec, values := newCodec(t), list()
	for i := range 10 * stepsPerLook {
		values.RawSetInt(i+1, lua.LNumber(i))
	}
	text, err := codec.Append(nil, values, nil)
	if err != nil {
		t.Fatal(err)
	}
	members := []byte("{ ")
	for i := range 10 * stepsPerLook {
		members = fmt.Appendf(members, "%q: 1,", strconv.Itoa(i))
	}
	members = append(members, "\"end\": 1}"...)
	spaced, long := bytes.ReplaceAll(text, []byte(","), []byte(", ")), lua.LString(strings.Repeat("x", 12*pieceBytes))
	for looks := range 10 {
		for name, convert := range map[string]func() error{
			"append":           func() error { _, err := codec.Append(nil, values, nil); return err },
			"append a string":  func() error { _, err := codec.Append(nil, long, nil); return err },
			"copy its text":    func() error { _, err := codec.copied(make([]byte, 10*pieceBytes)); return err },
			"decode":           func() error { _, err := codec.Decode(text, nil); return err },
			"decode by Parse":  func() error { _, err := codec.Decode(spaced, nil); return err },
			"decode an object": func() error { _, err := codec.Decode(members, nil); return err },
		} {
			codec.L.SetContext(&endingContext{Context: context.Background(), looks: looks})
			if err := convert(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s after %d looks: %v", name, looks, err)
			}
			if codec.L.RemoveContext(); len(codec.items) > 0 {
				t.Errorf("%s: %d items are left on the stack", name, len(codec.items))
			}
		}
	}
}

// An endingContext has ended when it was looked at so often.
type endingContext struct {
	context.Context
	looks int
}

func (c *endingContext) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

// TestRoundTrip decodes and encodes again.
func TestRoundTrip(t *testing.T) {
	codec := newCodec(t)
	for _, text := range []string{
		`null`, `true`, `[]`, `{}`, `[[],{}]`, `{"a":[],"b":{}}`, `"é\u0000"`, `[1,2.5,-3,9007199254740993,-9223372036854775808]`,
		`{"a":{"b":[{"c":null}]}}`, `[1e+300,1e-7]`,
	} {
		v, err := codec.Decode([]byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := codec.Append(nil, v, nil)
		if err != nil || string(got) != text {
			t.Errorf("%s became %s, %v", text, got, err)
		}
	}
}

func TestFloatFieldsStayFloats(t *testing.T) {
	codec := newCodec(t)
	s, err := schema.Parse([]byte(`{"schema_id":"x","schema_version":"v1","fields":{"_id":{"type":"string","required":true},
		"f":"float","i":"int","o":{"type":"object","fields":{"f":"float"}},"l":{"type":"array","items":"float"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	shape := OfSchema(s)
	v, err := codec.Decode([]byte(`{"f":1152921504606847000,"i":1152921504606846977,"l":[9007199254740992],"o":{"f":9007199254740992}}`), shape)
	if err != nil {
		t.Fatal(err)
	}
	doc := v.(*lua.LTable)
	if doc.RawGetString("f") != lua.LNumber(1<<60) || doc.RawGetString("i") != lang.Int64(1<<60+1) ||
		doc.RawGetString("l").(*lua.LTable).RawGetInt(1) != lua.LNumber(1<<53) ||
		doc.RawGetString("o").(*lua.LTable).RawGetString("f") != lua.LNumber(1<<53) {
		t.Errorf("decoded %v %v", doc.RawGetString("f"), doc.RawGetString("i"))
	}
}

// TestPairsOrder says that pairs goes by name, whatever the order of the input.
func TestPairsOrder(t *testing.T) {
	codec := newCodec(t)
	v, err := codec.Decode([]byte(`{"c":1,"a":2,"b":3}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names string
	for k, _ := v.(*lua.LTable).Next(lua.LNil); k != lua.LNil; k, _ = v.(*lua.LTable).Next(k) {
		names += k.String()
	}
	if names != "abc" {
		t.Errorf("order %s", names)
	}
}

// FuzzLuaConversion says that what JSON gives to Lua comes back equal: decoding the
// result once more gives the same bytes, and integers keep every digit.
func FuzzLuaConversion(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,null,true,"x"],"b":{}}`, `9007199254740993`, `[[[]]]`, `-0`, `1e15`, `9007199254740992`, `123456789012345678901`, `"\u0000"`} {
		f.Add([]byte(seed))
	}
	codec := newCodec(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := document.Parse(data, document.Options{MaxBytes: 1 << 16})
		if err != nil {
			return
		}
		first, err := codec.Append(nil, codec.FromValue(v, nil), nil)
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		again, err := codec.Decode(first, nil)
		if err != nil {
			t.Fatalf("%q became %q: %v", data, first, err)
		}
		second, err := codec.Append(nil, again, nil)
		if err != nil || string(second) != string(first) {
			t.Fatalf("%q became %q, then %q (%v)", data, first, second, err)
		}
		checkNumbers(t, v, mustParse(t, first))
	})
}

func mustParse(t *testing.T, data []byte) document.Value {
	t.Helper()
	v, err := document.Parse(data, document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// checkNumbers compares two trees: integers exactly, floats as float64.
func checkNumbers(t *testing.T, a, b document.Value) {
	t.Helper()
	switch {
	case a.Kind() == document.Int && (b.Kind() != document.Int || a.Int() != b.Int()):
		t.Errorf("%d became %v", a.Int(), b)
	case a.Kind() == document.Float && a.Float() != b.Float():
		t.Errorf("%v became %v", a.Float(), b.Float())
	}
	if len(a.Items()) != len(b.Items()) || len(a.Members()) != len(b.Members()) {
		t.Fatalf("sizes differ")
	}
	for i := range a.Items() {
		checkNumbers(t, a.Items()[i], b.Items()[i])
	}
	for _, m := range a.Members() {
		other, _ := b.Get(m.Name)
		checkNumbers(t, m.Value, other)
	}
}
