package engine

import (
	"bytes"
	"context"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/wal"
)

// MoveResult is what MoveFrom moved, also when it failed half way: what an ImportResult
// says, of documents that moved.
type MoveResult ImportResult

// Value returns the result as users see it.
func (r MoveResult) Value() document.Value { return ImportResult(r).Value() }

// MoveFrom moves every document of an older version to this one, as it is, which builds
// the indexes that this version has and the older one lacks. It goes in the order of _id
// and in batches, each of which is a record of the log: a document is under the one version
// or under the other, with its index entries, whenever it is looked at and wherever a
// crash comes. After an interruption or an error, what is moved stays moved, and the next
// call goes on with the rest. It takes the memory of a batch, and the space of the
// documents twice until compact frees it.
//
// Progress is told documents, of those that were there when it began. A version that is
// not older is AERO_SCHEMA_INCOMPATIBLE, an unknown one AERO_SCHEMA_VERSION_UNKNOWN.
func (c *Collection) MoveFrom(ctx context.Context, version string, progress Progress) (MoveResult, error) {
	start := c.db.opts.Now()
	m, err := c.newMover(version)
	if err != nil {
		return MoveResult{}, err
	}
	total, err := m.from.Count()
	if err != nil {
		return MoveResult{}, err
	}
	c.db.log.Debug("move.begin", "schema_id", c.ID(), "schema_version", c.Version(), "from", version, "documents", total)
	for again := true; again && err == nil; {
		again, err = m.pass(ctx, func() { progress.report(min(m.result.Documents, total), total) })
	}
	m.result.Duration = c.db.opts.Now().Sub(start)
	if err == nil {
		c.db.log.Debug("move.end", "schema_id", c.ID(), "schema_version", c.Version(), "from", version, "documents", m.result.Documents, "duration_ms", m.result.Duration.Milliseconds())
	}
	return m.result, err
}

// A mover moves documents of one version to another.
type mover struct {
	from, to *Collection
	room     int // of a batch, in bytes
	result   MoveResult
}

func (c *Collection) newMover(version string) (*mover, error) {
	if err := c.db.writable(); err != nil {
		return nil, err
	}
	if version == "" { // to find it means the newest
		return nil, dberr.New(dberr.SchemaVersionRequired, "no version of %q is named to move documents from", c.ID())
	}
	from, err := c.db.Collection(c.ID(), version)
	if err != nil {
		return nil, err
	}
	if from.version.number >= c.version.number {
		return nil, dberr.New(dberr.SchemaIncompatible, "version %q of %q is not older than %q: documents move to newer versions only", version, c.ID(), c.Version()).
			With("schema_id", c.ID()).With("schema_version", c.Version()).
			WithHint("call it on the newer version, and name the older one")
	}
	return &mover{from: from, to: c, room: c.db.importRoom()}, nil
}

// pass moves what is there. Again says that documents were changed, by other callers,
// between its look at them and its record: they are left for another pass.
func (m *mover) pass(ctx context.Context, moved func()) (again bool, err error) {
	after := ""
	for {
		if err := interrupted(ctx); err != nil {
			return false, err
		}
		ops, bytes, err := m.batch(after)
		if err != nil || len(ops) == 0 {
			return again, err
		}
		after = string(ops[len(ops)-1].id)
		applied, err := m.commit(ctx, ops)
		if err != nil {
			return false, err
		}
		if applied < len(ops) {
			again = true
		}
		m.result.Documents += int64(applied)
		m.result.Bytes += bytes
		m.result.Batches++
		moved()
	}
}

// batch returns the moves of the next documents behind an _id, as many as a record is
// to have. It holds no view while they are written: a view would keep segments that a
// checkpoint, of a log that fills up meanwhile, replaces.
func (m *mover) batch(after string) (ops []operation, size int64, err error) {
	it, err := m.from.Each(EachOptions{After: after, Limit: importBatchDocuments})
	if err != nil {
		return nil, 0, err
	}
	defer it.Close()
	p := preparer{stored: true} // a document that is there moves, also if the limit is lower now
	for it.Next() {
		doc := it.Document()
		if len(ops) > 0 && int(size)+len(doc)+opOverheadBytes*(len(ops)+1) > m.room {
			break
		}
		op, err := p.prepare(wal.Replace, m.to.version, doc)
		if err != nil {
			return nil, 0, dberr.New(dberr.StorageCorruption, "document %q of version %q does not fit version %q: %w", it.ID(), m.from.Version(), m.to.Version(), err)
		}
		op.from = m.from.version
		ops, size = append(ops, op), size+int64(len(doc))
	}
	return ops, size, it.Err()
}

func (m *mover) commit(ctx context.Context, ops []operation) (applied int, err error) {
	defer m.to.logSlow("move", len(ops), m.to.db.slowClock())
	t := newTransaction(ctx, ops)
	err = m.to.db.commit(t)
	return t.applied, err
}

// unmoved reports whether an operation that moves a document finds it as it was looked
// at. If not it does nothing: whoever changed it knew better.
func (op *operation) unmoved(old *stored) bool {
	return old != nil && old.version == op.from && bytes.Equal(old.document, op.document)
}
