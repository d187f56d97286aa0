package schema

import (
	"bytes"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
)

// Check reports whether src is the canonical form of a document of the schema: what
// Encode would give back byte for byte. Then it sets e as Encode does, with Document
// being src. It costs about half of Encode, since nothing is written; why a document is
// not one, Encode tells.
func (enc *Encoder) Check(e *Encoded, src []byte) bool {
	if enc.documentMax > 0 && len(src) > enc.documentMax {
		return false
	}
	e.reset(enc, src)
	if e.checkObject(enc.root, 0) != len(src) {
		return false
	}
	e.Document = src
	e.finish()
	return true
}

// unfit is what the check functions return for what is not canonical, or not of the
// schema; else it is the offset behind the value.
const unfit = -1

// checkObject checks the object at src[i]. Members of a canonical object are sorted as
// fields are, so they are walked side by side.
func (e *Encoded) checkObject(o *object, i int) int {
	if i >= len(e.src) || e.src[i] != '{' {
		return unfit
	}
	i++
	missing := o.must
	more := len(e.src) == i || e.src[i] != '}'
	for n := range o.fields {
		f := &o.fields[n]
		if !more || !hasPrefix(e.src, i, f.quoted) {
			continue
		}
		if f.required {
			missing--
		}
		if i = e.checkValue(&f.shape, i+len(f.quoted)); i == unfit || i == len(e.src) {
			return unfit
		}
		if more = e.src[i] == ','; more {
			i++
		}
	}
	// More members than fields, or another byte than the brace: no canonical object.
	if more || missing > 0 || i >= len(e.src) || e.src[i] != '}' {
		return unfit
	}
	return i + 1
}

func (e *Encoded) checkValue(s *shape, i int) int {
	if i >= len(e.src) {
		return unfit
	}
	switch c := e.src[i]; s.typ {
	case String:
		if c == '"' {
			return e.checkString(s, i)
		}
	case Int, Float:
		if c == '-' || c-'0' <= 9 {
			return e.checkNumber(s, i)
		}
	case Bool:
		if end, f := e.bool(s, i); f == nil {
			return end
		}
	case Object:
		return e.checkObject(s.members, i)
	case Array:
		if c == '[' {
			return e.checkArray(s.items, i+1)
		}
	}
	return unfit
}

// checkArray checks items from src[i] on.
func (e *Encoded) checkArray(items *shape, i int) int {
	if i < len(e.src) && e.src[i] == ']' {
		return i + 1
	}
	for {
		if i = e.checkValue(items, i); i == unfit || i == len(e.src) {
			return unfit
		}
		switch e.src[i] {
		case ',':
			i++
		case ']':
			return i + 1
		default:
			return unfit
		}
	}
}

func (e *Encoded) checkString(s *shape, i int) int {
	end, plain, err := document.ScanString(e.src, i)
	if err != nil {
		return unfit
	}
	text := e.src[i+1 : end-1]
	if !plain {
		e.text = document.AppendUnquoted(e.text[:0], e.src[i:end])
		text = e.text
		e.moved = document.AppendQuoted(e.moved[:0], text)
		if !bytes.Equal(e.moved, e.src[i:end]) {
			return unfit
		}
	}
	if s.wanted && e.note(s, text, i) != nil {
		return unfit
	}
	return end
}

func (e *Encoded) checkNumber(s *shape, i int) int {
	n, err := document.ScanNumber(e.src, i)
	if err != nil || !n.Canonical(s.typ == Int) {
		return unfit
	}
	if s.index == noIndex {
		return i + len(n.Literal)
	}
	start := len(e.keys)
	if s.typ == Int {
		v, _ := n.Int()
		e.keys = key.AppendInt(e.keys, v)
	} else {
		v, _ := n.Float()
		e.keys = key.AppendFloat(e.keys, v)
	}
	e.spans[s.index] = span{start, len(e.keys)}
	return i + len(n.Literal)
}
