package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
)

// The same documents as CSV and as JSON Lines are the same state, in batches of the
// same kind.
func TestImportCSV(t *testing.T) {
	const rows = 2500
	var csv, jsonl strings.Builder
	csv.WriteString("_id,name,age,home.city,score\n")
	for i := range rows {
		fmt.Fprintf(&csv, "%05d,\"n, %d\",%d,Oslo,%d.5\n", i, i, i%7, i)
		fmt.Fprintf(&jsonl, `{"_id":"%05d","name":"n, %d","age":%d,"home":{"city":"Oslo"},"score":%d.5}`+"\n", i, i, i%7, i)
	}
	fromLines, _ := newDB(t)
	_, err := imported(t, people(t, fromLines), jsonl.String())
	mustDo(t, err)
	fromCSV, _ := newDB(t)
	c := people(t, fromCSV)
	var progress int64
	r, err := c.Import(ctx, strings.NewReader(csv.String()), engine.ImportOptions{CSV: true, Progress: func(bytes, _ int64) { progress = bytes }})
	mustDo(t, err)
	if r.Documents != rows || r.Bytes != int64(csv.Len()) || progress != r.Bytes || r.Batches < 3 {
		t.Errorf("%+v of %d bytes, progress %d", r, csv.Len(), progress)
	}
	if got, want := digestOf(t, fromCSV), digestOf(t, fromLines); got != want {
		t.Errorf("digest %s, from JSON Lines %s", got, want)
	}
	r, err = c.Import(ctx, strings.NewReader("_id,name\nx,y\n00007,z\n"), engine.ImportOptions{CSV: true})
	wantCode(t, err, dberr.DocumentExists)
	if detail(err, "line") != int64(3) || r.Documents != 0 {
		t.Errorf("line %v, %+v: %v", detail(err, "line"), r, err)
	}
}
