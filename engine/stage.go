package engine

import (
	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/memtable"
)

// A stage is where replay gathers changes of many records, so that more of them are
// sorted at once. When it is full, a second goroutine puts what was gathered into the
// memtable while replay goes on reading, checking and hashing. What goes in together
// depends on the log alone, and so does the memtable.
type stage struct {
	table    *memtable.Table
	filling  *gathered
	applying *gathered     // empty, or being put in by the second goroutine
	done     chan struct{} // of which this tells; nil if there is none
}

// gathered is what a stage gathers until it is full.
type gathered struct {
	changes
	copies copies
	ids    idFilter // of the documents that changes are of
}

// Twice as much at once is a tenth slower: it leaves the processor's cache, and is memory
// that must be cleared first.
const (
	stageChangesMax = 4 << 10
	stageBytesMax   = 1 << 20 // of documents
)

func newStage(table *memtable.Table) *stage {
	return &stage{table: table, filling: new(gathered), applying: new(gathered)}
}

// add gathers the changes of an operation. It copies what the operation points to.
func (s *stage) add(sequence uint64, op *operation) {
	f := s.filling
	op.document = f.copies.keep(op.document)
	f.operation(sequence, op)
	f.ids.add(op.version.coll, op.id)
	if len(f.list) >= stageChangesMax || f.copies.bytes >= stageBytesMax {
		s.handOver()
	}
}

// handOver gives what was gathered to a second goroutine, after the one before it.
func (s *stage) handOver() {
	s.wait()
	s.filling, s.applying = s.applying, s.filling
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		s.applying.applyTo(s.table)
	}()
}

// wait waits for the second goroutine. Every stage must be waited for.
func (s *stage) wait() {
	if s.done != nil {
		<-s.done
		s.done = nil
		s.applying.forgetAll()
	}
}

// drain puts all that was gathered into the memtable.
func (s *stage) drain() {
	s.wait()
	if len(s.filling.list) == 0 {
		return
	}
	s.filling.applyTo(s.table)
	s.filling.forgetAll()
}

// settle sees to it that the memtable has all that was gathered of a document. Changes
// of others may be going in meanwhile.
func (s *stage) settle(coll uint16, id []byte) {
	if s.filling.ids.has(coll, id) || s.applying.ids.has(coll, id) {
		s.drain()
	}
}

func (g *gathered) forgetAll() {
	g.copies.forget()
	g.ids.clear()
}

// copies is a place for copies of documents. Its chunks are used again.
type copies struct {
	chunks [][]byte // of which those before next are in use
	next   int
	free   []byte // the rest of the chunk in use
	bytes  int    // copied
}

const copiesChunkBytes = 64 << 10

func (c *copies) keep(b []byte) []byte {
	c.bytes += len(b)
	if len(b) > copiesChunkBytes/8 {
		return append([]byte(nil), b...)
	}
	if len(b) > len(c.free) {
		if c.next == len(c.chunks) {
			c.chunks = append(c.chunks, make([]byte, copiesChunkBytes))
		}
		c.free = c.chunks[c.next]
		c.next++
	}
	kept := c.free[:copy(c.free, b):len(b)]
	c.free = c.free[len(b):]
	return kept
}

func (c *copies) forget() { c.next, c.free, c.bytes = 0, nil, 0 }

// An idFilter answers whether an _id was added to it: yes if it was, and else most often
// no.
type idFilter struct {
	bits []uint64
	used bool
}

const idFilterBits = 1 << 16

// places returns the two bits of an _id.
func (f *idFilter) places(coll uint16, id []byte) (a, b uint32) {
	sum := crc32c.Update(uint32(coll), id)
	return sum % idFilterBits, sum >> 16
}

func (f *idFilter) add(coll uint16, id []byte) {
	if f.bits == nil {
		f.bits = make([]uint64, idFilterBits/64)
	}
	f.used = true
	a, b := f.places(coll, id)
	f.bits[a/64] |= 1 << (a % 64)
	f.bits[b/64] |= 1 << (b % 64)
}

func (f *idFilter) has(coll uint16, id []byte) bool {
	if !f.used {
		return false
	}
	a, b := f.places(coll, id)
	return f.bits[a/64]>>(a%64)&1 != 0 && f.bits[b/64]>>(b%64)&1 != 0
}

func (f *idFilter) clear() {
	if f.used {
		clear(f.bits)
		f.used = false
	}
}
