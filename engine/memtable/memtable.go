// Package memtable is the ordered in-memory table of writes since the last
// checkpoint.
//
// It is a skip list in an arena. An entry is one node, with its key and value in it,
// and names its neighbours by number:
//
//	offset  size  field
//	0       4     length of the key in bytes, 26 bits; number of links, 5 bits; top bit: tombstone
//	4       4     length of the value in bytes
//	8       4     sequence, less the table's base
//	12      4*h   links, one a level: the number of the next node, 0 at the end
//	12+4*h  n     key
//	        m     value
//
// in the byte order of the machine, since nothing of it is ever written to a file. So
// looking at a key costs one miss of the processor's cache, not two, and the table holds
// no pointers for the garbage collector to follow, however many entries it has. The
// arena lies outside the heap of the Go runtime, which lets as much garbage gather as
// lives in the heap: a table of 100 MB in there would cost 200. It is given back when
// nothing refers to the table any more. This is the reason that it is not one of the
// well-kept tree libraries: theirs hold one or more pointers an entry, and give a stable
// view by copying nodes on write.
//
// An entry is (key, sequence, value or tombstone), ordered by key, then newest
// first. Nothing is overwritten: a reader with visible sequence S sees, for each
// key, the entry with the greatest sequence <= S. That makes a stable view a number.
//
// One goroutine writes at a time; any number read meanwhile without waiting. A
// node is written before the atomic store that links it, and reached only through that
// link.
package memtable

import (
	"bytes"
	"math"
	"sync/atomic"
	"unsafe"
)

const (
	heightMax = 16 // 4^16 entries: more than an arena has room for

	nodeHeadBytes = 12
	linkBytes     = 4
	headBytes     = nodeHeadBytes + linkBytes*heightMax
	headUnits     = (headBytes + unitBytes - 1) / unitBytes

	keyBytesBits = 26
	keyBytesMax  = 1<<keyBytesBits - 1
	heightMask   = 31
	tombstoneBit = 1 << 31
)

// SequenceMax is a visible sequence that sees every entry.
const SequenceMax = math.MaxUint64

// A Table is the memtable.
type Table struct {
	arena
	height atomic.Int32 // levels in use, at least 1
	count  atomic.Int64

	// base is what node's sequences are counted from. It is set before the first node is
	// linked and read behind a link.
	base uint64

	// The writer's own.
	rng  uint64
	last uint32            // the entry that was added last; head for none
	prev [heightMax]uint32 // around it: the search for the next begins here
	next [heightMax]uint32
}

// head is the number of the head, a node without key before all others. As a link it
// means the end, since nothing links to the head.
const head = 0

// New returns an empty table.
func New() *Table {
	t := &Table{}
	t.arena.init()
	t.Reset()
	return t
}

// Reset empties the table and keeps its memory for what comes; only if entries
// larger than a chunk made slabs, which nothing else would reuse, it is given back.
// Nobody may be reading the table, and keys and values that it gave out are no
// longer valid.
func (t *Table) Reset() {
	t.arena.reset()
	t.rng = 0x9e3779b97f4a7c15
	_, b := t.allocate(headBytes)
	clear(b)
	t.prev, t.next, t.last = [heightMax]uint32{}, [heightMax]uint32{}, head
	t.height.Store(1)
	t.count.Store(0)
}

// Memory returns the bytes the table occupies, filled or not.
func (t *Table) Memory() int64 { return t.memory.Load() }

// Used returns the bytes that entries fill.
func (t *Table) Used() int64 { return t.used.Load() }

// Count returns the number of entries, each version of a key counted.
func (t *Table) Count() int64 { return t.count.Load() }

// A node is the head of one in the arena; links, key and value lie behind it.
type node struct {
	meta     uint32
	valueLen uint32
	sequence uint32
}

func nodeAt(chunks [][]byte, n uint32) *node { return (*node)(at(chunks, n)) }

func (n *node) height() uintptr { return uintptr(n.meta>>keyBytesBits) & heightMask }

func (n *node) tombstone() bool { return n.meta&tombstoneBit != 0 }

func (n *node) link(level int) *atomic.Uint32 {
	return (*atomic.Uint32)(unsafe.Add(unsafe.Pointer(n), nodeHeadBytes+linkBytes*level))
}

func (n *node) key() []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(n), nodeHeadBytes+linkBytes*n.height())), n.meta&keyBytesMax)
}

func (n *node) value() []byte {
	if n.valueLen == 0 {
		return nil // it would begin behind the memory of a chunk, if the node ends there
	}
	at := nodeHeadBytes + linkBytes*n.height() + uintptr(n.meta&keyBytesMax)
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(n), at)), n.valueLen)
}

// link returns the link of node n on a level.
func link(chunks [][]byte, n uint32, level int) *atomic.Uint32 { return nodeAt(chunks, n).link(level) }

// Add inserts an entry. The pair of key and sequence must be new, and the key not empty.
func (t *Table) Add(sequence uint64, key, value []byte, tombstone bool) {
	if t.owned == nil {
		t.mapFirst(t)
	}
	if t.last == head {
		t.base = sequence - 1<<31 // the others are of the same log, so less than 2^31 away
	}
	t.findSplice(key, sequence)
	h := t.randomHeight()
	n := t.newNode(sequence, key, value, tombstone, h)
	chunks := *t.chunks.Load()
	for level := range h {
		link(chunks, n, level).Store(t.next[level])
		link(chunks, t.prev[level], level).Store(n)
		t.prev[level] = n
	}
	t.last = n
	t.count.Add(1)
}

// findSplice leaves in prev and next, for each level, the neighbours of the place
// where (key, sequence) belongs. If that is behind the entry added last, it climbs from
// there, so a run of ascending keys costs little: prev is good on every level, and the
// lowest level with a good next is where the search goes down again.
func (t *Table) findSplice(key []byte, sequence uint64) {
	chunks := *t.chunks.Load()
	height := int(t.height.Load())
	level, p, bound := height, uint32(head), uint32(head)
	if t.last != head && t.compare(chunks, t.last, key, sequence) < 0 {
		passed := uint32(head)
		for level = 0; level < height; level++ {
			bound = t.next[level]
			if bound == head || bound != passed && t.compare(chunks, bound, key, sequence) >= 0 {
				break
			}
			passed = bound
		}
		p = t.prev[min(level, height-1)]
		if level == height {
			bound = head
		}
	}
	for level--; level >= 0; level-- {
		p, bound = t.walk(chunks, p, bound, level, key, sequence)
		t.prev[level], t.next[level] = p, bound
	}
}

// walk goes forward on one level from p, which is before the key, and returns the
// last node before (key, sequence) and the one behind it. It need not look at bound,
// which is not before the key.
func (t *Table) walk(chunks [][]byte, p, bound uint32, level int, key []byte, sequence uint64) (prev, next uint32) {
	for {
		n := link(chunks, p, level).Load()
		if n == head || n == bound || t.compare(chunks, n, key, sequence) >= 0 {
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
	if len(key) == 0 || len(key) > keyBytesMax || uint64(len(value)) > math.MaxUint32 || sequence-t.base > math.MaxUint32 {
		panic("memtable: an entry passes the limits of a node")
	}
	keyAt := nodeHeadBytes + linkBytes*height
	number, b := t.allocate(keyAt + len(key) + len(value))
	n := (*node)(unsafe.Pointer(&b[0]))
	n.meta = uint32(len(key)) | uint32(height)<<keyBytesBits
	if tombstone {
		n.meta |= tombstoneBit
	}
	n.valueLen = uint32(len(value))
	n.sequence = uint32(sequence - t.base)
	copy(b[keyAt+copy(b[keyAt:], key):], value)
	return number
}

// sequence returns the sequence of a node that was reached through a link.
func (t *Table) sequence(n *node) uint64 { return t.base + uint64(n.sequence) }

// compare orders node n against (key, sequence): by key, then newest first.
func (t *Table) compare(chunks [][]byte, number uint32, key []byte, sequence uint64) int {
	n := nodeAt(chunks, number)
	if c := bytes.Compare(n.key(), key); c != 0 {
		return c
	}
	switch s := t.sequence(n); {
	case s > sequence:
		return -1
	case s < sequence:
		return 1
	}
	return 0
}

// nodeOf returns the node of a number that was just read from a link. It loads the
// chunks anew: the link may lead into one added since they were loaded last.
func (t *Table) nodeOf(number uint32) *node { return nodeAt(*t.chunks.Load(), number) }

// Get returns the newest entry of key with sequence <= visible. The value is the
// table's own: it stays valid as long as the table is reachable and not reset, and must
// not be changed.
func (t *Table) Get(key []byte, visible uint64) (value []byte, tombstone, found bool) {
	number := t.seek(key, visible)
	if number == head {
		return nil, false, false
	}
	n := t.nodeOf(number)
	if !bytes.Equal(n.key(), key) {
		return nil, false, false
	}
	return n.value(), n.tombstone(), true
}

// seek returns the first node at or after (key, sequence), head for none.
func (t *Table) seek(key []byte, sequence uint64) uint32 {
	_, n := t.neighbours(key, sequence)
	return n
}

// neighbours returns the last node before (key, sequence) and the first at or
// after it.
func (t *Table) neighbours(key []byte, sequence uint64) (prev, next uint32) {
	p, bound := t.nodeOf(head), uint32(head)
	for level := int(t.height.Load()) - 1; level >= 0; level-- {
		for {
			next = p.link(level).Load()
			if next == head || next == bound {
				break
			}
			chunks := *t.chunks.Load()
			if t.compare(chunks, next, key, sequence) >= 0 {
				bound = next
				break
			}
			prev, p = next, nodeAt(chunks, next)
		}
	}
	return prev, next
}
