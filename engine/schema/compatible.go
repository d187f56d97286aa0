package schema

import (
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
)

// differencesShown is how many differences the message of an error names; its
// details name all.
const differencesShown = 5

// Compatible reports whether next may follow old as a version: it keeps every
// field with its type and its required, and every index, and adds only optional
// fields and indexes. The error is SchemaIncompatible; its detail "differences"
// is one line for each rule that is broken.
func Compatible(old, next *Schema) error {
	d := compareFields(nil, "", old.Fields, next.Fields)
	for _, path := range old.Indexes {
		if _, ok := next.Index(path); !ok {
			d = append(d, fmt.Sprintf("index %s: is removed", path))
		}
	}
	if len(d) == 0 {
		return nil
	}
	shown := strings.Join(d[:min(len(d), differencesShown)], "; ")
	if more := len(d) - differencesShown; more > 0 {
		shown += fmt.Sprintf("; and %d more", more)
	}
	return dberr.New(dberr.SchemaIncompatible, "%s %s does not extend %s: %s", next.ID, next.Version, old.Version, shown).
		With("differences", d)
}

// compareFields appends the differences of two sorted lists of fields.
func compareFields(d []string, prefix string, old, next []Field) []string {
	for len(old) > 0 || len(next) > 0 {
		switch {
		case len(next) == 0 || len(old) > 0 && old[0].Name < next[0].Name:
			d = append(d, fmt.Sprintf("%s%s: is removed", prefix, old[0].Name))
			old = old[1:]
		case len(old) == 0 || next[0].Name < old[0].Name:
			if next[0].Required {
				d = append(d, fmt.Sprintf("%s%s: is new and required; a new field is optional", prefix, next[0].Name))
			}
			next = next[1:]
		default:
			d = compareField(d, prefix+old[0].Name, &old[0], &next[0])
			old, next = old[1:], next[1:]
		}
	}
	return d
}

func compareField(d []string, path string, old, next *Field) []string {
	if old.Required != next.Required {
		word := map[bool]string{true: "required", false: "optional"}
		d = append(d, fmt.Sprintf("%s: was %s, is %s", path, word[old.Required], word[next.Required]))
	}
	switch {
	case old.Type != next.Type:
		d = append(d, fmt.Sprintf("%s: was of type %s, is %s", path, old.Type, next.Type))
	case old.Type == Object:
		d = compareFields(d, path+".", old.Fields, next.Fields)
	case old.Type == Array:
		d = compareField(d, path+"[]", old.Items, next.Items)
	}
	return d
}
