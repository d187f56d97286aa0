package segment

import (
	"bytes"

	"github.com/aerodb/aerodb/engine/key"
)

// leaf verifies a data block.
func (v *verifier) leaf(h handle, kind byte) error {
	b, err := v.s.parseLeaf(h, v.payload)
	if err != nil {
		return err
	}
	if v.filter.bytes != 0 {
		return v.s.damage(h.offset, "a data block between a filter and its tree block")
	}
	space := byte(key.SpaceDocument)
	if kind == kindIndexKeys {
		space = key.SpaceIndex
		v.counted.indexBytes += h.bytes
	} else {
		v.counted.documentBytes += h.bytes
	}
	return v.entries(b, h, func() error {
		k := v.data.key
		if len(k) == 0 || k[0] != space || len(k) > KeyBytesMax || bytes.Compare(v.last, k) >= 0 {
			return v.s.damage(h.offset, "key %x out of order after %x", k, v.last)
		}
		if v.data.e.tombstone && v.data.e.value != v.data.e.valueEnd {
			return v.s.damage(h.offset, "a tombstone with a value")
		}
		if v.data.e.off == 0 {
			v.list(0, h, k[:commonPrefix(v.last, k)+1])
		}
		if v.counted.entries() == 0 {
			v.smallest = bytes.Clone(k)
		}
		v.counted.count(space, v.data.e.tombstone)
		if space == key.SpaceDocument {
			v.hashes = append(v.hashes, hash64(k))
		}
		v.last = append(v.last[:0], k...)
		return nil
	})
}

// restartIs reports whether restart i of b points to e.
func restartIs(b *block, i int, e *entry) bool {
	if i >= b.restarts {
		return false
	}
	off, value := b.restart(i)
	return off == e.off && value == e.value
}

// entries calls f with the data cursor on each entry of b, the block at h, and
// verifies what search relies on: that restarts are where they belong and that all
// other entries share all they can with the one before.
func (v *verifier) entries(b block, h handle, f func() error) error {
	v.data.reset(b)
	var before []byte
	more := v.data.first()
	for i := 0; more; i++ {
		e := v.data.e
		shared := 0
		if i%restartEntries != 0 {
			shared = commonPrefix(before, v.data.key)
		} else if !restartIs(&b, i/restartEntries, &e) {
			return v.s.damage(h.offset, "restart %d of a block is out of place", i/restartEntries)
		}
		if e.shared != shared {
			return v.s.damage(h.offset, "entry %d of a block shares %d bytes of its key, expected %d", i, e.shared, shared)
		}
		if err := f(); err != nil {
			return err
		}
		before = append(before[:0], v.data.key...)
		more = v.data.next()
		if !more && (i/restartEntries != b.restarts-1 || e.valueEnd != b.tail) {
			return v.s.damage(h.offset, "a block of %d restarts and %d bytes of values; %d entries have %d", b.restarts, b.tail-b.end, i+1, e.valueEnd-b.end)
		}
	}
	if v.data.bad {
		return v.s.malformed(h, "data")
	}
	return nil
}
