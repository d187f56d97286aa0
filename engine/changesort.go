package engine

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// A place is one of the changes while they are sorted: what is compared lies in it, so
// most comparisons look at nothing else.
type place struct {
	head uint64 // of the key, the bytes at the depth of the sort
	at   int    // in changes.list
}

// sort leaves in order the places of the list by key, then newest first. It is a
// quicksort by eight bytes of the keys at a time: keys of one space and collection begin
// alike, which a comparison of whole keys would find out each time anew.
func (c *changes) sort() {
	c.order = slices.Grow(c.order[:0], len(c.list))[:len(c.list)]
	for i := range c.order {
		c.order[i] = place{c.head(i, 0), i}
	}
	c.sortFrom(c.order, 0, 2*bits.Len(uint(len(c.order))))
}

// sortedMin is how many places are not worth another round of quicksort.
const sortedMin = 16

// sortFrom sorts places whose keys agree up to a depth. After as many bad partitions as
// patience allows it leaves them to the library's sort.
func (c *changes) sortFrom(p []place, depth, patience int) {
	for len(p) > sortedMin && patience > 0 {
		patience--
		less, equal := partition(p)
		c.sortFrom(p[:less], depth, patience)
		c.sortEqual(p[less:less+equal], depth, patience)
		p = p[less+equal:]
	}
	slices.SortFunc(p, func(a, b place) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return c.compare(a, b)
	})
}

// sortEqual sorts places of one head: by the bytes behind it, or, where a key ends in it,
// by whole keys.
func (c *changes) sortEqual(p []place, depth, patience int) {
	depth += 8
	for i := range p {
		e := &c.list[p[i].at]
		if e.to-e.from <= depth {
			slices.SortFunc(p, c.compare)
			return
		}
		p[i].head = c.head(p[i].at, depth)
	}
	c.sortFrom(p, depth, patience)
}

// partition brings places together whose heads are less than, equal to and greater than
// that of one in the middle, and returns how many are less and how many equal.
func partition(p []place) (less, equal int) {
	pivot := median(p[0].head, p[len(p)/2].head, p[len(p)-1].head)
	end := len(p)
	for i := 0; i < end; {
		switch h := p[i].head; {
		case h < pivot:
			p[i], p[less] = p[less], p[i]
			less++
			i++
		case h > pivot:
			end--
			p[i], p[end] = p[end], p[i]
		default:
			i++
		}
	}
	return less, end - less
}

func median(a, b, c uint64) uint64 { return max(min(a, b), min(max(a, b), c)) }

// head returns eight bytes of the key of list[i] from depth on, zeros behind its end.
func (c *changes) head(i, depth int) uint64 {
	e := &c.list[i]
	from := e.from + depth
	if e.to-from >= 8 {
		return binary.BigEndian.Uint64(c.keys[from:])
	}
	var b [8]byte
	copy(b[:], c.keys[min(from, e.to):e.to])
	return binary.BigEndian.Uint64(b[:])
}

func (c *changes) compare(a, b place) int {
	x, y := &c.list[a.at], &c.list[b.at]
	return cmp.Or(bytes.Compare(c.key(x), c.key(y)), cmp.Compare(y.sequence, x.sequence))
}
