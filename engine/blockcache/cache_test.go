package blockcache

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
)

// content returns the block of that name, so that a test can tell any other.
func content(file uint64, offset int64, n int) []byte {
	b := make([]byte, max(n, 16))
	binary.LittleEndian.PutUint64(b, file)
	binary.LittleEndian.PutUint64(b[8:], uint64(offset))
	return b
}

func TestGetPut(t *testing.T) {
	c := New(1 << 20)
	if c.Get(1, 0) != nil {
		t.Fatal("a block from nowhere")
	}
	b := content(1, 0, 100)
	kept := c.Put(1, 0, b)
	if !bytes.Equal(kept, b) || cap(kept) != len(kept) {
		t.Fatalf("Put returns %x, capacity %d", kept, cap(kept))
	}
	b[20] = 'x'                                                          // the cache has a copy
	if again := c.Put(1, 0, content(9, 9, 100)); &again[0] != &kept[0] { // blocks of one name are equal; the first stays
		t.Fatal("a second block of that name")
	}
	if !bytes.Equal(c.Get(1, 0), content(1, 0, 100)) || c.Get(2, 0) != nil || c.Get(1, 1) != nil {
		t.Fatal("the wrong block")
	}
	if st, want := c.Stats(), (Stats{Hits: 1, Misses: 3, Bytes: slabBytesMin + entryBytes*indexEntriesMin, Capacity: 1 << 20}); st != want {
		t.Fatalf("%+v, want %+v", st, want)
	}
	if c.Put(1, 8, nil) != nil || c.Put(3, 0, []byte{}) != nil || c.Get(3, 0) != nil {
		t.Fatal("a block of nothing")
	}
}

func TestNilAndEmptyHoldNothing(t *testing.T) {
	for _, c := range []*Cache{nil, New(0), New(-1), New(slabBytesMin)} {
		f := c.NewFile()
		c.Put(f, 1, make([]byte, 10))
		c.EvictFile(f)
		if c.Get(f, 1) != nil || c.Stats().Bytes != 0 {
			t.Fatalf("%+v", c.Stats())
		}
	}
}

// TestModel makes random calls and checks that a block is never another's, that
// the bound holds after each call, and that what fits is found.
func TestModel(t *testing.T) {
	for seed, capacity := range []int64{1 << 10, 100 << 10, 1 << 20, 4 << 20} {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		c := New(capacity)
		held := map[name]int{}
		for i := range 30000 {
			n := name{rng.Uint64N(5), rng.Int64N(500) * 512}
			switch r := rng.IntN(1000); {
			case r == 0:
				c.EvictFile(n.file)
				for m := range held {
					if m.file == n.file {
						delete(held, m)
					}
				}
			case r < 500:
				b := content(n.file, n.offset, rng.IntN(20000))
				if kept := c.Put(n.file, n.offset, b); kept != nil && !bytes.Equal(kept[:16], b[:16]) {
					t.Fatalf("seed %d, call %d: Put of %v returns %x", seed, i, n, kept[:16])
				}
				held[n] = len(b)
			default:
				b := c.Get(n.file, n.offset)
				if _, put := held[n]; b != nil && (!put || !bytes.Equal(b[:16], content(n.file, n.offset, 16))) {
					t.Fatalf("seed %d, call %d: block %v is %x, put: %v", seed, i, n, b[:16], put)
				}
			}
			if st := c.Stats(); st.Bytes > capacity || st.Bytes < 0 {
				t.Fatalf("seed %d, call %d: %d of %d bytes", seed, i, st.Bytes, capacity)
			}
		}
		checkShards(t, c)
		if seed%2 == 1 {
			c.Clear()
		}
		for f := range uint64(5) {
			c.EvictFile(f)
		}
		if st := c.Stats(); capacity > 100<<10 && (st.Hits == 0 || st.Evictions == 0) {
			t.Fatalf("seed %d: %+v", seed, st)
		}
		for i := range c.shards {
			if s := &c.shards[i]; s.index.used != 0 || s.memory != 0 || len(s.order) != 0 || s.open != 0 {
				t.Fatalf("shard %d keeps %d names and %d bytes in %d slabs", i, s.index.used, s.memory, len(s.order))
			}
		}
	}
}

// checkShards compares the index with the records, and the counts with both.
func checkShards(t *testing.T, c *Cache) {
	t.Helper()
	for i := range c.shards {
		s := &c.shards[i]
		records, memory := 0, int64(0)
		for _, number := range s.order {
			b, live := s.slab(number), 0
			for offset := 0; offset < b.end; offset += b.record(offset).bytes() {
				r := b.record(offset)
				if r.dropped() {
					continue
				}
				records, live = records+1, live+r.bytes()
				if found := s.find(r.name(), r.name().hash()); found == nil || &found[0] != &r[0] {
					t.Fatalf("shard %d: the index has another place for %v", i, r.name())
				}
			}
			if live != b.live {
				t.Fatalf("shard %d: %d bytes live in a slab that counts %d", i, live, b.live)
			}
			memory += int64(len(b.data))
		}
		if records != s.index.used || memory != s.memory {
			t.Fatalf("shard %d: %d records and %d bytes; it counts %d and %d", i, records, memory, s.index.used, s.memory)
		}
	}
}

// TestUsedBlocksStay reads a few blocks again and again while many pass through.
func TestUsedBlocksStay(t *testing.T) {
	c := New(1 << 20)
	missed := 0
	for i := range int64(20000) {
		hot := i % 20
		if c.Get(1, hot) == nil {
			missed++
			c.Put(1, hot, content(1, hot, 4000))
		}
		c.Put(2, i, content(2, i, 4000))
	}
	if missed > 40 {
		t.Fatalf("blocks in use were dropped: %d misses", missed)
	}
}

// TestMemory compares what the cache says with what the heap says.
func TestMemory(t *testing.T) {
	const capacity = 16 << 20
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for _, size := range []int{100, 1000, 8 << 10, 300 << 10} {
		before := heap()
		c := New(capacity)
		for i := range int64(4 * capacity / size) {
			c.Put(1, i, make([]byte, size))
		}
		if used := heap() - before; used > capacity*9/8 {
			t.Errorf("blocks of %d: %d bytes of heap for a cache of %d", size, used, capacity)
		}
		if st := c.Stats(); st.Bytes < capacity*3/4 {
			t.Errorf("blocks of %d: only %d of %d bytes used", size, st.Bytes, capacity)
		}
		runtime.KeepAlive(c)
	}
}

// TestNamesOfEqualHash puts so many blocks that of some the index cannot tell the names
// apart.
func TestNamesOfEqualHash(t *testing.T) {
	const blocks = 400_000
	c := New(256 << 20)
	equal := 0
	seen := map[uint64]bool{}
	for i := range int64(blocks) {
		c.Put(1, i, content(1, i, 16))
		h := name{1, i}.hash()
		tag := h&(indexEntriesMax-1) | h>>60<<60 // what the index knows, and the shard
		if seen[tag] {
			equal++
		}
		seen[tag] = true
	}
	if equal == 0 {
		t.Fatal("all names differ for the index: the test shows nothing")
	}
	for i := range int64(blocks) {
		if b := c.Get(1, i); !bytes.Equal(b, content(1, i, 16)) {
			t.Fatalf("block %d is %x", i, b)
		}
	}
}

func TestLargeBlocksAreNotCached(t *testing.T) {
	c := New(16 << 20)
	for i := range int64(100) {
		c.Put(1, i, make([]byte, 8<<10))
	}
	held := c.Stats().Bytes
	c.Put(2, 0, make([]byte, 2<<20))
	if c.Get(2, 0) != nil || c.Stats().Bytes != held || c.Stats().Evictions != 0 {
		t.Fatal("a block larger than a shard's share emptied the cache")
	}
}

func TestConcurrent(t *testing.T) {
	c := New(1 << 20)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 6))
			for range 5000 {
				f, off := rng.Uint64N(3), rng.Int64N(200)
				if b := c.Get(f, off); b == nil {
					c.Put(f, off, content(f, off, rng.IntN(9000)))
				} else if !bytes.Equal(b[:16], content(f, off, 16)) {
					t.Errorf("block %d of file %d is another", off, f)
					return
				}
				if rng.IntN(500) == 0 {
					c.EvictFile(f)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkGet(b *testing.B) {
	for _, blocks := range []int64{100, 25000} {
		b.Run(map[int64]string{100: "few", 25000: "many"}[blocks], func(b *testing.B) {
			c := New(512 << 20)
			for i := range blocks {
				c.Put(1, i*3000, make([]byte, 8<<10))
			}
			rng := rand.New(rand.NewPCG(1, 1))
			for b.Loop() {
				if c.Get(1, rng.Int64N(blocks)*3000) == nil {
					b.Fatal("missing")
				}
			}
		})
	}
}

// TestIndex makes random calls on an index whose hashes often meet and compares it with a
// map.
func TestIndex(t *testing.T) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 6))
		var x index
		// Few different hashes: long runs that wrap round the end of the table.
		hash := func(i int) uint64 { return uint64(i%(7<<seed)) * 0xffff_fff1 }
		item := func(i int) entry { return newEntry(hash(i), newPlace(1+i/100, i%100*recordAlign)) }
		in := map[int]bool{}
		found := func(i int) bool {
			for at := hash(i); len(x.entries) > 0; at++ {
				var e entry
				if e, at = x.next(at, hash(i)); e == 0 || e == item(i) {
					return e != 0
				}
			}
			return false
		}
		for call := range 20000 {
			i := rng.IntN(300)
			switch {
			case !in[i]:
				for x.full() {
					x.grow()
				}
				x.insert(item(i))
				in[i] = true
			case rng.IntN(3) > 0:
				x.remove(item(i))
				delete(in, i)
			}
			if j := rng.IntN(300); found(j) != in[j] || x.used != len(in) {
				t.Fatalf("seed %d, call %d: entry %d found: %v, there: %v; %d used of %d", seed, call, j, found(j), in[j], x.used, len(in))
			}
		}
		for i := range in {
			x.remove(item(i))
		}
		for i, e := range x.entries {
			if e != 0 {
				t.Fatalf("seed %d: entry %d is left", seed, i)
			}
		}
	}
}

func TestPlace(t *testing.T) {
	for _, slab := range []int{1, 2, 4095} {
		for _, offset := range []int{0, recordAlign, slabBytesMax - recordAlign} {
			p := newPlace(slab, offset)
			for _, hash := range []uint64{0, 1, 1<<64 - 1, 0x123456789abcdef0} {
				if e := newEntry(hash, p); e.place().slab() != slab || e.place().offset() != offset || e.home(1<<10-1) != hash&(1<<10-1) {
					t.Fatalf("slab %d, offset %d, hash %x: %x", slab, offset, hash, e)
				}
			}
		}
	}
}

// TestFilesEvictedGiveMemoryBack fills a cache with two files in turns and drops one.
func TestFilesEvictedGiveMemoryBack(t *testing.T) {
	c := New(16 << 20)
	for i := range int64(3000) {
		c.Put(1+uint64(i%4)/3, i, content(1, i, 4000))
	}
	before := c.Stats()
	c.EvictFile(1)
	checkShards(t, c)
	if after := c.Stats(); after.Bytes > before.Bytes/2 || after.Evictions != before.Evictions {
		t.Fatalf("%+v after %+v", after, before)
	}
	for i := range int64(3000) {
		if (c.Get(1+uint64(i%4)/3, i) != nil) != (i%4 == 3) {
			t.Fatalf("block %d", i)
		}
	}
}

// TestHot asks how often a block must have been used to move on.
func TestHot(t *testing.T) {
	b := slab{data: make([]byte, 1<<20)}
	for i := range 10 {
		b.add(name{1, int64(i)}, i/2, make([]byte, 400), make([]byte, 600))
	}
	one := recordBytes(1000)
	for _, c := range []struct{ bytes, uses int }{
		{-1, 16}, {0, 5}, {2*one - 1, 5}, {2 * one, 4}, {4*one - 1, 4}, {4 * one, 3}, {8 * one, 1}, {10 * one, 1},
	} {
		if got := b.hot(c.bytes); got != c.uses {
			t.Errorf("%d bytes: used at least %d times, want %d", c.bytes, got, c.uses)
		}
	}
}
