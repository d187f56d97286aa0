package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A lower limit on the size of documents is one for new ones: what is there, in the log or
// in segments, opens, is read, verified and replaced as before.
func TestLowerDocumentSize(t *testing.T) {
	for _, checkpoint := range []bool{false, true} {
		o := testOptions(vfs.NewMem())
		mustInit(t, o)
		db := mustOpen(t, o)
		c := people(t, db)
		large := fmt.Sprintf(`{"_id":"large","name":"%s"}`, strings.Repeat("x", 2000))
		mustDo(t, c.Insert([]byte(large)))
		if checkpoint {
			_, err := db.Checkpoint(ctx)
			mustDo(t, err)
		}
		mustDo(t, db.Close())
		o.DocumentSizeMax = 1 << 10
		db = mustOpen(t, o)
		c = people(t, db)
		if doc, err := c.Get("large"); err != nil || string(doc) != large {
			t.Errorf("%s, %v", doc, err)
		}
		if v, err := db.Verify(ctx, nil); err != nil || !v.OK() {
			t.Errorf("%v, %v", v.Problems, err)
		}
		wantCode(t, c.Replace([]byte(large)), dberr.DocumentTooLarge)
		mustDo(t, c.Replace([]byte(`{"_id":"large","name":"small"}`)))
		mustDo(t, db.Close())
	}
}
