package schema

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
)

// Type is the type of a field.
type Type uint8

// The types.
const (
	String Type = iota + 1
	Int
	Float
	Bool
	Object
	Array
)

var typeNames = []string{"string", "int", "float", "bool", "object", "array"}

// String returns the type's name as schemas spell it.
func (t Type) String() string {
	if t >= String && t <= Array {
		return typeNames[t-String]
	}
	return "unknown"
}

// Scalar reports whether t is neither object nor array.
func (t Type) Scalar() bool { return t >= String && t <= Bool }

// Key returns how values of a scalar type are encoded in index keys; 0 for
// object and array.
func (t Type) Key() key.Type {
	switch t {
	case String:
		return key.String
	case Int:
		return key.Int
	case Float:
		return key.Float
	case Bool:
		return key.Bool
	}
	return 0
}

// A Schema is what Parse and FromValue have checked. It does not change.
type Schema struct {
	ID      string
	Version string
	Fields  []Field  // sorted by name
	Indexes []string // dotted paths, sorted, distinct, without _id
}

// A Field is one declared field, or what an array's items are.
type Field struct {
	Name     string // "" for items
	Type     Type
	Required bool
	Fields   []Field // of an Object, sorted by name
	Items    *Field  // of an Array
}

// Field returns the field at a dotted path through objects.
func (s *Schema) Field(path string) (Field, bool) {
	fields := s.Fields
	for {
		name, rest, more := strings.Cut(path, ".")
		i, ok := slices.BinarySearchFunc(fields, name, func(f Field, name string) int { return strings.Compare(f.Name, name) })
		if !ok || !more {
			if !ok {
				return Field{}, false
			}
			return fields[i], true
		}
		fields, path = fields[i].Fields, rest
	}
}

// Index returns the position of a path in s.Indexes.
func (s *Schema) Index(path string) (int, bool) { return slices.BinarySearch(s.Indexes, path) }

// Equal reports whether s and t are the same schema.
func (s *Schema) Equal(t *Schema) bool { return bytes.Equal(s.Canonical(), t.Canonical()) }

// Canonical returns the schema as canonical JSON.
func (s *Schema) Canonical() []byte { return document.Append(nil, s.Value()) }

// Value returns the schema as JSON, every short form written out.
func (s *Schema) Value() document.Value {
	indexes := make([]document.Value, len(s.Indexes))
	for i, path := range s.Indexes {
		indexes[i] = document.StringValue(path)
	}
	return document.ObjectValue(
		document.Member{Name: "fields", Value: fieldsValue(s.Fields)},
		document.Member{Name: "indexes", Value: document.ArrayValue(indexes...)},
		document.Member{Name: "schema_id", Value: document.StringValue(s.ID)},
		document.Member{Name: "schema_version", Value: document.StringValue(s.Version)},
	)
}

func fieldsValue(fields []Field) document.Value {
	members := make([]document.Member, len(fields))
	for i := range fields {
		members[i] = document.Member{Name: fields[i].Name, Value: fields[i].value()}
	}
	return document.ObjectValue(members...)
}

func (f *Field) value() document.Value {
	var members []document.Member
	if f.Type == Object {
		members = append(members, document.Member{Name: "fields", Value: fieldsValue(f.Fields)})
	}
	if f.Type == Array {
		members = append(members, document.Member{Name: "items", Value: f.Items.value()})
	}
	if f.Name != "" { // items are neither required nor optional
		members = append(members, document.Member{Name: "required", Value: document.BoolValue(f.Required)})
	}
	members = append(members, document.Member{Name: "type", Value: document.StringValue(f.Type.String())})
	return document.ObjectValue(members...)
}
