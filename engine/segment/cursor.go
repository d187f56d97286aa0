package segment

// A cursor stands on an entry of a data block, or nowhere. Its methods report
// whether it stands on an entry afterwards; if they say no, bad tells whether that
// is because the block is malformed.
type cursor struct {
	b   block
	e   entry
	key []byte // of e
	bad bool

	// back lists the entries of e's interval before e, if the last move went
	// backward; else it is empty. It spares the next such move another walk.
	back []entry
}

// reset gives the cursor a block to stand in.
func (c *cursor) reset(b block) {
	c.b, c.bad, c.back = b, false, c.back[:0]
}

func (c *cursor) fail() bool {
	c.bad = true
	return false
}

// set moves to e, which follows the entry whose key c.key is.
func (c *cursor) set(e entry, ok bool) bool {
	if !ok || e.shared > len(c.key) {
		return c.fail()
	}
	c.e = e
	c.key = append(c.key[:e.shared], c.b.keyRest(&e)...)
	return true
}

// start moves to restart i.
func (c *cursor) start(i int) bool {
	c.key, c.back = append(c.key[:0], c.b.first...), c.back[:0]
	return c.set(c.b.restartAt(i))
}

func (c *cursor) first() bool { return c.start(0) }

func (c *cursor) next() bool {
	c.back = c.back[:0]
	return c.e.next != c.b.end && c.set(c.b.after(&c.e))
}

func (c *cursor) last() bool { return c.before(c.b.end) }

func (c *cursor) prev() bool {
	if len(c.back) > 0 {
		c.stepBack()
		return true
	}
	return c.e.off != 0 && c.before(c.e.off)
}

// before moves to the entry that ends at off, by going forward from the restart.
func (c *cursor) before(off int) bool {
	if !c.start(c.b.interval(off)) {
		return false
	}
	for c.e.next < off {
		c.back = append(c.back, c.e)
		if !c.set(c.b.after(&c.e)) {
			return false
		}
	}
	return c.e.next == off || c.fail()
}

// stepBack moves to the last entry of back. What e shares with it is in c.key; each
// byte behind that is in the entry itself or in the nearest one before that does not
// share it.
func (c *cursor) stepBack() {
	have, n := c.e.shared, len(c.back)-1
	c.e = c.back[n]
	end := c.e.shared + c.e.next - c.e.key
	c.key = append(c.key[:have], make([]byte, end-have)...)
	for i := n; end > have; i-- {
		if i < 0 { // what the restart shares with the first key
			copy(c.key[have:end], c.b.first[have:])
			break
		}
		e := &c.back[i]
		if start := max(e.shared, have); start < end {
			copy(c.key[start:end], c.b.data[e.key+start-e.shared:e.next])
			end = start
		}
	}
	c.back = c.back[:n]
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
	c.e, c.back = p.at, c.back[:0]
	c.key = append(append(c.key[:0], key[:p.at.shared]...), c.b.keyRest(&p.at)...)
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

// set moves to e.
func (c *treeCursor) set(e entry, ok bool) bool {
	c.e = e
	return ok
}

// before moves to the entry that ends at off.
func (c *treeCursor) before(off int) bool {
	if !c.set(c.n.restartAt(c.n.interval(off))) {
		return false
	}
	for c.e.next < off {
		if !c.set(c.n.after(&c.e)) {
			return false
		}
	}
	return c.e.next == off
}
