// Package blockcache keeps decoded blocks of immutable files in memory, never
// more bytes than it was given.
//
// A block is named by its file and its offset. Files are named by a number that
// NewFile hands out and that is never used again, so a block of a removed file can
// never be mistaken for one of a new file; EvictFile gives its bytes back at once.
//
// The cache is split into shards by a hash of the name, each with its own lock and
// an equal share of the bytes. A shard evicts by CLOCK: a hand goes round over the
// slots, spares a block that was used since the hand last passed, and drops one
// that was not. A hit therefore writes one bit, where a list in order of use would
// relink four pointers. No goroutine works here.
//
// Each block is charged its capacity plus slotBytes, which is what the slot and
// its place in the index cost. A block larger than a shard's share is not cached. Blocks are
// shared by all who get them and must not be written to.
package blockcache

import (
	"sync"
	"sync/atomic"
)

const (
	// slotBytes is charged for each block besides its bytes: its slot of 48 bytes, in a list
	// that may be a quarter longer than it is used; up to four entries of the index, of 8
	// bytes each; and its place among the free.
	slotBytes = 112
	// shardsMax is how many shards a large cache has.
	shardsMax = 16
	// shardBytesMin is the least share of a shard: a small cache has fewer shards
	// rather than shards that hold no block.
	shardBytesMin = 512 << 10
)

// A Cache is a bounded set of blocks. It is safe for concurrent use. A nil *Cache
// is a cache that holds nothing.
type Cache struct {
	capacity int64
	shards   []shard
	files    atomic.Uint64
}

// Stats counts what a cache did since New and what it holds now.
type Stats struct {
	Hits, Misses int64
	Evictions    int64 // blocks dropped to make room; EvictFile's are not counted
	Bytes        int64 // held now, overhead included
	Capacity     int64 // never passed by Bytes
}

// New returns a cache that holds at most capacityBytes. With nothing or less to
// hold, it holds nothing.
func New(capacityBytes int64) *Cache {
	capacityBytes = max(capacityBytes, 0)
	n := 1
	for n < shardsMax && capacityBytes/int64(2*n) >= shardBytesMin {
		n *= 2
	}
	c := &Cache{capacity: capacityBytes, shards: make([]shard, n)}
	for i := range c.shards {
		c.shards[i].capacity = capacityBytes / int64(n)
	}
	return c
}

// NewFile returns a number for a file, never returned before by this cache.
func (c *Cache) NewFile() uint64 {
	if c == nil {
		return 0
	}
	return c.files.Add(1)
}

// Get returns the block of file at offset, or nil.
func (c *Cache) Get(file uint64, offset int64) []byte {
	if c == nil {
		return nil
	}
	n := name{file, offset}
	h := n.hash()
	return c.shard(h).get(n, h)
}

// Put keeps block, which no one may write to from now on. If the cache has a
// block of that name already, it stays: blocks of one name are equal.
func (c *Cache) Put(file uint64, offset int64, block []byte) {
	if c == nil {
		return
	}
	n := name{file, offset}
	h := n.hash()
	c.shard(h).put(n, h, block)
}

// EvictFile drops all blocks of file. It costs time in proportion to the cache.
func (c *Cache) EvictFile(file uint64) {
	if c == nil {
		return
	}
	for i := range c.shards {
		c.shards[i].evictFile(file)
	}
}

// Stats returns the sum over the shards; it is exact when no one else is at work.
func (c *Cache) Stats() Stats {
	if c == nil {
		return Stats{}
	}
	st := Stats{Capacity: c.capacity}
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		st.Hits += s.hits
		st.Misses += s.misses
		st.Evictions += s.evictions
		st.Bytes += s.bytes
		s.mu.Unlock()
	}
	return st
}

// shard picks by the half of a name's hash that its index does not use.
func (c *Cache) shard(hash uint64) *shard {
	return &c.shards[(hash>>32)&uint64(len(c.shards)-1)]
}

// A name names a block.
type name struct {
	file   uint64
	offset int64
}

// A shard is an independent cache.
type shard struct {
	mu       sync.Mutex
	capacity int64
	bytes    int64
	index    index // of the slots by name
	ring     []slot
	free     []int32 // indexes in ring without a block
	hand     int

	hits, misses, evictions int64
	_                       [64]byte // keeps the next shard's lock off this one's cache line
}

type slot struct {
	name  name
	block []byte // nil: free
	used  bool   // since the hand last passed
}
