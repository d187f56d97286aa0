package blockcache

func (s *shard) get(n name, hash uint64) []byte {
	s.mu.Lock()
	i := s.index.find(s.ring, n, hash)
	if i < 0 {
		s.misses++
		s.mu.Unlock()
		return nil
	}
	s.hits++
	s.ring[i].used = true
	block := s.ring[i].block
	s.mu.Unlock()
	return block
}

func (s *shard) put(n name, hash uint64, block []byte) {
	size := charge(block)
	if size > s.capacity || block == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index.find(s.ring, n, hash) >= 0 {
		return
	}
	for s.bytes+size > s.capacity {
		s.evictOne()
	}
	// A new block starts unused: one that is read only once goes first.
	i := s.take()
	s.ring[i] = slot{name: n, block: block}
	s.index.insert(i, hash)
	s.bytes += size
}

// charge returns what a block counts for against the capacity.
func charge(block []byte) int64 { return int64(cap(block)) + slotBytes }

// take returns the index of a free slot.
func (s *shard) take() int32 {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		return i
	}
	s.ring = append(s.ring, slot{})
	return int32(len(s.ring) - 1)
}

// evictOne drops the first block from the hand on that was not used since the
// hand last passed. The caller knows that there is a block.
func (s *shard) evictOne() {
	for {
		if s.hand >= len(s.ring) {
			s.hand = 0
		}
		e := &s.ring[s.hand]
		switch {
		case e.block == nil:
		case e.used:
			e.used = false
		default:
			s.drop(int32(s.hand))
			s.evictions++
			s.hand++
			return
		}
		s.hand++
	}
}

func (s *shard) drop(i int32) {
	e := &s.ring[i]
	s.bytes -= charge(e.block)
	s.index.remove(i, e.name.hash())
	*e = slot{}
	s.free = append(s.free, i)
}

func (s *shard) evictFile(file uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.ring {
		if e := &s.ring[i]; e.block != nil && e.name.file == file {
			s.drop(int32(i))
		}
	}
}
