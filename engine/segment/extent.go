package segment

import (
	"bytes"
	"math/bits"

	"github.com/aerodb/aerodb/engine/key"
)

// An Extent is the stretch of a segment that keys of one prefix take: the documents of
// one version of a collection, or the entries of one of its indexes.
type Extent struct {
	Prefix []byte // key.DocumentPrefixBytes or key.IndexPrefixBytes of them
	Bytes  int64  // of data blocks as stored; of a block that it shares, its part
}

// Extents returns the stretches of the segment, in the order of their keys. Those of
// documents add up to Info.DocumentBytes, those of indexes to Info.IndexBytes.
//
// It follows the tree to where each begins and reads one data block there, so its cost
// is that of a lookup for each, whatever they hold. It reads past the cache: a look at
// the sizes leaves no trace in what the cache holds and counts.
//
// A block that several share is divided by what each has of its decoded bytes. A stretch
// that reaches over whole tree blocks of level 1, hundreds of data blocks each, passes
// over them and their filters too. These are taken to be spread evenly over all such
// stretches, whose sum the footer knows; all else is exact.
func (s *Segment) Extents() ([]Extent, error) {
	it := s.apart().NewScan()
	defer it.Close()
	var all []Extent
	var marks []mark
	for ok := it.First(); ok; {
		n := prefixBytes(it.Key())
		m, marked := it.mark()
		if n == 0 || !marked {
			return nil, s.malformed(it.leaf, "data")
		}
		prefix := bytes.Clone(it.Key()[:n])
		all, marks = append(all, Extent{Prefix: prefix}), append(marks, m)
		ok = it.SeekGE(key.AppendSuccessor(nil, prefix))
	}
	if err := it.Err(); err != nil || len(all) == 0 {
		return nil, err
	}
	end, ok := it.mark()
	if !ok {
		return nil, s.malformed(it.leaf, "data")
	}
	end.offset = it.leaf.offset + it.leaf.bytes
	marks = append(marks, end)
	measure(all, marks, key.SpaceDocument, s.foot.documentBytes)
	measure(all, marks, key.SpaceIndex, s.foot.indexBytes)
	return all, nil
}

// apart returns the segment without its cache, for the time that the caller holds s.
func (s *Segment) apart() *Segment {
	a := &Segment{source: s.source, foot: s.foot}
	a.refs.Store(1) // never dropped: the file is s's
	return a
}

// prefixBytes returns how much of a key names its collection, version and index; 0 if
// it is no key.
func prefixBytes(k []byte) int {
	switch {
	case len(k) >= key.DocumentPrefixBytes && k[0] == key.SpaceDocument:
		return key.DocumentPrefixBytes
	case len(k) >= key.IndexPrefixBytes && k[0] == key.SpaceIndex:
		return key.IndexPrefixBytes
	}
	return 0
}

// A mark is a place among the data blocks.
type mark struct {
	offset int64 // in the file
	// The data blocks that one node of level 1 lists, and their dictionaries, lie side by
	// side. The filter over them and the node itself lie right behind.
	first, last, behind int64 // where those of this place begin and end, and where its node ends
}

// mark returns the place of the entry that it stands on, or stood on before it ran off
// the end: within its block, as far as the decoded entries and values before it reach.
func (it *Iter) mark() (mark, bool) {
	n, b, e := &it.tree[0].n, &it.data.b, &it.data.e
	head, ok := n.restartAt(0)
	if !ok {
		return mark{}, false
	}
	first, ok := decodeHandle(n.valueOf(&head))
	m := mark{first: first.offset, last: n.at.offset, behind: n.at.offset + n.at.bytes}
	if n.filter.bytes > 0 {
		m.last = n.filter.offset
	}
	before := e.off + e.value - b.end
	m.offset = it.leaf.offset + portion(it.leaf.bytes, int64(before), int64(b.tail))
	if d := b.dictionary; before == 0 && d.bytes > 0 && d.offset+d.bytes == it.leaf.offset {
		m.offset = d.offset // it was written for what begins here
	}
	return m, ok
}

// measure gives the extents of one key space their bytes, total in all. Marks are where
// they begin, and where the last one ends.
func measure(all []Extent, marks []mark, space byte, total int64) {
	var between []int64 // of each: what it passes over between its first node and its last
	var sum, exact int64
	for i := range all {
		n := int64(0)
		if e, from, to := &all[i], &marks[i], &marks[i+1]; e.Prefix[0] == space {
			e.Bytes = to.offset - from.offset
			if from.first != to.first {
				e.Bytes = from.last - from.offset + to.offset - to.first
				n = max(to.first-from.behind, 0)
			}
			e.Bytes = max(e.Bytes, 0)
			exact += e.Bytes
		}
		sum += n
		between = append(between, n)
	}
	var passed, given int64
	for i, n := range between {
		passed += n
		upTo := portion(total-exact, passed, sum)
		all[i].Bytes += upTo - given
		given = upTo
	}
}

// portion returns n * part / whole, rounded down; 0 if one of them is not positive.
func portion(n, part, whole int64) int64 {
	if n <= 0 || part <= 0 || whole <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n), uint64(min(part, whole)))
	q, _ := bits.Div64(hi, lo, uint64(whole))
	return int64(q)
}
