package segment

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// A block is the payload of a data or tree block, ready to be searched in place.
// It holds nothing but slices, so making one from a cached payload costs nothing.
// Its methods never trust the payload: what a bad one makes impossible returns
// false, and the caller reports damage.
type block struct {
	data     []byte
	end      int // entries are data[:end]
	restarts int
}

// restartEntries is how many entries the writer puts between restarts.
const restartEntries = 16

func parseBlock(data []byte) (block, bool) {
	n := len(data) - 4
	if n < 4 {
		return block{}, false
	}
	restarts := int(binary.LittleEndian.Uint32(data[n:]))
	if restarts < 1 || restarts > n/4 {
		return block{}, false
	}
	end := n - 4*restarts
	if end < 1 || binary.LittleEndian.Uint32(data[end:]) != 0 {
		return block{}, false
	}
	return block{data, end, restarts}, true
}

// restart returns the offset of restart i. It may lie outside of the entries;
// entry checks that.
func (b *block) restart(i int) int {
	return int(binary.LittleEndian.Uint32(b.data[b.end+4*i:]))
}

// An entry is a decoded entry, as offsets in its block.
type entry struct {
	off       int // where it begins; the block's end if there is no entry
	shared    int // bytes of the key that the entry before has too
	key       int // data[key:value] is the rest of the key
	value     int // data[value:next] is the value
	next      int
	tombstone bool
}

// entry decodes the entry at off.
func (b *block) entry(off int) (e entry, ok bool) {
	if off < 0 || off >= b.end {
		return entry{}, false
	}
	shared, p := uvarint(b.data[:b.end], off)
	unshared, p := uvarint(b.data[:b.end], p)
	length, p := uvarint(b.data[:b.end], p)
	if p < 0 || shared > KeyBytesMax || unshared > KeyBytesMax || length>>1 > ValueBytesMax {
		return entry{}, false
	}
	e = entry{off: off, shared: int(shared), key: p, value: p + int(unshared), tombstone: length&1 == 1}
	e.next = e.value + int(length>>1)
	return e, e.next <= b.end
}

// uvarint decodes at p and returns where it ends; -1 if it does not, or if p is -1.
func uvarint(data []byte, p int) (uint64, int) {
	if uint(p) < uint(len(data)) && data[p] < 0x80 {
		return uint64(data[p]), p + 1
	}
	return uvarintSlow(data, p)
}

func uvarintSlow(data []byte, p int) (uint64, int) {
	if p < 0 {
		return 0, -1
	}
	v, n := binary.Uvarint(data[p:])
	if n <= 0 {
		return 0, -1
	}
	return v, p + n
}

// A place is what seek finds: the entries on both sides of where a key belongs.
type place struct {
	before entry // the last entry less than the key; off is -1 if there is none
	at     entry // the first entry not less; off is the block's end if there is none
	equal  bool  // at is the key
}

// seek finds the place of key. It reports false if the block is malformed.
func (b *block) seek(key []byte, p *place) bool {
	lo, ok := b.lastRestartBefore(key)
	if !ok {
		return false
	}
	limit := b.end
	if lo+1 < b.restarts {
		limit = b.restart(lo + 1)
	}
	p.before.off, p.equal = -1, false
	if lo >= 0 {
		if found, ok := b.scan(b.restart(lo), limit, key, p); !ok || found {
			return ok
		}
	}
	// All of the interval is less. The next one begins with an entry that is not.
	if limit >= b.end {
		p.at = entry{off: b.end}
		return limit == b.end
	}
	p.at, ok = b.entry(limit)
	p.equal = ok && bytes.Equal(b.data[p.at.key:p.at.value], key)
	return ok && p.at.shared == 0
}

// lastRestartBefore returns the last restart whose key is less than key, or -1.
func (b *block) lastRestartBefore(key []byte) (int, bool) {
	lo, hi := -1, b.restarts
	for hi-lo > 1 {
		mid := int(uint(lo+hi) >> 1)
		e, ok := b.entry(b.restart(mid))
		if !ok || e.shared != 0 {
			return 0, false
		}
		if bytes.Compare(b.data[e.key:e.value], key) < 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo, true
}

// scan looks for the first entry in data[off:limit] that is not less than key; the
// entry at off is less. It reports whether it found one in p.at.
//
// matched is how many bytes the entry before p.at has in common with key. That
// entry is less than key, so it has a smaller byte there, or ends there. An entry
// that shares more with it has the same smaller byte; one that shares less has a
// greater byte where the one before still matched. Only one that shares exactly as
// much needs a look at its bytes.
func (b *block) scan(off, limit int, key []byte, p *place) (found, ok bool) {
	matched := 0
	for off < limit {
		e, ok := b.entry(off)
		if !ok {
			return false, false
		}
		if e.shared < matched {
			p.at = e
			return true, true
		}
		if e.shared == matched {
			rest, tail := b.data[e.key:e.value], key[matched:]
			n := commonPrefix(rest, tail)
			if n == len(tail) || n < len(rest) && rest[n] > tail[n] {
				p.at, p.equal = e, n == len(tail) && n == len(rest)
				return true, true
			}
			matched += n
		}
		p.before, off = e, e.next
	}
	return false, off == limit
}

// floor finds the last entry not greater than key.
func (b *block) floor(key []byte) (e entry, found, ok bool) {
	var p place
	if !b.seek(key, &p) {
		return entry{}, false, false
	}
	if p.equal {
		return p.at, true, true
	}
	return p.before, p.before.off >= 0, true
}

// interval returns the restart at whose interval off lies in or ends: the last one
// with an offset less than off.
func (b *block) interval(off int) int {
	lo, hi := 0, b.restarts
	for hi-lo > 1 {
		mid := int(uint(lo+hi) >> 1)
		if b.restart(mid) < off {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// commonPrefix returns the length of the longest common prefix.
func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); x != 0 {
			return i + bits.TrailingZeros64(x)>>3
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}
