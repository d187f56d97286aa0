// Package crc32c is the checksum of all files of a database: CRC-32 of Castagnoli's
// polynomial, reflected, as hash/crc32 computes it.
//
// Before its first checksum hash/crc32 sums 1.5 MB of zeros for the tables that go with the
// processor's instruction, which takes as long as opening a database. A process that opens
// one, looks at a few blocks and ends has not as much to check. So the first bytes of a
// process are summed eight at a time with tables of 8 KiB that are made in microseconds,
// several times slower, and the rest as hash/crc32 does; switching after what costs about as
// much as those tables is never twice as slow as the better of the two.
package crc32c

import (
	"encoding/binary"
	"hash/crc32"
	"sync/atomic"
)

// plainBytesMax is how many bytes of a process are summed with the plain tables.
const plainBytesMax = 512 << 10

var (
	plain      = makeTables(new([8]crc32.Table))
	plainBytes atomic.Int64
	fast       atomic.Pointer[crc32.Table] // nil until plainBytesMax is reached
)

// makeTables fills t: t[n][b] is the checksum's change by the byte b with n zeros behind it.
func makeTables(t *[8]crc32.Table) *[8]crc32.Table {
	for i := range t[0] {
		sum := uint32(i)
		for range 8 {
			sum = sum>>1 ^ -(sum&1)&crc32.Castagnoli
		}
		t[0][i] = sum
	}
	for n := 1; n < len(t); n++ {
		for i, sum := range &t[n-1] {
			t[n][i] = sum>>8 ^ t[0][byte(sum)]
		}
	}
	return t
}

// Checksum returns the checksum of p.
func Checksum(p []byte) uint32 { return Update(0, p) }

// Update returns the checksum of what sum is of, followed by p.
func Update(sum uint32, p []byte) uint32 {
	if t := fast.Load(); t != nil {
		return crc32.Update(sum, t, p)
	}
	if plainBytes.Add(int64(len(p))) <= plainBytesMax {
		return updatePlain(sum, p)
	}
	t := crc32.MakeTable(crc32.Castagnoli)
	fast.Store(t)
	return crc32.Update(sum, t, p)
}

// updatePlain is Update with the plain tables.
func updatePlain(sum uint32, p []byte) uint32 {
	t := plain
	sum = ^sum
	for ; len(p) >= 8; p = p[8:] {
		low, high := binary.LittleEndian.Uint32(p)^sum, binary.LittleEndian.Uint32(p[4:])
		sum = (t[3][byte(high)] ^ t[2][byte(high>>8)]) ^ (t[1][byte(high>>16)] ^ t[0][byte(high>>24)]) ^
			((t[7][byte(low)] ^ t[6][byte(low>>8)]) ^ (t[5][byte(low>>16)] ^ t[4][byte(low>>24)]))
	}
	for _, b := range p {
		sum = t[0][byte(sum)^b] ^ sum>>8
	}
	return ^sum
}

// UpdateNumber is Update with the 8 bytes of n, lowest first; unlike that, it keeps them off
// the heap.
func UpdateNumber(sum uint32, n uint64) uint32 {
	t := plain
	n ^= uint64(^sum)
	return ^(t[7][byte(n)] ^ t[6][byte(n>>8)] ^ t[5][byte(n>>16)] ^ t[4][byte(n>>24)] ^
		t[3][byte(n>>32)] ^ t[2][byte(n>>40)] ^ t[1][byte(n>>48)] ^ t[0][byte(n>>56)])
}
