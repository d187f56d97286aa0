package segment

import (
	"bytes"
	"encoding/binary"
)

// A guide answers searches in a tree block: it is made when the block is read and lies
// before it in the cache. The keys of a block begin alike, and the few bytes behind tell
// almost all of them from what is sought, so these are kept as numbers, side by side: a
// search compares numbers in a few lines of processor cache, where in the block itself it
// would decode keys from all over it.
//
//	offset  size  field
//	0       4     n, entries; 0 if the guide answers nothing
//	4       4     w, words of a key
//	8       4     p, bytes that all keys begin with
//	12      12    place of the filter, as in a block of level 1
//	24      8wn   w words for each key: what follows the p bytes, as big-endian numbers,
//	              zeros behind its end
//	        12n   places of the blocks below
//	        p     the bytes that all keys begin with
//
// Each key's words are greater than the one's before. In memory only, it is as trustworthy
// as the code that made it.
type guide []byte

const (
	guideHeadBytes = 24
	// guideWordsMax is how many words of a key a guide has at most: the root lists the keys
	// of all collections and indexes, which begin with little in common.
	guideWordsMax = 4
)

func (g guide) entries() int { return int(binary.LittleEndian.Uint32(g)) }
func (g guide) words() int   { return int(binary.LittleEndian.Uint32(g[4:])) }
func (g guide) prefix() int  { return int(binary.LittleEndian.Uint32(g[8:])) }

// filter is the place of the filter over the document keys beneath.
func (g guide) filter() handle { return placeAt(g[12:]) }

func (g guide) word(i int) uint64 { return binary.LittleEndian.Uint64(g[guideHeadBytes+8*i:]) }

// places is the offset of the places of blocks.
func (g guide) places() int { return guideHeadBytes + 8*g.words()*g.entries() }

func (g guide) bytes() int { return g.places() + placeBytes*g.entries() + g.prefix() }

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
	p := commonPrefix(m.key(0), m.key(len(m.ends)-1))
	words := m.wordsNeeded(p)
	if words == 0 {
		return dst
	}
	binary.LittleEndian.PutUint32(head, uint32(len(m.ends)))
	binary.LittleEndian.PutUint32(head[4:], uint32(words))
	binary.LittleEndian.PutUint32(head[8:], uint32(p))
	for i := range m.ends {
		for w := range words {
			dst = binary.LittleEndian.AppendUint64(dst, wordOf(m.key(i)[p:], w))
		}
	}
	dst = append(dst, m.places...)
	return append(dst, m.key(0)[:p]...)
}

// collect takes the keys and places of a node. It reports false if that is malformed.
func (m *guideMaker) collect(s *source, n *node) bool {
	m.keys, m.ends, m.places = m.keys[:0], m.ends[:0], m.places[:0]
	m.from.reset(n.block)
	for ok := m.from.first(); ok; ok = m.from.next() {
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

func (m *guideMaker) key(i int) []byte {
	if i == 0 {
		return m.keys[:m.ends[0]]
	}
	return m.keys[m.ends[i-1]:m.ends[i]]
}

// wordsNeeded returns how many words behind the first p bytes tell all keys apart, and in
// the right order; 0 if as many as a guide may have do not.
func (m *guideMaker) wordsNeeded(p int) int {
	needed := 1
	for i := 1; i < len(m.ends); i++ {
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
// reports false if it cannot tell: it has nothing, or the words are equal, which says
// nothing about what is behind them.
func (g guide) floor(key []byte) (i int, ok bool) {
	n := g.entries()
	if n == 0 {
		return 0, false
	}
	if p := g.prefix(); p > 0 {
		prefix := g[len(g)-p:]
		switch c := bytes.Compare(key[:min(p, len(key))], prefix); {
		case c < 0:
			return -1, true
		case c > 0:
			return n - 1, true
		}
		key = key[p:]
	}
	words := g.words()
	if words == 1 {
		return g.floorWord(n, wordOf(key, 0))
	}
	var sought [guideWordsMax]uint64
	for w := range words {
		sought[w] = wordOf(key, w)
	}
	lo := -1 // the last entry known to be less
	for hi := n; hi-lo > 1; {
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

// floorWord is floor for keys of one word.
func (g guide) floorWord(n int, x uint64) (i int, ok bool) {
	first := g.word(0)
	if x <= first {
		return -1, x < first
	}
	lo := 0
	for n > 1 {
		half := n >> 1
		if g.word(lo+half) <= x {
			lo += half
		}
		n -= half
	}
	return lo, g.word(lo) != x
}
