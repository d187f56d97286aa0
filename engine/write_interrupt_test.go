package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A countedContext has ended when it was looked at so often, by whichever goroutine.
type countedContext struct {
	context.Context
	left atomic.Int64
}

func endsAfter(looks int) context.Context {
	c := &countedContext{Context: context.Background()}
	c.left.Store(int64(looks))
	return c
}

func (c *countedContext) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// descending are documents that resolve looks up one by one.
func descending(from, to int) (docs [][]byte) {
	for i := to - 1; i >= from; i-- {
		docs = append(docs, fmt.Appendf(nil, `{"_id":"%05d","age":%d,"name":"somebody of some length"}`, i, i%90))
	}
	return docs
}

// TestInsertManyInterrupted ends the context of an insert_many at each look at it: while the
// documents are prepared and looked up, and in the checkpoint that the log, which is
// nearly full, asks for. Nothing is written then, and the same call after it inserts all.
func TestInsertManyInterrupted(t *testing.T) {
	const first, second = 1700, 1700
	const prepared = (second+31)/32 + 1 // looks: one for so many documents, and one at the end
	within, behind := 0, 0              // of the checkpoint
	for looks := 0; ; looks++ {
		if looks < prepared-1 && looks%8 > 0 {
			continue // these are all the same
		}
		db, _ := newDB(t)
		c := people(t, db)
		mustDo(t, c.InsertMany(descending(0, first)))
		before := digestOf(t, db)
		docs := descending(first, first+second)
		err := c.InsertManyContext(endsAfter(looks), docs)
		s, serr := db.Stats()
		mustDo(t, serr)
		if err == nil {
			t.Logf("%d looks, %d within the checkpoint and %d behind it", looks, within, behind)
			if within == 0 || behind == 0 {
				t.Error("nobody looked there")
			}
			return
		}
		wantCode(t, err, dberr.ScriptInterrupted)
		switch {
		case s.AutoCheckpoints > 0:
			behind++
		case looks >= prepared:
			within++
		}
		if n, _ := c.Count(); n != first || digestOf(t, db) != before {
			t.Fatalf("after %d looks: %d documents, digest %s, want %d and %s", looks, n, digestOf(t, db), first, before)
		}
		mustDo(t, c.InsertMany(docs))
		if n, _ := c.Count(); n != first+second {
			t.Fatalf("after %d looks and another call: %d documents", looks, n)
		}
		if looks%8 == 0 {
			if r, err := db.Verify(ctx, nil); err != nil || !r.OK() {
				t.Fatalf("after %d looks: %+v, %v", looks, r.Problems, err)
			}
		}
		mustDo(t, db.Close())
	}
}

// cancelWhenFull is a log handler that ends a context when the log asks for a checkpoint.
type cancelWhenFull struct {
	slog.Handler
	cancel func()
}

func (c cancelWhenFull) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "wal.full" {
		c.cancel()
	}
	return nil
}

// large is a document for which a log that has some hundred KiB is too full.
func large(id string) []byte {
	return fmt.Appendf(nil, `{"_id":%q,"name":%q}`, id, strings.Repeat("x", 250<<10))
}

// TestInterruptedInCheckpoint ends the context of a call as the log is full and a checkpoint
// begins: that ends too, the record that waits for it is not there, and what was
// acknowledged is.
func TestInterruptedInCheckpoint(t *testing.T) {
	for name, call := range map[string]func(ctx context.Context, v1, v2 *engine.Collection) (int64, error){
		"import": func(ctx context.Context, _, v2 *engine.Collection) (int64, error) {
			r, err := v2.Import(ctx, bytes.NewReader(bytes.Join(descending(5000, 15000), []byte("\n"))), engine.ImportOptions{})
			return r.Documents, err
		},
		"import one": func(ctx context.Context, _, v2 *engine.Collection) (int64, error) {
			r, err := v2.Import(ctx, bytes.NewReader(large("large")), engine.ImportOptions{}) // a batch by itself
			return r.Documents, err
		},
		"insert": func(ctx context.Context, _, v2 *engine.Collection) (int64, error) {
			return 0, v2.InsertContext(ctx, large("large"))
		},
		"replace": func(ctx context.Context, v1, _ *engine.Collection) (int64, error) {
			return 0, v1.ReplaceContext(ctx, large("00000"))
		},
		"delete": func(ctx context.Context, v1, _ *engine.Collection) (int64, error) {
			for i := range 2000 { // each fills the log a little
				if found, err := v1.DeleteContext(ctx, fmt.Sprintf("%05d", i)); !found {
					return 0, err
				}
			}
			return 0, nil
		},
		"move": func(ctx context.Context, _, v2 *engine.Collection) (int64, error) {
			r, err := v2.MoveFrom(ctx, "v1", nil)
			return r.Documents, err
		},
	} {
		o := testOptions(vfs.NewMem())
		stop, cancel := context.WithCancel(ctx)
		mustInit(t, o)
		o.Logger = slog.New(cancelWhenFull{slog.NewTextHandler(io.Discard, nil), cancel})
		db := mustOpen(t, o)
		v1 := people(t, db)
		mustDo(t, v1.InsertMany(descending(0, 1000)))
		mustDo(t, v1.InsertMany(descending(1000, 2000)))
		_, err := db.DefineSchema(mustSchema(t, personV2))
		mustDo(t, err)
		v2, err := db.Collection("person", "v2")
		mustDo(t, err)
		before, err := db.Stats()
		mustDo(t, err)
		done, err := call(stop, v1, v2)
		if dberr.CodeOf(err) != dberr.ScriptInterrupted || strings.Contains(err.Error(), "line") {
			t.Errorf("%s: %v", name, err)
		}
		after, err := db.Stats()
		mustDo(t, err)
		if n, _ := v2.Count(); n != done || after.AutoCheckpoints != before.AutoCheckpoints {
			t.Errorf("%s: %d documents, told %d; %d checkpoints", name, n, done, after.AutoCheckpoints-before.AutoCheckpoints)
		}
		mustDo(t, v2.Insert([]byte(`{"_id":"next","name":"x"}`)))
		if r, err := db.Verify(ctx, nil); err != nil || !r.OK() {
			t.Errorf("%s: %+v, %v", name, r.Problems, err)
		}
		mustDo(t, db.Close())
		cancel()
	}
}

// TestInterruptedInAGroup proves that an insert_many whose call has ended leaves the other
// writers of its record alone.
func TestInterruptedInAGroup(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	done := make(chan error)
	for w := range 8 {
		go func() {
			var err error
			for i := 0; i < 40 && err == nil; i++ {
				if w%2 == 0 {
					err = c.Insert(fmt.Appendf(nil, `{"_id":"%d-%03d","name":"x"}`, w, i))
					continue
				}
				if e := c.InsertManyContext(endsAfter(i), descending(w*1000+i*20, w*1000+i*20+20)); dberr.CodeOf(e) != dberr.ScriptInterrupted {
					err = e
				}
			}
			done <- err
		}()
	}
	for range 8 {
		mustDo(t, <-done)
	}
	n, err := c.Count()
	mustDo(t, err)
	if whole := n - 4*40; whole < 0 || whole%20 != 0 || whole == 0 {
		t.Errorf("%d documents: a part of an insert_many is there", n)
	}
	if r, err := db.Verify(ctx, nil); err != nil || !r.OK() {
		t.Errorf("%+v, %v", r.Problems, err)
	}
}
