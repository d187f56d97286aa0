package engine_test

import (
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
)

// FuzzImport: importing lines is inserting them one after the other: the same state,
// or the error of the first line that fails, with its number, and nothing of its batch.
func FuzzImport(f *testing.F) {
	f.Add(`{"_id":"1","name":"a"}` + "\n" + `{"_id":"2","name":"b"}`)
	db, _ := newDB(f)
	slow, _ := newDB(f)
	c, sc := people(f, db), people(f, slow)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 8<<10 {
			return // one batch, and a log that does not fill up
		}
		defer clearAll(t, c)
		defer clearAll(t, sc)
		r, err := c.Import(ctx, strings.NewReader(text), engine.ImportOptions{})
		number, documents := int64(0), int64(0)
		for line := range strings.SplitSeq(text, "\n") {
			number++
			if line = strings.Trim(line, " \t\r"); line == "" {
				continue
			}
			if serr := sc.Insert([]byte(line)); serr != nil {
				if dberr.CodeOf(err) != dberr.CodeOf(serr) || detail(err, "line") != number {
					t.Fatalf("%q: %v at line %v, alone line %d is %v", text, err, detail(err, "line"), number, serr)
				}
				if n, _ := c.Count(); n != 0 || r.Documents != 0 {
					t.Fatalf("%q: %d documents of the batch are in", text, n)
				}
				return
			}
			documents++
		}
		if err != nil || r.Documents != documents || digestOf(t, db) != digestOf(t, slow) {
			t.Fatalf("%q: %+v, %v; alone %d lines are in", text, r, err, documents)
		}
	})
}

// clearAll deletes every document, so that the next input finds an empty database.
func clearAll(t *testing.T, c *engine.Collection) {
	t.Helper()
	it, err := c.Each(engine.EachOptions{})
	mustDo(t, err)
	defer it.Close()
	for it.Next() {
		_, err := c.Delete(string(it.ID()))
		mustDo(t, err)
	}
	mustDo(t, it.Err())
}
