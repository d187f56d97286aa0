package engine

import (
	"bytes"
	"container/heap"
	"slices"
)

// A top keeps the first documents of a sort: no more than limit of them, however
// many are offered. Equal values are ordered by ascending _id, also in a
// descending sort; a sort by _id has no equal values.
type top struct {
	limit int
	down  bool
	items []ranked // a heap, the last of the order at its root
}

type ranked struct {
	value, id, doc []byte
}

// before orders two documents as the answer does.
func (t *top) before(a, b *ranked) bool {
	c := bytes.Compare(a.value, b.value)
	if t.down {
		c = -c
	}
	if c == 0 {
		c = bytes.Compare(a.id, b.id)
	}
	return c < 0
}

// offer takes a copy of a document if it is among the first.
func (t *top) offer(value, id, doc []byte) {
	r := ranked{value, id, doc}
	if len(t.items) == t.limit && !t.before(&r, &t.items[0]) {
		return
	}
	r = ranked{bytes.Clone(value), bytes.Clone(id), bytes.Clone(doc)}
	if len(t.items) < t.limit {
		heap.Push(t, r)
		return
	}
	t.items[0] = r
	heap.Fix(t, 0)
}

// documents returns the kept documents in order.
func (t *top) documents() [][]byte {
	slices.SortFunc(t.items, func(a, b ranked) int {
		if t.before(&a, &b) {
			return -1
		}
		return 1
	})
	docs := make([][]byte, len(t.items))
	for i := range t.items {
		docs[i] = t.items[i].doc
	}
	return docs
}

// Len, Less, Swap, Push and Pop make a top a heap.
func (t *top) Len() int           { return len(t.items) }
func (t *top) Less(i, j int) bool { return t.before(&t.items[j], &t.items[i]) }
func (t *top) Swap(i, j int)      { t.items[i], t.items[j] = t.items[j], t.items[i] }
func (t *top) Push(x any)         { t.items = append(t.items, x.(ranked)) }
func (t *top) Pop() any {
	last := t.items[len(t.items)-1]
	t.items = t.items[:len(t.items)-1]
	return last
}
