package query_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/query"
)

// plans are queries of each rule and the whole plan, as explain shows it.
var plans = []struct{ rule, filter, sort, plan string }{
	{"1: _id equality before all else", `{"city":"Oslo","_id":"7","age":{"$gt":3}}`, "",
		`bounds=_id = "7" bounded=true chosen_index=_id limit=10 predicates=[age > 3; city = "Oslo"] reason=_id equality comes first scan_type=primary_key sort= sort_by=none`},
	{"1: sorted by _id, one document at most", `{"_id":"7"}`, "-_id",
		`bounds=_id = "7" bounded=true chosen_index=_id limit=10 predicates=[] reason=_id equality comes first scan_type=primary_key sort=-_id sort_by=index`},
	{"1: sorted by something else", `{"_id":"7"}`, "age",
		`bounds=_id = "7" bounded=true chosen_index=_id limit=10 predicates=[] reason=_id equality comes first scan_type=primary_key sort=age sort_by=memory`},
	{"2: equality before ranges", `{"age":{"$gte":18,"$lt":65},"city":"Oslo","_id":{"$gt":"a"}}`, "",
		`bounds=city = "Oslo" bounded=true chosen_index=city limit=10 predicates=[_id > "a"; age >= 18 and age < 65] reason=equality on an indexed field comes before ranges scan_type=index_equality sort= sort_by=none`},
	{"2: of several the first field", `{"score":1.5,"city":{"$eq":"Oslo"},"member":true}`, "",
		`bounds=city = "Oslo" bounded=true chosen_index=city limit=10 predicates=[member = true; score = 1.5] reason=equality on an indexed field comes before ranges; of several the field that sorts first, "city" scan_type=index_equality sort= sort_by=none`},
	{"2: $eq beside a range is equality", `{"age":{"$gt":1},"score":{"$lt":9,"$eq":2}}`, "",
		`bounds=score < 9 and score = 2 bounded=true chosen_index=score limit=10 predicates=[age > 1] reason=equality on an indexed field comes before ranges scan_type=index_equality sort= sort_by=none`},
	{"2: equal values lie in the order of _id", `{"city":"Oslo"}`, "-_id",
		`bounds=city = "Oslo" bounded=true chosen_index=city limit=10 predicates=[] reason=equality on an indexed field comes before ranges scan_type=index_equality sort=-_id sort_by=index`},
	{"2: sorted in memory", `{"city":"Oslo"}`, "-age",
		`bounds=city = "Oslo" bounded=true chosen_index=city limit=10 predicates=[] reason=equality on an indexed field comes before ranges scan_type=index_equality sort=-age sort_by=memory`},
	{"3: a range", `{"age":{"$gte":18,"$lte":30}}`, "",
		`bounds=age >= 18 and age <= 30 bounded=true chosen_index=age limit=10 predicates=[] reason=a range is the best the filter offers scan_type=index_range sort= sort_by=none`},
	{"3: of several the first field, whatever the order of the filter", `{"score":{"$gt":0.5},"age":{"$lt":9}}`, "",
		`bounds=age < 9 bounded=true chosen_index=age limit=10 predicates=[score > 0.5] reason=a range is the best the filter offers; of several the field that sorts first, "age" scan_type=index_range sort= sort_by=none`},
	{"3: the index gives the sort", `{"age":{"$lt":9}}`, "-age",
		`bounds=age < 9 bounded=true chosen_index=age limit=10 predicates=[] reason=a range is the best the filter offers scan_type=index_range sort=-age sort_by=index`},
	{"3: the sort does not choose the index", `{"age":{"$lt":9},"score":{"$lt":9}}`, "score",
		`bounds=age < 9 bounded=true chosen_index=age limit=10 predicates=[score < 9] reason=a range is the best the filter offers; of several the field that sorts first, "age" scan_type=index_range sort=score sort_by=memory`},
	{"3: a range of _id", `{"_id":{"$gte":"a","$lt":"b"}}`, "-_id",
		`bounds=_id >= "a" and _id < "b" bounded=true chosen_index=_id limit=10 predicates=[] reason=a range is the best the filter offers scan_type=index_range sort=-_id sort_by=index`},
	{"3: a range sorted by _id", `{"age":{"$lt":9}}`, "_id",
		`bounds=age < 9 bounded=true chosen_index=age limit=10 predicates=[] reason=a range is the best the filter offers scan_type=index_range sort=_id sort_by=memory`},
	{"4: the sort's index", `{}`, "-age",
		`bounds=all, documents without the field first bounded=true chosen_index=age limit=10 predicates=[] reason=there is no filter, so the index of the sort field is read in its order scan_type=index_sort sort=-age sort_by=index`},
	{"4: by _id", ``, "_id",
		`bounds=all bounded=true chosen_index=_id limit=10 predicates=[] reason=there is no filter, so the index of the sort field is read in its order scan_type=index_sort sort=_id sort_by=index`},
}

func TestPlans(t *testing.T) {
	for _, test := range plans {
		c, err := query.Compile(indexes, limited(test.filter, test.sort), limitMax)
		if err != nil {
			t.Errorf("%s: %v", test.rule, err)
			continue
		}
		if got := planText(c.Plan.Value()); got != test.plan {
			t.Errorf("%s: %s sort %q\ngot  %s\nwant %s", test.rule, test.filter, test.sort, got, test.plan)
		}
	}
}

// planText writes a plan on one line, members by name.
func planText(v document.Value) string {
	var parts []string
	for _, name := range []string{"bounds", "bounded", "chosen_index", "limit", "predicates", "reason", "scan_type", "sort", "sort_by"} {
		m, ok := v.Get(name)
		switch {
		case !ok:
			parts = append(parts, name+" is missing")
		case m.Kind() == document.String:
			parts = append(parts, name+"="+m.Str())
		case m.Kind() == document.Array:
			var items []string
			for _, item := range m.Items() {
				items = append(items, item.Str())
			}
			parts = append(parts, fmt.Sprintf("%s=[%s]", name, strings.Join(items, "; ")))
		default:
			parts = append(parts, name+"="+string(document.Append(nil, m)))
		}
	}
	if n := len(v.Members()); n != len(parts) {
		parts = append(parts, fmt.Sprintf("and %d more members", n-len(parts)))
	}
	return strings.Join(parts, " ")
}
