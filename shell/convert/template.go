package convert

import (
	"maps"
	"math/bits"
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// A template is what the tables of one set of names have in common.
//
// Beside its values by name gopher-lua keeps with every table, for next, the list of its
// names in the order in which they came and the place of each in that list. To make these
// name by name is half of what the table of a document costs, and the documents of a
// schema mostly have the same names. So they are made once, by the library itself, and
// each further table gets a copy.
//
// The library has no call for that. A template reaches into its tables, after their
// layout was compared with the one that is known here; where it differs, there are no
// templates, and every table is filled name by name.
type template struct {
	names nameSet
	list  []lua.LValue       // shared by all tables: it has no room, so that one which grows copies it
	place map[lua.LValue]int // in list; copied for each table
}

// A nameSet is a set of the fields of a shape: bit i is the i-th of Shape.fields.
type nameSet uint64

const (
	nameSetFields = 64 // a shape of more has no templates
	templatesMax  = 64 // of a shape; those of further sets are made and dropped
)

// tableParts is the layout of a lua.LTable.
type tableParts struct {
	Metatable lua.LValue

	array   []lua.LValue
	dict    map[lua.LValue]lua.LValue
	strdict map[string]lua.LValue // values by name
	keys    []lua.LValue          // what next walks along: names, and keys of dict
	k2i     map[lua.LValue]int    // the place of each in keys
}

var layoutKnown = sameLayout(reflect.TypeFor[lua.LTable](), reflect.TypeFor[tableParts]())

// sameLayout reports whether two structs have the same fields at the same places.
func sameLayout(a, b reflect.Type) bool {
	if a.NumField() != b.NumField() || a.Size() != b.Size() {
		return false
	}
	for i := range a.NumField() {
		x, y := a.Field(i), b.Field(i)
		if x.Name != y.Name || x.Type != y.Type || x.Offset != y.Offset {
			return false
		}
	}
	return true
}

// partsOf returns the parts of t, which are to be used only if layoutKnown.
func partsOf(t *lua.LTable) *tableParts { return (*tableParts)(unsafe.Pointer(t)) }

// canTemplate reports whether tables of some of these fields can be made by templates.
func canTemplate(fields []field) bool {
	return layoutKnown && len(fields) > 0 && len(fields) <= nameSetFields
}

// complete gives a table that has the values of these names in strdict, and nothing else,
// what else belongs to them.
func (s *Shape) complete(t *lua.LTable, names nameSet) {
	if names == 0 {
		return
	}
	if s.template == nil || s.template.names != names {
		s.template = s.templateOf(names)
	}
	p := partsOf(t)
	p.keys, p.k2i = s.template.list, maps.Clone(s.template.place)
}

func (s *Shape) templateOf(names nameSet) *template {
	if t, ok := s.templates[names]; ok {
		return t
	}
	filled := &lua.LTable{Metatable: lua.LNil}
	for rest := names; rest != 0; rest &= rest - 1 {
		filled.RawSetString(s.sorted[bits.TrailingZeros64(uint64(rest))].name, lua.LTrue)
	}
	p := partsOf(filled)
	t := &template{names, p.keys[:len(p.keys):len(p.keys)], p.k2i}
	if len(s.templates) < templatesMax {
		if s.templates == nil {
			s.templates = map[nameSet]*template{}
		}
		s.templates[names] = t
	}
	return t
}
