package blockcache

import (
	"encoding/binary"
	"iter"
)

// A slab is a piece of memory with records in it, one behind the other:
//
//	offset  size  field
//	0       8     file
//	8       8     offset in the file
//	16      4     length of the block, n
//	20      1     how often it was used, 15 for more
//	21      1     1 if the block was dropped
//	22      2     0
//	24      n     the block
//
// A record begins at a multiple of recordAlign, the line of a processor's cache, so that
// the name and what a search of the block needs first come with one or two of them.
type slab struct {
	data []byte
	end  int // where the next record goes
	live int // bytes of records that were not dropped
}

const (
	recordHead  = 24
	recordAlign = 64
	usesMax     = 15
)

// A place is where a record begins: the number of its slab above its offset in units of
// recordAlign. Slab numbers begin with 1, so that no place is 0.
type place uint64

const (
	offsetBits   = 24
	slabBytesMax = recordAlign << offsetBits
)

func newPlace(slab, offset int) place {
	return place(uint64(slab)<<offsetBits | uint64(offset)/recordAlign)
}

func (p place) slab() int   { return int(p >> offsetBits) }
func (p place) offset() int { return int(p&(1<<offsetBits-1)) * recordAlign }

// recordBytes returns what the record of a block of n bytes takes.
func recordBytes(n int) int { return (recordHead + n + recordAlign - 1) &^ (recordAlign - 1) }

// A record is the memory from the beginning of one on.
type record []byte

func (r record) name() name {
	return name{binary.LittleEndian.Uint64(r), int64(binary.LittleEndian.Uint64(r[8:]))}
}

// bytes is what the record takes.
func (r record) bytes() int { return recordBytes(r.length()) }

func (r record) length() int { return int(binary.LittleEndian.Uint32(r[16:])) }

func (r record) dropped() bool { return r[21] != 0 }

// block returns the block, without a capacity to append to.
func (r record) block() []byte {
	n := recordHead + r.length()
	return r[recordHead:n:n]
}

func (r record) uses() int { return int(r[20]) }

// use counts one use more.
func (r record) use() {
	if r[20] < usesMax {
		r[20]++
	}
}

// record returns the record at an offset.
func (s *slab) record(offset int) record { return record(s.data[offset:]) }

// records goes over the records that were not dropped, with their offsets. The one it is
// at may be dropped meanwhile.
func (s *slab) records() iter.Seq2[int, record] {
	return func(yield func(int, record) bool) {
		for offset := 0; offset < s.end; {
			r := s.record(offset)
			next := offset + r.bytes()
			if !r.dropped() && !yield(offset, r) {
				return
			}
			offset = next
		}
	}
}

// fits reports whether there is room for a record of that many bytes.
func (s *slab) fits(bytes int) bool { return bytes <= len(s.data)-s.end }

// add lays a block behind the others, where there must be room for it, and returns the
// offset of its record.
func (s *slab) add(n name, uses int, parts ...[]byte) (offset int) {
	offset = s.end
	r := s.record(offset)
	length := 0
	for _, part := range parts {
		length += copy(r[recordHead+length:], part)
	}
	binary.LittleEndian.PutUint64(r, n.file)
	binary.LittleEndian.PutUint64(r[8:], uint64(n.offset))
	binary.LittleEndian.PutUint32(r[16:], uint32(length))
	r[20] = byte(uses)
	s.end += r.bytes()
	s.live += r.bytes()
	return offset
}

// drop marks the record at an offset.
func (s *slab) drop(offset int) {
	r := s.record(offset)
	s.live -= r.bytes()
	r[21] = 1
}

// hot returns how often a record must have been used to be among those used most that
// take at most so many bytes together. Records that were never used are not.
func (s *slab) hot(bytes int) (uses int) {
	var of [usesMax + 1]int // bytes of the records that were used so often
	for _, r := range s.records() {
		of[r.uses()] += r.bytes()
	}
	uses = usesMax + 1
	for uses > 1 && of[uses-1] <= bytes {
		uses--
		bytes -= of[uses]
	}
	return uses
}
