package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// The matrix of evolution: every change, in every place where fields can be, alone, with
// every other, and all at once. Each change has a field or index of its own, so what a
// set of changes does is what each does.

// A place is where fields are declared. inside wraps its fields' JSON into a field.
type place struct {
	prefix string
	inside func(fields string) string
}

var places = []place{
	{"", func(fields string) string { return fields }},
	{"o.", func(fields string) string { return `"o":{"type":"object","fields":{` + fields + `}}` }},
	{"a[].", func(fields string) string {
		return `"a":{"type":"array","items":{"type":"object","fields":{` + fields + `}}}`
	}},
	{"d.a[][].o.", func(fields string) string {
		return `"d":{"type":"object","required":true,"fields":{"a":{"type":"array","items":{"type":"array","items":{"type":"object","fields":{"o":{"type":"object","fields":{` + fields + `}}}}}}}}`
	}},
}

// A change is what the JSON of a field is before and after it, "" for none, and the
// rule that it is told by.
type change struct {
	name          string
	before, after string
	index         bool // the field has an index before, or after, where it has none in the other
	rule          Rule
	text          string
}

var fieldChanges = []change{
	{"optional added", ``, `"int"`, false, FieldAdded, "is new, of type int"},
	{"optional object with required members added", ``, `{"type":"object","fields":{"r":{"type":"int","required":true}}}`, false, FieldAdded, "is new, of type object"},
	{"required added", ``, `{"type":"int","required":true}`, false, RequiredAdded, "is new and required; a new field is optional"},
	{"optional removed", `"int"`, ``, false, FieldRemoved, "is removed"},
	{"required removed", `{"type":"int","required":true}`, ``, false, FieldRemoved, "is removed"},
	{"became required", `"int"`, `{"type":"int","required":true}`, false, RequiredChanged, "was optional, is required"},
	{"became optional", `{"type":"int","required":true}`, `"int"`, false, RequiredChanged, "was required, is optional"},
	{"type changed", `"int"`, `"float"`, false, TypeChanged, "was of type int, is float"},
	{"items changed", `{"type":"array","items":"int"}`, `{"type":"array","items":"string"}`, false, TypeChanged, "was of type int, is string"},
}

var indexChanges = []change{
	{"index added", `"int"`, `"int"`, true, IndexAdded, "is new"},
	{"index removed", `"int"`, `"int"`, true, IndexRemoved, "is removed"},
}

// A move is a change in a place, of a field of its own.
type move struct {
	change
	place place
	field string
}

func (m move) String() string { return fmt.Sprintf("%s at %q", m.name, m.place.prefix+m.field) }

// line is how the move is told.
func (m move) line() string {
	path := m.place.prefix + m.field
	switch {
	case m.index:
		path = "index " + path
	case m.name == "items changed":
		path += "[]"
	}
	return path + ": " + m.text
}

func allMoves() (moves []move) {
	for _, p := range places {
		for i, c := range fieldChanges {
			moves = append(moves, move{c, p, fmt.Sprintf("f%d", i)})
		}
		if !strings.Contains(p.prefix, "[") { // items have no index
			for i, c := range indexChanges {
				moves = append(moves, move{c, p, fmt.Sprintf("x%d", i)})
			}
		}
	}
	return moves
}

// versions makes the two schemas that differ by the moves. Both have everything else
// that the moves could touch.
func versions(t *testing.T, all, moves []move) (old, next *Schema) {
	t.Helper()
	build := func(version string, after bool) *Schema {
		var fields, indexes []string
		for _, p := range places {
			inside := []string{`"same":"string"`}
			for _, m := range all {
				if m.place.prefix != p.prefix {
					continue
				}
				moved := after && slices.ContainsFunc(moves, func(o move) bool { return o.place.prefix == p.prefix && o.field == m.field })
				text := m.before
				if moved {
					text = m.after
				}
				if text != "" {
					inside = append(inside, fmt.Sprintf("%q:%s", m.field, text))
				}
				if m.index && moved == (m.rule == IndexAdded) {
					indexes = append(indexes, fmt.Sprintf("%q", p.prefix+m.field))
				}
			}
			fields = append(fields, p.inside(strings.Join(inside, ",")))
		}
		text := fmt.Sprintf(`{"schema_id":"s","schema_version":%q,"fields":{%s,%s},"indexes":[%s]}`, version, idField, strings.Join(fields, ","), strings.Join(indexes, ","))
		s, err := Parse([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return s
	}
	return build("v1", false), build("v2", true)
}

// checkMoves compares what Differences and Compatible say of the moves with what each is.
func checkMoves(t *testing.T, all, moves []move) {
	t.Helper()
	old, next := versions(t, all, moves)
	var want, broken, got []string
	for _, m := range moves {
		want = append(want, m.line())
		if m.rule != FieldAdded && m.rule != IndexAdded {
			broken = append(broken, m.line())
		}
	}
	for _, d := range Differences(old, next) {
		got = append(got, d.String())
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%v\n got %q\nwant %q", moves, got, want)
	}
	err := Compatible(old, next)
	if len(broken) == 0 {
		if err != nil {
			t.Errorf("%v: %v", moves, err)
		}
		return
	}
	var e *dberr.Error
	if !errors.As(err, &e) || e.Code != dberr.SchemaIncompatible || len(e.Details) != 1 || e.Details[0].Key != "differences" {
		t.Fatalf("%v: %v", moves, err)
	}
	told := slices.Clone(e.Details[0].Value.([]string))
	slices.Sort(told)
	slices.Sort(broken)
	if !slices.Equal(told, broken) {
		t.Errorf("%v\nit is refused for %q\n           want %q", moves, told, broken)
	}
}

func TestEvolutionMatrix(t *testing.T) {
	all := allMoves()
	pairs := 0
	for i, m := range all {
		checkMoves(t, all, []move{m})
		for _, n := range all[i+1:] {
			checkMoves(t, all, []move{m, n})
			pairs++
		}
	}
	if want := len(all) * (len(all) - 1) / 2; pairs != want || len(all) != 4*len(fieldChanges)+2*len(indexChanges) {
		t.Errorf("%d changes, %d pairs", len(all), pairs)
	}
	checkMoves(t, all, nil)
	checkMoves(t, all, all)
}

// Every type becomes every other; a type stays only itself.
func TestEvolutionOfTypes(t *testing.T) {
	types := []string{`"string"`, `"int"`, `"float"`, `"bool"`, `{"type":"object","fields":{"x":"int"}}`, `{"type":"array","items":"int"}`}
	for i, before := range types {
		for j, after := range types {
			for _, p := range places {
				m := move{change{"type", before, after, false, TypeChanged, fmt.Sprintf("was of type %s, is %s", typeNames[i], typeNames[j])}, p, "f"}
				if i == j {
					old, next := versions(t, []move{m}, []move{m})
					if d := Differences(old, next); d != nil {
						t.Errorf("%s: %v", before, d)
					}
					continue
				}
				checkMoves(t, []move{m}, []move{m})
			}
		}
	}
}
