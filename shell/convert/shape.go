package convert

import "github.com/aerodb/aerodb/engine/schema"

// Kind is what a Shape expects.
type Kind uint8

// The kinds that matter to a conversion.
const (
	Any Kind = iota
	Object
	Array
	Int
	Float
)

// Shape says what is expected where Lua and JSON differ. A nil Shape expects nothing. It
// is for one Codec at a time.
type Shape struct {
	Kind    Kind
	Members map[string]*Shape // of an Object
	Other   *Shape            // of an Object: members not in Members
	Item    *Shape            // of an Array

	sorted []field // see fields
	last   int     // members of the last object decoded; 0: none yet

	templates map[nameSet]*template
	template  *template // the last one used
}

func (s *Shape) kind() Kind {
	if s == nil {
		return Any
	}
	return s.Kind
}

func (s *Shape) member(name string) *Shape {
	if s == nil {
		return nil
	}
	if m, ok := s.Members[name]; ok {
		return m
	}
	return s.Other
}

func (s *Shape) item() *Shape {
	if s == nil {
		return nil
	}
	return s.Item
}

// Definition is the shape of a schema definition.
var Definition = func() *Shape {
	field := &Shape{Kind: Object, Members: map[string]*Shape{}}
	fields := &Shape{Kind: Object, Other: field}
	field.Members["fields"], field.Members["items"] = fields, field
	return &Shape{Kind: Object, Members: map[string]*Shape{
		"fields":  fields,
		"indexes": {Kind: Array},
	}}
}()

// OfSchema returns the shape of a schema's documents.
func OfSchema(s *schema.Schema) *Shape { return ofFields(s.Fields) }

func ofFields(fields []schema.Field) *Shape {
	s := &Shape{Kind: Object, Members: make(map[string]*Shape, len(fields))}
	for i := range fields {
		s.Members[fields[i].Name] = ofField(&fields[i])
	}
	return s
}

func ofField(f *schema.Field) *Shape {
	switch f.Type {
	case schema.Object:
		return ofFields(f.Fields)
	case schema.Array:
		return &Shape{Kind: Array, Item: ofField(f.Items)}
	case schema.Int:
		return &Shape{Kind: Int}
	case schema.Float:
		return &Shape{Kind: Float}
	}
	return nil
}
