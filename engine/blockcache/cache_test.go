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
	c.Put(1, 0, b)
	c.Put(1, 0, content(9, 9, 100)) // blocks of one name are equal; the first stays
	if !bytes.Equal(c.Get(1, 0), b) || c.Get(2, 0) != nil || c.Get(1, 1) != nil {
		t.Fatal("the wrong block")
	}
	if st, want := c.Stats(), (Stats{Hits: 1, Misses: 3, Bytes: 100 + slotBytes, Capacity: 1 << 20}); withoutCap(st, cap(b)) != withoutCap(want, 100) {
		t.Fatalf("%+v, want %+v", st, want)
	}
	c.Put(1, 0, nil)
	c.Put(3, 0, nil)
	if c.Get(3, 0) != nil {
		t.Fatal("a block of nothing")
	}
}

// withoutCap takes what an allocation was rounded up to out of the bytes.
func withoutCap(st Stats, n int) Stats {
	st.Bytes -= int64(n)
	return st
}

func TestNilAndEmptyHoldNothing(t *testing.T) {
	for _, c := range []*Cache{nil, New(0), New(-1), New(slotBytes)} {
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
				c.Put(n.file, n.offset, b)
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
		for f := range uint64(5) {
			c.EvictFile(f)
		}
		if st := c.Stats(); st.Bytes != 0 || capacity > 100<<10 && (st.Hits == 0 || st.Evictions == 0) {
			t.Fatalf("seed %d: %+v", seed, st)
		}
		for i := range c.shards {
			if s := &c.shards[i]; s.index.used != 0 || len(s.free) != len(s.ring) {
				t.Fatalf("shard %d keeps %d names, %d of %d slots are free", i, s.index.used, len(s.free), len(s.ring))
			}
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

func TestLargeBlocksAreNotCached(t *testing.T) {
	c := New(16 << 20)
	for i := range int64(100) {
		c.Put(1, i, make([]byte, 8<<10))
	}
	held := c.Stats().Bytes
	c.Put(2, 0, make([]byte, 2<<20))
	if c.Get(2, 0) != nil || c.Stats().Bytes != held {
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
		ring := make([]slot, 300)
		for i := range ring {
			ring[i].name = name{1, int64(i)}
		}
		// Few different hashes: long runs that wrap round the end of the table.
		hash := func(i int32) uint64 { return uint64(i%(7<<seed)) * 0xffff_fff1 }
		in := map[int32]bool{}
		for call := range 20000 {
			i := rng.Int32N(int32(len(ring)))
			switch {
			case !in[i]:
				x.insert(i, hash(i))
				in[i] = true
			case rng.IntN(3) > 0:
				x.remove(i, hash(i))
				delete(in, i)
			}
			j := rng.Int32N(int32(len(ring)))
			if found := x.find(ring, ring[j].name, hash(j)) == j; found != in[j] || x.used != len(in) {
				t.Fatalf("seed %d, call %d: slot %d found: %v, there: %v; %d used of %d", seed, call, j, found, in[j], x.used, len(in))
			}
		}
		for i := range in {
			x.remove(i, hash(i))
		}
		for i, e := range x.entries {
			if e.slot != 0 {
				t.Fatalf("seed %d: entry %d is left", seed, i)
			}
		}
	}
}
