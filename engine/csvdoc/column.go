package csvdoc

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/suggest"
)

const (
	cellBytesShown   = 40
	columnBytesShown = 200
)

// An object is what columns fill: the document, or an object in it.
type object struct {
	members []member
}

// A member is a column, or an object that columns of a dotted path fill.
type member struct {
	name   string // in its object
	column int    // of the row; meaningless if object is set
	typ    schema.Type
	object *object
}

// column adds the column of a dotted path to the tree.
func (r *Reader) column(root *object, number int, name string) error {
	field, ok := r.schema.Field(name)
	switch {
	case number == 0 && strings.HasPrefix(name, "\xef\xbb\xbf"):
		return r.refuse("", "a byte order mark stands before the header").WithHint("save the file as UTF-8 without a byte order mark")
	case name == "":
		return r.refuse("", "column %d has no name", number+1)
	case !ok:
		return r.refuse(name, "%s %s has no such field%s", r.schema.ID, r.schema.Version, suggest.DidYouMean(name, paths(r.schema.Fields, "")))
	case field.Type == schema.Object:
		return r.refuse(name, "the field is an object; name a column for each of its fields%s", example(name, field.Fields))
	}
	at := root
	path := strings.Split(name, ".")
	for _, step := range path[:len(path)-1] {
		at = at.child(step)
	}
	last := path[len(path)-1]
	for _, m := range at.members {
		if m.name == last {
			return r.refuse(name, "the column is named twice")
		}
	}
	at.members = append(at.members, member{name: last, column: number, typ: field.Type})
	return nil
}

func example(name string, fields []schema.Field) string {
	if len(fields) == 0 {
		return ""
	}
	return ", as in " + quoted(name+"."+fields[0].Name)
}

// child returns the object of a name, a new one if there is none.
func (o *object) child(name string) *object {
	for _, m := range o.members {
		if m.name == name {
			return m.object
		}
	}
	c := &object{}
	o.members = append(o.members, member{name: name, object: c})
	return c
}

// paths returns the dotted paths of the fields that may be columns.
func paths(fields []schema.Field, prefix string) (list []string) {
	for _, f := range fields {
		if f.Type == schema.Object {
			list = append(list, paths(f.Fields, prefix+f.Name+".")...)
		} else {
			list = append(list, prefix+f.Name)
		}
	}
	return list
}

// append appends the object that the row fills, and reports whether any cell does.
func (o *object) append(r *Reader, dst []byte) (_ []byte, filled bool, err error) {
	dst = append(dst, '{')
	for _, m := range o.members {
		if m.object == nil && r.record[m.column] == "" {
			continue
		}
		start := len(dst)
		if filled {
			dst = append(dst, ',')
		}
		dst = append(document.AppendQuoted(dst, m.name), ':')
		here := true
		if m.object != nil {
			dst, here, err = m.object.append(r, dst)
		} else {
			dst, err = r.cell(dst, m)
		}
		if err != nil {
			return dst, false, err
		}
		if !here {
			dst = dst[:start]
		}
		filled = filled || here
	}
	return append(dst, '}'), filled, nil
}

// cell appends the value of a cell that is not empty.
func (r *Reader) cell(dst []byte, m member) ([]byte, error) {
	text := r.record[m.column]
	if !utf8.ValidString(text) {
		return dst, r.refuse(r.names[m.column], "the value is not valid UTF-8: %s", shorten(text))
	}
	if m.typ == schema.String {
		return document.AppendQuoted(dst, text), nil
	}
	v, err := document.Parse([]byte(text), document.Options{})
	if err != nil {
		return dst, r.refuse(r.names[m.column], "wants %s, got %s: %w", wanted(m.typ), shorten(text), err)
	}
	if !fits(v.Kind(), m.typ) || m.typ != schema.Array && strings.TrimSpace(text) != text {
		return dst, r.refuse(r.names[m.column], "wants %s, got %s", wanted(m.typ), shorten(text))
	}
	return append(dst, text...), nil // as it stands: a number in all its digits
}

// wanted says what a cell of a type holds.
func wanted(t schema.Type) string {
	switch t {
	case schema.Int:
		return "an int"
	case schema.Float:
		return "a float"
	case schema.Bool:
		return "true or false"
	}
	return "an array, as JSON"
}

func fits(k document.Kind, t schema.Type) bool {
	switch t {
	case schema.Int:
		return k == document.Int
	case schema.Float:
		return k == document.Int || k == document.Float
	case schema.Bool:
		return k == document.Bool
	}
	return t == schema.Array && k == document.Array
}

// shorten returns a text in quotes, cut where it is long; it is printable ASCII.
func shorten(s string) string {
	if len(s) <= cellBytesShown {
		return strconv.QuoteToASCII(s)
	}
	return fmt.Sprintf("%s... (%d bytes)", strconv.QuoteToASCII(s[:cellBytesShown]), len(s))
}

func quoted(s string) string { return strconv.Quote(s) }

func lineText(line int64) string { return fmt.Sprintf("line %d: ", line) }
