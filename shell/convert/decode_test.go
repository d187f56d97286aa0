package convert

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
)

var decodeSeed = flag.Uint64("decode.seed", 1, "where the random documents of TestDecodeAgrees begin")

// show writes a value with its types, and tables in the order of pairs.
func show(b *strings.Builder, c *Codec, v lua.LValue) {
	t, ok := v.(*lua.LTable)
	if !ok {
		fmt.Fprintf(b, "%T %v", v, v)
		return
	}
	fmt.Fprintf(b, "{array=%v len=%d ", t.Metatable == c.array, t.Len())
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		fmt.Fprintf(b, "%T %v=", k, k)
		show(b, c, v)
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

// randomJSON returns a value and a shape that fits it, or nearly.
func randomJSON(r *rand.Rand, depth int) (document.Value, *Shape) {
	texts := []string{"", "a", "plain text of some length", "quote\"back\\slash", "line\nend", "caf\u00e9 \u65e5\u672c \U0001f600", "\u2028", "\x01"}
	numbers := []float64{0, 1.5, -1.5, 1e21, 1e-7, math.MaxFloat64, 5e-324, 1 << 53, 0.1, -0.25, 123456789.125}
	switch n := r.IntN(9); {
	case n == 0:
		return document.BoolValue(r.IntN(2) == 0), nil
	case n <= 2:
		whole := []int64{0, 1, -1, 1 << 53, 1<<53 - 1, -1 << 53, math.MaxInt64, math.MinInt64, int64(r.Uint64())}[r.IntN(9)]
		return document.IntValue(whole), []*Shape{nil, {Kind: Int}, {Kind: Float}}[r.IntN(3)]
	case n == 3:
		return document.FloatValue(numbers[r.IntN(len(numbers))]), []*Shape{nil, {Kind: Float}}[r.IntN(2)]
	case n == 4 && r.IntN(4) == 0:
		return document.Value{}, nil // null
	case n <= 5 || depth > 4:
		return document.StringValue(texts[r.IntN(len(texts))]), nil
	case n == 6:
		var items []document.Value
		var item *Shape
		for range r.IntN(4) {
			var v document.Value
			v, item = randomJSON(r, depth+1)
			items = append(items, v)
		}
		return document.ArrayValue(items...), &Shape{Kind: Array, Item: item}
	default:
		return randomObject(r, depth)
	}
}

func randomObject(r *rand.Rand, depth int) (document.Value, *Shape) {
	s := &Shape{Kind: Object, Members: map[string]*Shape{}}
	var members []document.Member
	for _, name := range []string{"_id", "a", "ab", "b", "caf\u00e9", "quote\"", "z"} {
		v, shape := randomJSON(r, depth+1)
		if odd := strings.Contains(name, `"`); !odd && r.IntN(3) > 0 || odd && r.IntN(30) == 0 {
			members = append(members, document.Member{Name: name, Value: v})
		}
		if r.IntN(4) > 0 {
			s.Members[name] = shape
		}
	}
	if r.IntN(8) > 0 {
		return document.ObjectValue(members...), s
	}
	r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return document.ObjectValue(members...), s
}

// TestDecodeAgrees compares the direct decoder with the strict reader on canonical
// documents, on the same with other spacing and order, and on damaged ones.
func TestDecodeAgrees(t *testing.T) {
	r := rand.New(rand.NewPCG(*decodeSeed, 0))
	c := newCodec(t)
	direct := 0
	for i := range 5000 {
		v, s := randomObject(r, 0)
		data := document.Append(nil, v)
		switch r.IntN(6) {
		case 0:
			data = []byte(strings.ReplaceAll(string(data), ",", " , "))
		case 1:
			data[r.IntN(len(data))] = byte(r.Uint32())
		case 2:
			data = data[:r.IntN(len(data)+1)]
		}
		if d := (&decoder{c, data}); true {
			if _, end := d.value(0, s, 0); end == len(data) {
				direct++
			}
		}
		got, gotErr := c.Decode(data, s)
		parsed, wantErr := document.Parse(data, document.Options{})
		if (gotErr == nil) != (wantErr == nil) || gotErr != nil && gotErr.Error() != wantErr.Error() {
			t.Fatalf("document %d of -decode.seed %d: %s\nerror %v, want %v", i, *decodeSeed, data, gotErr, wantErr)
		}
		if wantErr != nil {
			continue
		}
		var g, w strings.Builder
		show(&g, c, got)
		show(&w, c, c.FromValue(parsed, s))
		if g.String() != w.String() {
			t.Fatalf("document %d of -decode.seed %d: %s\ngot  %s\nwant %s", i, *decodeSeed, data, &g, &w)
		}
	}
	if direct < 1000 {
		t.Errorf("only %d documents were read directly", direct)
	}
	if len(c.items) != 0 {
		t.Errorf("%d items are left on the stack", len(c.items))
	}
}

const user = `{"_id":"u0000001234","age":42,"city":"city-117","created_at":"2026-03-04T05:06:07Z","email":"ada.meier1234@example.com","name":"Ada Meier","score":58.2788,"tags":["cold","new","red"]}`

func userShape(t testing.TB) *Shape {
	t.Helper()
	s, err := schema.Parse([]byte(`{"schema_id":"user","schema_version":"v1","fields":{"_id":{"type":"string","required":true},
		"email":{"type":"string"},"name":{"type":"string"},"age":{"type":"int"},"city":{"type":"string"},
		"created_at":{"type":"string"},"score":{"type":"float"},"tags":{"type":"array","items":"string"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	return OfSchema(s)
}

// A document costs the allocations of its table and of its values: nothing for reading it.
func TestDecodeAllocations(t *testing.T) {
	c, s, data := newCodec(t), userShape(t), []byte(user)
	table := testing.AllocsPerRun(1000, func() {
		t := c.L.CreateTable(0, 8)
		for _, name := range s.names() {
			t.RawSetString(name, lua.LTrue)
		}
	})
	decode := testing.AllocsPerRun(1000, func() {
		if _, err := c.Decode(data, s); err != nil {
			t.Fatal(err)
		}
	})
	// Nine strings with their headers, two numbers, and the list with its array.
	if values := float64(2*9 + 2 + 2); decode > table+values {
		t.Errorf("%v allocations; a table of as many members has %v, its values %v", decode, table, values)
	}
}

func BenchmarkDecode(b *testing.B) {
	c, s, data := newCodec(b), userShape(b), []byte(user)
	b.Run("direct", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Decode(data, s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by way of a document.Value", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			v, err := document.Parse(data, document.Options{})
			if err != nil {
				b.Fatal(err)
			}
			c.FromValue(v, s)
		}
	})
	b.Run("table alone", func(b *testing.B) {
		b.ReportAllocs()
		names := s.names()
		for b.Loop() {
			t := c.L.CreateTable(0, len(names))
			for _, name := range names {
				t.RawSetString(name, lua.LTrue)
			}
		}
	})
}
