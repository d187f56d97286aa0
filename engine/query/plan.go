package query

import (
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/document"
)

// The scan types of a plan.
const (
	ScanPrimaryKey    = "primary_key"    // one document by _id
	ScanIndexEquality = "index_equality" // one value of an index
	ScanIndexRange    = "index_range"    // a stretch of an index
	ScanIndexSort     = "index_sort"     // an index from its beginning or end
)

// How a plan sorts.
const (
	SortNone   = "none"   // no sort was asked for; the order is the index's, then _id
	SortIndex  = "index"  // the chosen index gives the order
	SortMemory = "memory" // at most limit documents are kept and sorted
)

// A Plan says what a query will do and why.
type Plan struct {
	ChosenIndex string   // the field
	ScanType    string   // one of the Scan constants
	Bounds      string   // what of the index is read, as a person reads it
	Predicates  []string // tested on each document
	Sort        string   // as asked for
	SortBy      string   // one of the Sort constants
	Limit       int64
	Bounded     bool   // always true: what is not is refused
	Reason      string // the rule that chose the index
}

// Value returns the plan as the object that explain shows.
func (p Plan) Value() document.Value {
	left := make([]document.Value, len(p.Predicates))
	for i, s := range p.Predicates {
		left[i] = document.StringValue(s)
	}
	return document.ObjectValue(
		document.Member{Name: "chosen_index", Value: document.StringValue(p.ChosenIndex)},
		document.Member{Name: "scan_type", Value: document.StringValue(p.ScanType)},
		document.Member{Name: "bounds", Value: document.StringValue(p.Bounds)},
		document.Member{Name: "predicates", Value: document.ArrayValue(left...)},
		document.Member{Name: "sort", Value: document.StringValue(p.Sort)},
		document.Member{Name: "sort_by", Value: document.StringValue(p.SortBy)},
		document.Member{Name: "limit", Value: document.IntValue(p.Limit)},
		document.Member{Name: "bounded", Value: document.BoolValue(p.Bounded)},
		document.Member{Name: "reason", Value: document.StringValue(p.Reason)},
	)
}

// rank orders predicates by the rule; a smaller rank is taken first.
func rank(p Predicate) int {
	switch {
	case p.Equality && p.Index < 0:
		return 0
	case p.Equality:
		return 1
	}
	return 2
}

var scanTypes = [...]string{ScanPrimaryKey, ScanIndexEquality, ScanIndexRange}

// choose applies the rule. The predicates are sorted by field, so that the first
// of the smallest rank is the one the rule takes.
func choose(indexes []Index, predicates []Predicate, sort string, sortIndex int, down bool, limit int) *Compiled {
	c := &Compiled{Limit: limit, SortRest: NoSort, Plan: Plan{Sort: sort, SortBy: SortNone, Limit: int64(limit), Bounded: true}}
	if len(predicates) == 0 {
		c.Scan = Predicate{Field: strings.TrimPrefix(sort, "-"), Index: sortIndex}
		c.Reverse, c.IDsDown = down, down && sortIndex < 0
		c.Plan.ScanType, c.Plan.SortBy = ScanIndexSort, SortIndex
		c.Plan.Bounds = "all, documents without the field first"
		if sortIndex < 0 {
			c.Plan.Bounds = "all"
		}
		c.Plan.Reason = "there is no filter, so the index of the sort field is read in its order"
	} else {
		best := 0
		for i := range predicates {
			if rank(predicates[i]) < rank(predicates[best]) {
				best = i
			}
		}
		c.Scan = predicates[best]
		c.Rest = append(append(c.Rest, predicates[:best]...), predicates[best+1:]...)
		c.Plan.ScanType, c.Plan.Bounds = scanTypes[rank(c.Scan)], c.Scan.text
		c.Plan.Reason = reason(c.Scan, c.Rest)
		c.order(sortIndex, down)
	}
	c.Plan.ChosenIndex = c.Scan.Field
	for _, p := range c.Rest {
		c.Plan.Predicates = append(c.Plan.Predicates, p.text)
	}
	return c
}

// order decides whether the scan's order is the one asked for.
func (c *Compiled) order(sortIndex int, down bool) {
	switch {
	case sortIndex == NoSort:
	case sortIndex == c.Scan.Index, sortIndex < 0 && c.Scan.Equality:
		// Entries of one value lie in the order of _id.
		c.Reverse, c.IDsDown, c.Plan.SortBy = down, down && sortIndex < 0, SortIndex
	default:
		c.SortRest, c.SortDown, c.Plan.SortBy = sortIndex, down, SortMemory
	}
}

func reason(chosen Predicate, rest []Predicate) string {
	what := [...]string{"_id equality comes first", "equality on an indexed field comes before ranges", "a range is the best the filter offers"}[rank(chosen)]
	for _, p := range rest {
		if rank(p) == rank(chosen) {
			return what + fmt.Sprintf("; of several the field that sorts first, %q", chosen.Field)
		}
	}
	return what
}
