package memtable

import "bytes"

// An Iter walks the keys visible at one sequence, each once, in order. Key and
// Value are the table's own bytes: they stay valid as long as the table is
// reachable and not reset, and must not be changed. It never fails.
type Iter struct {
	t       *Table
	visible uint64
	n       *node // nil: not on an entry
	key     []byte
}

// NewIter returns an iterator over what is visible at a sequence, on no entry.
func (t *Table) NewIter(visible uint64) *Iter { return &Iter{t: t, visible: visible} }

// settle stops at the first visible entry at or after n, whose key is not skip.
func (it *Iter) settle(number uint32, skip []byte) bool {
	for number != head {
		n := it.t.nodeOf(number)
		k := n.key()
		if it.t.sequence(n) <= it.visible && (skip == nil || !bytes.Equal(k, skip)) {
			it.n, it.key = n, k
			return true
		}
		number = n.link(0).Load()
	}
	it.n, it.key = nil, nil
	return false
}

// SeekGE moves to the first key >= key.
func (it *Iter) SeekGE(key []byte) bool { return it.settle(it.t.seek(key, it.visible), nil) }

// First moves to the first key.
func (it *Iter) First() bool { return it.settle(it.t.nodeOf(head).link(0).Load(), nil) }

// Next moves to the next key.
func (it *Iter) Next() bool {
	if it.n == nil {
		return false
	}
	return it.settle(it.n.link(0).Load(), it.key)
}

// SeekLT moves to the last key < key.
func (it *Iter) SeekLT(key []byte) bool {
	for {
		p, _ := it.t.neighbours(key, SequenceMax)
		if p == head {
			return it.settle(head, nil)
		}
		// p is the oldest entry of its key; the newest visible one, if any, is before it.
		key = it.t.nodeOf(p).key()
		if it.SeekGE(key) && bytes.Equal(it.key, key) {
			return true
		}
	}
}

// Last moves to the last key.
func (it *Iter) Last() bool {
	p := it.t.nodeOf(head)
	first := p
	for level := int(it.t.height.Load()) - 1; level >= 0; level-- {
		for number := p.link(level).Load(); number != head; number = p.link(level).Load() {
			p = it.t.nodeOf(number)
		}
	}
	if p == first {
		return it.settle(head, nil)
	}
	k := p.key()
	if it.SeekGE(k) && bytes.Equal(it.key, k) {
		return true
	}
	return it.SeekLT(k)
}

// Prev moves to the previous key.
func (it *Iter) Prev() bool {
	if it.n == nil {
		return false
	}
	return it.SeekLT(it.key)
}

// Valid reports whether the iterator is on an entry.
func (it *Iter) Valid() bool { return it.n != nil }

// Key returns the key of the entry.
func (it *Iter) Key() []byte { return it.key }

// Value returns the value of the entry, empty for a tombstone.
func (it *Iter) Value() []byte { return it.n.value() }

// Tombstone reports whether the entry says that the key was deleted.
func (it *Iter) Tombstone() bool { return it.n.tombstone() }

// Err returns nil: memory does not fail.
func (it *Iter) Err() error { return nil }

// Close does nothing; the table goes when nobody holds it.
func (it *Iter) Close() {}
