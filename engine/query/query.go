package query

import (
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
)

// ID is the name of the primary key, which always has an index.
const ID = "_id"

// A Query is what a caller asks.
type Query struct {
	Filter   []byte // a JSON object; empty means no filter
	Sort     string // an indexed field, with a leading - descending; empty means none
	Limit    int64
	HasLimit bool // whether the caller gave a limit at all
}

// An Index is one index a query may use.
type Index struct {
	Field string
	Type  key.Type
}

// A Predicate is an interval of one field's values. Low is inclusive, High
// exclusive; for an indexed field they bound encoded values, for _id the bytes of
// the _id itself. A nil High is open for _id only.
type Predicate struct {
	Field    string
	Index    int // position among the indexes, -1 for _id
	Equality bool
	Low      []byte
	High     []byte
	text     string // as a person reads it: 18 <= age < 65
}

// Matches reports whether an encoded value, or an _id, lies in the interval.
func (p *Predicate) Matches(value []byte) bool {
	return string(value) >= string(p.Low) && (p.High == nil || string(value) < string(p.High))
}

// Empty reports whether nothing can match.
func (p *Predicate) Empty() bool { return p.High != nil && string(p.Low) >= string(p.High) }

// Compiled is a query ready to run.
type Compiled struct {
	Plan     Plan
	Scan     Predicate   // what the chosen index is read for
	Rest     []Predicate // tested on each document
	Reverse  bool        // whether the scan goes from the greatest value down
	IDsDown  bool        // whether the entries of one value are wanted by descending _id
	SortRest int         // index to sort by in memory, -1 for _id, NoSort if the scan's order is the answer's
	SortDown bool        // whether the sort in memory is descending
	Limit    int
}

// NoSort says that nothing is sorted in memory.
const NoSort = -2

// Compile checks a query against the indexes, sorted by field, and plans it.
func Compile(indexes []Index, q Query, limitMax int) (*Compiled, error) {
	predicates, err := parseFilter(indexes, q.Filter)
	if err != nil {
		return nil, err
	}
	sortIndex, down, err := parseSort(indexes, q.Sort)
	if err != nil {
		return nil, err
	}
	if err := checkLimit(q, limitMax); err != nil {
		return nil, err
	}
	if len(predicates) == 0 && q.Sort == "" {
		return nil, dberr.New(dberr.QueryUnbounded, "the query has no filter and no sort, so it would walk the whole collection")
	}
	return choose(indexes, predicates, q.Sort, sortIndex, down, int(q.Limit)), nil
}

func checkLimit(q Query, limitMax int) error {
	switch {
	case !q.HasLimit:
		return dberr.New(dberr.QueryLimitRequired, "the query has no limit")
	case q.Limit <= 0:
		return dberr.New(dberr.QueryLimitRequired, "limit is %d; it must be positive", q.Limit)
	case q.Limit > int64(limitMax):
		return dberr.New(dberr.QueryInvalid, "limit is %d, more than limits.query_limit = %d", q.Limit, limitMax).
			WithHint("ask for at most %d, walk the collection with each(), or raise limits.query_limit", limitMax)
	}
	return nil
}

func parseSort(indexes []Index, sort string) (index int, down bool, err error) {
	if sort == "" {
		return NoSort, false, nil
	}
	field := strings.TrimPrefix(sort, "-")
	index = find(indexes, field)
	if index == NoSort {
		return 0, false, dberr.New(dberr.QuerySortNotIndexed, "sort field %q has no index; indexed are %s", field, names(indexes)).With("field", field)
	}
	return index, field != sort, nil
}

// find returns the position of the field's index, -1 for _id, NoSort for none.
func find(indexes []Index, field string) int {
	if field == ID {
		return -1
	}
	for i := range indexes {
		if indexes[i].Field == field {
			return i
		}
	}
	return NoSort
}

func names(indexes []Index) string {
	s := ID
	for _, x := range indexes {
		s += ", " + x.Field
	}
	return s
}
