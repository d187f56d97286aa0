package segment

// A cursor stands on an entry of a data block, or nowhere. Its methods report
// whether it stands on an entry afterwards; if they say no, bad tells whether that
// is because the block is malformed.
type cursor struct {
	b   block
	e   entry
	key []byte // of e
	bad bool
}

// reset gives the cursor a block to stand in.
func (c *cursor) reset(b block) {
	c.b, c.bad = b, false
}

func (c *cursor) fail() bool {
	c.bad = true
	return false
}

// start moves to the entry at off, which is a restart.
func (c *cursor) start(off int) bool {
	c.key = c.key[:0]
	return c.step(off)
}

// step moves to the entry at off, which follows the one whose key c.key is.
func (c *cursor) step(off int) bool {
	e, ok := c.b.entry(off)
	if !ok || e.shared > len(c.key) {
		return c.fail()
	}
	c.e = e
	c.key = append(c.key[:e.shared], c.b.data[e.key:e.value]...)
	return true
}

func (c *cursor) first() bool { return c.start(0) }

func (c *cursor) next() bool { return c.e.next != c.b.end && c.step(c.e.next) }

func (c *cursor) last() bool { return c.before(c.b.end) }

func (c *cursor) prev() bool { return c.e.off != 0 && c.before(c.e.off) }

// before moves to the entry that ends at off, by going forward from the restart.
func (c *cursor) before(off int) bool {
	if !c.start(c.b.restart(c.b.interval(off))) {
		return false
	}
	for c.e.next < off {
		if !c.step(c.e.next) {
			return false
		}
	}
	return c.e.next == off || c.fail()
}

// seekGE moves to the first entry not less than key. Key may be c.key.
func (c *cursor) seekGE(key []byte) bool {
	var p place
	if !c.b.seek(key, &p) || p.at.shared > len(key) {
		return c.fail()
	}
	if p.at.off == c.b.end {
		return false
	}
	// What the entry shares with the one before, it shares with key: see scan.
	c.e = p.at
	c.key = append(append(c.key[:0], key[:p.at.shared]...), c.b.data[p.at.key:p.at.value]...)
	return true
}

// seekLT moves to the last entry less than key.
func (c *cursor) seekLT(key []byte) bool {
	var p place
	if !c.b.seek(key, &p) {
		return c.fail()
	}
	return p.before.off >= 0 && c.before(p.before.next)
}

// A treeCursor stands on an entry of a node. It needs no keys.
type treeCursor struct {
	n node
	e entry
}

// move moves to the entry at off.
func (c *treeCursor) move(off int) (ok bool) {
	c.e, ok = c.n.entry(off)
	return ok
}

// before moves to the entry that ends at off.
func (c *treeCursor) before(off int) bool {
	if !c.move(c.n.restart(c.n.interval(off))) {
		return false
	}
	for c.e.next < off {
		if !c.move(c.e.next) {
			return false
		}
	}
	return c.e.next == off
}
