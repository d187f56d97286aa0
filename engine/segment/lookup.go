package segment

import "bytes"

// A Lookup looks up keys of one segment that are known to be there, one after the
// other, as an index names its documents. It remembers the last tree node it came
// through: while keys lie beneath that, a lookup costs one search in the node and one
// in the data block, and asks no filter. The caller holds a reference to the segment.
// It is for one goroutine at a time.
type Lookup struct {
	s    *Segment
	node guidedNode // of level 1, if placed
	near int        // where in it the last key was
	low  []byte     // keys from low to before high lie beneath the node, if anywhere
	high []byte
	// placed says that the node is one; unbounded that there is no high.
	placed, unbounded bool
}

// Reset makes it a new Lookup in s, keeping its buffers.
func (l *Lookup) Reset(s *Segment) { *l = Lookup{s: s, low: l.low[:0], high: l.high[:0]} }

// Get appends the value of k to dst. It returns what Segment.Get does.
func (l *Lookup) Get(k, dst []byte) (value []byte, tombstone, found bool, err error) {
	if l.s.foot.levels == 0 {
		return dst, false, false, nil
	}
	if l.placed {
		// Between two blocks that the node lists, k lies beneath the node.
		if i, ok := l.node.guide.floor(k, l.near); ok && i >= 0 && i+1 < l.node.guide.entries() {
			l.near = i
			return l.s.getIn(l.node.guide.place(i), k, dst)
		}
	}
	if !l.covers(k) {
		if ok, err := l.descend(k); err != nil || !ok {
			return dst, false, false, err
		}
	}
	at, ok, err := l.s.childOf(&l.node, k, &l.near)
	if err != nil || !ok {
		return dst, false, false, err
	}
	return l.s.getIn(at, k, dst)
}

func (l *Lookup) covers(k []byte) bool {
	return l.placed && bytes.Compare(k, l.low) >= 0 && (l.unbounded || bytes.Compare(k, l.high) < 0)
}

// descend goes from the root to the node of level 1 that k lies beneath. It reports
// false if the segment has no key as small as k.
func (l *Lookup) descend(k []byte) (bool, error) {
	l.placed, l.unbounded = false, true
	l.low = append(l.low[:0], k...)
	at := l.s.foot.root
	for level := l.s.foot.levels; ; level-- {
		if level == 1 {
			var err error
			l.node, err = l.s.guided(at, level)
			l.near = 0
			l.placed = err == nil
			return l.placed, err
		}
		n, err := l.s.node(at, level)
		if err != nil {
			return false, err
		}
		e, found, ok := l.step(&n, k)
		switch {
		case !ok:
			return false, l.s.malformed(at, "tree")
		case !found:
			return false, l.s.below(n.at)
		}
		if at, err = l.s.child(&n, &e); err != nil {
			return false, err
		}
	}
}

// step finds the last entry of a node that is not greater than k, and makes the key of
// the entry after it the bound. If there is none, the bound of the node above holds.
func (l *Lookup) step(n *node, k []byte) (e entry, found, ok bool) {
	var p place
	if !n.seek(k, &p) {
		return entry{}, false, false
	}
	e, next := p.before, p.at
	if p.equal {
		e = p.at
		next = entry{off: n.end}
		if e.next != n.end {
			if next, ok = n.after(&e); !ok {
				return entry{}, false, false
			}
		}
	}
	if e.off < 0 {
		return entry{}, false, true
	}
	if next.off != n.end {
		// What next shares with the entry before it, it shares with k: see scan.
		if next.shared > len(k) {
			return entry{}, false, false
		}
		l.high = append(append(l.high[:0], k[:next.shared]...), n.keyRest(&next)...)
		l.unbounded = false
	}
	return e, true, true
}
