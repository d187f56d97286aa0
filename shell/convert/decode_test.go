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
		if d := (&decoder{c, data, nil}); true {
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

// users returns documents as programs have them: some fields differ in each, some have
// few values.
func users(n int) [][]byte {
	r := rand.New(rand.NewPCG(7, 0))
	tags := []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta"}
	docs := make([][]byte, n)
	for i := range docs {
		docs[i] = fmt.Appendf(nil, `{"_id":"u%010d","age":%d,"city":"city-%03d","created_at":"2026-%02d-%02dT10:%02d:00Z","email":"ada.meier%d@example.com","name":"Ada Meier","score":%d.5,"tags":["%s","%s","%s"]}`,
			i, 18+r.IntN(80), r.IntN(200), 1+r.IntN(12), 1+r.IntN(28), r.IntN(60), i, r.IntN(1000), tags[r.IntN(6)], tags[r.IntN(6)], tags[r.IntN(6)])
	}
	return docs
}

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

// TestDecodeDocument decodes documents with an _id that is at hand, the document's own or
// not, and wants the table that Decode makes.
func TestDecodeDocument(t *testing.T) {
	c, s := newCodec(t), userShape(t)
	ids := []string{"", "a", "ab", "u0000000001", `a"b`, `a\nb`, "a\nb", `a","age`, "ä", "\x01", strings.Repeat("long", 30)}
	for _, own := range ids {
		doc := document.AppendQuoted([]byte(`{"_id":`), own)
		doc = append(doc, `,"age":7,"name":"ab","tags":["a","ab"]}`...)
		plain, err := c.Decode(doc, s)
		if err != nil {
			t.Fatal(err)
		}
		want, err := c.Text(plain)
		if err != nil {
			t.Fatal(err)
		}
		for _, given := range append([]lua.LValue{nil, lua.LNil, lua.LNumber(7)}, values(ids)...) {
			v, err := c.DecodeDocument(doc, s, given)
			if err != nil {
				t.Fatalf("%q with %v: %v", own, given, err)
			}
			if got, err := c.Text(v); err != nil || got != want {
				t.Errorf("%q with %v: %s, %v; want %s", own, given, got, err, want)
			}
		}
	}
}

func values(texts []string) (list []lua.LValue) {
	for _, s := range texts {
		list = append(list, lua.LString(s))
	}
	return list
}

// TestDecodeAllocations bounds what a document costs: a string that differs from those
// before has a header and its text, a number its eight bytes, a list itself and its array,
// and a table itself and two maps of two parts. Reading costs nothing, and neither do names
// and values that come again.
func TestDecodeAllocations(t *testing.T) {
	c, s, docs := newCodec(t), userShape(t), users(2000)
	const table = 1 + 2*2
	next := 0
	decode := testing.AllocsPerRun(len(docs)-1, func() {
		if _, err := c.Decode(docs[next], s); err != nil {
			t.Fatal(err)
		}
		next++
	})
	differing := 3*2 + 1 + 2.0 // _id, created_at, email; score; tags
	if again := decode - table - differing; again > 1 {
		t.Errorf("%v allocations; a table has %d, and values that differ %v", decode, table, differing)
	}
}

var sink *lua.LTable // what is here is not on the stack

func BenchmarkDecode(b *testing.B) {
	c, s, docs := newCodec(b), userShape(b), users(4096)
	b.Run("direct", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := c.Decode(docs[i%len(docs)], s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by way of a document.Value", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			v, err := document.Parse(docs[i%len(docs)], document.Options{})
			if err != nil {
				b.Fatal(err)
			}
			c.FromValue(v, s)
		}
	})
	b.Run("table alone", func(b *testing.B) {
		b.ReportAllocs()
		fields := s.fields()
		for b.Loop() {
			sink = c.L.CreateTable(0, len(fields))
			for _, f := range fields {
				sink.RawSetString(f.name, lua.LTrue)
			}
		}
	})
}
