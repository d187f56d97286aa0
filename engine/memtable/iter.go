package memtable

import (
	"bytes"
	"sync/atomic"
)

// An Iter walks the keys visible at one sequence, each once, in order. Key and
// Value are the table's own bytes: they stay valid as long as the table is
// reachable and must not be changed. It never fails.
type Iter struct {
	t       *Table
	visible uint64
	n       uint32 // head: not on an entry
	words   [][]atomic.Uint32
	key     []byte
	value   []byte
	dead    bool
}

// NewIter returns an iterator over what is visible at a sequence, on no entry.
func (t *Table) NewIter(visible uint64) *Iter { return &Iter{t: t, visible: visible} }

// settle stops at the first visible entry at or after n, whose key is not skip.
func (it *Iter) settle(n uint32, skip []byte) bool {
	for n != head {
		words, data := it.t.view()
		w := node(words, n)
		k, rest := keyOf(w, data)
		if sequenceOf(w) <= it.visible && (skip == nil || !bytes.Equal(k, skip)) {
			size := w[wordValLen].Load()
			it.n, it.words, it.key, it.value = n, words, k, rest[:size:size]
			it.dead = w[wordKeyLen].Load()&tombstoneBit != 0
			return true
		}
		n = w[wordLinks].Load()
	}
	it.n, it.key, it.value = head, nil, nil
	return false
}

// SeekGE moves to the first key >= key.
func (it *Iter) SeekGE(key []byte) bool { return it.settle(it.t.seek(key, it.visible), nil) }

// First moves to the first key.
func (it *Iter) First() bool {
	words, _ := it.t.view()
	return it.settle(link(words, head, 0).Load(), nil)
}

// Next moves to the next key.
func (it *Iter) Next() bool {
	if it.n == head {
		return false
	}
	return it.settle(link(it.words, it.n, 0).Load(), it.key)
}

// SeekLT moves to the last key < key.
func (it *Iter) SeekLT(key []byte) bool {
	for {
		p, _ := it.t.neighbours(key, SequenceMax)
		if p == head {
			return it.settle(head, nil)
		}
		// p is the oldest entry of its key; the newest visible one, if any, is before it.
		words, data := it.t.view()
		key, _ = keyOf(node(words, p), data)
		if it.SeekGE(key) && bytes.Equal(it.key, key) {
			return true
		}
	}
}

// Last moves to the last key.
func (it *Iter) Last() bool {
	p := uint32(head)
	for level := int(it.t.height.Load()) - 1; level >= 0; level-- {
		for {
			words, _ := it.t.view()
			n := link(words, p, level).Load()
			if n == head {
				break
			}
			p = n
		}
	}
	if p == head {
		return it.settle(head, nil)
	}
	words, data := it.t.view()
	k, _ := keyOf(node(words, p), data)
	if it.SeekGE(k) && bytes.Equal(it.key, k) {
		return true
	}
	return it.SeekLT(k)
}

// Prev moves to the previous key.
func (it *Iter) Prev() bool {
	if it.n == head {
		return false
	}
	return it.SeekLT(it.key)
}

// Valid reports whether the iterator is on an entry.
func (it *Iter) Valid() bool { return it.n != head }

// Key returns the key of the entry.
func (it *Iter) Key() []byte { return it.key }

// Value returns the value of the entry, empty for a tombstone.
func (it *Iter) Value() []byte { return it.value }

// Tombstone reports whether the entry says that the key was deleted.
func (it *Iter) Tombstone() bool { return it.dead }

// Err returns nil: memory does not fail.
func (it *Iter) Err() error { return nil }

// Close does nothing; the table goes when nobody holds it.
func (it *Iter) Close() {}
