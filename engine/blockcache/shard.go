package blockcache

import "sync"

// A shard is an independent cache.
type shard struct {
	mu       sync.Mutex
	capacity int64
	index    index
	slabs    []slab // by number less 1; one without data is a number to be used again
	order    []int  // numbers of the slabs, the oldest first
	open     int    // number of the slab that blocks go into, 0 if there is none
	memory   int64  // bytes of the slabs

	hits, misses, evictions int64
	renewed                 struct{ hits, misses int64 } // as they were when it last moved blocks
	_                       [64]byte                     // keeps the next shard's lock off this one's cache line
}

const (
	// slabShare is how many slabs there are in a shard's share.
	slabShare = 32
	// slabBytesMin is how large a slab is at least. The first ones of a shard are so small,
	// since many processes read a few blocks only.
	slabBytesMin = 16 << 10
	// largeShare is the share of a slab above which a block gets one for itself.
	largeShare = 4
	entryBytes = 8
	// copyHits is how many hits there must be for each block that moves from slab to slab.
	copyHits = 5
)

// bytes returns what the shard holds.
func (s *shard) bytes() int64 { return s.memory + entryBytes*int64(len(s.index.entries)) }

func (s *shard) get(n name, hash uint64) []byte {
	s.mu.Lock()
	r := s.find(n, hash)
	if r == nil {
		s.misses++
		s.mu.Unlock()
		return nil
	}
	s.hits++
	r.use()
	block := r.block()
	s.mu.Unlock()
	return block
}

// find returns the record of a name, nil if there is none.
func (s *shard) find(n name, hash uint64) record {
	if s.index.used == 0 {
		return nil
	}
	for i := hash; ; i++ {
		var e entry
		if e, i = s.index.next(i, hash); e == 0 {
			return nil
		}
		if r := s.record(e.place()); r.name() == n {
			return r
		}
	}
}

func (s *shard) slab(number int) *slab { return &s.slabs[number-1] }

func (s *shard) record(p place) record { return s.slab(p.slab()).record(p.offset()) }

func (s *shard) put(n name, hash uint64, parts [][]byte) []byte {
	bytes := 0
	for _, part := range parts {
		bytes += len(part)
	}
	if bytes == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.find(n, hash); r != nil {
		return r.block()
	}
	number := s.room(recordBytes(bytes))
	if number == 0 {
		return nil
	}
	p := newPlace(number, s.slab(number).add(n, 0, parts...))
	s.index.insert(newEntry(hash, p))
	return s.record(p).block()
}

// room returns the number of a slab with room for a record of that many bytes, and makes
// room for it in the index; 0 if the shard is too small for it. It evicts what it must.
func (s *shard) room(bytes int) int {
	slabBytes := s.slabBytes()
	var alone []byte
	if bytes > slabBytes/largeShare {
		if int64(bytes) > s.capacity {
			return 0
		}
		alone = rounded(bytes)
		slabBytes = len(alone)
	}
	indexBytes := entryBytes * int64(len(s.index.entries))
	if s.index.full() {
		indexBytes = entryBytes * int64(s.index.grown())
	}
	if indexBytes+int64(slabBytes) > s.capacity || s.index.grown() > indexEntriesMax {
		return 0
	}
	if s.index.full() {
		s.evict(indexBytes - entryBytes*int64(len(s.index.entries)))
		s.index.grow()
	}
	switch {
	case alone != nil:
		s.evict(int64(slabBytes))
		return s.newSlab(alone)
	case s.open == 0 || !s.slab(s.open).fits(bytes):
		s.renew(slabBytes, bytes)
	}
	return s.open
}

// rounded returns a slice of so many bytes and those that Go adds, so that they are counted.
func rounded(bytes int) []byte {
	b := append([]byte(nil), make([]byte, bytes)...)
	return b[:cap(b)]
}

// slabBytes returns how large the next slab is to be: as all so far together, in bounds.
func (s *shard) slabBytes() int {
	most := max(min(s.capacity/slabShare, slabBytesMax), slabBytesMin)
	return int(min(max(s.memory, slabBytesMin), most)) &^ (recordAlign - 1)
}

// evict drops the oldest slabs until there is room for so many bytes.
func (s *shard) evict(bytes int64) {
	for s.bytes()+bytes > s.capacity {
		s.salvage(s.retire(0), usesMax+1)
	}
}

// renew opens a new slab, in place of the oldest ones if there is no room for one more.
// What was used most in these moves into it, as much as keep allows, and as far as it leaves
// room for a record of so many bytes.
func (s *shard) renew(slabBytes, bytes int) {
	var old []int
	for s.bytes()+int64(slabBytes) > s.capacity {
		old = append(old, s.retire(0))
	}
	s.open = s.newSlab(make([]byte, slabBytes))
	if len(old) == 0 {
		return
	}
	most := min(s.keep(slabBytes), slabBytes-bytes)
	for _, number := range old {
		s.salvage(number, s.slab(number).hot(most-s.slab(s.open).end))
	}
}

// keep returns how many bytes may move into a new slab. What moves pays for itself if it is
// found later. Now it costs a copy, and memory for it, since the more moves, the sooner the
// next slab is full; about a fifth of what it would cost to read it again. So there are at
// most as many copies as a fifth of the hits: nearly all of a slab moves where nearly
// everything is found. A quarter always may, so that what is used again and again stays
// however much passes through.
func (s *shard) keep(slabBytes int) int {
	hits, misses := s.hits-s.renewed.hits, s.misses-s.renewed.misses
	s.renewed.hits, s.renewed.misses = s.hits, s.misses
	drop := float64(copyHits*misses) / float64(max(hits, 1))
	return slabBytes - int(min(max(drop, 1./16), 3./4)*float64(slabBytes))
}

// newSlab returns the number of a new slab of that memory.
func (s *shard) newSlab(data []byte) int {
	number := 0
	for i := range s.slabs {
		if s.slabs[i].data == nil {
			number = i + 1
			break
		}
	}
	if number == 0 {
		s.slabs = append(s.slabs, slab{})
		number = len(s.slabs)
	}
	s.slab(number).data = data
	s.order = append(s.order, number)
	s.memory += int64(len(data))
	return number
}

// retire takes the slab at a position out of the order and returns its number, for salvage.
func (s *shard) retire(position int) int {
	number := s.order[position]
	s.order = append(s.order[:position], s.order[position+1:]...)
	s.memory -= int64(len(s.slab(number).data))
	if s.open == number {
		s.open = 0
	}
	return number
}

// salvage moves the blocks of a retired slab that were used at least so often into the
// open one, where it has room, and drops the others.
func (s *shard) salvage(number, uses int) {
	old := s.slab(number)
	for offset, r := range old.records() {
		hash := r.name().hash()
		e := newEntry(hash, newPlace(number, offset))
		if r.uses() >= uses && s.open > 0 && s.slab(s.open).fits(r.bytes()) {
			p := newPlace(s.open, s.slab(s.open).add(r.name(), r.uses()/2, r.block()))
			s.index.replace(e, newEntry(hash, p))
			continue
		}
		s.index.remove(e)
		s.evictions++
	}
	*old = slab{}
}

func (s *shard) evictFile(file uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, number := range s.order {
		b := s.slab(number)
		for offset, r := range b.records() {
			if n := r.name(); n.file == file {
				s.index.remove(newEntry(n.hash(), newPlace(number, offset)))
				b.drop(offset)
			}
		}
	}
	s.compact()
	if s.index.used == 0 {
		s.index = index{}
	}
}

func (s *shard) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index, s.slabs, s.order, s.open, s.memory = index{}, nil, nil, 0, 0
}

// compact gives slabs back that have little in them: what that is moves.
func (s *shard) compact() {
	for position := 0; position < len(s.order); {
		b := s.slab(s.order[position])
		if b.live >= b.end/2 && b.live > 0 || s.order[position] == s.open && b.live > 0 {
			position++
			continue
		}
		number := s.retire(position)
		if b.live > 0 && (s.open == 0 || !s.slab(s.open).fits(b.live)) {
			if slabBytes := s.slabBytes(); s.bytes()+int64(slabBytes) <= s.capacity {
				s.open = s.newSlab(make([]byte, slabBytes))
			}
		}
		s.salvage(number, 0)
	}
}
