package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

func seededRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 99)) }

// idsOf asks a query and returns the _ids of the answer, parsed off the canonical
// form, where _id comes first.
func idsOf(t *testing.T, c *engine.Collection, filter, sort string, limit int) []string {
	t.Helper()
	docs, err := c.Find(ctx, engine.Query{Filter: []byte(filter), Sort: sort, Limit: int64(limit), HasLimit: true})
	if err != nil {
		t.Fatalf("%s sort %q: %v", filter, sort, err)
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i], _, _ = strings.Cut(strings.TrimPrefix(string(d), `{"_id":"`), `"`)
	}
	return ids
}

// The engine's refusals and limits, from outside.
func TestFindRefuses(t *testing.T) {
	o := testOptions(vfs.NewMem())
	o.QueryLimitMax = 50
	mustInit(t, o)
	db := mustOpen(t, o)
	defer db.Close()
	c := people(t, db)
	mustDo(t, c.Insert([]byte(`{"_id":"1","name":"n","age":1}`)))
	for _, test := range []struct {
		query engine.Query
		code  dberr.Code
	}{
		{engine.Query{Filter: []byte(`{"age":1}`)}, dberr.QueryLimitRequired},
		{engine.Query{Filter: []byte(`{"age":1}`), Limit: 51, HasLimit: true}, dberr.QueryInvalid},
		{engine.Query{Limit: 5, HasLimit: true}, dberr.QueryUnbounded},
		{engine.Query{Filter: []byte(`{"name":"n"}`), Limit: 5, HasLimit: true}, dberr.QueryUnindexedField},
		{engine.Query{Filter: []byte(`{"email":"n"}`), Limit: 5, HasLimit: true}, dberr.QueryUnindexedField}, // v2 has it
		{engine.Query{Sort: "name", Limit: 5, HasLimit: true}, dberr.QuerySortNotIndexed},
		{engine.Query{Filter: []byte(`{"age":"1"}`), Limit: 5, HasLimit: true}, dberr.QueryInvalid},
	} {
		_, err := c.Find(ctx, test.query)
		wantCode(t, err, test.code)
		_, eerr := c.Explain(test.query)
		if eerr == nil || eerr.Error() != err.Error() {
			t.Errorf("Explain says %v, Find %v", eerr, err)
		}
	}
	if docs, err := c.Find(ctx, engine.Query{Sort: "age", Limit: 50, HasLimit: true}); err != nil || len(docs) != 1 {
		t.Errorf("at the limit: %s, %v", docs, err)
	}
}

// A descending sort gives equal values by ascending _id, also where they are more
// than are kept at once, at every limit around the edges, over several runs.
func TestLargeGroupsDescending(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	sizes := map[int]int{9: 255, 7: 256, 6: 257, 5: 1, 3: 700, -2: 513, -9: 30}
	var want []string // by -age, then _id
	var docs [][]byte
	ages := []int{9, 7, 6, 5, 3, -2, -9}
	for _, age := range ages {
		var group []string
		for i := range sizes[age] {
			id := fmt.Sprintf("%05d/%d", i*7919%100000, age)
			group = append(group, id)
			docs = append(docs, fmt.Appendf(nil, `{"_id":"%s","age":%d,"name":"n"}`, id, age))
		}
		slices.Sort(group)
		want = append(want, group...)
	}
	seededRand(3).Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
	for part := range slices.Chunk(docs, len(docs)/4) {
		mustDo(t, c.InsertMany(part))
		_, err := db.Snapshot(ctx)
		mustDo(t, err)
	}
	for _, limit := range []int{1, 2, 254, 255, 256, 257, 510, 511, 512, 513, 768, 769, 770, 1469, 1470, 2000, len(want), 10000} {
		if got := idsOf(t, c, "", "-age", limit); !slices.Equal(got, want[:min(limit, len(want))]) {
			t.Errorf("limit %d: %d documents, or in another order", limit, len(got))
		}
	}
	from := sizes[9] + sizes[7]
	if got := idsOf(t, c, `{"age":{"$gte":3,"$lt":7}}`, "-age", 10000); !slices.Equal(got, want[from:from+257+1+700]) {
		t.Errorf("a range: %d documents, or in another order", len(got))
	}
	if got := idsOf(t, c, `{"age":3}`, "-_id", 650); len(got) != 650 || !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("one value by -_id: %d documents, or in another order", len(got))
	}
}

// Values at the edges of their types are found by equality and by ranges that
// just take them in or leave them out.
func TestExtremeValues(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	ints := []string{"-9223372036854775808", "-9223372036854775807", "-9007199254740993", "-9007199254740992", "-1", "0", "1", "9007199254740992", "9007199254740993", "9223372036854775806", "9223372036854775807"}
	floats := []string{"-1.7976931348623157e+308", "-100000000000000000000", "-1.5", "-1e-7", "-5e-324", "0", "5e-324", "0.1", "1", "9007199254740992", "1152921504606847000", "1e+21", "1.7976931348623157e+308"}
	for i, v := range ints {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"i%02d","age":%s,"name":"n"}`, i, v)))
	}
	for i, v := range floats {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"f%02d","score":%s,"name":"n"}`, i, v)))
	}
	for round := range 2 {
		checkEdges(t, c, "age", "i", ints)
		checkEdges(t, c, "score", "f", floats)
		if round == 0 {
			_, err := db.Checkpoint(ctx)
			mustDo(t, err)
		}
	}
}

// checkEdges compares every operator at every value, and its place in every sort.
func checkEdges(t *testing.T, c *engine.Collection, field, prefix string, values []string) {
	t.Helper()
	var ids []string
	for i := range values {
		ids = append(ids, fmt.Sprintf("%s%02d", prefix, i))
	}
	for i, v := range values {
		for op, want := range map[string][]string{"$eq": ids[i : i+1], "$gt": ids[i+1:], "$gte": ids[i:], "$lt": ids[:i], "$lte": ids[:i+1]} {
			for _, sort := range []string{field, "-" + field} {
				got := idsOf(t, c, fmt.Sprintf(`{%q:{%q:%s}}`, field, op, v), sort, 100)
				if sort[0] == '-' {
					slices.Reverse(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s %s %s sort %s: %v, want %v", field, op, v, sort, got, want)
				}
			}
		}
	}
	for _, empty := range []string{`{"$gt":%[1]s,"$lt":%[1]s}`, `{"$gte":%[1]s,"$lt":%[1]s}`, `{"$eq":%[1]s,"$gt":%[1]s}`} {
		filter := fmt.Sprintf(`{"`+field+`":`+empty+`}`, values[3])
		if got := idsOf(t, c, filter, "", 100); len(got) != 0 {
			t.Errorf("%s finds %v", filter, got)
		}
	}
}

// Strings are ordered by their bytes, whatever is in them; long ones too.
func TestStringValues(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	long := strings.Repeat("l", 1000)
	cities := []string{"", `\u0000`, `\u0000\u0000`, `\u0000\u0001`, `\u0000a`, `\u0001`, "a", `a\u0000`, `a\u0000\u0000`, `a\u0000b`, `a\u0001`, "aa", "b", long, long + `\u0000`, long + "a", long + "b", "ÿ", "日", "\U0010ffff"}
	var all []string
	for i, city := range cities {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"c%02d","home":{"city":"%s"},"name":"n"}`, i, city)))
		cities[i] = `"` + city + `"`
	}
	for i := range 400 { // many long values that are equal
		id := fmt.Sprintf("z%03d", i)
		all = append(all, id)
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%s","home":{"city":"%s"},"name":"n","member":%v}`, id, "\U0010ffff"+long, i%2 == 0)))
	}
	for range 2 {
		checkEdgesBelow(t, c, cities)
		if got := idsOf(t, c, fmt.Sprintf(`{"home.city":"%s"}`, "\U0010ffff"+long), "-home.city", 390); !slices.Equal(got, all[:390]) {
			t.Errorf("long equal values: %d, or in another order", len(got))
		}
		if got := idsOf(t, c, fmt.Sprintf(`{"home.city":{"$gte":"%s"},"member":true}`, "\U0010ffff"+long), "-home.city", 3); !slices.Equal(got, []string{"z000", "z002", "z004"}) {
			t.Errorf("long equal values with a predicate: %v", got)
		}
		_, err := db.Checkpoint(ctx)
		mustDo(t, err)
	}
}

// checkEdgesBelow is checkEdges below the long equal values.
func checkEdgesBelow(t *testing.T, c *engine.Collection, cities []string) {
	t.Helper()
	for i, v := range cities {
		for op, want := range map[string]int{"$eq": 1, "$lt": i, "$lte": i + 1} {
			got := idsOf(t, c, fmt.Sprintf(`{"home.city":{%q:%s}}`, op, v), "home.city", 100)
			if len(got) != want || len(got) > 0 && op == "$eq" && got[0] != fmt.Sprintf("c%02d", i) || !slices.IsSorted(got) {
				t.Errorf("%s %s: %v, want %d", op, v, got, want)
			}
		}
		got := idsOf(t, c, fmt.Sprintf(`{"home.city":{"$gt":%s}}`, v), "home.city", 1)
		if next := fmt.Sprintf("c%02d", i+1); i+1 < len(cities) && got[0] != next {
			t.Errorf("after %s comes %v, want %s", v, got, next)
		}
	}
}
