package schema

import (
	"bytes"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
)

// value encodes the value that begins at src[i] and returns the offset after it.
func (e *Encoded) value(s *shape, i int) (int, *fault) {
	c := byte(0)
	if i < len(e.src) {
		c = e.src[i]
	}
	number := c == '-' || c-'0' <= 9
	switch {
	case s.typ == String && c == '"':
		return e.string(s, i)
	case s.typ == Int && number:
		return e.int(s, i)
	case s.typ == Float && number:
		return e.float(s, i)
	case s.typ == Bool && (c == 't' || c == 'f'):
		return e.bool(s, i)
	case s.typ == Object && c == '{':
		return e.object(s.members, i)
	case s.typ == Array && c == '[':
		return e.array(s.items, i)
	}
	return 0, mismatch(e.src, i, s.typ)
}

func (e *Encoded) array(items *shape, i int) (int, *fault) {
	e.doc = append(e.doc, '[')
	i = document.SkipSpace(e.src, i+1)
	if i < len(e.src) && e.src[i] == ']' {
		e.doc = append(e.doc, ']')
		return i + 1, nil
	}
	for n := 0; ; n++ {
		var bad *fault
		if i, bad = e.value(items, i); bad != nil {
			return 0, bad.at(n)
		}
		i = document.SkipSpace(e.src, i)
		switch {
		case i < len(e.src) && e.src[i] == ',':
			e.doc = append(e.doc, ',')
			i = document.SkipSpace(e.src, i+1)
		case i < len(e.src) && e.src[i] == ']':
			e.doc = append(e.doc, ']')
			return i + 1, nil
		default:
			return 0, syntaxFault(document.Unseparated(e.src, i, ']'))
		}
	}
}

func (e *Encoded) string(s *shape, i int) (int, *fault) {
	end, plain, err := document.ScanString(e.src, i)
	if err != nil {
		return 0, syntaxFault(err)
	}
	text := e.src[i+1 : end-1]
	if plain {
		e.doc = append(e.doc, e.src[i:end]...)
	} else {
		e.text = document.AppendUnquoted(e.text[:0], e.src[i:end])
		text = e.text
		e.doc = document.AppendQuoted(e.doc, text)
	}
	if s.wanted {
		return end, e.note(s, text, i)
	}
	return end, nil
}

// note keeps a string that is _id or indexed.
func (e *Encoded) note(s *shape, text []byte, offset int) *fault {
	if s.id {
		switch {
		case len(text) == 0:
			return faultf(offset, "is empty")
		case len(text) > DocumentIDBytesMax:
			return faultf(offset, "has %d bytes, more than the limit of %d for %s", len(text), DocumentIDBytesMax, IDField)
		}
		e.id = append(e.id, text...)
		return nil
	}
	if len(text) > IndexedStringBytesMax {
		return faultf(offset, "has %d bytes, more than the limit of %d for an indexed string", len(text), IndexedStringBytesMax)
	}
	start := len(e.keys)
	e.keys = key.AppendString(e.keys, text)
	e.spans[s.index] = span{start, len(e.keys)}
	return nil
}

func (e *Encoded) int(s *shape, i int) (int, *fault) {
	n, err := document.ScanNumber(e.src, i)
	if err != nil {
		return 0, syntaxFault(err)
	}
	v, ok := n.Int()
	switch {
	case !n.Integer:
		return 0, faultf(i, "wants an integer literal, without fraction or exponent, got %s", shorten(n.Literal))
	case !ok:
		return 0, faultf(i, "%s is outside the range of a 64-bit int", shorten(n.Literal))
	}
	e.doc = n.AppendInt(e.doc)
	if s.index != noIndex {
		start := len(e.keys)
		e.keys = key.AppendInt(e.keys, v)
		e.spans[s.index] = span{start, len(e.keys)}
	}
	return i + len(n.Literal), nil
}

func (e *Encoded) float(s *shape, i int) (int, *fault) {
	n, err := document.ScanNumber(e.src, i)
	if err != nil {
		return 0, syntaxFault(err)
	}
	v, ok := n.Float()
	switch {
	case !ok:
		return 0, syntaxFault(document.OutOfRange(i))
	case n.Integer && !n.RoundTrips():
		return 0, faultf(i, "a 64-bit float cannot hold the integer %s exactly; with a fraction, .0, the nearest float is taken", shorten(n.Literal))
	}
	e.doc = n.AppendFloat(e.doc, v)
	if s.index != noIndex {
		start := len(e.keys)
		e.keys = key.AppendFloat(e.keys, v)
		e.spans[s.index] = span{start, len(e.keys)}
	}
	return i + len(n.Literal), nil
}

func (e *Encoded) bool(s *shape, i int) (int, *fault) {
	literal := "false"
	if e.src[i] == 't' {
		literal = "true"
	}
	if !startsWith(e.src, i, literal) {
		return 0, mismatch(e.src, i, Bool)
	}
	e.doc = append(e.doc, literal...)
	if s.index != noIndex {
		start := len(e.keys)
		e.keys = key.AppendBool(e.keys, e.src[i] == 't')
		e.spans[s.index] = span{start, len(e.keys)}
	}
	return i + len(literal), nil
}

// appendKey appends the encoded value of a canonical literal; false if it is of
// another type.
func appendKey(dst, literal []byte, typ Type) ([]byte, bool) {
	if len(literal) == 0 {
		return dst, false
	}
	switch c := literal[0]; {
	case typ == String && c == '"' && len(literal) > 1:
		if bytes.IndexByte(literal, '\\') >= 0 {
			return key.AppendString(dst, document.AppendUnquoted(nil, literal)), true
		}
		return key.AppendString(dst, literal[1:len(literal)-1]), true
	case typ == Bool && (c == 't' || c == 'f'):
		return key.AppendBool(dst, c == 't'), true
	case (typ == Int || typ == Float) && (c == '-' || c-'0' <= 9):
		n, err := document.ScanNumber(literal, 0)
		if err != nil || len(n.Literal) != len(literal) {
			return dst, false
		}
		if typ == Int {
			v, ok := n.Int()
			return key.AppendInt(dst, v), ok
		}
		v, ok := n.Float()
		return key.AppendFloat(dst, v), ok
	}
	return dst, false
}
