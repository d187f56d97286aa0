package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"

	"github.com/aerodb/aerodb/engine"
)

// A modelTerm is one comparison of a filter: field, operator, bound.
type modelTerm struct {
	field, op string
	value     modelValue
}

// A modelQuery is a query and how a person would answer it.
type modelQuery struct {
	terms []modelTerm
	sort  string
	limit int
}

// query writes the query as a caller does: terms of one field under one member.
func (q *modelQuery) query() engine.Query {
	var members []string
	for i := 0; i < len(q.terms); {
		t := q.terms[i]
		if t.op == "" {
			members = append(members, fmt.Sprintf("%q:%s", t.field, t.value.json))
			i++
			continue
		}
		var ops []string
		for ; i < len(q.terms) && q.terms[i].field == t.field; i++ {
			ops = append(ops, fmt.Sprintf("%q:%s", q.terms[i].op, q.terms[i].value.json))
		}
		members = append(members, fmt.Sprintf("%q:{%s}", t.field, strings.Join(ops, ",")))
	}
	filter := "{" + strings.Join(members, ",") + "}"
	return engine.Query{Filter: []byte(filter), Sort: q.sort, Limit: int64(q.limit), HasLimit: true}
}

// field returns a field of a document; ok is false if it lacks it.
func (d *modelDoc) field(path string) (v modelValue, ok bool) {
	if path == "_id" {
		return stringValue(d.id), true
	}
	v, ok = d.fields[path]
	return v, ok
}

func (t *modelTerm) matches(d *modelDoc) bool {
	v, ok := d.field(t.field)
	if !ok {
		return false
	}
	c := v.compare(t.value)
	switch t.op {
	case "$gt":
		return c > 0
	case "$gte":
		return c >= 0
	case "$lt":
		return c < 0
	case "$lte":
		return c <= 0
	}
	return c == 0
}

// order returns the field that orders the answer: the sort, or the index that the
// planner's rule takes.
func (q *modelQuery) order() (field string, down bool) {
	if q.sort != "" {
		return strings.TrimPrefix(q.sort, "-"), q.sort[0] == '-'
	}
	best, bestRank := "", 3
	for _, t := range q.terms {
		r := 2
		for _, u := range q.terms {
			if u.field == t.field && (u.op == "" || u.op == "$eq") {
				r = 1
			}
		}
		if r == 1 && t.field == "_id" {
			r = 0
		}
		if r < bestRank || r == bestRank && t.field < best {
			best, bestRank = t.field, r
		}
	}
	return best, false
}

// answer evaluates the query the slow way: filter, sort, cut. Documents without the
// field come first, equal ones by ascending _id.
func (q *modelQuery) answer(docs []*modelDoc) []string {
	var found []*modelDoc
	for _, d := range docs {
		if !slices.ContainsFunc(q.terms, func(t modelTerm) bool { return !t.matches(d) }) {
			found = append(found, d)
		}
	}
	field, down := q.order()
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i], found[j]
		v, hasA := a.field(field)
		w, hasB := b.field(field)
		c := 0
		switch {
		case hasA && hasB:
			c = v.compare(w)
		case hasA:
			c = 1
		case hasB:
			c = -1
		}
		if down {
			c = -c
		}
		return c < 0 || c == 0 && a.id < b.id
	})
	var answer []string
	for _, d := range found[:min(len(found), q.limit)] {
		answer = append(answer, d.canonical())
	}
	return answer
}

// randomQuery returns a valid query on a version.
func randomQuery(rng *rand.Rand, c *modelCollection, version int) *modelQuery {
	v := &c.versions[version]
	fields := append(v.indexes(), "_id")
	q := &modelQuery{limit: 1 + rng.IntN(40)}
	if rng.IntN(3) == 0 {
		q.limit = 10000
	}
	rng.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	for _, field := range fields[:rng.IntN(min(4, len(fields)+1))] {
		q.terms = append(q.terms, randomTerms(rng, v, field)...)
	}
	if len(q.terms) == 0 || rng.IntN(2) == 0 {
		q.sort = fields[rng.IntN(len(fields))]
		if rng.IntN(2) == 0 {
			q.sort = "-" + q.sort
		}
	}
	return q
}

// randomTerms returns what a filter says of one field.
func randomTerms(rng *rand.Rand, v *modelVersion, field string) []modelTerm {
	bound := func() modelValue {
		if field == "_id" {
			return stringValue(randomID(rng))
		}
		return randomValue(rng, v.kind(field))
	}
	if rng.IntN(3) == 0 {
		return []modelTerm{{field, "", bound()}}
	}
	ops := []string{"$gt", "$gte", "$lt", "$lte", "$eq"}
	rng.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
	var terms []modelTerm
	for _, op := range ops[:1+rng.IntN(2)] {
		terms = append(terms, modelTerm{field, op, bound()})
	}
	return terms
}
