package engine_test

import (
	"crypto/sha256"
	"fmt"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A read that fails in the middle of a query fails the query: it never makes a
// shorter or another answer.
func TestFailedReadIsNeverAnAnswer(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.CacheSize = 1 // every block is read again
	mustInit(t, o)
	db := mustOpen(t, o)
	defer db.Close()
	c := people(t, db)
	for part := range 3 {
		var docs [][]byte
		for i := part; i < 900; i += 3 {
			id := fmt.Sprintf("%x", sha256.Sum256([]byte{byte(i), byte(i >> 8)})) // nothing to compress: many blocks
			docs = append(docs, fmt.Appendf(nil, `{"_id":"%s%s%s","name":"n","age":%d,"home":{"city":"c"}}`, id, id[7:], id[3:], i/120))
		}
		mustDo(t, c.InsertMany(docs))
		_, err := db.Snapshot(ctx)
		mustDo(t, err)
	}
	for _, q := range []engine.Query{
		{Sort: "-age", Limit: 5}, {Sort: "age", Limit: 300}, {Sort: "-age", Limit: 200}, {Sort: "-_id", Limit: 40}, {Sort: "-home.city", Limit: 3},
		{Filter: []byte(`{"age":3}`), Sort: "-_id", Limit: 10}, {Filter: []byte(`{"age":{"$lt":6}}`), Sort: "-age", Limit: 150}, {Filter: []byte(`{"home.city":"c"}`), Sort: "-age", Limit: 7},
	} {
		q.HasLimit = true
		_, err := c.Find(ctx, q) // what is read once and kept is read here
		mustDo(t, err)
		before := mem.Ops()
		docs, err := c.Find(ctx, q)
		mustDo(t, err)
		want, reads := join(docs), mem.Ops()-before
		if len(docs) != int(q.Limit) || reads < 3 {
			t.Fatalf("%s sort %s: %d documents in %d reads prove nothing", q.Filter, q.Sort, len(docs), reads)
		}
		for n := 0; n < reads; n += 1 + reads/60 {
			mem.FailAt(mem.Ops()+n, syscall.EIO)
			docs, err := c.Find(ctx, q)
			mem.SetFault(nil)
			if err == nil {
				t.Fatalf("%s sort %s: read %d of %d failed, and the answer is %d documents (as without: %v)", q.Filter, q.Sort, n, reads, len(docs), join(docs) == want)
			}
			wantCode(t, err, dberr.StorageIOError)
		}
		docs, err = c.Find(ctx, q)
		if err != nil || join(docs) != want {
			t.Fatalf("%s sort %s: after the failures %d documents, %v", q.Filter, q.Sort, len(docs), err)
		}
	}
}
