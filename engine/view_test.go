package engine_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// batchOf returns n documents of one batch, with the batch in age.
func batchOf(batch, n int) [][]byte {
	docs := make([][]byte, n)
	for i := range docs {
		docs[i] = fmt.Appendf(nil, `{"_id":"%04d-%03d","age":%d,"name":"%s"}`, batch, i, batch, strings.Repeat("x", 40))
	}
	return docs
}

// A walk shows what was there when it began, whatever is written, deleted, merged
// and removed meanwhile.
func TestEachKeepsItsView(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.SnapshotsKeep, o.CacheSize = 1, 1 // files go as soon as they can, and no block is kept
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	for batch := range 3 {
		mustDo(t, c.InsertMany(batchOf(batch, 100)))
		_, err := db.Checkpoint(ctx)
		mustDo(t, err)
	}
	mustDo(t, c.InsertMany(batchOf(3, 100))) // in the memtable
	var want []string
	all, err := c.Each(engine.EachOptions{})
	mustDo(t, err)
	for all.Next() {
		want = append(want, string(all.Document()))
	}
	all.Close()
	if len(want) != 400 {
		t.Fatalf("%d documents", len(want))
	}
	it, err := c.Each(engine.EachOptions{})
	mustDo(t, err)
	merged := int64(0)
	for i, doc := range want {
		if !it.Next() || string(it.Document()) != doc {
			t.Fatalf("the walk is not on document %d, %s; %v", i, doc, it.Err())
		}
		switch id := fmt.Sprintf("%04d-%03d", (i+150)%400/100, (i+150)%100); i % 4 {
		case 0:
			_, err := c.Delete(id)
			mustDo(t, err)
		case 1:
			err := c.Replace(fmt.Appendf(nil, `{"_id":"%s","name":"replaced"}`, id))
			if err != nil {
				wantCode(t, err, dberr.DocumentNotFound)
			}
		case 2:
			mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%s+%d","name":"new"}`, id, i)))
		}
		if i%20 == 0 {
			r, err := db.Checkpoint(ctx)
			mustDo(t, err)
			merged += r.SegmentsMerged
		}
	}
	if it.Next() || it.Err() != nil {
		t.Fatalf("the walk goes on with %q, %v", it.ID(), it.Err())
	}
	if merged == 0 {
		t.Fatal("nothing was merged")
	}
	held := mem.OpenHandles()
	it.Close()
	it.Close()
	if it.Next() || mem.OpenHandles() >= held {
		t.Errorf("a closed walk holds files: %d before, %d after", held, mem.OpenHandles())
	}
	mustDo(t, db.Close())
	if n := mem.OpenHandles(); n != 0 {
		t.Errorf("%d files are open after Close", n)
	}
}

// A walk that nobody closed lets go of its files once it is garbage.
func TestDroppedIteratorLetsGo(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.SnapshotsKeep = 1
	mustInit(t, o)
	db := mustOpen(t, o)
	defer db.Close()
	c := people(t, db)
	for batch := range 4 {
		mustDo(t, c.InsertMany(batchOf(batch, 50)))
		_, err := db.Checkpoint(ctx)
		mustDo(t, err)
		if batch == 2 {
			it, err := c.Each(engine.EachOptions{})
			mustDo(t, err)
			for range 60 {
				if !it.Next() {
					t.Fatal(it.Err())
				}
			}
		}
	}
	s, err := db.Stats()
	mustDo(t, err)
	want := int(s.SegmentCount) + 2 // LOCK and the log
	for range 1000 {
		if mem.OpenHandles() == want {
			return
		}
		runtime.GC()
		runtime.Gosched()
	}
	t.Errorf("%d files are open, want %d", mem.OpenHandles(), want)
}

func TestIteratorAfterClose(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	mustDo(t, c.InsertMany(batchOf(0, 10)))
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	fresh, err := c.Each(engine.EachOptions{})
	mustDo(t, err)
	begun, err := c.Each(engine.EachOptions{})
	mustDo(t, err)
	if !begun.Next() {
		t.Fatal(begun.Err())
	}
	mustDo(t, db.Close())
	for _, it := range []*engine.Iterator{fresh, begun} {
		if it.Next() {
			t.Error("a walk goes on after Close of the database")
		}
		wantCode(t, it.Err(), dberr.DatabaseFailed)
		if e := dberr.From(it.Err()); !strings.Contains(e.Message, "closed") {
			t.Errorf("says %q", e.Message)
		}
		it.Close()
	}
	if n := mem.OpenHandles(); n != 0 {
		t.Errorf("%d files are open after the walks were closed", n)
	}
	_, err = c.Each(engine.EachOptions{})
	wantCode(t, err, dberr.DatabaseFailed)
	_, err = c.Get("0000-001")
	wantCode(t, err, dberr.DatabaseFailed)
	_, err = c.Count()
	wantCode(t, err, dberr.DatabaseFailed)
	_, err = c.Find(ctx, engine.Query{Sort: "age", Limit: 1, HasLimit: true})
	wantCode(t, err, dberr.DatabaseFailed)
	wantCode(t, c.Insert([]byte(`{"_id":"x","name":"x"}`)), dberr.DatabaseFailed)
	_, err = db.Checkpoint(ctx)
	wantCode(t, err, dberr.DatabaseFailed)
	_, err = db.Stats()
	wantCode(t, err, dberr.DatabaseFailed)
	mustDo(t, db.Close())
}

// Readers see each insert_many whole or not at all, by every way to read.
func TestReadersSeeWholeBatches(t *testing.T) {
	defer goleak.VerifyNone(t)
	const batches, size = 25, 150
	o := testOptions(vfs.NewMem())
	o.WALMaxSize = 32 << 10 // automatic checkpoints in between
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	var wait sync.WaitGroup
	stop := make(chan struct{})
	read := func(what string, count func() (int, error)) {
		wait.Go(func() {
			last := 0
			for {
				n, err := count()
				if err != nil || n%size != 0 || n < last {
					t.Errorf("%s: %d documents after %d, %v: not whole batches", what, n, last, err)
					return
				}
				last = n
				select {
				case <-stop:
					return
				default:
					runtime.Gosched()
				}
			}
		})
	}
	read("Count", func() (int, error) { n, err := c.Count(); return int(n), err })
	read("Each", func() (int, error) {
		it, err := c.Each(engine.EachOptions{})
		if err != nil {
			return 0, err
		}
		defer it.Close()
		n := 0
		for it.Next() {
			n++
		}
		return n, it.Err()
	})
	read("Find", func() (int, error) {
		docs, err := c.Find(ctx, engine.Query{Sort: "-age", Limit: 10000, HasLimit: true})
		return len(docs), err
	})
	read("Stats", func() (int, error) { s, err := db.Stats(); return int(s.DocumentCount), err })
	for batch := range batches {
		mustDo(t, c.InsertMany(batchOf(batch, size)))
	}
	close(stop)
	wait.Wait()
	mustDo(t, db.Close())
}

// Each of many concurrent writers finds what it was told is written, also after a
// power cut, and no goroutine outlives Close.
func TestConcurrentWriters(t *testing.T) {
	defer goleak.VerifyNone(t)
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.WALMaxSize = 32 << 10
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	const writers, each = 12, 60
	var wait sync.WaitGroup
	var left, refused atomic.Int64
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				id := fmt.Sprintf("%02d-%03d", w, i)
				err := c.Insert(fmt.Appendf(nil, `{"_id":"%s","age":%d,"name":"n"}`, id, w))
				if doc, gerr := c.Get(id); err != nil || gerr != nil || doc == nil {
					t.Errorf("%s: %v, read back %s, %v", id, err, doc, gerr)
				}
				if c.Insert(fmt.Appendf(nil, `{"_id":"shared-%03d","age":%d,"name":"n"}`, i, w)) != nil {
					refused.Add(1)
				}
				left.Add(1)
				if i%3 == 0 {
					if gone, err := c.Delete(id); !gone || err != nil {
						t.Errorf("delete %s: %v, %v", id, gone, err)
					}
					left.Add(-1)
				}
				if i%20 == w {
					if _, err := db.Checkpoint(ctx); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wait.Wait()
	if n := refused.Load(); n != (writers-1)*each {
		t.Errorf("%d inserts of the same _ids were refused, want all but the first of each: %d", n, (writers-1)*each)
	}
	want, count := digestOf(t, db), left.Load()+each
	after := o
	after.FS = mem.AfterCrash(vfs.LoseAll)
	mustDo(t, db.Close())
	again := mustOpen(t, after)
	defer again.Close()
	c, err := again.Collection("person", "v1")
	mustDo(t, err)
	if n, _ := c.Count(); n != count || digestOf(t, again) != want {
		t.Errorf("after the power cut %d documents with digest %s, want %d with %s", n, digestOf(t, again), count, want)
	}
}

// Close in the middle of everything: each call is done whole or says that the
// database is closed.
func TestCloseUnderLoad(t *testing.T) {
	defer goleak.VerifyNone(t)
	mem := vfs.NewMem()
	o := testOptions(mem)
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	var wait sync.WaitGroup
	var acked atomic.Int64
	started := make(chan struct{}, 8)
	for w := range 8 {
		wait.Go(func() {
			for i := 0; ; i++ {
				err := c.Insert(fmt.Appendf(nil, `{"_id":"%d-%d","age":1,"name":"n"}`, w, i))
				if _, ferr := c.Find(ctx, engine.Query{Sort: "age", Limit: 3, HasLimit: true}); ferr != nil && dberr.CodeOf(ferr) != dberr.DatabaseFailed {
					t.Error(ferr)
				}
				if err != nil {
					if dberr.CodeOf(err) != dberr.DatabaseFailed {
						t.Error(err)
					}
					return
				}
				acked.Add(1)
				if i == 20 {
					started <- struct{}{}
				}
			}
		})
	}
	for range 8 {
		<-started
	}
	mustDo(t, db.Close())
	wait.Wait()
	if n := mem.OpenHandles(); n != 0 {
		t.Errorf("%d files are open", n)
	}
	db = mustOpen(t, o)
	defer db.Close()
	c, err := db.Collection("person", "v1")
	mustDo(t, err)
	if n, _ := c.Count(); n != acked.Load() || !db.Recovery().Sealed {
		t.Errorf("%d documents, %d were acknowledged; sealed: %v", n, acked.Load(), db.Recovery().Sealed)
	}
}
