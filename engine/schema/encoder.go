package schema

import (
	"math/bits"
	"slices"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/suggest"
)

// An Encoder checks and encodes the documents of one schema. It does not change
// and may be used by many goroutines at once, each with its own Encoded.
type Encoder struct {
	schema      *Schema
	root        *object
	types       []Type // of the schema's Indexes
	documentMax int
}

// NewEncoder compiles a schema. documentMax bounds the bytes of a document, as
// given and as canonical JSON; 0 is no bound.
func NewEncoder(s *Schema, documentMax int) *Encoder {
	enc := &Encoder{schema: s, root: s.compile("", s.Fields), documentMax: documentMax}
	for _, path := range s.Indexes {
		f, _ := s.Field(path)
		enc.types = append(enc.types, f.Type)
	}
	return enc
}

// Schema returns what the encoder was compiled from.
func (enc *Encoder) Schema() *Schema { return enc.schema }

// IndexType returns how the values of index i are encoded.
func (enc *Encoder) IndexType(i int) key.Type { return enc.types[i].Key() }

// Encoded is an encoded document. Its buffers are reused: what it holds is good
// until it is encoded into again. The zero value is ready for use.
type Encoded struct {
	ID       []byte   // _id
	Document []byte   // canonical JSON
	Values   [][]byte // of the schema's Indexes in order, as package key encodes them

	src     []byte   // the input
	doc     []byte   // the output
	id      []byte   // behind ID
	keys    []byte   // behind Values
	spans   []span   // of each value in keys; empty: the document lacks it
	seen    []uint64 // for each open object, a bit for each field met
	members []span   // for each open object, where in doc each field met lies
	text    []byte   // scratch: a string without its escapes
	moved   []byte   // scratch: an object out of order
}

type span struct{ start, end int }

// Unlimited returns an encoder that takes documents of any size: what is stored fitted
// below the limit of its time, whatever the limit is now.
func (enc *Encoder) Unlimited() *Encoder {
	e := *enc
	e.documentMax = 0
	return &e
}

// Encode checks src against the schema and sets e. A document that does not fit
// is SchemaValidationFailed, with the details "field", its path, and "offset",
// in bytes; one that is too long is DocumentTooLarge. After an error e holds
// nothing of use.
func (enc *Encoder) Encode(e *Encoded, src []byte) error {
	if enc.documentMax > 0 && len(src) > enc.documentMax {
		return enc.tooLarge("", len(src))
	}
	e.reset(enc, src)
	i := document.SkipSpace(src, 0)
	if i >= len(src) || src[i] != '{' {
		return enc.refuse(mismatch(src, i, Object))
	}
	i, f := e.object(enc.root, i)
	if f != nil {
		return enc.refuse(f)
	}
	if i = document.SkipSpace(src, i); i < len(src) {
		return enc.refuse(syntaxFault(document.Trailing(src, i)))
	}
	if enc.documentMax > 0 && len(e.doc) > enc.documentMax {
		return enc.tooLarge(" in canonical form", len(e.doc))
	}
	e.Document = e.doc
	e.finish()
	return nil
}

func (e *Encoded) reset(enc *Encoder, src []byte) {
	e.src, e.doc, e.id, e.keys = src, e.doc[:0], e.id[:0], e.keys[:0]
	e.seen, e.members = e.seen[:0], e.members[:0]
	e.spans = slices.Grow(e.spans[:0], len(enc.types))[:len(enc.types)]
	clear(e.spans)
}

// finish sets ID and Values, now that their buffers no longer move.
func (e *Encoded) finish() {
	e.src = nil
	e.ID = e.id
	missing := len(e.keys)
	e.keys = key.AppendMissing(e.keys)
	e.Values = e.Values[:0]
	for _, s := range e.spans {
		if s.end == 0 {
			s = span{missing, len(e.keys)}
		}
		e.Values = append(e.Values, e.keys[s.start:s.end:s.end])
	}
}

// A frame is one object being encoded.
type frame struct {
	*object
	offset  int  // of its brace in src
	doc     int  // of its brace in doc
	seen    int  // of its bits in seen
	members int  // of its spans in members
	last    int  // number of the field met last
	sorted  bool // so far the fields came in order
}

// object encodes the object whose brace is src[i] and returns the offset after it.
func (e *Encoded) object(o *object, i int) (int, *fault) {
	f := frame{object: o, offset: i, doc: len(e.doc), seen: len(e.seen), members: len(e.members), last: -1, sorted: true}
	for range o.required {
		e.seen = append(e.seen, 0)
	}
	e.members = slices.Grow(e.members, len(o.fields))[:len(e.members)+len(o.fields)]
	e.doc = append(e.doc, '{')
	i = document.SkipSpace(e.src, i+1)
	if i < len(e.src) && e.src[i] == '}' {
		return i + 1, e.closeObject(&f)
	}
	for {
		var bad *fault
		if i, bad = e.member(&f, i); bad != nil {
			return 0, bad
		}
		switch {
		case i < len(e.src) && e.src[i] == ',':
			i = document.SkipSpace(e.src, i+1)
		case i < len(e.src) && e.src[i] == '}':
			return i + 1, e.closeObject(&f)
		default:
			return 0, syntaxFault(document.Unseparated(e.src, i, '}'))
		}
	}
}

// member encodes the member that begins at src[i], with a comma after it, and
// returns the offset of what follows it.
func (e *Encoded) member(f *frame, i int) (int, *fault) {
	nameAt := i
	n, i, bad := e.name(f, i)
	if bad != nil {
		return 0, bad
	}
	field := &f.fields[n]
	word, bit := &e.seen[f.seen+n>>6], uint64(1)<<(n&63)
	if *word&bit != 0 {
		return 0, faultf(nameAt, "the member comes twice").in(field.name)
	}
	*word |= bit
	f.sorted = f.sorted && n > f.last
	f.last = n
	start := len(e.doc)
	e.doc = append(e.doc, field.quoted...)
	if i, bad = e.value(&field.shape, i); bad != nil {
		return 0, bad.in(field.name)
	}
	e.doc = append(e.doc, ',')
	e.members[f.members+n] = span{start, len(e.doc)}
	return document.SkipSpace(e.src, i), nil
}

// name reads the name at src[i] and its colon, and returns the number of the
// field and the offset of the value. Most often the field is the next one.
func (e *Encoded) name(f *frame, i int) (n, next int, bad *fault) {
	if n = f.last + 1; n < len(f.fields) {
		quoted := f.fields[n].quoted
		if len(e.src)-i >= len(quoted) && string(e.src[i:i+len(quoted)]) == string(quoted) {
			return n, document.SkipSpace(e.src, i+len(quoted)), nil
		}
	}
	if i >= len(e.src) || e.src[i] != '"' {
		return 0, 0, syntaxFault(document.NoName(e.src, i))
	}
	end, plain, err := document.ScanString(e.src, i)
	if err != nil {
		return 0, 0, syntaxFault(err)
	}
	name := e.src[i+1 : end-1]
	if !plain {
		e.text = document.AppendUnquoted(e.text[:0], e.src[i:end])
		name = e.text
	}
	if n = f.find(name); n < 0 {
		return 0, 0, f.undeclared(string(name), i)
	}
	i = document.SkipSpace(e.src, end)
	if i >= len(e.src) || e.src[i] != ':' {
		return 0, 0, syntaxFault(document.NoColon(e.src, i)).in(f.fields[n].name)
	}
	return n, document.SkipSpace(e.src, i+1), nil
}

func (o *object) undeclared(name string, offset int) *fault {
	known := make([]string, len(o.fields))
	for i := range o.fields {
		known[i] = o.fields[i].name
	}
	return faultf(offset, "no such field is declared%s", suggest.DidYouMean(name, known)).in(name)
}

// closeObject checks that nothing is missing, puts the members in order and
// writes the closing brace.
func (e *Encoded) closeObject(f *frame) *fault {
	seen := e.seen[f.seen:]
	for i, required := range f.required {
		if required&^seen[i] != 0 {
			return f.lacking(seen)
		}
	}
	if !f.sorted {
		e.sortMembers(f, seen)
	}
	if last := len(e.doc) - 1; last > f.doc {
		e.doc[last] = '}' // in place of the last member's comma
	} else {
		e.doc = append(e.doc, '}')
	}
	e.seen, e.members = e.seen[:f.seen], e.members[:f.members]
	return nil
}

func (f *frame) lacking(seen []uint64) *fault {
	bad := faultf(f.offset, "")
	for i := range f.fields {
		if bit := uint64(1) << (i & 63); f.required[i>>6]&^seen[i>>6]&bit != 0 {
			bad.missing = append(bad.missing, document.MemberPath(f.fields[i].name, ""))
		}
	}
	bad.path = bad.missing[0]
	return bad
}

// sortMembers writes the members again, in the order of the fields.
func (e *Encoded) sortMembers(f *frame, seen []uint64) {
	first := f.doc + 1
	e.moved = append(e.moved[:0], e.doc[first:]...)
	e.doc = e.doc[:first]
	for i, word := range seen {
		for ; word != 0; word &= word - 1 {
			m := e.members[f.members+i<<6+bits.TrailingZeros64(word)]
			e.doc = append(e.doc, e.moved[m.start-first:m.end-first]...)
		}
	}
}

// corrupt is the error of a stored document that does not fit its schema.
func (enc *Encoder) corrupt() error {
	return dberr.New(dberr.StorageCorruption, "a stored document does not fit its schema %s %s", enc.schema.ID, enc.schema.Version)
}
