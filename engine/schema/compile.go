package schema

import (
	"encoding/binary"
	"math/bits"

	"github.com/aerodb/aerodb/engine/document"
)

const noIndex = -1

// A shape is what the encoder knows of one declared value.
type shape struct {
	typ     Type
	index   int     // position of the index on it in Schema.Indexes, or noIndex
	id      bool    // it is _id
	wanted  bool    // it or something inside is _id or indexed
	members *object // of an Object
	items   *shape  // of an Array
}

// An object is what the encoder knows of one list of declared fields.
type object struct {
	fields   []field  // sorted by name
	required []uint64 // a bit for each field
	must     int      // how many are required
	wanted   int      // fields up to here hold all that is wanted
	table    []uint16 // by hash of the name: number of the field + 1, 0 is free
	shift    int      // what of a hash is the place in table
}

type field struct {
	shape
	name     string
	quoted   []byte // "name": as canonical JSON has it
	required bool
}

func (s *Schema) compile(prefix string, fields []Field) *object {
	o := &object{fields: make([]field, len(fields)), required: make([]uint64, (len(fields)+63)/64)}
	for i := range fields {
		f := &fields[i]
		o.fields[i] = field{
			shape:    s.compileShape(prefix+f.Name, f),
			name:     f.Name,
			quoted:   append(document.AppendQuoted(nil, f.Name), ':'),
			required: f.Required,
		}
		if f.Required {
			o.must++
			o.required[i>>6] |= 1 << (i & 63)
		}
		if o.fields[i].wanted {
			o.wanted = i + 1
		}
	}
	o.makeTable()
	return o
}

func (s *Schema) compileShape(path string, f *Field) shape {
	sh := shape{typ: f.Type, index: noIndex, id: path == IDField}
	if i, ok := s.Index(path); ok {
		sh.index = i
	}
	sh.wanted = sh.id || sh.index != noIndex
	switch f.Type {
	case Object:
		sh.members = s.compile(path+".", f.Fields)
		sh.wanted = sh.members.wanted > 0
	case Array:
		// No index passes through an array, so none is found on a path below.
		items := s.compileShape(path+".[]", f.Items)
		sh.items = &items
	}
	return sh
}

// makeTable fills a table of twice to four times as many places as fields; a
// taken place sends a field to the next one.
func (o *object) makeTable() {
	size := bits.Len(uint(2 * len(o.fields)))
	o.table, o.shift = make([]uint16, 1<<size), 64-size
	for i := range o.fields {
		at := hash([]byte(o.fields[i].name)) >> o.shift
		for o.table[at] != 0 {
			at = (at + 1) % uint64(len(o.table))
		}
		o.table[at] = uint16(i + 1)
	}
}

// find returns the number of the field of that name, -1 if there is none.
func (o *object) find(name []byte) int {
	mask := uint64(len(o.table) - 1)
	for at := hash(name) >> o.shift & mask; ; at = (at + 1) & mask {
		i := int(o.table[at]) - 1
		if i < 0 || o.fields[i].name == string(name) {
			return i
		}
	}
}

// hash mixes the length, the first and the last eight bytes of a name; the
// place in a table is its highest bits.
func hash(name []byte) uint64 {
	const mix = 0x9e3779b97f4a7c15 // 2^64 / golden ratio
	n := len(name)
	h := uint64(n)
	switch {
	case n >= 8:
		h += binary.LittleEndian.Uint64(name) * mix
		h ^= h >> 32
		h += binary.LittleEndian.Uint64(name[n-8:])
	case n >= 4:
		h += uint64(binary.LittleEndian.Uint32(name))<<32 | uint64(binary.LittleEndian.Uint32(name[n-4:]))
	case n > 0:
		h += uint64(name[0])<<8 | uint64(name[n/2])<<16 | uint64(name[n-1])<<24
	}
	h *= mix
	h ^= h >> 29
	return h * mix
}
