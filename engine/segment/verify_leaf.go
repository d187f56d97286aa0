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
		if v.data.e.tombstone && v.data.e.value != v.data.e.next {
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
		} else if i/restartEntries >= b.restarts || b.restart(i/restartEntries) != e.off {
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
		if !more && i/restartEntries != b.restarts-1 {
			return v.s.damage(h.offset, "a block with %d restarts over %d entries", b.restarts, i+1)
		}
	}
	if v.data.bad {
		return v.s.malformed(h, "data")
	}
	return nil
}
