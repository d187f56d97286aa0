// Package crc32c is the checksum of all files of a database: CRC-32 of Castagnoli's
// polynomial, reflected, as hash/crc32 computes it.
//
// Before its first checksum hash/crc32 sums 1.5 MB of zeros for the tables that go with the
// processor's instruction, which takes as long as opening a database. A process that opens
// one, looks at a few blocks and ends has not as much to check. So the first bytes of a
// process are summed with a table of 1 KiB, ten times slower, and the rest as hash/crc32
// does; switching after what costs about as much as those tables is never twice as slow as
// the better of the two.
package crc32c

import (
	"hash/crc32"
	"sync/atomic"
)

// plainBytesMax is how many bytes of a process are summed with the plain table.
const plainBytesMax = 64 << 10

var (
	plain      = makeTable()
	plainBytes atomic.Int64
	fast       atomic.Pointer[crc32.Table] // nil until plainBytesMax is reached
)

// makeTable returns what crc32.MakeTable(crc32.Castagnoli) does, without the other tables.
func makeTable() *crc32.Table {
	t := new(crc32.Table)
	for i := range t {
		sum := uint32(i)
		for range 8 {
			sum = sum>>1 ^ -(sum&1)&crc32.Castagnoli
		}
		t[i] = sum
	}
	return t
}

// Checksum returns the checksum of p.
func Checksum(p []byte) uint32 { return Update(0, p) }

// Update returns the checksum of what sum is of, followed by p.
func Update(sum uint32, p []byte) uint32 {
	t := fast.Load()
	if t == nil {
		t = choose(len(p))
	}
	return crc32.Update(sum, t, p)
}

func choose(n int) *crc32.Table {
	if plainBytes.Add(int64(n)) <= plainBytesMax {
		return plain
	}
	t := crc32.MakeTable(crc32.Castagnoli)
	fast.Store(t)
	return t
}

// UpdateNumber is Update with the 8 bytes of n, lowest first; unlike that, it keeps them off
// the heap.
func UpdateNumber(sum uint32, n uint64) uint32 {
	sum = ^sum
	for range 8 {
		sum = plain[byte(sum)^byte(n)] ^ sum>>8
		n >>= 8
	}
	return ^sum
}
