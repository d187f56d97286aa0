package segment

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/aerodb/aerodb/engine/key"
)

// documentHead is how a document begins, in canonical JSON, whose first name is _id. The
// _id follows, which the key has too.
const documentHead = `{"_id":"`

// What the head of a compressed value says besides a length.
const (
	headPacked  = 1 // its first literals are packed
	headLeftOut = 2 // it goes on behind the _id, which is that of the key
	headFlags   = 2 // so many bits
)

// leftOut returns how many bytes of a value its key tells: documentHead and the _id that
// follows it, or none.
func leftOut(k, value []byte) int {
	if len(k) <= key.DocumentPrefixBytes || !bytes.HasPrefix(value, []byte(documentHead)) {
		return 0
	}
	if id := k[key.DocumentPrefixBytes:]; bytes.HasPrefix(value[len(documentHead):], id) {
		return len(documentHead) + len(id)
	}
	return 0
}

// appendCompressed appends the value of key k as a block holds it whose values are
// compressed one by one: a head, and what the value compresses to with the dictionary but
// for what k tells; or that as it is, if it is not longer.
func appendCompressed(dst []byte, d *dictionary, k, value []byte) []byte {
	head := uint64(0)
	if n := leftOut(k, value); n > 0 {
		head, value = headLeftOut, value[n:]
	}
	start := len(dst)
	dst = binary.AppendUvarint(dst, uint64(len(value))<<headFlags|head)
	dst = d.compress(dst, bitPlace{start, headPacked}, value)
	if len(dst)-start > len(value) {
		dst = append(append(dst[:start], byte(head)), value...)
	}
	return dst
}

// appendUncompressed appends the value of key k that appendCompressed made stored of; or,
// for a block of version 2, what that made of it. It reports false if it made no such thing.
func (b *block) appendUncompressed(dst, k, stored, dict []byte) ([]byte, bool) {
	head, i := binary.Uvarint(stored)
	if i <= 0 {
		return dst, false
	}
	stored = stored[i:]
	n, first, flags := head, false, uint16(0)
	if !b.version2 {
		n, first, flags = head>>headFlags, head&headPacked != 0, offsetPacked
	}
	if n > ValueBytesMax || int(n) > expandMax(len(stored)) {
		return dst, false
	}
	dst = slices.Grow(dst, len(documentHead)+len(k)+max(int(n), len(stored))+slack)
	if !b.version2 && head&headLeftOut != 0 {
		if len(k) < key.DocumentPrefixBytes {
			return dst, false
		}
		dst = append(append(dst, documentHead...), k[key.DocumentPrefixBytes:]...)
	}
	if n == 0 {
		return append(dst, stored...), !first
	}
	have, end := len(dst), len(dst)+int(n)
	if !uncompress(dst[have:end+slack], int(n), stored, dict, first, flags) {
		return dst, false
	}
	return dst[:end], true
}

// A keptDictionary is a dictionary block and where it is.
type keptDictionary struct {
	at     handle
	sample []byte
}

// dictionary returns the dictionary block at h. The first one is kept outside of the cache,
// like the root: most segments have no other.
func (s *Segment) dictionary(h handle) (sample []byte, err error) {
	kept := s.dict.Load()
	switch {
	case kept == nil:
		sample, err = s.read(h, kindDictionary, 0, nil)
	case kept.at == h:
		return kept.sample, nil
	default:
		sample, err = s.cached(h, kindDictionary, 0)
	}
	if err == nil {
		s.dict.Store(&keptDictionary{h, sample})
	}
	return sample, err
}

// appendValue appends the value of an entry of b, the data block at h, whose key is k.
func (s *Segment) appendValue(dst []byte, h handle, b *block, e *entry, k []byte) ([]byte, error) {
	stored := b.valueOf(e)
	if b.dictionary.bytes == 0 || e.tombstone {
		return append(dst, stored...), nil
	}
	sample, err := s.dictionary(b.dictionary)
	if err != nil {
		return dst, err
	}
	value, ok := b.appendUncompressed(dst, k, stored, sample)
	if !ok {
		return dst, s.malformed(h, "data")
	}
	return value, nil
}
