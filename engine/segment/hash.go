package segment

import (
	"encoding/binary"
	"math/bits"
)

// Odd constants with well-mixed bits: the leading hexadecimal digits of the
// fractional parts of the square roots of 2, 3, 5 and 7.
const (
	hashSeed   = 0x6a09e667f3bcc908
	hashWord   = 0xbb67ae8584caa73b
	hashLength = 0x3c6ef372fe94f82b
	hashFinal  = 0xa54ff53a5f1d36f1
)

// hash64 hashes a key for the filter. It is part of the format: the same on every
// machine and for ever. Each 8 bytes, little endian, the last ones padded with
// zeros, are mixed in by a multiplication to 128 bits folded to 64; the length makes
// the padding unambiguous.
func hash64(key []byte) uint64 {
	h := uint64(hashSeed) ^ uint64(len(key))*hashLength
	for len(key) >= 8 {
		h = fold(h^binary.LittleEndian.Uint64(key), hashWord)
		key = key[8:]
	}
	if len(key) > 0 {
		var tail uint64
		for i, c := range key {
			tail |= uint64(c) << (8 * i)
		}
		h = fold(h^tail, hashWord)
	}
	return fold(h^hashFinal, hashSeed|1)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
