package schema

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/aerodb/aerodb/engine/document"
)

// A generator makes random schemas and documents that fit them.
type generator struct{ *rand.Rand }

var generatedNames = []string{"a", "b", "c", "aa", "ab", "name", "named", "created_at", "created_on", "a long name with spaces", "a long name with spices", "ä", "\\", "\"", "Z", "_x", "-y"}

func (g generator) schema() []byte {
	s := &Schema{ID: "gen", Version: "v1", Fields: append(g.fields(3), Field{Name: IDField, Type: String, Required: true})}
	for _, path := range scalarPaths(nil, "", s.Fields) {
		if g.IntN(3) == 0 && path[0] != '-' {
			s.Indexes = append(s.Indexes, path)
		}
	}
	s.Indexes = s.Indexes[:min(len(s.Indexes), IndexesMax)]
	return s.Canonical()
}

func (g generator) fields(depth int) []Field {
	var fields []Field
	for _, name := range generatedNames {
		if g.IntN(3) == 0 {
			f := g.field(depth)
			f.Name, f.Required = name, g.IntN(3) == 0
			fields = append(fields, f)
		}
	}
	if fields == nil {
		return []Field{{Name: "only", Type: Int}}
	}
	return fields
}

func (g generator) field(depth int) Field {
	f := Field{Type: String + Type(g.IntN(6))}
	if depth == 0 {
		f.Type = String + Type(g.IntN(4))
	}
	switch f.Type {
	case Object:
		f.Fields = g.fields(depth - 1)
	case Array:
		items := g.field(depth - 1)
		f.Items = &items
	}
	return f
}

var generatedNumbers = []string{"0", "-0", "1", "-1", "42", "9223372036854775807", "-9223372036854775808", "9007199254740992", "123456789012345"}

// value appends a document that fits f, with white space, escapes and members in
// any order.
func (g generator) value(dst []byte, f *Field) []byte {
	switch f.Type {
	case String:
		return g.string(dst, []string{"x", "", "text", "a longer text of more than sixteen bytes", "nul\x00", "ü\U0001F600", "\"\\\n"}[g.IntN(7)])
	case Bool:
		return strconv.AppendBool(dst, g.IntN(2) == 0)
	case Int:
		return append(dst, generatedNumbers[g.IntN(len(generatedNumbers))]...)
	case Float:
		if g.IntN(3) == 0 {
			return append(dst, []string{"1.50", "-0.0", "1e3", "1e-9", "1e300", "0.1", "-118.6671667", "5e-324"}[g.IntN(8)]...)
		}
		return append(dst, []string{"0", "-0", "7", "9007199254740992", "9223372036854776000", "-12345"}[g.IntN(6)]...)
	case Array:
		dst = g.space(append(dst, '['))
		for i := range g.IntN(4) {
			if i > 0 {
				dst = g.space(append(dst, ','))
			}
			dst = g.space(g.value(dst, f.Items))
		}
		return append(dst, ']')
	}
	return g.object(dst, f.Fields)
}

func (g generator) object(dst []byte, fields []Field) []byte {
	dst = g.space(append(dst, '{'))
	first := true
	for _, i := range g.order(len(fields)) {
		f := &fields[i]
		if !f.Required && g.IntN(3) == 0 {
			continue
		}
		if !first {
			dst = g.space(append(dst, ','))
		}
		first = false
		dst = g.space(append(g.space(g.string(dst, f.Name)), ':'))
		if f.Name == IDField {
			dst = fmt.Appendf(dst, `"id-%d"`, g.IntN(1000))
		} else {
			dst = g.value(dst, f)
		}
		dst = g.space(dst)
	}
	return append(dst, '}')
}

// order is sorted half of the time, the encoder's fast path.
func (g generator) order(n int) []int {
	order := g.Perm(n)
	if g.IntN(2) == 0 {
		for i := range order {
			order[i] = i
		}
	}
	return order
}

func (g generator) space(dst []byte) []byte {
	if g.IntN(12) == 0 {
		return append(dst, []string{" ", "\n", "\t\r "}[g.IntN(3)]...)
	}
	return dst
}

func (g generator) string(dst []byte, s string) []byte {
	if g.IntN(8) > 0 {
		return document.AppendQuoted(dst, s)
	}
	dst = append(dst, '"')
	for _, r := range s {
		if r < 0x10000 {
			dst = fmt.Appendf(dst, `\u%04X`, r)
		} else {
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, '"')
}

// damage changes, removes or doubles one byte.
func (g generator) damage(doc []byte) []byte {
	i := g.IntN(len(doc))
	switch g.IntN(3) {
	case 0:
		doc[i] = `{}[]",:\0159.eE-+xtfn `[g.IntN(22)]
	case 1:
		doc = append(doc[:i], doc[i+1:]...)
	case 2:
		doc = append(doc[:i+1], doc[i:]...)
	}
	return doc
}
