package schema

import (
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
)

// IndexValues sets e from a canonical document that Encode once made: Document
// is canonical itself, ID and Values are computed again, nothing is checked that
// need not be. A document that cannot be one of the schema is StorageCorruption.
func (enc *Encoder) IndexValues(e *Encoded, canonical []byte) error {
	e.reset(enc, canonical)
	if !e.extract(enc.root, 0) || len(e.id) == 0 {
		return enc.corrupt()
	}
	e.Document = canonical
	e.finish()
	return nil
}

// extract notes what is wanted of the object at src[i]; false if it cannot be
// one. Fields and members are sorted alike, so they are walked side by side.
func (e *Encoded) extract(o *object, i int) bool {
	if i >= len(e.src) || e.src[i] != '{' {
		return false
	}
	i++
	for n := range o.wanted {
		f := &o.fields[n]
		if !hasPrefix(e.src, i, f.quoted) {
			continue
		}
		i += len(f.quoted)
		start := i
		if i = document.SkipCanonical(e.src, i); f.wanted && !e.take(&f.shape, start, i) {
			return false
		}
		if i >= len(e.src) || e.src[i] != ',' {
			break
		}
		i++
	}
	return true
}

func hasPrefix(src []byte, i int, prefix []byte) bool {
	return len(src)-i >= len(prefix) && string(src[i:i+len(prefix)]) == string(prefix)
}

// take notes what is wanted of the value src[start:end].
func (e *Encoded) take(s *shape, start, end int) bool {
	if s.typ == Object {
		return e.extract(s.members, start)
	}
	literal := e.src[start:end]
	if s.id {
		if len(literal) < len(`"x"`) || literal[0] != '"' {
			return false
		}
		e.id = document.AppendUnquoted(e.id, literal)
		return true
	}
	from, ok := len(e.keys), false
	e.keys, ok = appendKey(e.keys, literal, s.typ)
	e.spans[s.index] = span{from, len(e.keys)}
	return ok
}

// AppendIndexValue appends the encoded value of index i of a canonical document
// that Encode once made. A document that cannot be one of the schema is
// StorageCorruption.
func (enc *Encoder) AppendIndexValue(dst, canonical []byte, i int) ([]byte, error) {
	literal, ok := document.Lookup(canonical, enc.schema.Indexes[i])
	if !ok {
		return key.AppendMissing(dst), nil
	}
	dst, ok = appendKey(dst, literal, enc.types[i])
	if !ok {
		return dst, enc.corrupt()
	}
	return dst, nil
}
