package repl

import (
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine/query"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/shell/bind"
)

// keys are the names that belong into the table at the cursor: options, fields of a
// document or of a filter, or a filter's operators.
func (l looker) keys(here *call) []string {
	p := here.param
	if p == nil || len(here.tables) == 0 {
		return nil
	}
	first := here.tables[0]
	switch {
	case len(here.tables) == 1 && len(p.Members) > 0:
		var names []string
		for i := range p.Members {
			names = append(names, p.Members[i].Name)
		}
		return names
	case len(p.Members) > 0 && first.key == "filter":
		return l.filterKeys(here)
	case len(p.Members) > 0 && first.key == "fields":
		return fieldKeys(here)
	case len(p.Members) == 0 && p.Kind == bind.Table && here.method:
		return l.documentKeys(here)
	}
	return nil
}

// fieldKeys are those that describe a field in the definition of a schema.
func fieldKeys(here *call) []string {
	if len(here.tables) < 3 {
		return nil // the fields' own names
	}
	last := here.tables[len(here.tables)-2]
	if last.key == "fields" {
		return nil
	}
	return []string{"fields", "items", "required", "type"}
}

// inDefinition gives the strings in the definition of a schema: types.
func (l looker) inDefinition(here *call) []string {
	if member(here.param, "fields") == nil || here.tables[0].key != "fields" {
		return nil
	}
	return slices.Clone(fieldTypes)
}

var fieldTypes = []string{"array", "bool", "float", "int", "object", "string"}

// filterKeys are the fields that a filter may name, or the operators on one.
func (l looker) filterKeys(here *call) []string {
	if len(here.tables) > 2 {
		return query.Operators()
	}
	return l.indexed(here.receiver)
}

// definitions are the schemas that t can mean: of its version, else of its newest, else,
// if the collection is not known, all.
func (l looker) definitions(t thing) []*schema.Schema {
	if t.id == "" {
		return l.schemas()
	}
	if t.version == "" {
		if newest := l.newest(t.id); newest != nil {
			return []*schema.Schema{newest}
		}
	}
	var found []*schema.Schema
	for _, definition := range l.schemas() {
		if definition.ID == t.id && definition.Version == t.version {
			found = append(found, definition)
		}
	}
	return found
}

// indexed are the paths that a query on t may name.
func (l looker) indexed(t thing) []string {
	names := []string{schema.IDField}
	for _, definition := range l.definitions(t) {
		names = append(names, definition.Indexes...)
	}
	return names
}

func (l looker) documentFields(t thing) []schema.Field {
	var fields []schema.Field
	for _, definition := range l.definitions(t) {
		fields = append(fields, definition.Fields...)
	}
	return fields
}

// documentKeys are the fields of a document, or of an object in it, that is written as a
// table. A table in a list has no key.
func (l looker) documentKeys(here *call) []string {
	fields := l.documentFields(here.receiver)
	for _, outer := range here.tables[:len(here.tables)-1] {
		if outer.key == "" {
			continue
		}
		i := slices.IndexFunc(fields, func(f schema.Field) bool { return f.Name == outer.key })
		if i < 0 {
			return nil
		}
		f := &fields[i]
		for f.Items != nil {
			f = f.Items
		}
		fields = f.Fields
	}
	var names []string
	for i := range fields {
		if !strings.Contains(fields[i].Name, `"`) {
			names = append(names, fields[i].Name)
		}
	}
	return names
}
