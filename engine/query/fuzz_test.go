package query_test

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/query"
)

// means says whether a value that compares to the operand as order satisfies the operator.
func means(operator string, order int) bool {
	switch operator {
	case "$eq":
		return order == 0
	case "$gt":
		return order > 0
	case "$gte":
		return order >= 0
	case "$lt":
		return order < 0
	}
	return order <= 0
}

// FuzzMeaning: a filter of two conditions on one field matches a value exactly if
// comparing the three says so, for each type, whatever the planner makes of it.
func FuzzMeaning(f *testing.F) {
	f.Add(uint8(2), uint8(3), int64(18), int64(65), int64(18), "a", "b", "ab")
	operators := []string{"$eq", "$gt", "$gte", "$lt", "$lte"}
	f.Fuzz(func(t *testing.T, first, second uint8, i, j, v int64, s, u, w string) {
		one, two := operators[int(first)%5], operators[int(second)%5]
		if one == two || !utf8.ValidString(s) || !utf8.ValidString(u) || !utf8.ValidString(w) {
			return
		}
		check := func(field, a, b string, value []byte, want bool) {
			t.Helper()
			filter := fmt.Sprintf(`{%q:{%q:%s,%q:%s}}`, field, one, a, two, b)
			c, err := query.Compile(indexes, limited(filter, ""), limitMax)
			if err != nil {
				t.Fatalf("%s: %v", filter, err)
			}
			if got := c.Scan.Matches(value) && !c.Scan.Empty(); got != want {
				t.Fatalf("%s matches % x: %v, want %v; it reads [% x, % x)", filter, value, got, want, c.Scan.Low, c.Scan.High)
			}
		}
		ints := func(n int64) string { return strconv.FormatInt(n, 10) }
		check("age", ints(i), ints(j), key.AppendInt(nil, v), means(one, cmp.Compare(v, i)) && means(two, cmp.Compare(v, j)))
		float := func(n int64) float64 { return float64(n%2000) / 8 }
		floats := func(n int64) string { return string(document.AppendFloat(nil, float(n))) }
		check("score", floats(i), floats(j), key.AppendFloat(nil, float(v)), means(one, cmp.Compare(float(v), float(i))) && means(two, cmp.Compare(float(v), float(j))))
		text := func(s string) string { return string(document.AppendQuoted(nil, s)) }
		want := means(one, cmp.Compare(w, s)) && means(two, cmp.Compare(w, u))
		check("city", text(s), text(u), key.AppendString(nil, []byte(w)), want)
		check("_id", text(s), text(u), []byte(w), want)
		missing := key.AppendMissing(nil)
		c, err := query.Compile(indexes, limited(fmt.Sprintf(`{"age":{%q:%d}}`, one, i), ""), limitMax)
		if err != nil || c.Scan.Matches(missing) || bytes.Compare(missing, c.Scan.Low) >= 0 {
			t.Fatalf("%s %d matches a document without the field: %v", one, i, err)
		}
	})
}
