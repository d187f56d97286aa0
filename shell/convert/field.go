package convert

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/aerodb/aerodb/engine/document"
)

// A field is a name that an object may have.
type field struct {
	name    string
	literal string // as it stands before its value: "age":
	shape   *Shape // of the value
}

// fields returns the members of s, sorted. A name that is written with escapes is not
// among them: the strict reader takes it.
func (s *Shape) fields() []field {
	if s == nil || len(s.Members) == 0 {
		return nil
	}
	if s.sorted == nil {
		for name, shape := range s.Members {
			literal := document.AppendQuoted(nil, name)
			if string(literal) == `"`+name+`"` {
				s.sorted = append(s.sorted, field{name, string(literal) + ":", shape})
			}
		}
		slices.SortFunc(s.sorted, func(a, b field) int { return cmp.Compare(a.name, b.name) })
	}
	return s.sorted
}

// room returns for how many members a table is made. Documents of a schema with many
// optional fields mostly have as many as the one before.
func (s *Shape) room() int {
	switch {
	case s == nil:
		return 1
	case s.last == 0:
		return max(len(s.Members), 1)
	}
	return s.last
}

// held notes how many members an object of that shape had.
func (s *Shape) held(members int) {
	if s != nil && s.last != members {
		s.last = members
	}
}

// field reads the name at i with its colon. It must come after the name before, which is
// nil at the first. Known are the fields of the shape that may still come; what is left of
// them is returned. What is found comes in registers: as a struct it was written and read
// again at once in other pieces, for which a processor waits until all that was written
// before has left it, new memory above all.
func (d *decoder) field(i int, s *Shape, known []field, before []byte) (name string, shape *Shape, rest []field, end int) {
	src := d.src[i:]
	for k := range known {
		f := &known[k]
		if len(src) >= len(f.literal) && string(src[:len(f.literal)]) == f.literal {
			return f.name, f.shape, known[k+1:], i + len(f.literal)
		}
	}
	if len(src) == 0 || src[0] != '"' {
		return "", nil, nil, -1
	}
	end, plain, err := document.ScanString(d.src, i)
	if err != nil || !plain || end >= len(d.src) || d.src[end] != ':' {
		return "", nil, nil, -1
	}
	text := d.src[i+1 : end-1]
	if before != nil && bytes.Compare(before, text) >= 0 {
		return "", nil, nil, -1
	}
	for len(known) > 0 && known[0].name < string(text) {
		known = known[1:]
	}
	name = d.word(text)
	return name, s.member(name), known, end + 1
}
