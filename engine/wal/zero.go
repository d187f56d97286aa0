package wal

import "bytes"

// zeroBlock is never written.
var zeroBlock [SealBytes]byte

// allZero reports whether b holds nothing but zeros, at the speed of memory: the first
// bytes are, and each of the others is as the one so many before it.
func allZero(b []byte) bool {
	n := min(len(b), len(zeroBlock))
	return bytes.Equal(b[:n], zeroBlock[:n]) && bytes.Equal(b[n:], b[:len(b)-n])
}
