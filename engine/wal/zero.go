package wal

import "bytes"

var zeroBlock [32 << 10]byte

// allZero reports whether b holds nothing but zeros, at the speed of memory.
func allZero(b []byte) bool {
	for len(b) > len(zeroBlock) {
		if !bytes.Equal(b[:len(zeroBlock)], zeroBlock[:]) {
			return false
		}
		b = b[len(zeroBlock):]
	}
	return bytes.Equal(b, zeroBlock[:len(b)])
}
