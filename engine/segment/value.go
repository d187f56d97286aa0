package segment

import (
	"encoding/binary"
	"slices"
)

// appendCompressed appends a value as a block holds it whose values are compressed one by
// one: its length, and what it compresses to with the dictionary; or 0 and the value as
// it is, if that is not shorter.
func appendCompressed(dst []byte, d *dictionary, value []byte) []byte {
	start := len(dst)
	dst = d.compress(binary.AppendUvarint(dst, uint64(len(value))), value)
	if len(dst)-start > len(value) {
		dst = append(append(dst[:start], 0), value...)
	}
	return dst
}

// appendUncompressed appends the value that appendCompressed made stored of. It reports
// false if it made no such thing.
func appendUncompressed(dst, stored, dict []byte) ([]byte, bool) {
	n, k := binary.Uvarint(stored)
	if k <= 0 || n > ValueBytesMax {
		return dst, false
	}
	stored = stored[k:]
	if n == 0 {
		return append(dst, stored...), true
	}
	if int(n) > expandMax(len(stored)) {
		return dst, false
	}
	have := len(dst)
	dst = slices.Grow(dst, int(n)+wide)
	if !uncompress(dst[have:have+int(n)+wide], int(n), stored, dict) {
		return dst, false
	}
	return dst[:have+int(n)], true
}

// A keptDictionary is a dictionary block and where it is.
type keptDictionary struct {
	at     handle
	sample []byte
}

// dictionary returns the dictionary block at h.
func (s *Segment) dictionary(h handle) ([]byte, error) {
	if kept := s.dict.Load(); kept != nil && kept.at == h {
		return kept.sample, nil
	}
	sample, err := s.cached(h, kindDictionary, 0)
	if err == nil {
		s.dict.Store(&keptDictionary{h, sample})
	}
	return sample, err
}

// appendValue appends the value of an entry of b, the data block at h.
func (s *Segment) appendValue(dst []byte, h handle, b *block, e *entry) ([]byte, error) {
	stored := b.valueOf(e)
	if b.dictionary.bytes == 0 || e.tombstone {
		return append(dst, stored...), nil
	}
	sample, err := s.dictionary(b.dictionary)
	if err != nil {
		return dst, err
	}
	value, ok := appendUncompressed(dst, stored, sample)
	if !ok {
		return dst, s.malformed(h, "data")
	}
	return value, nil
}
