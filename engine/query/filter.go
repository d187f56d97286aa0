package query

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/suggest"
)

// filterBytesMax bounds the text of a filter.
const filterBytesMax = 1 << 20

var operators = []string{"$eq", "$gt", "$gte", "$lt", "$lte"}

// Operators lists the names of the operators, sorted.
func Operators() []string { return slices.Clone(operators) }

// parseFilter returns the predicates of a filter, sorted by field.
func parseFilter(indexes []Index, filter []byte) ([]Predicate, error) {
	if len(filter) == 0 {
		return nil, nil
	}
	v, err := document.Parse(filter, document.Options{MaxBytes: filterBytesMax})
	if err != nil {
		var syntax *document.SyntaxError
		if errors.As(err, &syntax) {
			return nil, dberr.New(dberr.QueryInvalid, "filter: %w", err).With("offset", syntax.Offset)
		}
		return nil, dberr.New(dberr.QueryInvalid, "filter: %w", err)
	}
	if v.Kind() != document.Object {
		return nil, dberr.New(dberr.QueryInvalid, "filter is %s; it must be an object of fields", article(v))
	}
	var predicates []Predicate
	for _, m := range v.Members() {
		index := find(indexes, m.Name)
		if index == NoSort {
			return nil, unindexed(indexes, m.Name)
		}
		p := Predicate{Field: m.Name, Index: index, Low: lowest(index), High: highest(index)}
		if err := p.restrict(indexes, m.Value); err != nil {
			return nil, err
		}
		predicates = append(predicates, p)
	}
	slices.SortFunc(predicates, func(a, b Predicate) int { return strings.Compare(a.Field, b.Field) })
	return predicates, nil
}

func unindexed(indexes []Index, field string) error {
	known := []string{ID}
	for _, x := range indexes {
		known = append(known, x.Field)
	}
	e := dberr.New(dberr.QueryUnindexedField, "field %q has no index; indexed are %s", field, names(indexes)).With("field", field)
	if strings.HasPrefix(field, "$") {
		e.Code = dberr.QueryInvalid
		e.Message = fmt.Sprintf("filter has the operator %q where a field is expected", field)
		return e.WithHint(`write it inside a field: {"age": {"$gte": 18}}`)
	}
	if near := suggest.Nearest(field, known); near != "" {
		return e.WithHint("did you mean %q? Otherwise add an index in a new schema version", near)
	}
	return e
}

// The interval of all documents that have the field.
func lowest(index int) []byte {
	if index < 0 {
		return nil
	}
	return key.AppendLowest(nil)
}

func highest(index int) []byte {
	if index < 0 {
		return nil
	}
	return key.AppendHighest(nil)
}

// restrict narrows p by what the filter says of its field: a value, or an object
// of operators.
func (p *Predicate) restrict(indexes []Index, v document.Value) error {
	if v.Kind() != document.Object {
		return p.apply(indexes, "$eq", v)
	}
	if len(v.Members()) == 0 {
		return dberr.New(dberr.QueryInvalid, "filter on %q is an empty object; give a value or operators (%s)", p.Field, strings.Join(operators, ", ")).With("field", p.Field)
	}
	for _, m := range v.Members() {
		if err := p.apply(indexes, m.Name, m.Value); err != nil {
			return err
		}
	}
	return nil
}

func (p *Predicate) apply(indexes []Index, operator string, v document.Value) error {
	if !slices.Contains(operators, operator) {
		e := dberr.New(dberr.QueryInvalid, "filter on %q: unknown operator %q", p.Field, operator).With("field", p.Field)
		if near := suggest.Nearest(operator, operators); near != "" {
			return e.WithHint("did you mean %q?", near)
		}
		return e.WithHint("the operators are %s", strings.Join(operators, ", "))
	}
	value, err := p.encode(indexes, v)
	if err != nil {
		return err
	}
	behind := p.behind(value)
	switch operator {
	case "$eq":
		p.Equality = true
		p.raise(value)
		p.lower(behind)
	case "$gt":
		p.raise(behind)
	case "$gte":
		p.raise(value)
	case "$lt":
		p.lower(value)
	case "$lte":
		p.lower(behind)
	}
	p.describe(operator, v)
	return nil
}

func (p *Predicate) raise(low []byte) {
	if string(low) > string(p.Low) {
		p.Low = low
	}
}

func (p *Predicate) lower(high []byte) {
	if p.High == nil || string(high) < string(p.High) {
		p.High = high
	}
}

// behind returns the smallest bound greater than the value and all that starts
// with it.
func (p *Predicate) behind(value []byte) []byte {
	if p.Index < 0 {
		return append(slices.Clone(value), 0)
	}
	return key.AppendSuccessor(nil, value)
}

// encode encodes a bound by the type of the field's index.
func (p *Predicate) encode(indexes []Index, v document.Value) ([]byte, error) {
	kind := v.Kind()
	if p.Index < 0 {
		if kind != document.String {
			return nil, p.wrongType("string", v)
		}
		return []byte(v.Str()), nil
	}
	switch t := indexes[p.Index].Type; t {
	case key.Int:
		if kind == document.Int {
			return key.AppendInt(nil, v.Int()), nil
		}
		return nil, p.wrongType("int", v)
	case key.Float:
		if kind == document.Int || kind == document.Float {
			return p.encodeFloat(v)
		}
		return nil, p.wrongType("float", v)
	case key.Bool:
		if kind == document.Bool {
			return key.AppendBool(nil, v.Bool()), nil
		}
		return nil, p.wrongType("bool", v)
	default:
		if kind == document.String {
			return key.AppendString(nil, []byte(v.Str())), nil
		}
		return nil, p.wrongType("string", v)
	}
}

// encodeFloat encodes a number by the rule that documents follow, so that whatever a
// document gives back finds it again: an integer is taken if the float is exactly that,
// or is written with the same digits, as 2^60 is written 1152921504606847000.
func (p *Predicate) encodeFloat(v document.Value) ([]byte, error) {
	literal := v.Literal()
	if v.Kind() == document.Int {
		literal = strconv.FormatInt(v.Int(), 10)
	}
	if literal != "" {
		n, err := document.ScanNumber([]byte(literal), 0)
		if err != nil || !n.RoundTrips() {
			return nil, dberr.New(dberr.QueryInvalid, "filter on %q: a float cannot hold %s exactly", p.Field, shorten(literal)).With("field", p.Field)
		}
	}
	return key.AppendFloat(nil, v.Float()), nil
}

// shorten keeps a number of any length fit for a message.
func shorten(literal string) string {
	if len(literal) > 40 {
		return literal[:40] + "..."
	}
	return literal
}

func (p *Predicate) wrongType(want string, v document.Value) error {
	return dberr.New(dberr.QueryInvalid, "filter on %q: the field is %s, the value is %s", p.Field, want, article(v)).With("field", p.Field)
}

// article describes a value for a message: a string, an integer beyond 64 bits.
func article(v document.Value) string {
	switch v.Kind() {
	case document.Int:
		return "an int"
	case document.Array:
		return "an array"
	case document.Object:
		return "an object"
	case document.Null:
		return "null"
	case document.Float:
		if v.Literal() != "" {
			return "an integer beyond 64 bits"
		}
	}
	return "a " + v.Kind().String()
}

// sign returns how an operator is shown.
func sign(operator string) string {
	switch operator {
	case "$eq":
		return "="
	case "$gt":
		return ">"
	case "$gte":
		return ">="
	case "$lt":
		return "<"
	}
	return "<="
}

func (p *Predicate) describe(operator string, v document.Value) {
	if p.text != "" {
		p.text += " and "
	}
	p.text += p.Field + " " + sign(operator) + " " + string(document.Append(nil, v))
}
