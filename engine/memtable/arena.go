package memtable

import (
	"runtime"
	"slices"
	"sync/atomic"
	"unsafe"
)

const (
	unitBytes  = 8 // nodes begin at multiples of it, and are named by their unit
	chunkUnits = 1 << chunkUnitBits
	chunkBytes = chunkUnits * unitBytes
	chunksMax  = 1 << (32 - chunkUnitBits)
	pageBytes  = 4096
)

// An arena is where nodes lie: chunks of memory outside the heap of the Go runtime, in
// which a node is named by a 32-bit number. One goroutine allocates; any number looks
// at what was allocated and published.
type arena struct {
	chunks atomic.Pointer[[][]byte] // growing replaces the slice
	memory atomic.Int64             // bytes of all chunks; of the first only what was touched
	used   atomic.Int64             // of them, by nodes

	// The allocating goroutine's own.
	chunk int    // the chunk being filled
	units int    // used of it
	first int    // bytes touched of the first chunk, in whole pages
	slabs bool   // whether a node larger than a chunk made a slab
	owned *pages // nil until the first chunk is mapped
}

// pages is the memory of an arena. It is apart from it, so that it can be given back
// when the garbage collector finds that nobody has the table any more.
type pages struct{ list []mapping }

type mapping struct {
	bytes []byte
	free  func([]byte)
}

func (p *pages) free() {
	for _, m := range p.list {
		if m.free != nil {
			m.free(m.bytes)
		}
	}
	p.list = nil
}

func (p *pages) add(n int, huge bool) []byte {
	b, free := newPages(n, huge)
	p.list = append(p.list, mapping{b, free})
	return b
}

// init readies the arena for the head. An open of a database that was closed cleanly,
// and only read, needs no more.
func (a *arena) init() {
	units := make([]uint64, headUnits)
	a.chunks.Store(&[][]byte{unsafe.Slice((*byte)(unsafe.Pointer(&units[0])), headUnits*unitBytes)})
}

// mapFirst maps the first chunk of the arena of t, whose end frees it. Who reads still sees
// the head where it was, and no node behind it, as before.
func (a *arena) mapFirst(t *Table) {
	a.owned = &pages{}
	runtime.AddCleanup(t, (*pages).free, a.owned)
	chunk := a.owned.add(chunkBytes, false)
	copy(chunk, (*a.chunks.Load())[0])
	a.chunks.Store(&[][]byte{chunk})
}

// reset forgets all nodes and keeps the memory; only if there are slabs, which nothing
// else would reuse, all but the first chunk is given back.
func (a *arena) reset() {
	if a.slabs {
		rest := &pages{list: a.owned.list[1:]}
		rest.free()
		a.owned.list = a.owned.list[:1:1]
		first := (*a.chunks.Load())[:1:1]
		a.chunks.Store(&first)
		a.memory.Store(int64(a.first))
	}
	a.chunk, a.units, a.slabs = 0, 0, false
	a.used.Store(0)
}

// allocate returns the number of a new node of n bytes and its memory. What is in it
// may be of before a reset.
func (a *arena) allocate(n int) (number uint32, b []byte) {
	units := (n + unitBytes - 1) / unitBytes
	if a.units+units > chunkUnits {
		a.grow(units)
	}
	at := a.units
	number = uint32(a.chunk<<chunkUnitBits | at)
	b = (*a.chunks.Load())[a.chunk][at*unitBytes:][:n:n]
	a.units += units
	a.used.Add(int64(units * unitBytes))
	if a.chunk == 0 && a.units*unitBytes > a.first {
		before := a.first
		a.first = (a.units*unitBytes + pageBytes - 1) &^ (pageBytes - 1)
		a.memory.Add(int64(a.first - before))
	}
	if a.units > chunkUnits {
		// A slab serves one node; the next one begins in a chunk of its own.
		a.chunk += (units - 1) / chunkUnits
		a.units = chunkUnits
	}
	return number, b
}

// grow goes on to a chunk that has room for a node: the next one from before a reset, a
// new one, or, for a node larger than a chunk, a slab of several consecutive new chunks.
// Chunk i of a slab begins where chunk i begins and reaches to the slab's end, so a node
// that starts in the first is contiguous.
func (a *arena) grow(units int) {
	chunks := *a.chunks.Load()
	if units <= chunkUnits && a.chunk+1 < len(chunks) {
		a.chunk++
		a.units = 0
		return
	}
	n := (units + chunkUnits - 1) / chunkUnits
	if len(chunks)+n > chunksMax {
		panic("memtable: more than 32 GiB of entries")
	}
	slab := a.owned.add(n*chunkBytes, true)
	a.slabs = a.slabs || n > 1
	a.chunk, a.units = len(chunks), 0
	chunks = slices.Clip(chunks)
	for i := range n {
		chunks = append(chunks, slab[i*chunkBytes:])
	}
	a.chunks.Store(&chunks)
	a.memory.Add(int64(len(slab)))
}

// at returns the memory of a node. A node's number is read from a link, and its chunk is
// published before the link: so chunks must have been loaded after the number was.
func at(chunks [][]byte, number uint32) unsafe.Pointer {
	return unsafe.Pointer(&chunks[number>>chunkUnitBits][number%chunkUnits*unitBytes])
}
