package segment

// An Iter walks over the entries of a segment in the order of their keys, both
// ways. It is for one goroutine at a time.
//
// A new Iter stands nowhere; SeekGE, SeekLT, First and Last place it, any number of
// times. A move that runs off an end leaves it nowhere. A move that meets damage
// leaves it nowhere too, for good, and Err says why: so after a loop ends, Err must
// be looked at.
type Iter struct {
	s     *Segment
	tree  []treeCursor // tree[i] stands in a node of level i+1
	data  cursor
	leaf  handle // of data's block
	valid bool
	err   error

	uncached bool
	buf      []byte // of an uncached data block
	value    []byte // of the entry, if it is not stored as it is
}

// NewIter returns an iterator that reads through the cache. It holds a reference
// to the segment until Close.
func (s *Segment) NewIter() *Iter {
	it := new(Iter)
	it.Reset(s)
	return it
}

// NewScan returns an iterator that looks into the cache for tree blocks only and
// reads data blocks into a buffer of its own: for a walk over much that will not be
// wanted soon again, such as a merge, which should not empty the cache.
func (s *Segment) NewScan() *Iter {
	it := s.NewIter()
	it.uncached = true
	return it
}

// Reset makes it a new iterator over s, keeping its buffers. It may have been
// closed, or be new.
func (it *Iter) Reset(s *Segment) {
	s.Ref()
	it.Close()
	it.s = s
	if cap(it.tree) < s.foot.levels {
		it.tree = make([]treeCursor, s.foot.levels)
	}
	it.tree = it.tree[:s.foot.levels]
}

// Close drops the reference to the segment. The iterator may be used again after
// Reset only. Closing twice does no harm.
func (it *Iter) Close() {
	if it.s == nil {
		return
	}
	it.s.Unref()
	clear(it.tree)
	*it = Iter{tree: it.tree, buf: it.buf, value: it.value, data: cursor{key: it.data.key[:0], back: it.data.back[:0]}}
}

// Valid reports whether the iterator stands on an entry.
func (it *Iter) Valid() bool { return it.valid }

// Err returns what ended the walk, nil if that was an end of the segment.
func (it *Iter) Err() error { return it.err }

// Key returns the key of the entry, valid until the next move.
func (it *Iter) Key() []byte { return it.data.key }

// Value returns the value of the entry, valid until the next move.
func (it *Iter) Value() []byte {
	if it.data.b.dictionary.bytes > 0 {
		return it.value
	}
	return it.data.b.valueOf(&it.data.e)
}

// Tombstone reports whether the entry is a tombstone.
func (it *Iter) Tombstone() bool { return it.data.e.tombstone }

// First moves to the first entry.
func (it *Iter) First() bool {
	return it.place(it.load(len(it.tree), it.rootHandle(), toFirst) && it.data.first())
}

// Last moves to the last entry.
func (it *Iter) Last() bool {
	return it.place(it.load(len(it.tree), it.rootHandle(), toLast) && it.data.last())
}

// Next moves to the next entry.
func (it *Iter) Next() bool {
	if !it.valid {
		return false
	}
	return it.place(it.data.next() || it.nextLeaf() && it.data.first())
}

// Prev moves to the entry before.
func (it *Iter) Prev() bool {
	if !it.valid {
		return false
	}
	return it.place(it.data.prev() || it.prevLeaf() && it.data.last())
}

// SeekGE moves to the first entry whose key is not less than key.
func (it *Iter) SeekGE(key []byte) bool {
	if !it.seekLeaf(key) {
		// Below the first separator: the first entry of all is greater. After an error
		// First moves nowhere.
		return it.First()
	}
	return it.place(it.data.seekGE(key) || it.nextLeaf() && it.data.first())
}

// SeekLT moves to the last entry whose key is less than key.
func (it *Iter) SeekLT(key []byte) bool {
	return it.place(it.seekLeaf(key) && (it.data.seekLT(key) || it.prevLeaf() && it.data.last()))
}

// place ends a move: found tells whether it got anywhere.
func (it *Iter) place(found bool) bool {
	if it.data.bad && it.err == nil {
		it.err = it.s.malformed(it.leaf, "data")
	}
	if found && it.err == nil && it.data.b.dictionary.bytes > 0 {
		it.value, it.err = it.s.appendValue(reuse(it.value), it.leaf, &it.data.b, &it.data.e, it.data.key)
	}
	it.valid = found && it.err == nil
	return it.valid
}
