//go:build race

package memtable

// Chunks of 256 KiB: there is one for each of the many databases that the tests open, all
// of it cleared, and the detector's own memory is some times as large.
const chunkUnitBits = 15

// newPages returns memory of the Go heap: the race detector sees no other.
func newPages(n int, _ bool) (pages []byte, free func([]byte)) { return make([]byte, n), nil }
