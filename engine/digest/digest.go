// Package digest computes the digest of the logical state: which documents a
// database holds, whatever files they lie in.
//
// The digest of a document is SHA-256 over
//
//	uvarint length and bytes of the collection's name
//	uvarint length and bytes of the schema version
//	uvarint length and bytes of the _id
//	the canonical document, to the end
//
// and the digest of a set of documents is the sum of theirs modulo 2^256, read
// and written as 32 bytes, most significant first. A sum can be kept up to date at
// every write in constant time and does not depend on the order of the writes, so
// equal digests mean equal states, through backup, restore, recovery and
// compaction.
//
// It proves equality against accident, not against an adversary: someone who
// chooses documents freely can construct two sets of the same sum.
package digest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// Bytes is the size of a digest.
const Bytes = 32

// Sum is the digest of a set of documents. The zero Sum is that of no documents.
type Sum [Bytes]byte

// String returns s as 64 hexadecimal digits.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// MarshalText returns s as 64 hexadecimal digits.
func (s Sum) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads 64 hexadecimal digits.
func (s *Sum) UnmarshalText(text []byte) error {
	if len(text) != 2*Bytes {
		return fmt.Errorf("a digest has %d hexadecimal digits, not %d", 2*Bytes, len(text))
	}
	_, err := hex.Decode(s[:], text)
	return err
}

// Add returns the digest of the union of two disjoint sets.
func (s Sum) Add(t Sum) Sum {
	var r Sum
	var carry uint64
	for i := Bytes - 8; i >= 0; i -= 8 {
		var w uint64
		w, carry = bits.Add64(binary.BigEndian.Uint64(s[i:]), binary.BigEndian.Uint64(t[i:]), carry)
		binary.BigEndian.PutUint64(r[i:], w)
	}
	return r
}

// Sub returns the digest of s's set without t's.
func (s Sum) Sub(t Sum) Sum {
	var r Sum
	var borrow uint64
	for i := Bytes - 8; i >= 0; i -= 8 {
		var w uint64
		w, borrow = bits.Sub64(binary.BigEndian.Uint64(s[i:]), binary.BigEndian.Uint64(t[i:]), borrow)
		binary.BigEndian.PutUint64(r[i:], w)
	}
	return r
}

// A Hasher computes digests of documents. Its buffer is reused, so it is for one
// goroutine at a time; the zero value is ready.
type Hasher struct{ buf []byte }

// Document returns the digest of one document.
func (h *Hasher) Document(collection, version string, id, document []byte) Sum {
	b := binary.AppendUvarint(h.buf[:0], uint64(len(collection)))
	b = append(b, collection...)
	b = binary.AppendUvarint(b, uint64(len(version)))
	b = append(b, version...)
	b = binary.AppendUvarint(b, uint64(len(id)))
	b = append(b, id...)
	b = append(b, document...)
	h.buf = b
	return sha256.Sum256(b)
}
