package segment

import "bytes"

// A node is a tree block, ready to be searched.
type node struct {
	block
	at     handle
	level  int
	filter handle // on level 1: over the document keys beneath; no bytes if there are none
}

// A guided node is a tree block as it lies in the cache. Its payload is parsed only where
// the guide cannot tell.
type guidedNode struct {
	guide   guide
	payload []byte
	at      handle
	level   int
}

// guided returns the tree block at h. The root is kept outside of the cache.
//
// Making a guide takes ten times as long as a search without one. So the blocks of the first
// way down a segment get theirs when they are asked for again: a process that gets one document
// does not wait for what it will not use.
func (s *Segment) guided(h handle, level int) (guidedNode, error) {
	if h == s.foot.root {
		if n := s.root.Load(); n != nil && !n.guide.later() {
			return *n, nil
		}
	}
	b := s.cache.Get(s.cacheID, h.offset)
	var err error
	switch {
	case b == nil:
		levels := int32(s.foot.levels)
		later := s.nodesRead.Load() < levels && s.nodesRead.Add(1) <= levels
		b, err = s.loadNode(h, level, later)
	case guide(b).later():
		b, err = s.guideLate(h, level, b)
	}
	if err != nil {
		return guidedNode{}, err
	}
	g, payload := cutGuide(b)
	if h == s.foot.root {
		s.root.Store(&guidedNode{g, payload, h, level})
	}
	return guidedNode{g, payload, h, level}, nil
}

// lateBit is set in the offset under which the cache has a tree block with a guide, if it
// also has it without.
const lateBit = 1 << 62

// guideLate returns a tree block, which lies in the cache as b, with its guide.
func (s *Segment) guideLate(h handle, level int, b []byte) ([]byte, error) {
	late := handle{offset: h.offset | lateBit}
	if with := s.cache.Get(s.cacheID, late.offset); with != nil {
		return with, nil
	}
	_, payload := cutGuide(b)
	n, err := s.parseNode(h, level, payload)
	if err != nil {
		return nil, err
	}
	buf := storedBuffers.Get().(*storedBuffer)
	defer buf.release()
	buf.guide = buf.maker.appendGuide(buf.guide[:0], &s.source, &n)
	return s.keep(late, buf.guide, payload), nil
}

// loadNode reads a tree block and makes its guide, unless that is for later, and lays both
// into the cache.
func (s *Segment) loadNode(h handle, level int, later bool) ([]byte, error) {
	buf := storedBuffers.Get().(*storedBuffer)
	defer buf.release()
	payload, err := s.readInto(buf, h, kindTree, byte(level))
	if err != nil {
		return nil, err
	}
	n, err := s.parseNode(h, level, payload)
	if err != nil {
		return nil, err
	}
	if later {
		buf.guide = appendLater(buf.guide[:0], &n)
	} else {
		buf.guide = buf.maker.appendGuide(buf.guide[:0], &s.source, &n)
	}
	return s.keep(h, buf.guide, payload), nil
}

// node returns the tree block at h, parsed.
func (s *Segment) node(h handle, level int) (node, error) {
	n, err := s.guided(h, level)
	if err != nil {
		return node{}, err
	}
	return s.parseNode(h, level, n.payload)
}

// childOf returns where the block is, beneath a node, that k lies in, if anywhere; false
// if k is less than all beneath it. The search begins at entry near, and leaves there where
// it ended.
func (s *Segment) childOf(n *guidedNode, k []byte, near *int) (at handle, ok bool, err error) {
	if i, ok := n.guide.floor(k, *near); ok {
		*near = i
		if i < 0 {
			return at, false, s.below(n.at)
		}
		return n.guide.place(i), true, nil
	}
	parsed, err := s.parseNode(n.at, n.level, n.payload)
	if err != nil {
		return at, false, err
	}
	e, found, ok := parsed.floor(k)
	switch {
	case !ok:
		return at, false, s.malformed(n.at, "tree")
	case !found:
		return at, false, s.below(n.at)
	}
	at, err = s.child(&parsed, &e)
	return at, err == nil, err
}

func (s *source) parseNode(h handle, level int, payload []byte) (node, error) {
	n, ok := node{at: h, level: level}, true
	if level == 1 {
		payload, n.filter, ok = cutFilterHandle(payload)
	}
	if ok {
		n.block, ok = parseBlock(payload)
	}
	if !ok {
		return node{}, s.malformed(h, "tree")
	}
	return n, nil
}

// child decodes the place that an entry of the node points to.
func (s *source) child(n *node, e *entry) (handle, error) {
	h, ok := decodeHandle(n.valueOf(e))
	if !ok {
		return handle{}, s.malformed(n.at, "tree")
	}
	return h, nil
}

// below returns what it means that a key is below all of the node at h: in the root that
// the segment has no smaller key, in another node that its parent's separator lies.
func (s *Segment) below(h handle) error {
	if h == s.foot.root {
		return nil
	}
	return s.malformed(h, "tree")
}

// leaf puts the data block at h, through the cache, into b.
func (s *Segment) leaf(h handle, b *block) error {
	payload, err := s.cached(h, kindData, 0)
	if err != nil {
		return err
	}
	return s.parseLeaf(h, payload, b)
}

func (s *source) parseLeaf(h handle, payload []byte, b *block) error {
	if !b.parse(payload) {
		return s.malformed(h, "data")
	}
	return nil
}

// cached returns a block's payload through the cache.
func (s *Segment) cached(h handle, kind, level byte) ([]byte, error) {
	if payload := s.cache.Get(s.cacheID, h.offset); payload != nil {
		return payload, nil
	}
	return s.load(h, kind, level)
}

// load is cached for a block that the cache does not have.
func (s *Segment) load(h handle, kind, level byte) ([]byte, error) {
	buf := storedBuffers.Get().(*storedBuffer)
	defer buf.release()
	payload, err := s.readInto(buf, h, kind, level)
	if err != nil {
		return nil, err
	}
	return s.keep(h, payload), nil
}

// keep lays a block, as it is to be found again, into the cache and returns it from there;
// a copy if the cache does not take it.
func (s *Segment) keep(h handle, parts ...[]byte) []byte {
	if kept := s.cache.Put(s.cacheID, h.offset, parts...); kept != nil {
		return kept
	}
	return bytes.Join(parts, nil)
}
