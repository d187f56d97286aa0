package segment

// Where load goes in the nodes it passes.
const (
	toFirst = iota
	toLast
)

func (it *Iter) rootHandle() handle { return it.s.foot.root }

// fail records damage in a node.
func (it *Iter) fail(n *node) bool {
	it.err = it.s.malformed(n.at, "tree")
	return false
}

// load goes down from the block at h, a node of level or, at level 0, a data block,
// to the data block at its first or last edge. It reports false on an error, and if
// the segment is empty.
func (it *Iter) load(level int, h handle, edge int) bool {
	if it.err != nil || len(it.tree) == 0 {
		return false
	}
	for ; level > 0; level-- {
		c := &it.tree[level-1]
		if !it.loadNode(c, h, level) {
			return false
		}
		if edge == toFirst && !c.set(c.n.restartAt(0)) || edge == toLast && !c.before(c.n.end) {
			return it.fail(&c.n)
		}
		if h, it.err = it.s.child(&c.n, &c.e); it.err != nil {
			return false
		}
	}
	return it.loadLeaf(h)
}

// loadNode puts the node at h under c, unless it is there already.
func (it *Iter) loadNode(c *treeCursor, h handle, level int) bool {
	if c.n.level == level && c.n.at == h {
		return true
	}
	n, err := it.s.node(h, level)
	if err != nil {
		it.err = err
		return false
	}
	c.n = n
	return true
}

// loadLeaf puts the data block at h under the data cursor, unless it is there.
func (it *Iter) loadLeaf(h handle) bool {
	if it.leaf == h && h.bytes > 0 {
		return true
	}
	it.leaf = handle{}
	var b block
	if it.err = it.readLeaf(h, &b); it.err != nil {
		return false
	}
	it.leaf = h
	it.data.reset(b)
	return true
}

func (it *Iter) readLeaf(h handle, b *block) error {
	if !it.uncached {
		return it.s.leaf(h, b)
	}
	payload, err := it.s.read(h, kindData, 0, reuse(it.buf))
	if err != nil {
		return err
	}
	it.buf = payload
	return it.s.parseLeaf(h, payload, b)
}

// seekLeaf loads the data block that key belongs in: the last one whose separator
// is not greater. It reports false on an error, and if there is none.
func (it *Iter) seekLeaf(key []byte) bool {
	if it.err != nil || len(it.tree) == 0 {
		return false
	}
	h := it.rootHandle()
	for level := len(it.tree); level > 0; level-- {
		c := &it.tree[level-1]
		if !it.loadNode(c, h, level) {
			return false
		}
		e, found, ok := c.n.floor(key)
		if !ok {
			return it.fail(&c.n)
		}
		if !found {
			it.err = it.s.below(c.n.at)
			return false
		}
		c.e = e
		if h, it.err = it.s.child(&c.n, &c.e); it.err != nil {
			return false
		}
	}
	return it.loadLeaf(h)
}

// nextLeaf loads the data block after the present one.
func (it *Iter) nextLeaf() bool {
	for i := range it.tree {
		c := &it.tree[i]
		if it.err != nil || it.data.bad {
			return false
		}
		if c.e.next == c.n.end {
			continue
		}
		if !c.set(c.n.after(&c.e)) {
			return it.fail(&c.n)
		}
		return it.follow(i, toFirst)
	}
	return false
}

// prevLeaf loads the data block before the present one.
func (it *Iter) prevLeaf() bool {
	for i := range it.tree {
		c := &it.tree[i]
		if it.err != nil || it.data.bad {
			return false
		}
		if c.e.off == 0 {
			continue
		}
		if !c.before(c.e.off) {
			return it.fail(&c.n)
		}
		return it.follow(i, toLast)
	}
	return false
}

// follow loads what tree[i]'s entry points to.
func (it *Iter) follow(i, edge int) bool {
	c := &it.tree[i]
	h, err := it.s.child(&c.n, &c.e)
	if err != nil {
		it.err = err
		return false
	}
	return it.load(i, h, edge)
}
