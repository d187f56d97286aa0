package query_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/query"
)

// indexes are one of each type, sorted by field.
var indexes = []query.Index{{Field: "age", Type: key.Int}, {Field: "city", Type: key.String}, {Field: "home.zip", Type: key.String}, {Field: "member", Type: key.Bool}, {Field: "score", Type: key.Float}}

const limitMax = 100

func limited(filter, sort string) query.Query {
	return query.Query{Filter: []byte(filter), Sort: sort, Limit: 10, HasLimit: true}
}

// Every query that is refused says why, and what to do.
func TestRefused(t *testing.T) {
	tests := []struct {
		name  string
		query query.Query
		code  dberr.Code
		says  string // in the message
		hints string // in the advice
	}{
		{"no limit", query.Query{Filter: []byte(`{"age":1}`)}, dberr.QueryLimitRequired, "no limit", ""},
		{"limit not given but set", query.Query{Filter: []byte(`{"age":1}`), Limit: 5}, dberr.QueryLimitRequired, "no limit", ""},
		{"limit zero", query.Query{Filter: []byte(`{"age":1}`), HasLimit: true}, dberr.QueryLimitRequired, "limit is 0", ""},
		{"limit negative", query.Query{Filter: []byte(`{"age":1}`), Limit: -3, HasLimit: true}, dberr.QueryLimitRequired, "limit is -3", ""},
		{"limit least", query.Query{Filter: []byte(`{"age":1}`), Limit: -1 << 63, HasLimit: true}, dberr.QueryLimitRequired, "-9223372036854775808", ""},
		{"limit over the limit", query.Query{Filter: []byte(`{"age":1}`), Limit: limitMax + 1, HasLimit: true}, dberr.QueryInvalid, "limits.query_limit = 100", "at most 100"},
		{"limit greatest", query.Query{Filter: []byte(`{"age":1}`), Limit: 1<<63 - 1, HasLimit: true}, dberr.QueryInvalid, "limits.query_limit", "each()"},
		{"no filter, no sort", limited(``, ""), dberr.QueryUnbounded, "no filter and no sort", ""},
		{"empty filter, no sort", limited(`{}`, ""), dberr.QueryUnbounded, "no filter and no sort", ""},
		{"unindexed field, near", limited(`{"agee":1}`, ""), dberr.QueryUnindexedField, `"agee"`, `"age"`},
		{"unindexed nested field, near", limited(`{"home.zap":"x"}`, ""), dberr.QueryUnindexedField, `"home.zap"`, `"home.zip"`},
		{"unindexed field, far", limited(`{"occupation":1}`, ""), dberr.QueryUnindexedField, "indexed are _id, age, city, home.zip, member, score", ""},
		{"unindexed object", limited(`{"home":{"zip":"x"}}`, ""), dberr.QueryUnindexedField, `"home"`, ""},
		{"empty field", limited(`{"":1}`, ""), dberr.QueryUnindexedField, `""`, ""},
		{"unknown operator, near", limited(`{"age":{"$eqq":1}}`, ""), dberr.QueryInvalid, `"$eqq"`, `"$eq"`},
		{"unknown operator, far", limited(`{"age":{"$regex":1}}`, ""), dberr.QueryInvalid, `"$regex"`, "$eq, $gt, $gte, $lt, $lte"},
		{"operator without $", limited(`{"age":{"gte":1}}`, ""), dberr.QueryInvalid, `"gte"`, `"$gte"`},
		{"operator as field", limited(`{"$gte":1}`, ""), dberr.QueryInvalid, `"$gte"`, "inside a field"},
		{"string for int", limited(`{"age":"1"}`, ""), dberr.QueryInvalid, "the field is int, the value is a string", ""},
		{"float for int", limited(`{"age":{"$lt":1.5}}`, ""), dberr.QueryInvalid, "the field is int, the value is a float", ""},
		{"int beyond 64 bits", limited(`{"age":{"$lt":9223372036854775808}}`, ""), dberr.QueryInvalid, "an integer beyond 64 bits", ""},
		{"bool for int", limited(`{"age":true}`, ""), dberr.QueryInvalid, "the value is a bool", ""},
		{"int for string", limited(`{"city":1}`, ""), dberr.QueryInvalid, "the field is string, the value is an int", ""},
		{"int for bool", limited(`{"member":1}`, ""), dberr.QueryInvalid, "the field is bool, the value is an int", ""},
		{"string for float", limited(`{"score":{"$gte":"1"}}`, ""), dberr.QueryInvalid, "the field is float, the value is a string", ""},
		{"int for _id", limited(`{"_id":1}`, ""), dberr.QueryInvalid, "the field is string, the value is an int", ""},
		{"null", limited(`{"age":null}`, ""), dberr.QueryInvalid, "the value is null", ""},
		{"null bound", limited(`{"age":{"$gt":null}}`, ""), dberr.QueryInvalid, "the value is null", ""},
		{"array", limited(`{"age":[1,2]}`, ""), dberr.QueryInvalid, "the value is an array", ""},
		{"empty array", limited(`{"city":[]}`, ""), dberr.QueryInvalid, "the value is an array", ""},
		{"empty object", limited(`{"age":{}}`, ""), dberr.QueryInvalid, "an empty object", ""},
		{"object bound", limited(`{"age":{"$gt":{"$lt":1}}}`, ""), dberr.QueryInvalid, "the value is an object", ""},
		{"filter is an array", limited(`[{"age":1}]`, ""), dberr.QueryInvalid, "filter is an array", ""},
		{"filter is null", limited(`null`, ""), dberr.QueryInvalid, "filter is null", ""},
		{"filter is a string", limited(`"age"`, ""), dberr.QueryInvalid, "filter is a string", ""},
		{"duplicate field", limited(`{"age":1,"age":2}`, ""), dberr.QueryInvalid, "age", ""},
		{"duplicate operator", limited(`{"age":{"$gt":1,"$gt":2}}`, ""), dberr.QueryInvalid, "$gt", ""},
		{"not JSON", limited(`{age:1}`, ""), dberr.QueryInvalid, "at byte 1", ""},
		{"cut off", limited(`{"age":{"$gt":1`, ""), dberr.QueryInvalid, "at byte 15", ""},
		{"data behind", limited(`{"age":1} x`, ""), dberr.QueryInvalid, "at byte 10", ""},
		{"NaN", limited(`{"score":NaN}`, ""), dberr.QueryInvalid, "filter", ""},
		{"infinite", limited(`{"score":1e400}`, ""), dberr.QueryInvalid, "filter", ""},
		{"invalid UTF-8", limited("{\"city\":\"\xff\"}", ""), dberr.QueryInvalid, "filter", ""},
		{"white space alone", limited(` `, "age"), dberr.QueryInvalid, "filter", ""},
		{"too large", limited(`{"city":"`+strings.Repeat("x", 1<<20)+`"}`, ""), dberr.QueryInvalid, "filter", ""},
		{"too deep", limited(`{"age":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`}`, ""), dberr.QueryInvalid, "filter", ""},
		{"sort not indexed", limited(`{"age":1}`, "name"), dberr.QuerySortNotIndexed, `"name"`, ""},
		{"sort not indexed, descending", limited(``, "-name"), dberr.QuerySortNotIndexed, `"name"`, ""},
		{"sort of nothing", limited(``, "-"), dberr.QuerySortNotIndexed, `""`, ""},
		{"sort twice descending", limited(``, "--age"), dberr.QuerySortNotIndexed, `"-age"`, ""},
		{"sort with space", limited(``, "age "), dberr.QuerySortNotIndexed, `"age "`, ""},
	}
	for _, test := range tests {
		c, err := query.Compile(indexes, test.query, limitMax)
		if c != nil || dberr.CodeOf(err) != test.code {
			t.Errorf("%s: got %v, want %s", test.name, err, test.code)
			continue
		}
		e := dberr.From(err)
		if !strings.Contains(e.Message, test.says) || !strings.Contains(e.Advice(), test.hints) || e.Advice() == "" {
			t.Errorf("%s: says %q, hints %q; want %q and %q in them", test.name, e.Message, e.Advice(), test.says, test.hints)
		}
		if e.Severity() != dberr.Reject {
			t.Errorf("%s: severity %v", test.name, e.Severity())
		}
	}
}

// The limits themselves pass.
func TestLimitsPass(t *testing.T) {
	for _, limit := range []int64{1, limitMax} {
		c, err := query.Compile(indexes, query.Query{Sort: "age", Limit: limit, HasLimit: true}, limitMax)
		if err != nil || c.Limit != int(limit) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

// Ranges that contradict each other are a question with an answer: nothing.
func TestContradictions(t *testing.T) {
	for _, filter := range []string{`{"age":{"$gt":5,"$lt":5}}`, `{"age":{"$gte":6,"$lte":5}}`, `{"age":{"$eq":5,"$gt":5}}`, `{"age":{"$eq":1,"$lt":1}}`,
		`{"age":{"$gt":9223372036854775807}}`, `{"city":{"$gte":"b","$lt":"a"}}`, `{"score":{"$gt":1,"$lt":1}}`, `{"_id":{"$gt":"b","$lt":"a"}}`, `{"_id":{"$lt":""}}`, `{"_id":{"$eq":"a","$gt":"a"}}`} {
		c, err := query.Compile(indexes, limited(filter, ""), limitMax)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
		} else if !c.Scan.Empty() {
			t.Errorf("%s: [% x, % x) is not empty", filter, c.Scan.Low, c.Scan.High)
		}
	}
	for _, filter := range []string{`{"age":{"$gte":5,"$lte":5}}`, `{"age":{"$gte":9223372036854775807}}`, `{"age":{"$lte":-9223372036854775808}}`, `{"city":""}`, `{"city":{"$lte":""}}`, `{"_id":{"$gte":"a","$lte":"a"}}`} {
		c, err := query.Compile(indexes, limited(filter, ""), limitMax)
		if err != nil || c.Scan.Empty() {
			t.Errorf("%s: empty, or %v", filter, err)
		}
	}
}

// A filter is refused or taken, and never panics; what is taken is bounded.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{`{"age":1}`, `{"age":{"$gte":18,"$lt":65},"city":"Oslo"}`, `{"_id":{"$gt":"a"}}`, `{"score":1e20}`, `{"score":100000000000000000000}`, `{"member":true}`, `[]`, `{"age":{}}`, `{"home.zip":{"$eq":"\u0000"}}`} {
		f.Add([]byte(seed), "age")
		f.Add([]byte(seed), "-_id")
	}
	f.Fuzz(func(t *testing.T, filter []byte, sort string) {
		c, err := query.Compile(indexes, query.Query{Filter: filter, Sort: sort, Limit: 7, HasLimit: true}, limitMax)
		if err != nil {
			if code := string(dberr.CodeOf(err)); !strings.HasPrefix(code, "AERO_QUERY_") {
				t.Fatalf("%q sort %q: %v", filter, sort, err)
			}
			return
		}
		if c.Limit != 7 || !c.Plan.Bounded || c.Plan.Value().Kind().String() != "object" {
			t.Fatalf("%q sort %q: %+v", filter, sort, c.Plan)
		}
		again, err := query.Compile(indexes, query.Query{Filter: filter, Sort: sort, Limit: 7, HasLimit: true}, limitMax)
		if err != nil || fmt.Sprintf("%+v", again.Plan) != fmt.Sprintf("%+v", c.Plan) {
			t.Fatalf("%q sort %q is planned in two ways: %+v and %+v, %v", filter, sort, c.Plan, again.Plan, err)
		}
	})
}
