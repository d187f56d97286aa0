package engine_test

import (
	"testing"

	"github.com/aerodb/aerodb/engine"
)

// What each operator, bound and sort means, on documents that can be counted by hand.
// The model test says the same of many more.
func TestFindRules(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	for _, d := range []string{
		`{"_id":"a","name":"x","age":1,"score":0.5}`, `{"_id":"b","name":"x","age":2,"score":0.5}`, `{"_id":"c","name":"x","age":2,"score":-1.5}`,
		`{"_id":"d","name":"x","age":3,"score":0.5}`, `{"_id":"e","name":"x","age":-4,"score":2}`, `{"_id":"f","name":"x","score":2}`,
	} {
		mustDo(t, c.Insert([]byte(d)))
	}
	for _, tt := range []struct {
		filter, sort string
		limit        int64
		want         string
	}{
		{`{"age":2}`, "", 9, "bc"},
		{`{"age":{"$lt":2}}`, "", 9, "ea"},
		{`{"age":{"$lte":2}}`, "", 9, "eabc"},
		{`{"age":{"$gt":2}}`, "", 9, "d"},
		{`{"age":{"$gte":2}}`, "", 9, "bcd"},
		{`{"age":{"$gt":1,"$lt":3}}`, "", 9, "bc"},
		{`{"age":{"$gte":2,"$gt":0}}`, "", 9, "bcd"},
		{`{"age":{"$gt":2,"$gte":1}}`, "", 9, "d"},
		{`{"age":{"$lt":2,"$lte":3}}`, "", 9, "ea"},
		{`{"age":{"$lte":1,"$lt":3}}`, "", 9, "ea"},
		{`{"age":{"$gt":-5,"$lt":0}}`, "", 9, "e"},
		{`{"_id":{"$gt":"b","$lte":"e"}}`, "", 9, "cde"},
		{``, "age", 9, "feabcd"},
		{``, "-age", 9, "dbcaef"},
		{``, "-_id", 3, "fed"},
		{``, "age", 1, "f"},
		{``, "-age", 2, "db"},
		{`{"age":{"$gte":1}}`, "-age", 3, "dbc"},
		{`{"age":{"$gte":1}}`, "score", 9, "cabd"},
		{`{"age":{"$gte":1}}`, "-score", 9, "abdc"},
		{`{"age":{"$gte":1}}`, "-score", 2, "ab"},
		{`{"score":0.5}`, "-age", 9, "dba"},
		{`{"score":0.5,"age":2}`, "", 9, "b"},
		{`{"score":0.5,"age":{"$lt":3}}`, "", 9, "ab"},
		{`{"score":{"$gt":0},"age":{"$gt":1}}`, "_id", 9, "bd"},
	} {
		docs, err := c.Find(ctx, engine.Query{Filter: []byte(tt.filter), Sort: tt.sort, Limit: tt.limit, HasLimit: true})
		mustDo(t, err)
		got := ""
		for _, d := range docs {
			got += string(d[len(`{"_id":"`)])
		}
		if got != tt.want {
			t.Errorf("filter %s, sort %q, limit %d: %q, want %q", tt.filter, tt.sort, tt.limit, got, tt.want)
		}
	}
}
