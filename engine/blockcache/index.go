package blockcache

import "math/bits"

// A name names a block.
type name struct {
	file   uint64
	offset int64
}

// hash mixes all bits of a name into all bits of the result.
func (n name) hash() uint64 {
	hi, lo := bits.Mul64(n.file*0x9e3779b97f4a7c15^uint64(n.offset), 0xd6e8feb86659fd93)
	return hi ^ lo
}

// An index finds the place of a block by the hash of its name: a hash table with linear
// probing. At least a quarter of the entries are empty.
type index struct {
	entries []entry // a power of two of them, none at first
	used    int
}

// An entry holds the lowest 28 bits of a hash above a place of 36 bits. With that much of
// the hash a search seldom looks at a block that is not the right one, and moving entries
// looks at none. No place is 0, nor is an entry of one.
type entry uint64

const (
	placeBits = 36
	tagBits   = 64 - placeBits

	// indexEntriesMin is how many entries a table begins with, and indexEntriesMax how many
	// an entry's part of the hash can tell apart.
	indexEntriesMin = 64
	indexEntriesMax = 1 << tagBits
)

func newEntry(hash uint64, p place) entry { return entry(hash<<placeBits | uint64(p)) }

func (e entry) place() place { return place(e & (1<<placeBits - 1)) }

// home is where an entry belongs in a table of mask+1 entries.
func (e entry) home(mask uint64) uint64 { return uint64(e>>placeBits) & mask }

// next returns the first entry from i on of a block whose name may have that hash, and
// where it is; 0 if there is none. To go on, call it with the entry after.
func (x *index) next(i, hash uint64) (entry, uint64) {
	mask := uint64(len(x.entries) - 1)
	for ; ; i++ {
		e := x.entries[i&mask]
		if e == 0 || uint64(e)>>placeBits == hash&(indexEntriesMax-1) {
			return e, i & mask
		}
	}
}

// full reports whether one more entry needs a larger table.
func (x *index) full() bool { return 4*(x.used+1) > 3*len(x.entries) }

// insert adds an entry that is not there yet. The index must not be full.
func (x *index) insert(e entry) {
	x.used++
	x.settle(e)
}

// settle puts an entry into the first empty place from its home on.
func (x *index) settle(e entry) {
	mask := uint64(len(x.entries) - 1)
	i := e.home(mask)
	for x.entries[i] != 0 {
		i = (i + 1) & mask
	}
	x.entries[i] = e
}

// grow doubles the table.
func (x *index) grow() {
	old := x.entries
	x.entries = make([]entry, x.grown())
	for _, e := range old {
		if e != 0 {
			x.settle(e)
		}
	}
}

// grown is how many entries the next larger table has.
func (x *index) grown() int { return max(2*len(x.entries), indexEntriesMin) }

// find returns where an entry is that is there.
func (x *index) find(e entry) uint64 {
	mask := uint64(len(x.entries) - 1)
	i := e.home(mask)
	for x.entries[i] != e {
		if x.entries[i] == 0 {
			panic("blockcache: a block that lies in a slab is not in the index")
		}
		i = (i + 1) & mask
	}
	return i
}

// replace puts an entry in the place of one that is there and has the same hash.
func (x *index) replace(old, e entry) { x.entries[x.find(old)] = e }

// remove takes out an entry that is there. What follows moves up, so that no entry is
// behind an empty place that a search for it meets first.
func (x *index) remove(e entry) {
	mask := uint64(len(x.entries) - 1)
	i := x.find(e)
	x.used--
	for j := i; ; {
		x.entries[i] = 0
		for {
			j = (j + 1) & mask
			e := x.entries[j]
			if e == 0 {
				return
			}
			// It may move up to i if that is not before its home.
			if (j-e.home(mask))&mask >= (j-i)&mask {
				x.entries[i] = e
				i = j
				break
			}
		}
	}
}
