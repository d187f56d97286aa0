package convert

import (
	"bytes"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
)

// Decode turns JSON into a Lua value. Errors are *document.SyntaxError, or the one of the
// context that has ended.
//
// Stored documents are canonical JSON, and their names are those of the shape, in the
// same order: such bytes become Lua values directly. What is not canonical is read by the
// strict reader, which also says what is wrong with it.
func (c *Codec) Decode(data []byte, s *Shape) (lua.LValue, error) {
	return c.DecodeDocument(data, s, nil)
}

// DecodeDocument is Decode for a document of which the script has the _id, a string, in
// hand: the table gets that value, and no other is made of the same bytes.
func (c *Codec) DecodeDocument(data []byte, s *Shape, id lua.LValue) (lua.LValue, error) {
	d := decoder{Codec: c, src: data, id: id}
	if v, end := d.value(0, s, 0); end == len(data) {
		return v, nil
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	v, err := document.Parse(data, document.Options{Look: c.err})
	if err != nil {
		return nil, err
	}
	converted := c.fromValue(v, s, c.ended)
	if err := c.err(); err != nil {
		return nil, err
	}
	return converted, nil
}

// decoder reads canonical JSON. Its methods return the offset after what they read, -1
// for what they leave to the strict reader.
type decoder struct {
	*Codec
	src []byte
	id  lua.LValue // of the document, if it is known and not used yet, else nil
}

// known returns the _id if that is what the string at i is. One that JSON writes with
// escapes is not looked at: its bytes are those of another string.
func (d *decoder) known(i int) (id lua.LValue, end int) {
	text, ok := d.id.(lua.LString)
	id, d.id = d.id, nil
	end = i + len(text) + 2
	if !ok || end > len(d.src) || d.src[i] != '"' || d.src[end-1] != '"' || string(d.src[i+1:end-1]) != string(text) || strings.ContainsAny(string(text), "\"\\") {
		return nil, -1
	}
	return id, end
}

func (d *decoder) value(i int, s *Shape, depth int) (lua.LValue, int) {
	if i >= len(d.src) || d.ended() {
		return nil, -1
	}
	switch c := d.src[i]; {
	case c == '"':
		return d.text(i)
	case c == '{' && depth < DepthMax:
		return d.object(i, s, depth+1)
	case c == '[' && depth < DepthMax:
		return d.array(i, s.item(), depth+1)
	case c == '-' || c-'0' <= 9:
		return d.number(i, s)
	case bytes.HasPrefix(d.src[i:], literalTrue):
		return lua.LTrue, i + len(literalTrue)
	case bytes.HasPrefix(d.src[i:], literalFalse):
		return lua.LFalse, i + len(literalFalse)
	case bytes.HasPrefix(d.src[i:], literalNull):
		return d.null, i + len(literalNull)
	}
	return nil, -1
}

var literalTrue, literalFalse, literalNull = []byte("true"), []byte("false"), []byte("null")

func (d *decoder) text(i int) (lua.LValue, int) {
	end, plain, err := document.ScanString(d.src, i)
	if err != nil {
		return nil, -1
	}
	if plain {
		return d.str(d.src[i+1 : end-1]), end
	}
	d.scratch = document.AppendUnquoted(d.scratch[:0], d.src[i:end])
	return lua.LString(d.scratch), end
}

// number takes what FromValue would take it for: an integer wherever the literal is one
// and fits, save under a float's shape.
func (d *decoder) number(i int, s *Shape) (lua.LValue, int) {
	n, err := document.ScanNumber(d.src, i)
	if err != nil {
		return nil, -1
	}
	end := i + len(n.Literal)
	if whole, ok := n.Int(); ok {
		return d.integer(whole, s), end
	}
	f, ok := n.Float()
	if !ok {
		return nil, -1
	}
	return lua.LNumber(f + 0), end // -0 is 0, as in a document.Value
}

func (d *decoder) array(i int, item *Shape, depth int) (lua.LValue, int) {
	if i++; i < len(d.src) && d.src[i] == ']' {
		t := d.L.NewTable()
		d.MarkArray(t)
		return t, i + 1
	}
	// The items wait on a stack until it is known how many there are: a table that grows
	// begins with room for 32.
	first := len(d.items)
	defer d.drop(first)
	for {
		v, end := d.value(i, item, depth)
		if end < 0 || end >= len(d.src) {
			return nil, -1
		}
		d.items = append(d.items, v)
		i = end + 1
		switch d.src[end] {
		case ',':
		case ']':
			t := d.L.CreateTable(len(d.items)-first, 0)
			for _, v := range d.items[first:] {
				t.Append(v)
			}
			return t, i
		default:
			return nil, -1
		}
	}
}

// drop lets go of the items from first on.
func (d *decoder) drop(first int) {
	clear(d.items[first:])
	d.items = d.items[:first]
}

func (d *decoder) object(i int, s *Shape, depth int) (lua.LValue, int) {
	if i++; i < len(d.src) && d.src[i] == '}' {
		return d.L.NewTable(), i + 1
	}
	all := s.fields()
	known := all
	t := d.L.CreateTable(0, s.room())
	// As long as all names are fields of the shape, the table gets its values only; what
	// else belongs to them comes from a template at the end.
	var values map[string]lua.LValue
	names, templated := nameSet(0), canTemplate(all)
	if templated {
		values = partsOf(t).strdict
	}
	for before, members := []byte(nil), 1; ; members++ {
		var name string
		var shape *Shape
		var end int
		if name, shape, known, end = d.field(i, s, known, before); end < 0 {
			return nil, -1
		}
		before = d.src[i+1 : end-2]
		at := end
		var v lua.LValue
		if end = -1; d.id != nil && name == "_id" {
			v, end = d.known(at)
		}
		if end < 0 {
			v, end = d.value(at, shape, depth)
		}
		if end < 0 || end >= len(d.src) {
			return nil, -1
		}
		switch at := len(all) - len(known) - 1; { // of the field found last
		case !templated:
			t.RawSetString(name, v)
		case at >= 0 && all[at].name == name:
			values[name] = v
			names |= 1 << at
		default:
			s.complete(t, names)
			templated = false
			t.RawSetString(name, v)
		}
		i = end + 1
		switch d.src[end] {
		case ',':
		case '}':
			s.held(members)
			if templated {
				s.complete(t, names)
			}
			return t, i
		default:
			return nil, -1
		}
	}
}
