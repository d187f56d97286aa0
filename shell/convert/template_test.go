package convert

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
)

// TestLayoutKnown fails when gopher-lua lays out its tables anew: templates are then off,
// and tableParts has to follow, after a look at what the parts mean now.
func TestLayoutKnown(t *testing.T) {
	if !layoutKnown {
		t.Errorf("a lua.LTable is not what tableParts says; documents become tables slowly")
	}
	type other struct {
		Metatable lua.LValue
		Array     []lua.LValue
	}
	type renamed struct {
		Metatable lua.LValue
		List      []lua.LValue
	}
	type retyped struct {
		Metatable lua.LValue
		Array     []string
	}
	for _, differs := range []reflect.Type{reflect.TypeFor[renamed](), reflect.TypeFor[retyped](), reflect.TypeFor[tableParts]()} {
		if sameLayout(reflect.TypeFor[other](), differs) {
			t.Errorf("%v is taken for the same", differs)
		}
	}
}

// withoutTemplates decodes as where the layout is not known.
func withoutTemplates(t *testing.T, c *Codec, data []byte, s *Shape) *lua.LTable {
	t.Helper()
	known := layoutKnown
	layoutKnown = false
	defer func() { layoutKnown = known }()
	return decoded(t, c, data, s)
}

func decoded(t *testing.T, c *Codec, data []byte, s *Shape) *lua.LTable {
	t.Helper()
	v, err := c.Decode(data, s)
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return v.(*lua.LTable)
}

// TestTemplates makes each table twice, by a template and name by name, and does the same
// to both. They must not differ, and neither must any that was made before: what is done
// to one table of a template is not done to its sisters.
func TestTemplates(t *testing.T) {
	for _, fields := range []int{1, 3, 8, 9, 20, nameSetFields, nameSetFields + 1} {
		t.Run(fmt.Sprint(fields), func(t *testing.T) {
			r := rand.New(rand.NewPCG(*decodeSeed, uint64(fields)))
			c := newCodec(t)
			s := &Shape{Kind: Object, Members: map[string]*Shape{}}
			var names []string
			for i := range fields {
				names = append(names, fmt.Sprintf("f%02d", i))
				s.Members[names[i]] = nil
			}
			unknown := []string{"e", "f005", "f03x", "g", "quote\""}
			type pair struct{ made, want *lua.LTable }
			var pairs []pair
			for range 400 {
				var members []document.Member
				missing := r.IntN(4)
				for _, name := range names {
					if missing == 0 || r.IntN(missing+1) > 0 {
						members = append(members, document.Member{Name: name, Value: document.IntValue(int64(r.IntN(3)))})
					}
				}
				if r.IntN(8) == 0 {
					members = append(members, document.Member{Name: unknown[r.IntN(len(unknown))], Value: document.IntValue(7)})
				}
				data := document.Append(nil, document.ObjectValue(members...))
				pairs = append(pairs, pair{decoded(t, c, data, s), withoutTemplates(t, c, data, s)})
				at := r.IntN(len(pairs))
				for range r.IntN(4) {
					key, value := randomKey(r, names), randomValue(r)
					pairs[at].made.RawSet(key, value)
					pairs[at].want.RawSet(key, value)
				}
				sameTables(t, c, pairs[at].made, pairs[at].want)
			}
			for _, p := range pairs {
				sameTables(t, c, p.made, p.want)
			}
			if len(s.templates) > templatesMax || fields == nameSetFields && len(s.templates) != templatesMax || fields > nameSetFields && len(s.templates) > 0 {
				t.Errorf("%d templates", len(s.templates))
			}
		})
	}
}

func randomKey(r *rand.Rand, names []string) lua.LValue {
	switch r.IntN(6) {
	case 0:
		return lua.LString([]string{"new", "newer", "newest"}[r.IntN(3)])
	case 1:
		return lua.LNumber(1 + r.IntN(3))
	case 2:
		return lua.LBool(r.IntN(2) == 0)
	}
	return lua.LString(names[r.IntN(len(names))])
}

func randomValue(r *rand.Rand) lua.LValue {
	if r.IntN(3) == 0 {
		return lua.LNil
	}
	return lua.LNumber(r.IntN(100))
}

// sameTables compares what next, a look at each name and the library's own walk say.
func sameTables(t *testing.T, c *Codec, got, want *lua.LTable) {
	t.Helper()
	var g, w strings.Builder
	show(&g, c, got)
	show(&w, c, want)
	if g.String() != w.String() {
		t.Fatalf("-decode.seed %d\ngot  %s\nwant %s", *decodeSeed, &g, &w)
	}
	values := 0
	got.ForEach(func(k, v lua.LValue) {
		if values++; v != want.RawGet(k) || v != got.RawGet(k) {
			t.Fatalf("-decode.seed %d: %v is %v and %v, want %v", *decodeSeed, k, v, got.RawGet(k), want.RawGet(k))
		}
	})
	want.ForEach(func(_, _ lua.LValue) { values-- })
	if values != 0 {
		t.Fatalf("-decode.seed %d: %d values too many", *decodeSeed, values)
	}
}
