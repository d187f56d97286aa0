package engine

import (
	"bytes"

	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/memtable"
	"github.com/aerodb/aerodb/engine/wal"
)

// A changes collects what a record changes in the memtable. The changes of a large
// record are put in by order of key: the memtable takes neighbours quickly, and
// which order the changes of one record come in makes no difference.
type changes struct {
	list  []change
	keys  []byte  // of list, one behind the other
	order []place // of list, once they are sorted
}

type change struct {
	from, to  int // the key's place in keys
	sequence  uint64
	value     []byte
	tombstone bool
}

const (
	sortChangesMin   = 32       // fewer are put in as they come
	changesBytesKept = 16 << 20 // a buffer larger than this is not kept for the next record
)

func (c *changes) add(from int, sequence uint64, value []byte, tombstone bool) {
	c.list = append(c.list, change{from, len(c.keys), sequence, value, tombstone})
}

func (c *changes) document(v *version, sequence uint64, id, document []byte, tombstone bool) {
	from := len(c.keys)
	c.keys = key.AppendDocument(c.keys, v.coll, v.number, id)
	c.add(from, sequence, document, tombstone)
}

func (c *changes) index(v *version, sequence uint64, i int, value, id []byte, tombstone bool) {
	from := len(c.keys)
	c.keys = key.AppendIndex(c.keys, v.coll, v.number, uint16(i), value, id)
	c.add(from, sequence, nil, tombstone)
}

func (c *changes) key(i *change) []byte { return c.keys[i.from:i.to] }

// applyTo puts the changes into a table and forgets them.
func (c *changes) applyTo(table *memtable.Table) {
	if len(c.list) < sortChangesMin {
		for i := range c.list {
			c.put(table, i)
		}
	} else {
		c.sort()
		for _, p := range c.order {
			c.put(table, p.at)
		}
	}
	c.forget()
}

func (c *changes) put(table *memtable.Table, i int) {
	e := &c.list[i]
	table.Add(e.sequence, c.key(e), e.value, e.tombstone)
}

func (c *changes) forget() {
	clear(c.list)
	c.list, c.keys = c.list[:0], c.keys[:0]
	if cap(c.keys) > changesBytesKept {
		*c = changes{}
	}
}

// applyGroup puts the operations of a durable record into the memtable and makes
// them visible all at once. The caller holds writeMu.
func (db *DB) applyGroup(group []*transaction, first uint64, sum digest.Sum) {
	sequence := first
	for _, t := range group {
		if t.err != nil {
			continue
		}
		for i := range t.ops {
			if op := &t.ops[i]; op.effective() {
				db.writer.changes.operation(sequence, op)
				sequence++
			}
		}
	}
	db.writer.changes.applyTo(db.state.table)
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

// operation adds the entries of one operation: the document and one entry for each
// of its indexes, and tombstones for the entries of the document before that the
// new ones do not replace. Every index entry is written with every version of its
// document, changed or not, so that both always lie in the same run.
func (c *changes) operation(sequence uint64, op *operation) {
	if old := op.old; old != nil {
		moved := op.kind == wal.Delete || old.version != op.version
		if moved {
			c.document(old.version, sequence, op.id, nil, true)
		}
		for i, value := range old.values {
			if moved || !bytes.Equal(value, op.values[i]) {
				c.index(old.version, sequence, i, value, op.id, true)
			}
		}
	}
	if op.kind == wal.Delete {
		return
	}
	c.document(op.version, sequence, op.id, op.document, false)
	for i, value := range op.values {
		c.index(op.version, sequence, i, value, op.id, false)
	}
}
