// Package memtable is the ordered in-memory table of writes since the last
// checkpoint.
//
// It is a skip list over two arenas. Keys and values lie in chunks of bytes, nodes
// in chunks of 32-bit words, and a node names its bytes and its neighbours by
// number. So the table holds no pointers for the garbage collector to follow,
// however many entries it has, and freeing it is freeing a few dozen chunks. This
// is the reason it is not one of the well-kept tree libraries: theirs hold one or
// more pointers an entry, and give a stable view by copying nodes on write.
//
// An entry is (key, sequence, value or tombstone), ordered by key, then newest
// first. Nothing is overwritten: a reader with visible sequence S sees, for each
// key, the entry with the greatest sequence <= S. That makes a stable view a number.
//
// One goroutine writes at a time; any number read meanwhile without waiting. A
// node's words and bytes are written before the atomic store that links it, and
// reached only through that link.
package memtable

import (
	"bytes"
	"math"
	"sync/atomic"
)

const (
	heightMax = 18 // 4^18 entries: more than 32-bit node numbers can name

	// Words of a node before its links.
	wordData   = 0 // where key and value lie, in units of 8 bytes
	wordKeyLen = 1 // length of the key in bytes; the top bit says tombstone
	wordValLen = 2
	wordSeqLo  = 3
	wordSeqHi  = 4
	wordLinks  = 5 // links[0..height)

	tombstoneBit = 1 << 31

	chunkWordBits = 16 // 64 Ki words, 256 KiB
	chunkWords    = 1 << chunkWordBits
	chunkUnitBits = 17 // 128 Ki units of 8 bytes, 1 MiB
	chunkUnits    = 1 << chunkUnitBits
	chunkBytes    = chunkUnits * 8
)

// SequenceMax is a visible sequence that sees every entry.
const SequenceMax = math.MaxUint64

// A Table is the memtable.
type Table struct {
	// Written by the writer, read by all. Growing replaces the slice of chunks.
	words atomic.Pointer[[][]atomic.Uint32]
	bytes atomic.Pointer[[][]byte]

	height atomic.Int32 // levels in use, at least 1
	memory atomic.Int64 // allocated
	used   atomic.Int64 // of it, by entries
	count  atomic.Int64

	// The writer's own.
	wordChunk int  // the chunk of words being filled
	wordsUsed int  // in it
	byteChunk int  // the chunk of bytes being filled
	unitsUsed int  // in it
	slabs     bool // whether an entry larger than a chunk made a slab
	rng       uint64
	prev      [heightMax]uint32 // where the last entry was put: the search for the next begins here
	next      [heightMax]uint32
}

const head = 0 // the head's node number; as a link it means the end, since nothing links to the head

// New returns an empty table.
func New() *Table {
	t := &Table{}
	words := [][]atomic.Uint32{make([]atomic.Uint32, chunkWords)}
	t.words.Store(&words)
	t.bytes.Store(&[][]byte{})
	t.memory.Store(chunkWords * 4)
	t.Reset()
	return t
}

// Reset empties the table and keeps its memory for what comes; only if entries
// larger than a chunk made slabs, which nothing else would reuse, it is given back.
// Nobody may be reading the table, and keys and values that it gave out are no
// longer valid.
func (t *Table) Reset() {
	t.rng = 0x9e3779b97f4a7c15
	words := *t.words.Load()
	for level := range heightMax {
		link(words, head, level).Store(head)
	}
	t.prev, t.next = [heightMax]uint32{}, [heightMax]uint32{}
	t.wordChunk, t.wordsUsed = 0, wordLinks+heightMax
	if t.slabs {
		t.memory.Add(-int64(len(*t.bytes.Load())) * chunkBytes)
		t.bytes.Store(&[][]byte{})
	}
	t.byteChunk, t.unitsUsed, t.slabs = -1, chunkUnits, false
	t.height.Store(1)
	t.count.Store(0)
	t.used.Store(t.wordBytes())
}

// wordBytes returns the bytes of nodes in use.
func (t *Table) wordBytes() int64 { return int64(t.wordChunk*chunkWords+t.wordsUsed) * 4 }

// Memory returns the bytes the table occupies, filled or not.
func (t *Table) Memory() int64 { return t.memory.Load() }

// Used returns the bytes that entries fill.
func (t *Table) Used() int64 { return t.used.Load() }

// Count returns the number of entries, each version of a key counted.
func (t *Table) Count() int64 { return t.count.Load() }

// Add inserts an entry. The pair of key and sequence must be new.
func (t *Table) Add(sequence uint64, key, value []byte, tombstone bool) {
	t.findSplice(key, sequence)
	h := t.randomHeight()
	n := t.newNode(sequence, key, value, tombstone, h)
	words := *t.words.Load()
	for level := range h {
		link(words, n, level).Store(t.next[level])
		link(words, t.prev[level], level).Store(n)
		t.prev[level] = n
	}
	t.count.Add(1)
	t.used.Add(int64(wordLinks+h) * 4)
}

// findSplice leaves in prev and next, for each level, the neighbours of the place
// where (key, sequence) belongs. It climbs from the place of the last entry, so a
// run of ascending keys costs little.
func (t *Table) findSplice(key []byte, sequence uint64) {
	words, data := *t.words.Load(), *t.bytes.Load()
	height := int(t.height.Load())
	level := 0
	for ; level < height; level++ {
		p, n := t.prev[level], t.next[level]
		if p != head && compare(words, data, p, key, sequence) >= 0 {
			continue
		}
		if n != head && compare(words, data, n, key, sequence) < 0 {
			continue
		}
		break
	}
	p := uint32(head)
	if level < height {
		p = t.prev[level]
	}
	for level--; level >= 0; level-- {
		p, t.next[level] = walk(words, data, p, level, key, sequence)
		t.prev[level] = p
	}
}

// walk goes forward on one level from p, which is before the key, and returns the
// last node before (key, sequence) and the one behind it.
func walk(words [][]atomic.Uint32, data [][]byte, p uint32, level int, key []byte, sequence uint64) (prev, next uint32) {
	for {
		n := link(words, p, level).Load()
		if n == head || compare(words, data, n, key, sequence) >= 0 {
			return p, n
		}
		p = n
	}
}

// randomHeight returns h with probability 3/4 * 4^(1-h), from a fixed seed: the
// shape of the table depends on nothing but the operations.
func (t *Table) randomHeight() int {
	t.rng ^= t.rng << 13
	t.rng ^= t.rng >> 7
	t.rng ^= t.rng << 17
	h := 1
	for r := t.rng; h < heightMax && r&3 == 0; r >>= 2 {
		h++
	}
	if h > int(t.height.Load()) {
		// Levels above the old height hold nothing, so prev and next are head there.
		t.height.Store(int32(h))
	}
	return h
}

func (t *Table) newNode(sequence uint64, key, value []byte, tombstone bool, height int) uint32 {
	size := wordLinks + height
	if t.wordsUsed+size > chunkWords {
		t.growWords()
	}
	words := *t.words.Load()
	n := uint32(t.wordChunk)<<chunkWordBits | uint32(t.wordsUsed)
	t.wordsUsed += size
	w := words[t.wordChunk][n&(chunkWords-1):]
	keyLen := uint32(len(key))
	if tombstone {
		keyLen |= tombstoneBit
	}
	w[wordData].Store(t.store(key, value))
	w[wordKeyLen].Store(keyLen)
	w[wordValLen].Store(uint32(len(value)))
	w[wordSeqLo].Store(uint32(sequence))
	w[wordSeqHi].Store(uint32(sequence >> 32))
	return n
}

func (t *Table) growWords() {
	t.wordChunk++
	t.wordsUsed = 0
	words := *t.words.Load()
	if t.wordChunk < len(words) {
		return // from before a Reset
	}
	words = append(words[:len(words):len(words)], make([]atomic.Uint32, chunkWords))
	t.words.Store(&words)
	t.memory.Add(chunkWords * 4)
}

// store copies key and value into the byte arena and returns their place.
func (t *Table) store(key, value []byte) uint32 {
	n := len(key) + len(value)
	units := (n + 7) / 8
	if t.unitsUsed+units > chunkUnits {
		t.growBytes(units)
	}
	place := t.byteChunk<<chunkUnitBits | t.unitsUsed
	b := (*t.bytes.Load())[t.byteChunk][t.unitsUsed*8:]
	copy(b[copy(b, key):n], value)
	t.unitsUsed += units
	t.used.Add(int64(units * 8))
	if t.unitsUsed > chunkUnits {
		// A slab serves one entry; the next one begins in a chunk of its own.
		t.byteChunk += (units - 1) / chunkUnits
		t.unitsUsed = chunkUnits
	}
	return uint32(place)
}

// growBytes goes on to a chunk that has room for an entry: the next one from before
// a Reset, a new one, or, for an entry larger than a chunk, a slab of several
// consecutive new chunks. Chunk i of a slab begins where chunk i begins and reaches
// to the slab's end, so an entry that starts in the first is contiguous.
func (t *Table) growBytes(units int) {
	data := *t.bytes.Load()
	if units <= chunkUnits && t.byteChunk+1 < len(data) {
		t.byteChunk++
		t.unitsUsed = 0
		return
	}
	chunks := max(1, (units+chunkUnits-1)/chunkUnits)
	slab := make([]byte, chunks*chunkBytes)
	t.slabs = t.slabs || chunks > 1
	data = data[:len(data):len(data)]
	t.byteChunk, t.unitsUsed = len(data), 0
	for i := range chunks {
		data = append(data, slab[i*chunkBytes:])
	}
	t.bytes.Store(&data)
	t.memory.Add(int64(len(slab)))
}

func node(words [][]atomic.Uint32, n uint32) []atomic.Uint32 {
	return words[n>>chunkWordBits][n&(chunkWords-1):]
}

func link(words [][]atomic.Uint32, n uint32, level int) *atomic.Uint32 {
	return &words[n>>chunkWordBits][int(n&(chunkWords-1))+wordLinks+level]
}

func sequenceOf(w []atomic.Uint32) uint64 {
	return uint64(w[wordSeqHi].Load())<<32 | uint64(w[wordSeqLo].Load())
}

// keyOf returns the key of a node, and its bytes from the key on.
func keyOf(w []atomic.Uint32, data [][]byte) (key, rest []byte) {
	place := w[wordData].Load()
	b := data[place>>chunkUnitBits][int(place&(chunkUnits-1))*8:]
	n := w[wordKeyLen].Load() &^ tombstoneBit
	return b[:n:n], b[n:]
}

// compare orders node n against (key, sequence): by key, then newest first.
func compare(words [][]atomic.Uint32, data [][]byte, n uint32, key []byte, sequence uint64) int {
	w := node(words, n)
	k, _ := keyOf(w, data)
	if c := bytes.Compare(k, key); c != 0 {
		return c
	}
	switch s := sequenceOf(w); {
	case s > sequence:
		return -1
	case s < sequence:
		return 1
	}
	return 0
}

// view loads the arenas. A reader loads them again at each operation: links it
// follows may lead into chunks added since. Links are loaded before the arenas
// could lack what they name only if the arenas were loaded after the link, so
// every step that follows a link goes through here.
func (t *Table) view() (words [][]atomic.Uint32, data [][]byte) {
	return *t.words.Load(), *t.bytes.Load()
}

// Get returns the newest entry of key with sequence <= visible. The value is the
// table's own and must not be changed.
func (t *Table) Get(key []byte, visible uint64) (value []byte, tombstone, found bool) {
	n := t.seek(key, visible)
	if n == head {
		return nil, false, false
	}
	words, data := t.view()
	w := node(words, n)
	k, rest := keyOf(w, data)
	if !bytes.Equal(k, key) {
		return nil, false, false
	}
	size := w[wordValLen].Load()
	return rest[:size:size], w[wordKeyLen].Load()&tombstoneBit != 0, true
}

// seek returns the first node at or after (key, sequence), head for none.
func (t *Table) seek(key []byte, sequence uint64) uint32 {
	_, n := t.neighbours(key, sequence)
	return n
}

// neighbours returns the last node before (key, sequence) and the first at or
// after it.
func (t *Table) neighbours(key []byte, sequence uint64) (prev, next uint32) {
	for level := int(t.height.Load()) - 1; level >= 0; level-- {
		for {
			words, _ := t.view()
			next = link(words, prev, level).Load()
			if next == head {
				break
			}
			words, data := t.view()
			if compare(words, data, next, key, sequence) >= 0 {
				break
			}
			prev = next
		}
	}
	return prev, next
}
