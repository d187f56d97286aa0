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
	data       []byte // entries are data[:end], values data[end:tail]; at least 4 bytes follow end
	table      []byte // of restarts
	end, tail  int
	restarts   int
	dictionary handle // of its values; no bytes if they are stored as they are
	version2   bool   // they are compressed as version 2 of the format has it
	first      []byte // the first key, if restarts share with it; empty if they share nothing
}

const (
	// How many entries the writer puts between restarts, at most: in data blocks, in those
	// whose values are compressed one by one, and in tree blocks. Data blocks are walked
	// more than searched; the other two are searched by every get.
	restartEntries = 16
	restartValues  = 8
	restartTree    = 4

	restartBytes = 8

	// A payload whose values are compressed one by one begins with one of these bytes, the
	// first in version 2 of the format. Others begin with an entry that shares nothing, 0.
	compressedValues2 = 1
	compressedValues  = 2
	// compressedHeadBytes is what comes before its restarts: that byte, 3 bytes number of
	// restarts, and the place of the dictionary.
	compressedHeadBytes = 4 + placeBytes
	// valueBytesMin is how many bytes of values it has at least, so that reading 4 bytes
	// at any entry stays within it.
	valueBytesMin = 4
)

func parseBlock(data []byte) (b block, ok bool) {
	ok = b.parse(data)
	return b, ok
}

// parse makes b the block with that payload.
func (b *block) parse(data []byte) bool {
	if hasCompressedValues(data) {
		return b.parseCompressed(data)
	}
	n := len(data) - 4
	if n < restartBytes {
		return false
	}
	restarts := int(binary.LittleEndian.Uint32(data[n:]))
	if restarts < 1 || restarts > n/restartBytes {
		return false
	}
	*b = block{data: data, tail: n - restartBytes*restarts, restarts: restarts}
	b.table = data[b.tail:]
	var off int
	off, b.end = b.restart(0)
	return off == 0 && b.end > 0 && b.end <= b.tail
}

// hasCompressedValues reports whether a payload says that its values are compressed one
// by one.
func hasCompressedValues(payload []byte) bool {
	return len(payload) > 0 && (payload[0] == compressedValues || payload[0] == compressedValues2)
}

// parseCompressed is parse for a payload whose values are compressed one by one. All that
// a search needs lies side by side at its beginning.
func (b *block) parseCompressed(data []byte) bool {
	if len(data) < compressedHeadBytes {
		return false
	}
	b.restarts, b.dictionary = int(binary.LittleEndian.Uint32(data)>>8), placeAt(data[4:])
	b.version2 = data[0] == compressedValues2
	data = data[compressedHeadBytes:]
	if b.restarts < 1 || b.restarts > len(data)/restartBytes || b.dictionary.bytes == 0 {
		return false
	}
	b.table, b.data = data, data[restartBytes*b.restarts:]
	b.tail = len(b.data)
	var off int
	off, b.end = b.restart(0)
	if off != 0 || b.end <= 0 || b.end > b.tail-valueBytesMin {
		return false
	}
	b.first = nil
	if b.version2 {
		return true
	}
	w := binary.LittleEndian.Uint32(b.data)
	start, end, _, short := shortEntry(w, 0)
	if !short {
		e, ok := b.longEntry(0, b.end)
		if !ok || e.shared > 0 {
			return false
		}
		start, end = e.key, e.next
	}
	if short && w&0x7f != 0 || end > b.end {
		return false
	}
	b.first = b.data[start:end]
	return true
}

// restart returns the offsets of entry and value of restart i. They may lie
// anywhere; entry checks them.
func (b *block) restart(i int) (off, value int) {
	r := b.table[restartBytes*i:]
	return int(binary.LittleEndian.Uint32(r)), int(binary.LittleEndian.Uint32(r[4:]))
}

// An entry is a decoded entry, as offsets in its block.
type entry struct {
	off       int // where it begins; the block's end if there is no entry
	shared    int // bytes of the key that the entry before has too
	key       int // data[key:next] is the rest of the key
	next      int // where the next entry begins
	value     int // data[value:valueEnd] is the value, and the next one's begins there
	valueEnd  int
	tombstone bool
}

// entry decodes the entry at off, whose value is at value.
func (b *block) entry(off, value int) (e entry, ok bool) {
	if uint(off) >= uint(b.end) || value < b.end {
		return entry{}, false
	}
	// Restarts or values follow the entries, so there always are four bytes.
	w := binary.LittleEndian.Uint32(b.data[off:])
	start, next, length, short := shortEntry(w, off)
	if !short {
		return b.longEntry(off, value)
	}
	e = entry{off: off, shared: int(w & 0x7f), key: start, next: next, value: value, valueEnd: value + length>>1, tombstone: length&1 == 1}
	return e, e.next <= b.end && e.valueEnd <= b.tail
}

// shortEntry decodes the head of an entry at off that begins with w, but for what it
// shares, its first byte: where its key begins, where the next entry does, and the length
// of its value as stored. It reports false if a number is too long for it, as those of
// most entries are not.
func shortEntry(w uint32, off int) (key, next, length int, short bool) {
	key, length = off+3, int(w>>16&0x7f)
	if w&0x808080 != 0 {
		key, length = off+4, length|int(w>>17&0x3f80)
	}
	return key, key + int(w>>8&0x7f), length, w&0x808080 == 0 || w&0x80008080 == 0
}

// longEntry is entry for keys and values that are not short.
func (b *block) longEntry(off, value int) (e entry, ok bool) {
	keys := b.data[:b.end]
	shared, p := uvarint(keys, off)
	unshared, p := uvarint(keys, p)
	length, p := uvarint(keys, p)
	if p < 0 || shared > KeyBytesMax || unshared > KeyBytesMax || length>>1 > ValueBytesMax {
		return entry{}, false
	}
	e = entry{off: off, shared: int(shared), key: p, next: p + int(unshared), value: value, tombstone: length&1 == 1}
	e.valueEnd = value + int(length>>1)
	return e, e.next <= b.end && e.valueEnd <= b.tail
}

// after decodes the entry after e.
func (b *block) after(e *entry) (entry, bool) { return b.entry(e.next, e.valueEnd) }

// restartAt decodes restart i.
func (b *block) restartAt(i int) (entry, bool) {
	e, ok := b.entry(b.restart(i))
	return e, ok && e.shared <= len(b.first)
}

func (b *block) keyRest(e *entry) []byte { return b.data[e.key:e.next] }

// valueOf returns the value of an entry as stored.
func (b *block) valueOf(e *entry) []byte { return b.data[e.value:e.valueEnd] }

// uvarint decodes at p and returns where it ends; -1 if it does not, or if p is -1.
func uvarint(data []byte, p int) (uint64, int) {
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
	// exact is the caller's: nothing is wanted but the entry that is the key. Then before,
	// and at where it is not equal, are anything.
	exact bool
}

// seek finds the place of key. It reports false if the block is malformed.
func (b *block) seek(key []byte, p *place) bool {
	lo, matched, ok := b.lastRestartBefore(key)
	if !ok {
		return false
	}
	p.before.off, p.equal = -1, false
	limit := b.end
	if lo+1 < b.restarts {
		limit, _ = b.restart(lo + 1)
	}
	if lo >= 0 {
		have := matched
		if lo == 0 {
			have = 0 // the first key shares nothing
		}
		if found, ok := b.scan(lo, limit, have, key, p); !ok || found {
			return ok
		}
	}
	// All of the interval is less. The next one begins with an entry that is not.
	if lo+1 == b.restarts {
		p.at = entry{off: b.end}
		return true
	}
	p.at, ok = b.restartAt(lo + 1)
	p.equal = ok && p.at.shared <= matched && bytes.Equal(b.keyRest(&p.at), key[p.at.shared:])
	return ok
}

// lastRestartBefore returns the last restart whose key is less than key, -1 if none is, and
// how many bytes the first key, if restarts share with it, has in common with key.
func (b *block) lastRestartBefore(key []byte) (lo, matched int, ok bool) {
	lo = -1
	if n := len(b.first); n > 0 {
		matched = commonPrefix(b.first, key)
		if matched == len(key) || matched < n && b.first[matched] > key[matched] {
			return -1, matched, true
		}
		lo = 0
	}
	for hi := b.restarts; hi-lo > 1; {
		mid := int(uint(lo+hi) >> 1)
		less, ok := b.restartLess(mid, matched, key)
		if !ok {
			return 0, 0, false
		}
		if less {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo, matched, true
}

// restartLess reports whether the key of restart i is less than key, where the first key is,
// and has so many bytes in common with it. A restart that shares more with the first has the
// same smaller byte there; one that shares less has a greater one before. Most of a search is
// this, so it decodes of a short entry no more than it needs.
func (b *block) restartLess(i, matched int, key []byte) (less, ok bool) {
	off, value := b.restart(i)
	if uint(off) >= uint(b.end) {
		return false, false
	}
	w := binary.LittleEndian.Uint32(b.data[off:])
	shared := int(w & 0x7f)
	start, end, _, short := shortEntry(w, off)
	if !short {
		e, ok := b.longEntry(off, value)
		if !ok {
			return false, false
		}
		shared, start, end = e.shared, e.key, e.next
	}
	if shared > len(b.first) || end > b.end {
		return false, false
	}
	if shared != matched {
		return shared > matched, true
	}
	return bytes.Compare(b.data[start:end], key[matched:]) < 0, true
}

// scan looks for the first entry that is not less than key, from restart i, which
// is less, to limit, where the interval ends. It reports whether it found one in p.at.
//
// matched is how many bytes the entry before has in common with key; for restart i, the
// key that it shares with. That one is less than key, so it has a smaller byte there, or
// ends there. An entry that shares more with it has the same smaller byte; one that shares
// less has a greater byte where the one before still matched. Only one that shares exactly
// as much needs a look at its bytes.
//
// It looks at every entry of an interval, so it decodes of a short one no more than it
// needs to go on. The two that it finds are decoded, and checked, in whole.
func (b *block) scan(i, limit, matched int, key []byte, p *place) (found, ok bool) {
	before, beforeValue := -1, 0
	off, value := b.restart(i)
	for off < limit {
		if off >= b.end {
			return false, false
		}
		w := binary.LittleEndian.Uint32(b.data[off:])
		shared := int(w & 0x7f)
		start, next, length, short := shortEntry(w, off)
		if !short {
			e, ok := b.longEntry(off, value)
			if !ok {
				return false, false
			}
			shared, start, next, length = e.shared, e.key, e.next, (e.valueEnd-e.value)<<1
		}
		if next > b.end {
			return false, false
		}
		at := shared < matched
		if shared == matched {
			rest, tail := b.data[start:next], key[matched:]
			n := commonPrefix(rest, tail)
			if n == len(tail) || n < len(rest) && rest[n] > tail[n] {
				at, p.equal = true, n == len(tail) && n == len(rest)
			}
			matched += n
		}
		if at {
			if p.exact && !p.equal {
				return true, true
			}
			if p.at, ok = b.entry(off, value); !ok {
				return false, false
			}
			return true, b.decodeBefore(before, beforeValue, p)
		}
		before, beforeValue = off, value
		off, value = next, value+length>>1
	}
	return false, off == limit && b.decodeBefore(before, beforeValue, p)
}

// decodeBefore decodes the entry before the place, if there is one.
func (b *block) decodeBefore(off, value int, p *place) (ok bool) {
	if off >= 0 && !p.exact {
		p.before, ok = b.entry(off, value)
		return ok
	}
	return true
}

// floor finds the last entry not greater than key.
func (b *block) floor(key []byte) (e entry, found, ok bool) {
	var p place
	if !b.seek(key, &p) {
		return entry{}, false, false
	}
	e = p.floor()
	return e, e.off >= 0, true
}

// floor is the last entry not greater than the key; its off is -1 if there is none.
func (p *place) floor() entry {
	if p.equal {
		return p.at
	}
	return p.before
}

// interval returns the restart at whose interval off lies in or ends: the last one
// with an offset less than off.
func (b *block) interval(off int) int {
	lo, hi := 0, b.restarts
	for hi-lo > 1 {
		mid := int(uint(lo+hi) >> 1)
		if start, _ := b.restart(mid); start < off {
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
