package crc32c

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"
)

// Before the switch and after it the sums are those of hash/crc32.
func TestSumsAreThoseOfTheStandardLibrary(t *testing.T) {
	table := crc32.MakeTable(crc32.Castagnoli)
	plainBytes.Store(0)
	fast.Store(nil)
	rng := rand.New(rand.NewPCG(1, 2))
	plainly, all := 0, 0
	for ; all < 4*plainBytesMax; all++ {
		p := make([]byte, rng.IntN(600))
		for i := range p {
			p[i] = byte(rng.Uint32())
		}
		before := rng.Uint32()
		if got, want := Update(before, p), crc32.Update(before, table, p); got != want {
			t.Fatalf("%08x of %d bytes after %08x, want %08x", got, len(p), before, want)
		}
		if fast.Load() == nil {
			plainly++
		} else if len(p) == 0 {
			break
		}
	}
	if plainly == 0 || plainly == all || fast.Load() != table {
		t.Errorf("%d of %d sums were by the plain table", plainly, all)
	}
	if got := Checksum([]byte("123456789")); got != 0xe3069283 {
		t.Errorf("the check value is %08x", got)
	}
}

func TestUpdateNumber(t *testing.T) {
	for _, n := range []uint64{0, 1, 0x0102030405060708, 1<<64 - 1} {
		b := binary.LittleEndian.AppendUint64(nil, n)
		if got, want := UpdateNumber(7, n), Update(7, b); got != want {
			t.Errorf("%#x: %08x, want %08x", n, got, want)
		}
	}
}
