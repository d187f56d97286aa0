package blockcache

import "math/bits"

// An index finds the slot of a name: a hash table with linear probing. An entry holds
// half of the name's hash beside the number of its slot, so that a search seldom looks at
// a slot that is not the right one, and moving entries looks at none. At least half of the
// entries are empty.
type index struct {
	entries []indexEntry // a power of two of them, none at first
	used    int
}

type indexEntry struct {
	hash uint32 // lower half of the name's
	slot int32  // plus 1; 0 if the entry is empty
}

// indexEntriesMin is how many entries a table begins with.
const indexEntriesMin = 64

// hash mixes all bits of a name into all bits of the result.
func (n name) hash() uint64 {
	hi, lo := bits.Mul64(n.file*0x9e3779b97f4a7c15^uint64(n.offset), 0xd6e8feb86659fd93)
	return hi ^ lo
}

// find returns the slot of a name with that hash, -1 if there is none.
func (x *index) find(ring []slot, n name, hash uint64) int32 {
	if x.used == 0 {
		return -1
	}
	mask := uint32(len(x.entries) - 1)
	for i := uint32(hash) & mask; ; i = (i + 1) & mask {
		e := x.entries[i]
		if e.slot == 0 {
			return -1
		}
		if e.hash == uint32(hash) && ring[e.slot-1].name == n {
			return e.slot - 1
		}
	}
}

// insert adds a slot whose name has that hash and is not there yet.
func (x *index) insert(slot int32, hash uint64) {
	if 2*(x.used+1) > len(x.entries) {
		x.grow()
	}
	x.used++
	x.place(indexEntry{uint32(hash), slot + 1})
}

// place puts an entry into the first empty place from where its hash points to.
func (x *index) place(e indexEntry) {
	mask := uint32(len(x.entries) - 1)
	i := e.hash & mask
	for x.entries[i].slot != 0 {
		i = (i + 1) & mask
	}
	x.entries[i] = e
}

func (x *index) grow() {
	old := x.entries
	x.entries = make([]indexEntry, max(2*len(old), indexEntriesMin))
	for _, e := range old {
		if e.slot != 0 {
			x.place(e)
		}
	}
}

// remove takes out a slot that is there. What follows moves up, so that no entry is
// behind an empty place that a search for it meets first.
func (x *index) remove(slot int32, hash uint64) {
	mask := uint32(len(x.entries) - 1)
	i := uint32(hash) & mask
	for x.entries[i].slot != slot+1 {
		i = (i + 1) & mask
	}
	x.used--
	for j := i; ; {
		x.entries[i] = indexEntry{}
		for {
			j = (j + 1) & mask
			e := x.entries[j]
			if e.slot == 0 {
				return
			}
			// It may move up to i if that is not before where its hash points to.
			if (j-e.hash)&mask >= (j-i)&mask {
				x.entries[i] = e
				i = j
				break
			}
		}
	}
}
