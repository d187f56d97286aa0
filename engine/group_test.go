package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// zeros is a source of randomness that nobody should use.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// grouped is a database whose groups of writers a test puts together itself: which
// writers share a record depends on timing otherwise.
type grouped struct {
	t *testing.T
	o Options
	*Collection
}

func newGrouped(t *testing.T) *grouped {
	o := Options{Dir: "data", FS: vfs.NewMem(), Rand: zeros{}, Now: func() time.Time { return time.Unix(1e9, 0) }, WALMaxSize: 256 << 10}
	g := &grouped{t: t, o: o}
	_, err := Init(o)
	g.must(err)
	db, err := Open(context.Background(), o)
	g.must(err)
	s, err := schema.Parse([]byte(`{"schema_id":"t","schema_version":"v1","fields":{"_id":{"type":"string","required":true},"n":{"type":"int"}},"indexes":["n"]}`))
	g.must(err)
	_, err = db.DefineSchema(s)
	g.must(err)
	g.Collection, err = db.Collection("t", "")
	g.must(err)
	return g
}

func (g *grouped) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// transaction is one call's operations, each a kind and a document.
func (g *grouped) transaction(steps ...any) *transaction {
	var ops []operation
	for i := 0; i < len(steps); i += 2 {
		var p preparer
		op, err := p.prepare(steps[i].(wal.OpKind), g.version, []byte(steps[i+1].(string)))
		g.must(err)
		if op.kind == wal.Delete {
			op = operation{kind: wal.Delete, version: g.version, id: op.id}
		}
		ops = append(ops, op)
	}
	return newTransaction(context.Background(), ops)
}

// commit commits transactions as one group, which makes one record, and compares what
// each is told.
func (g *grouped) commit(group []*transaction, want ...dberr.Code) {
	g.t.Helper()
	g.db.writeMu.Lock()
	before := g.db.wal.Used()
	g.db.commitGroup(group)
	took := g.db.wal.Used() - before
	g.db.writeMu.Unlock()
	var got []dberr.Code
	for _, t := range group {
		got = append(got, dberr.CodeOf(t.err))
	}
	if !slices.Equal(got, want) {
		g.t.Errorf("the writers are told %q, want %q", got, want)
	}
	if took != wal.RecordBytes(0) {
		g.t.Errorf("the group took %d bytes of the log, not one record", took)
	}
}

// expect compares what is there, before and after a restart.
func (g *grouped) expect(docs ...string) {
	g.t.Helper()
	for range 2 {
		it, err := g.Each(EachOptions{})
		g.must(err)
		var got []string
		for it.Next() {
			got = append(got, string(it.Document()))
		}
		g.must(it.Err())
		it.Close()
		if !slices.Equal(got, docs) {
			g.t.Errorf("there are %q, want %q", got, docs)
		}
		v, err := g.db.Verify(context.Background(), nil)
		g.must(err)
		if !v.OK() || v.Digest == (digest.Sum{}) {
			g.t.Errorf("%+v", v.Problems)
		}
		g.must(g.db.Close())
		db, err := Open(context.Background(), g.o)
		g.must(err)
		g.Collection, err = db.Collection("t", "")
		g.must(err)
	}
	g.must(g.db.Close())
}

// Writers that share a record are told each their own outcome, and each sees what
// those before it in the group did.
func TestGroupAnswersEachWriter(t *testing.T) {
	g := newGrouped(t)
	g.must(g.Insert([]byte(`{"_id":"old","n":1}`)))
	g.commit([]*transaction{
		g.transaction(wal.Insert, `{"_id":"a","n":1}`),
		g.transaction(wal.Insert, `{"_id":"old","n":2}`),
		g.transaction(wal.Insert, `{"_id":"a","n":3}`),
		g.transaction(wal.Replace, `{"_id":"a","n":4}`),
		g.transaction(wal.Replace, `{"_id":"none","n":5}`),
		g.transaction(wal.Delete, `{"_id":"old"}`),
		g.transaction(wal.Insert, `{"_id":"old","n":6}`),
		g.transaction(wal.Insert, `{"_id":"b","n":7}`),
	}, "", dberr.DocumentExists, dberr.DocumentExists, "", dberr.DocumentNotFound, "", "", "")
	g.expect(`{"_id":"a","n":4}`, `{"_id":"b","n":7}`, `{"_id":"old","n":6}`)
}

// What a refused transaction would have written is nothing to those behind it in the
// group.
func TestGroupForgetsTheRefused(t *testing.T) {
	g := newGrouped(t)
	g.must(g.Insert([]byte(`{"_id":"old","n":1}`)))
	g.commit([]*transaction{
		g.transaction(wal.Insert, `{"_id":"first","n":1}`),
		g.transaction(wal.Insert, `{"_id":"a","n":2}`, wal.Replace, `{"_id":"first","n":3}`, wal.Insert, `{"_id":"old","n":4}`),
		g.transaction(wal.Insert, `{"_id":"a","n":5}`),
		g.transaction(wal.Replace, `{"_id":"first","n":6}`),
	}, "", dberr.DocumentExists, "", "")
	g.expect(`{"_id":"a","n":5}`, `{"_id":"first","n":6}`, `{"_id":"old","n":1}`)
}
