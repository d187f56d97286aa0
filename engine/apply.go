package engine

import (
	"bytes"

	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/memtable"
	"github.com/aerodb/aerodb/engine/wal"
)

// keyBuffer builds keys without allocating.
type keyBuffer struct{ buf []byte }

func (k *keyBuffer) document(v *version, id []byte) []byte {
	k.buf = key.AppendDocument(k.buf[:0], v.coll, v.number, id)
	return k.buf
}

func (k *keyBuffer) index(v *version, i int, value, id []byte) []byte {
	k.buf = key.AppendIndex(k.buf[:0], v.coll, v.number, uint16(i), value, id)
	return k.buf
}

// applyGroup puts the operations of a durable record into the memtable and makes
// them visible all at once. The caller holds writeMu.
func (db *DB) applyGroup(group []*transaction, first uint64, sum digest.Sum) {
	table := db.state.table
	sequence := first
	for _, t := range group {
		if t.err != nil {
			continue
		}
		for i := range t.ops {
			if op := &t.ops[i]; op.effective() {
				db.writer.keys.apply(table, sequence, op)
				sequence++
			}
		}
	}
	db.viewMu.Lock()
	defer db.viewMu.Unlock()
	for _, t := range group {
		if t.err != nil {
			continue
		}
		for i := range t.ops {
			db.countOperation(&t.ops[i])
		}
	}
	db.visible, db.digest = sequence-1, sum
}

// countOperation keeps the counts and the collection's digest. The caller holds
// viewMu.
func (db *DB) countOperation(op *operation) {
	if !op.effective() {
		return
	}
	d := db.catalog.Load().collection(op.version.coll).digest
	*d = op.after(*d)
	if op.old != nil {
		op.old.version.documents.Add(-1)
	}
	if op.kind != wal.Delete {
		op.version.documents.Add(1)
	}
}

// apply writes the entries of one operation: the document and one entry for each
// of its indexes, and tombstones for the entries of the document before that the
// new ones do not replace. Every index entry is written with every version of its
// document, changed or not, so that both always lie in the same run.
func (k *keyBuffer) apply(table *memtable.Table, sequence uint64, op *operation) {
	if old := op.old; old != nil {
		moved := op.kind == wal.Delete || old.version != op.version
		if moved {
			table.Add(sequence, k.document(old.version, op.id), nil, true)
		}
		for i, value := range old.values {
			if moved || !bytes.Equal(value, op.values[i]) {
				table.Add(sequence, k.index(old.version, i, value, op.id), nil, true)
			}
		}
	}
	if op.kind == wal.Delete {
		return
	}
	table.Add(sequence, k.document(op.version, op.id), op.document, false)
	for i, value := range op.values {
		table.Add(sequence, k.index(op.version, i, value, op.id), nil, false)
	}
}
