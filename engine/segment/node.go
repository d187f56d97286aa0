package segment

import "bytes"

// A node is a tree block, ready to be searched.
type node struct {
	block
	at     handle
	level  int
	filter handle // on level 1: over the document keys beneath; no bytes if there are none
}

// node returns the tree block at h. The root is kept outside of the cache.
func (s *Segment) node(h handle, level int) (node, error) {
	if h != s.foot.root {
		payload, err := s.cached(h, kindTree, byte(level))
		if err != nil {
			return node{}, err
		}
		return s.parseNode(h, level, payload)
	}
	if n := s.root.Load(); n != nil {
		return *n, nil
	}
	payload, err := s.read(h, kindTree, byte(level), nil)
	if err != nil {
		return node{}, err
	}
	n, err := s.parseNode(h, level, payload)
	if err == nil {
		s.root.Store(&n)
	}
	return n, err
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

// below returns what it means that a key is below all of n's: in the root that the
// segment has no smaller key, in another node that its parent's separator lies.
func (s *Segment) below(n *node) error {
	if n.at == s.foot.root {
		return nil
	}
	return s.malformed(n.at, "tree")
}

// leaf returns the data block at h through the cache.
func (s *Segment) leaf(h handle) (block, error) {
	payload, err := s.cached(h, kindData, 0)
	if err != nil {
		return block{}, err
	}
	return s.parseLeaf(h, payload)
}

func (s *source) parseLeaf(h handle, payload []byte) (block, error) {
	b, ok := parseBlock(payload)
	if !ok {
		return block{}, s.malformed(h, "data")
	}
	return b, nil
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
	if kept := s.cache.Put(s.cacheID, h.offset, payload); kept != nil {
		return kept, nil
	}
	return bytes.Clone(payload), nil
}
