package engine_test

import (
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
)

// insertRange inserts documents of ascending _ids at once, from one number to another.
func insertRange(c *engine.Collection, from, to int) error {
	var docs [][]byte
	for i := from; i < to; i++ {
		docs = append(docs, fmt.Appendf(nil, `{"_id":"%04d","name":"x"}`, i))
	}
	return c.InsertMany(docs)
}

// Documents of ascending _ids are refused for one that is there, wherever that lies and
// of whatever version it is, and for nothing else.
func TestInsertManyIntoFreeRange(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	_, err := db.DefineSchema(mustSchema(t, personV2))
	mustDo(t, err)
	c2, err := db.Collection("person", "v2")
	mustDo(t, err)
	mustDo(t, insertRange(c, 100, 200))
	_, err = db.Checkpoint(ctx) // these lie in a segment
	mustDo(t, err)
	refused := func(from, to, index int) {
		t.Helper()
		err := insertRange(c2, from, to)
		wantCode(t, err, dberr.DocumentExists)
		for _, d := range dberr.From(err).Details {
			if d.Key == "index" && d.Value != int64(index) {
				t.Errorf("%d to %d: document %v is named, want %d", from, to, d.Value, index)
			}
		}
	}
	refused(60, 101, 40) // the last is the first that is there
	refused(199, 240, 0)
	refused(150, 190, 0)
	mustDo(t, insertRange(c2, 60, 100))
	mustDo(t, insertRange(c2, 200, 240))
	refused(239, 280, 0) // in memory
	for i := 100; i < 200; i++ {
		_, err := c.Delete(fmt.Sprintf("%04d", i))
		mustDo(t, err)
	}
	mustDo(t, insertRange(c2, 110, 120)) // few
	mustDo(t, insertRange(c2, 120, 140)) // more deleted documents than are looked at
	refused(100, 130, 10)
	mustDo(t, c.Insert([]byte(`{"_id":"0159","name":"x"}`)))
	refused(140, 170, 19)
	wantCode(t, c.InsertMany(twice(300, 340)), dberr.DocumentExists)
	n, err := c2.Count()
	mustDo(t, err)
	if n != 40+40+10+20 {
		t.Errorf("%d documents of v2", n)
	}
	if r, err := db.Verify(ctx, nil); err != nil || !r.OK() {
		t.Errorf("%+v, %v", r.Problems, err)
	}
}

// twice is documents of which the last two have one _id.
func twice(from, to int) (docs [][]byte) {
	for i := from; i < to; i++ {
		docs = append(docs, fmt.Appendf(nil, `{"_id":"%04d","name":"x"}`, min(i, to-2)))
	}
	return docs
}
