package engine

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/wal"
)

// Collection is one version of a collection: writes go to that version, reads see
// the documents of that version only. A Collection is safe for concurrent use.
type Collection struct {
	db      *DB
	version *version
}

// Collection returns a handle on one version; an empty version name means the
// newest. Unknown names are AERO_SCHEMA_UNKNOWN and AERO_SCHEMA_VERSION_UNKNOWN.
func (db *DB) Collection(id, version string) (*Collection, error) {
	if err := db.usable(); err != nil {
		return nil, err
	}
	_, v, err := db.catalog.Load().find(id, version)
	if err != nil {
		return nil, err
	}
	return &Collection{db, v}, nil
}

// ID returns the collection's name, the schema_id.
func (c *Collection) ID() string { return c.version.collection }

// Version returns the schema_version of the handle.
func (c *Collection) Version() string { return c.version.schema.Version }

// Schema returns the schema of the handle.
func (c *Collection) Schema() *schema.Schema { return c.version.schema }

// Insert adds a document, given as JSON. If the collection has a document of that
// _id, in any version, it fails with AERO_DOCUMENT_EXISTS.
func (c *Collection) Insert(doc []byte) error { return c.InsertContext(context.Background(), doc) }

// InsertContext is Insert that ctx ends, with AERO_SCRIPT_INTERRUPTED, while nothing is
// written yet: a checkpoint makes room in a full log. Once its record is being written, the
// document is inserted.
func (c *Collection) InsertContext(ctx context.Context, doc []byte) error {
	return c.write(ctx, wal.Insert, doc)
}

// Replace puts a document in the place of the one that has its _id. One of an
// older version moves to this version; one of a newer version is not touched. If
// there is none to replace it fails with AERO_DOCUMENT_NOT_FOUND.
func (c *Collection) Replace(doc []byte) error { return c.ReplaceContext(context.Background(), doc) }

// ReplaceContext is Replace that ctx ends as it ends InsertContext.
func (c *Collection) ReplaceContext(ctx context.Context, doc []byte) error {
	return c.write(ctx, wal.Replace, doc)
}

func (c *Collection) write(ctx context.Context, kind wal.OpKind, doc []byte) error {
	if err := c.db.writable(); err != nil {
		return err
	}
	defer c.logSlow(writeNames[kind], 1, c.db.slowClock())
	p := preparers.Get().(*preparer)
	op, err := p.prepare(kind, c.version, doc)
	if err != nil {
		return err
	}
	p.putBack(len(doc))
	return c.db.commit(newTransaction(ctx, []operation{op}))
}

// Delete removes the document of an _id and reports whether there was one in this
// version.
func (c *Collection) Delete(id string) (bool, error) {
	return c.DeleteContext(context.Background(), id)
}

// DeleteContext is Delete that ctx ends as it ends InsertContext.
func (c *Collection) DeleteContext(ctx context.Context, id string) (bool, error) {
	if err := c.db.writable(); err != nil {
		return false, err
	}
	defer c.logSlow("delete", 1, c.db.slowClock())
	t := newTransaction(ctx, []operation{{kind: wal.Delete, version: c.version, id: []byte(id)}})
	err := c.db.commit(t)
	return err == nil && t.applied == 1, err
}

// InsertMany adds documents as one record: all are new and valid, or none is
// written. An error's detail "index" tells which document is at fault, from 0.
func (c *Collection) InsertMany(docs [][]byte) error {
	return c.InsertManyContext(context.Background(), docs)
}

// InsertManyContext is InsertMany that ctx ends, with AERO_SCRIPT_INTERRUPTED, while
// nothing is written yet: the documents are validated and looked up, or a checkpoint makes
// room for them. Once their record is being written, they are inserted.
func (c *Collection) InsertManyContext(ctx context.Context, docs [][]byte) error {
	if err := c.db.writable(); err != nil {
		return err
	}
	if len(docs) == 0 {
		return nil
	}
	defer c.logSlow("insert_many", len(docs), c.db.slowClock())
	ops, err := prepareAll(ctx, c.version, docs)
	if err != nil {
		return err
	}
	return c.db.commit(newTransaction(ctx, ops))
}

// A preparer validates and encodes documents outside the write lock. Operations
// point into its buffers until it is dropped, so each is used for one call.
type preparer struct {
	encoded schema.Encoded
	hasher  digest.Hasher
	copies  chunk // of what operations have
	heads   [][]byte
	stored  bool // what is prepared was written before
}

// preparedBytesKept is the largest document behind which a preparer is used again.
const preparedBytesKept = 64 << 10

// preparers spares a single write the encoder's buffers.
var preparers = sync.Pool{New: func() any { return new(preparer) }}

// putBack keeps the preparer for another call, without what operations point into. One
// that a document of so many bytes may have made large is dropped.
func (p *preparer) putBack(docBytes int) {
	if docBytes > preparedBytesKept {
		return
	}
	p.copies, p.heads = chunk{}, nil
	preparers.Put(p)
}

func (p *preparer) prepare(kind wal.OpKind, v *version, doc []byte) (operation, error) {
	encoder := v.encoder
	if p.stored {
		encoder = v.stored
	}
	if err := encoder.Encode(&p.encoded, doc); err != nil {
		return operation{}, err
	}
	e := &p.encoded
	op := operation{kind: kind, version: v, id: p.copies.keep(e.ID), document: p.copies.keep(e.Document)}
	op.digest = p.hasher.Document(v.collection, v.schema.Version, op.id, op.document)
	if len(p.heads)+len(e.Values) > cap(p.heads) {
		p.heads = make([][]byte, 0, max(len(e.Values), cap(p.heads)*2))
	}
	first := len(p.heads)
	for _, value := range e.Values {
		p.heads = append(p.heads, p.copies.keep(value))
	}
	op.values = p.heads[first:len(p.heads):len(p.heads)]
	return op, nil
}

// parallelMin is the number of documents from which preparing them is worth
// sharing among processors. The caller waits for all, and the result does not
// depend on who prepared what.
const parallelMin = 64

func prepareAll(ctx context.Context, v *version, docs [][]byte) ([]operation, error) {
	ops := make([]operation, len(docs))
	workers := 1
	if len(docs) >= parallelMin {
		workers = min(runtime.GOMAXPROCS(0), len(docs)/(parallelMin/2))
	}
	errs := make([]error, workers)
	var next, failed atomic.Int64
	failed.Store(int64(len(docs)))
	work := func(worker int) {
		var p preparer
		for {
			from := int(next.Add(parallelMin/2)) - parallelMin/2
			if int64(from) >= failed.Load() || ctx.Err() != nil {
				return
			}
			for i := from; i < min(from+parallelMin/2, len(docs)); i++ {
				op, err := p.prepare(wal.Insert, v, docs[i])
				if err != nil {
					errs[worker] = dberr.From(err).With("index", int64(i))
					lowerTo(&failed, int64(i))
					return
				}
				ops[i] = op
			}
		}
	}
	var wait sync.WaitGroup
	for w := 1; w < workers; w++ {
		wait.Go(func() { work(w) })
	}
	work(0)
	wait.Wait()
	if err := interrupted(ctx); err != nil {
		return nil, err
	}
	return ops, firstError(errs)
}

// lowerTo makes a the smaller of itself and n.
func lowerTo(a *atomic.Int64, n int64) {
	for old := a.Load(); n < old && !a.CompareAndSwap(old, n); old = a.Load() {
	}
}

// firstError returns the error of the smallest index: documents before it were all
// looked at, so it does not depend on the number of workers.
func firstError(errs []error) error {
	var first error
	least := int64(-1)
	for _, err := range errs {
		if err == nil {
			continue
		}
		details := dberr.From(err).Details
		if i := details[len(details)-1].Value.(int64); least < 0 || i < least {
			first, least = err, i
		}
	}
	return first
}
