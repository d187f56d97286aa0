package engine

import (
	"bytes"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/memtable"
	"github.com/aerodb/aerodb/engine/wal"
)

// resolvedPerLook is how many operations are resolved between two looks at the context of
// their call: some milliseconds where each is looked up on the disk.
const resolvedPerLook = 256

// resolve finds what each operation of t replaces or deletes, and refuses t as a
// whole where that contradicts what it asks. Shared says that the record has other
// transactions too.
func (db *DB) resolve(t *transaction, shared bool) error {
	if !shared && db.insertsIntoFreeRange(t) {
		return nil
	}
	db.writer.pending.begin()
	if err := db.resolveEach(t, shared || len(t.ops) > 1); err != nil {
		db.writer.pending.rollback()
		return err
	}
	return nil
}

// resolveEach resolves the operations in their order. Multiple says that others of the
// record must see what they change.
func (db *DB) resolveEach(t *transaction, multiple bool) error {
	for i := range t.ops {
		if i%resolvedPerLook == 0 {
			if err := interrupted(t.ctx); err != nil {
				return err
			}
		}
		op := &t.ops[i]
		if err := db.resolveOperation(op); err != nil {
			if len(t.ops) > 1 {
				dberr.From(err).With("index", int64(i))
			}
			return err
		}
		if !op.effective() {
			continue
		}
		t.applied++
		if multiple {
			db.writer.pending.set(op.version.coll, op.id, op.stored())
		}
	}
	return nil
}

// effective reports whether the operation changes anything: a deletion of nothing, or a
// move of what is gone or changed, does not.
func (op *operation) effective() bool { return op.kind == wal.Insert || op.old != nil }

// stored returns what is there after the operation, nil for nothing.
func (op *operation) stored() *stored {
	if op.kind == wal.Delete {
		return nil
	}
	return &stored{op.version, op.document, op.values, op.digest}
}

// From how many operations on a look for a free range is worth it, and at how many
// deleted documents in it the look ends.
const (
	freeRangeMin     = 16
	freeRangeDeleted = 16
)

// insertsIntoFreeRange reports whether t inserts documents of ascending _ids, between the
// first and last of which the collection has none. Then none of them contradicts what is
// there or another, and none need be looked up by itself. It is how most loads come.
// False says nothing: also after an error, which resolve meets again if it matters.
func (db *DB) insertsIntoFreeRange(t *transaction) bool {
	if len(t.ops) < freeRangeMin {
		return false
	}
	coll := t.ops[0].version.coll
	for i := range t.ops {
		op := &t.ops[i]
		if op.kind != wal.Insert || op.version.coll != coll || i > 0 && bytes.Compare(t.ops[i-1].id, op.id) >= 0 {
			return false
		}
	}
	for _, ver := range db.catalog.Load().collection(coll).versions {
		if ver.documents.Load() > 0 && !db.free(ver, t.ops[0].id, t.ops[len(t.ops)-1].id) {
			return false
		}
	}
	t.applied = len(t.ops)
	return true
}

// free reports whether it is quick to see that a version has no document from one _id to
// another, both included.
func (db *DB) free(ver *version, from, to []byte) bool {
	var first, last [128]byte
	walk := view{db, db.state, memtable.SequenceMax}.walk()
	defer walk.Close()
	end := key.AppendDocument(last[:0], ver.coll, ver.number, to)
	it := &walk.Iter // tombstones too: they cost as much as documents
	ok := it.SeekGE(key.AppendDocument(first[:0], ver.coll, ver.number, from))
	for n := 0; ok && bytes.Compare(it.Key(), end) <= 0; n++ {
		if !it.Tombstone() || n == freeRangeDeleted {
			return false
		}
		ok = it.Next()
	}
	return it.Err() == nil
}

func (db *DB) resolveOperation(op *operation) error {
	if op.kind == wal.Insert {
		in, err := db.holder(op.version, op.id)
		if err != nil {
			return err
		}
		if in != nil {
			return errExists(op.version, op.id, in)
		}
		return nil
	}
	old, err := db.current(op.version, op.id)
	if err != nil {
		return err
	}
	switch {
	case op.kind == wal.Delete && (old == nil || old.version != op.version):
		return nil // a handle sees the documents of its version only
	case op.from != nil && !op.unmoved(old):
		return nil
	case old == nil:
		return errNotFound(op.version, op.id, nil)
	case old.version.number > op.version.number:
		return errNotFound(op.version, op.id, old.version)
	}
	op.old = old
	return nil
}

// holder returns the version that holds a document of the _id, nil for none.
func (db *DB) holder(v *version, id []byte) (*version, error) {
	if s, known := db.writer.pending.get(v.coll, id); known {
		if s == nil {
			return nil, nil
		}
		return s.version, nil
	}
	ver, _, err := db.lookUp(v.coll, id)
	return ver, err
}

// current returns the document of an _id as it is for the next operation, nil for
// none.
func (db *DB) current(v *version, id []byte) (*stored, error) {
	if s, known := db.writer.pending.get(v.coll, id); known {
		return s, nil
	}
	return db.lookUpStored(v.coll, id)
}

// lookUp finds the document of an _id in whichever version of the collection has it,
// with all that the memtable holds; nil for none. The caller holds writeMu, or is
// opening the database.
func (db *DB) lookUp(coll uint16, id []byte) (*version, []byte, error) {
	now := view{db, db.state, memtable.SequenceMax}
	for _, ver := range db.catalog.Load().collection(coll).versions {
		if ver.documents.Load() == 0 {
			continue
		}
		doc, found, err := now.document(ver, id, nil)
		if err != nil {
			return nil, nil, err
		}
		if found {
			return ver, doc, nil
		}
	}
	return nil, nil, nil
}

// lookUpStored is lookUp with what a replacement needs to know of the document.
func (db *DB) lookUpStored(coll uint16, id []byte) (*stored, error) {
	ver, doc, err := db.lookUp(coll, id)
	if err != nil || ver == nil {
		return nil, err
	}
	return db.writer.describe(ver, id, doc)
}

// describe computes what a document's replacement needs to know of it.
func (w *writer) describe(ver *version, id, doc []byte) (*stored, error) {
	if err := ver.encoder.IndexValues(&w.old, doc); err != nil {
		return nil, dberr.New(dberr.StorageCorruption, "document %q of collection %q does not fit its schema: %w", id, ver.collection, err)
	}
	s := &stored{version: ver, document: doc, digest: w.hasher.Document(ver.collection, ver.schema.Version, id, doc)}
	s.values = cloneValues(w.old.Values)
	return s, nil
}

func cloneValues(values [][]byte) [][]byte {
	out := make([][]byte, len(values))
	for i, v := range values {
		out[i] = append([]byte(nil), v...)
	}
	return out
}
