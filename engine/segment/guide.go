package segment

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/aerodb/aerodb/engine/key"
)

// A guide answers searches in a tree block for the key of a document: it is made when the
// block is read and lies before it in the cache. The keys of a block begin alike, and the
// few bytes behind tell almost all of them from what is sought, so these are kept as
// numbers, side by side: a search compares numbers in a few lines of processor cache, where
// in the block itself it would decode keys from all over it.
//
//	offset  size  field
//	0       4     n, entries up to the first of an index; 0 if the guide answers nothing
//	4       2     w, words of a key
//	6       2     p, bytes that all keys but the first begin with
//	8       2     length of the first key
//	10      2     1 if it is still to be made, else 0
//	12      12    place of the filter, as in a block of level 1
//	24      8wn   w words for each key: what follows the p bytes, as big-endian numbers,
//	              zeros behind its end; 0 for the first key
//	        12n   places of the blocks below
//	        p     the bytes that all keys but the first begin with
//	              the first key
//
// Each key's words are greater than the one's before. The first key of a segment is short
// and has nothing in common with the others, so it is compared by itself. In memory only, a
// guide is as trustworthy as the code that made it.
type guide []byte

const (
	guideHeadBytes = 24
	// guideWordsMax is how many words of a key a guide has at most: the root lists the keys
	// of all collections, which begin with little in common.
	guideWordsMax = 4
)

func (g guide) entries() int { return int(binary.LittleEndian.Uint32(g)) }
func (g guide) words() int   { return int(binary.LittleEndian.Uint16(g[4:])) }
func (g guide) prefix() int  { return int(binary.LittleEndian.Uint16(g[6:])) }
func (g guide) first() int   { return int(binary.LittleEndian.Uint16(g[8:])) }
func (g guide) later() bool  { return g[10] != 0 }

// filter is the place of the filter over the document keys beneath.
func (g guide) filter() handle { return placeAt(g[12:]) }

func (g guide) word(i int) uint64 { return binary.LittleEndian.Uint64(g[guideHeadBytes+8*i:]) }

// places is the offset of the places of blocks.
func (g guide) places() int { return guideHeadBytes + 8*g.words()*g.entries() }

func (g guide) bytes() int { return g.places() + placeBytes*g.entries() + g.prefix() + g.first() }

// place returns where the block of entry i is.
func (g guide) place(i int) handle { return placeAt(g[g.places()+placeBytes*i:]) }

// cutGuide parts what appendGuide appended from what follows.
func cutGuide(b []byte) (g guide, rest []byte) {
	n := guide(b).bytes()
	return guide(b[:n:n]), b[n:]
}

// A guideMaker makes guides. Its buffers are reused.
type guideMaker struct {
	from   cursor
	keys   []byte // one behind the other
	ends   []int  // of them
	places []byte
}

// appendLater appends what stands for the guide of a node until that is made.
func appendLater(dst []byte, n *node) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, guideHeadBytes)...)
	dst[start+10] = 1
	appendPlace(dst[start:start+12], n.filter)
	return dst
}

// appendGuide appends the guide of a node. One that answers nothing is made of a malformed
// node, and of one whose keys are told apart far behind their beginning only.
func (m *guideMaker) appendGuide(dst []byte, s *source, n *node) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, guideHeadBytes)...)
	head := dst[start:]
	appendPlace(head[:12], n.filter)
	if !m.collect(s, n) {
		return dst
	}
	first, last := m.key(0), m.key(len(m.ends)-1)
	p := commonPrefix(m.key(min(1, len(m.ends)-1)), last)
	words := m.wordsNeeded(p)
	if words == 0 {
		return dst
	}
	binary.LittleEndian.PutUint32(head, uint32(len(m.ends)))
	binary.LittleEndian.PutUint16(head[4:], uint16(words))
	binary.LittleEndian.PutUint16(head[6:], uint16(p))
	binary.LittleEndian.PutUint16(head[8:], uint16(len(first)))
	dst = slices.Grow(dst, (8*words+placeBytes)*len(m.ends)+p+len(first))
	dst = append(dst, make([]byte, 8*words)...)
	for i := 1; i < len(m.ends); i++ {
		for w := range words {
			dst = binary.LittleEndian.AppendUint64(dst, wordOf(m.key(i)[p:], w))
		}
	}
	dst = append(dst, m.places...)
	dst = append(dst, last[:p]...)
	return append(dst, first...)
}

// collect takes the keys and places of a node, up to the first of an index: with these, all
// keys would begin with little in common. It reports false if the node is malformed or
// there are none.
func (m *guideMaker) collect(s *source, n *node) bool {
	if m.keys == nil {
		m.makeRoom()
	}
	m.keys, m.ends, m.places = m.keys[:0], m.ends[:0], m.places[:0]
	m.from.reset(n.block)
	for ok := m.from.first(); ok && isDocument(m.from.key); ok = m.from.next() {
		at, err := s.child(n, &m.from.e)
		if err != nil {
			return false
		}
		m.keys = append(m.keys, m.from.key...)
		m.ends = append(m.ends, len(m.keys))
		m.places = appendPlace(m.places, at)
	}
	return !m.from.bad && len(m.ends) > 0
}

// makeRoom makes room for a block of the usual size. Four buffers that double up to it would
// be a quarter of the first get of a process.
func (m *guideMaker) makeRoom() {
	const entries = BlockBytesDefault / placeBytes
	m.keys, m.ends, m.places = make([]byte, 0, BlockBytesDefault), make([]int, 0, entries), make([]byte, 0, BlockBytesDefault)
}

// isDocument reports whether a key, or the beginning of one, is of a document.
func isDocument(k []byte) bool { return len(k) > 0 && k[0] == key.SpaceDocument }

func (m *guideMaker) key(i int) []byte {
	if i == 0 {
		return m.keys[:m.ends[0]]
	}
	return m.keys[m.ends[i-1]:m.ends[i]]
}

// wordsNeeded returns how many words behind the first p bytes tell all keys but the first
// apart, and in the right order; 0 if as many as a guide may have do not.
func (m *guideMaker) wordsNeeded(p int) int {
	needed := 1
	for i := 2; i < len(m.ends); i++ {
		w := 0
		for w < guideWordsMax && wordOf(m.key(i - 1)[p:], w) == wordOf(m.key(i)[p:], w) {
			w++
		}
		if w == guideWordsMax || wordOf(m.key(i - 1)[p:], w) > wordOf(m.key(i)[p:], w) {
			return 0
		}
		needed = max(needed, w+1)
	}
	return needed
}

// wordOf returns word w of a key, zeros behind its end.
func wordOf(key []byte, w int) uint64 {
	key = key[min(8*w, len(key)):]
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var x uint64
	for i, c := range key {
		x |= uint64(c) << (56 - 8*i)
	}
	return x
}

// floor returns the last entry whose key is not greater than key, -1 if there is none. It
// reports false if it cannot tell: key is of no document, it has nothing, or the words are
// equal, which says nothing about what is behind them. The search begins at entry near, if
// that is one.
func (g guide) floor(key []byte, near int) (i int, ok bool) {
	n := g.entries()
	if n == 0 || !isDocument(key) {
		return 0, false
	}
	p, end := g.prefix(), len(g)-g.first()
	switch c := bytes.Compare(key[:min(p, len(key))], g[end-p:end]); {
	case c < 0:
		return g.floorFirst(key)
	case c > 0:
		return n - 1, true
	}
	if g.words() == 1 {
		i, ok = g.floorWord(wordOf(key[p:], 0), near)
	} else {
		i, ok = g.floorWords(key[p:])
	}
	if ok && i == 0 {
		return g.floorFirst(key)
	}
	return i, ok
}

// floorFirst is floor for a key that is less than the second.
func (g guide) floorFirst(key []byte) (i int, ok bool) {
	if bytes.Compare(key, g[len(g)-g.first():]) < 0 {
		return -1, true
	}
	return 0, true
}

// floorWord is floor, the first entry taken for less, for keys of one word.
func (g guide) floorWord(x uint64, near int) (i int, ok bool) {
	words := g[guideHeadBytes:g.places()]
	lo, n := 0, len(words)/8
	if near > 0 && near < n && binary.LittleEndian.Uint64(words[8*near:]) <= x {
		// What is sought is likely a little behind the last: look at near+1, near+2, near+4 ...
		lo = near
		step := 1
		for lo+step < n && binary.LittleEndian.Uint64(words[8*(lo+step):]) <= x {
			lo += step
			step *= 2
		}
		n = min(step, n-lo)
	}
	for n > 1 {
		half := n >> 1
		mid := lo + half
		if binary.LittleEndian.Uint64(words[8*mid:]) <= x {
			lo = mid
		}
		n -= half
	}
	return lo, lo == 0 || binary.LittleEndian.Uint64(words[8*lo:]) != x
}

// floorWords is floor, the first entry taken for less, for keys of several words.
func (g guide) floorWords(key []byte) (i int, ok bool) {
	words := g.words()
	var sought [guideWordsMax]uint64
	for w := range words {
		sought[w] = wordOf(key, w)
	}
	lo := 0 // the last entry known to be less
	for hi := g.entries(); hi-lo > 1; {
		mid := int(uint(lo+hi) >> 1)
		switch c := g.compare(mid, sought[:words]); {
		case c == 0:
			return 0, false
		case c < 0:
			lo = mid
		default:
			hi = mid
		}
	}
	return lo, true
}

// compare compares the words of entry i with those sought.
func (g guide) compare(i int, sought []uint64) int {
	for w, x := range sought {
		if y := g.word(i*len(sought) + w); y != x {
			if y < x {
				return -1
			}
			return 1
		}
	}
	return 0
}
