package schema

import (
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
)

// differencesShown is how many differences the message of an error names; its
// details name all.
const differencesShown = 5

// A Rule is what a new version does to the one before.
type Rule string

// The rules. A version may do what Allowed says; the rest takes something back that
// readers or writers of the version before rely on.
const (
	FieldAdded      Rule = "field_added"
	IndexAdded      Rule = "index_added"
	FieldRemoved    Rule = "field_removed"
	RequiredAdded   Rule = "required_field_added"
	RequiredChanged Rule = "required_changed"
	TypeChanged     Rule = "type_changed"
	IndexRemoved    Rule = "index_removed"
)

// Allowed reports whether a new version may do that.
func (r Rule) Allowed() bool { return r == FieldAdded || r == IndexAdded }

// A Difference is one thing that a version does to the one before.
type Difference struct {
	Path string // of the field, through objects by dots and into items by []: tags[].name
	Rule Rule
	Text string // what it does, for a person: "is removed"
}

// String returns the difference in one line.
func (d Difference) String() string {
	if d.Rule == IndexAdded || d.Rule == IndexRemoved {
		return fmt.Sprintf("index %s: %s", d.Path, d.Text)
	}
	return fmt.Sprintf("%s: %s", d.Path, d.Text)
}

// Value returns the difference as users see it.
func (d Difference) Value() document.Value {
	return document.ObjectValue(
		document.Member{Name: "path", Value: document.StringValue(d.Path)},
		document.Member{Name: "rule", Value: document.StringValue(string(d.Rule))},
		document.Member{Name: "allowed", Value: document.BoolValue(d.Rule.Allowed())},
		document.Member{Name: "message", Value: document.StringValue(d.String())},
	)
}

// Compatible reports whether next may follow old as a version: it keeps every
// field with its type and its required, and every index, and adds only optional
// fields and indexes. The error is SchemaIncompatible; its detail "differences"
// is one line for each rule that is broken.
func Compatible(old, next *Schema) error {
	var broken []string
	for _, d := range Differences(old, next) {
		if !d.Rule.Allowed() {
			broken = append(broken, d.String())
		}
	}
	if len(broken) == 0 {
		return nil
	}
	shown := strings.Join(broken[:min(len(broken), differencesShown)], "; ")
	if more := len(broken) - differencesShown; more > 0 {
		shown += fmt.Sprintf("; and %d more", more)
	}
	return dberr.New(dberr.SchemaIncompatible, "%s %s does not extend %s: %s", next.ID, next.Version, old.Version, shown).
		With("differences", broken)
}

// Differences lists what next does to old: fields in the order of their names, then
// indexes. It looks at nothing but fields and indexes.
func Differences(old, next *Schema) []Difference {
	d := compareFields(nil, "", old.Fields, next.Fields)
	for _, path := range old.Indexes {
		if _, ok := next.Index(path); !ok {
			d = append(d, Difference{path, IndexRemoved, "is removed"})
		}
	}
	for _, path := range next.Indexes {
		if _, ok := old.Index(path); !ok {
			d = append(d, Difference{path, IndexAdded, "is new"})
		}
	}
	return d
}

// compareFields appends the differences of two sorted lists of fields.
func compareFields(d []Difference, prefix string, old, next []Field) []Difference {
	for len(old) > 0 || len(next) > 0 {
		switch {
		case len(next) == 0 || len(old) > 0 && old[0].Name < next[0].Name:
			d = append(d, Difference{prefix + old[0].Name, FieldRemoved, "is removed"})
			old = old[1:]
		case len(old) == 0 || next[0].Name < old[0].Name:
			added := Difference{prefix + next[0].Name, FieldAdded, fmt.Sprintf("is new, of type %s", next[0].Type)}
			if next[0].Required {
				added.Rule, added.Text = RequiredAdded, "is new and required; a new field is optional"
			}
			d = append(d, added)
			next = next[1:]
		default:
			d = compareField(d, prefix+old[0].Name, &old[0], &next[0])
			old, next = old[1:], next[1:]
		}
	}
	return d
}

func compareField(d []Difference, path string, old, next *Field) []Difference {
	if old.Required != next.Required {
		word := map[bool]string{true: "required", false: "optional"}
		d = append(d, Difference{path, RequiredChanged, fmt.Sprintf("was %s, is %s", word[old.Required], word[next.Required])})
	}
	switch {
	case old.Type != next.Type:
		d = append(d, Difference{path, TypeChanged, fmt.Sprintf("was of type %s, is %s", old.Type, next.Type)})
	case old.Type == Object:
		d = compareFields(d, path+".", old.Fields, next.Fields)
	case old.Type == Array:
		d = compareField(d, path+"[]", old.Items, next.Items)
	}
	return d
}
