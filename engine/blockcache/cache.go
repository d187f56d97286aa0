// Package blockcache keeps decoded blocks of immutable files in memory, never
// more bytes than it was given.
//
// A block is named by its file and its offset. Files are named by a number that
// NewFile hands out and that is never used again, so a block of a removed file can
// never be mistaken for one of a new file; EvictFile forgets its blocks at once.
//
// The cache is split into shards by a hash of the name, each with its own lock and
// an equal share of the bytes. A shard lays blocks one behind the other into slabs, a few
// dozen large pieces of memory without a pointer in them: however many blocks there are,
// the garbage collector has next to nothing to look at. When the share is used up, the
// oldest slab makes room for a new one, which takes over the blocks of it that were used
// most; how many depends on how often blocks are found at all. The memory of a slab is
// never used again: who still reads a block keeps its slab alive, and the collector takes
// it afterwards. No goroutine works here.
//
// A hit touches two places in memory: an entry of the index, 8 bytes, and the beginning of
// the block, where its name lies. What is held is counted in whole slabs, the index
// included. A block larger than a shard's share is not cached. Blocks are shared by all
// who get them and must not be written to.
package blockcache

import "sync/atomic"

const (
	// shardsMax is how many shards a large cache has.
	shardsMax = 16
	// shardBytesMin is the least share of a shard: a small cache has fewer shards
	// rather than shards that hold no block.
	shardBytesMin = 512 << 10
	// shardBytesMax keeps the numbers of slabs within a place.
	shardBytesMax = 512 << 30
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
	Bytes        int64 // held now: slabs, used or not, and the index
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
		c.shards[i].capacity = min(capacityBytes/int64(n), shardBytesMax)
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

// Put keeps a copy of a block, which may come in parts, and returns it, or nil if it is not
// kept, as an empty or a very large one is not. If the cache has a block of that name
// already, that one is returned: blocks of one name are equal.
func (c *Cache) Put(file uint64, offset int64, parts ...[]byte) []byte {
	if c == nil {
		return nil
	}
	n := name{file, offset}
	h := n.hash()
	return c.shard(h).put(n, h, parts)
}

// EvictFile drops all blocks of file. Their memory is given back as far as whole slabs
// hold less than half of what they could, and with the slab otherwise. It costs time in
// proportion to the cache.
func (c *Cache) EvictFile(file uint64) {
	if c == nil {
		return
	}
	for i := range c.shards {
		c.shards[i].evictFile(file)
	}
}

// Clear drops all blocks, without a look at them. It may be used on.
func (c *Cache) Clear() {
	if c == nil {
		return
	}
	for i := range c.shards {
		c.shards[i].clear()
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
		st.Bytes += s.bytes()
		s.mu.Unlock()
	}
	return st
}

// shard picks by bits of a name's hash that its index does not use.
func (c *Cache) shard(hash uint64) *shard {
	return &c.shards[(hash>>60)&uint64(len(c.shards)-1)]
}
