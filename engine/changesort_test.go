package engine

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// The order of changes is that of their keys, compared whole, and of one key the newest
// first.
func TestChangesAreSorted(t *testing.T) {
	alphabets := []string{"a", "ab", "\x00\x01", "\x00\xff", "0123456789", "\x00"}
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 9))
		alphabet := alphabets[rng.IntN(len(alphabets))]
		var c changes
		prefix := bytes.Repeat([]byte{2}, rng.IntN(20))
		for i := range 1 + rng.IntN(1500) {
			from := len(c.keys)
			c.keys = append(c.keys, prefix[:len(prefix)-rng.IntN(len(prefix)+1)/8]...)
			for range rng.IntN(1 + rng.IntN(24)) {
				c.keys = append(c.keys, alphabet[rng.IntN(len(alphabet))])
			}
			c.add(from, uint64(i+1), nil, false)
		}
		c.sort()
		seen := make([]bool, len(c.list))
		for _, p := range c.order {
			seen[p.at] = true
		}
		sorted := slices.IsSortedFunc(c.order, func(a, b place) int {
			x, y := &c.list[a.at], &c.list[b.at]
			return cmp.Or(bytes.Compare(c.key(x), c.key(y)), cmp.Compare(y.sequence, x.sequence))
		})
		if !sorted || slices.Contains(seen, false) || len(c.order) != len(c.list) {
			t.Fatalf("seed %d: %d changes over %q are out of order or lost", seed, len(c.list), alphabet)
		}
	}
}

// An order that splits badly ends in good time all the same.
func TestSortOfBadSplits(t *testing.T) {
	for _, n := range []int{100_000} {
		var c changes
		for i := range n {
			from := len(c.keys)
			k := i // an organ pipe
			if i > n/2 {
				k = n - i
			}
			c.keys = append(c.keys, byte(k>>16), byte(k>>8), byte(k))
			c.add(from, uint64(i+1), nil, false)
		}
		c.sort()
		for i := 1; i < n; i++ {
			if c.compare(c.order[i-1], c.order[i]) >= 0 {
				t.Fatalf("place %d is out of order", i)
			}
		}
	}
}

func BenchmarkSortChanges(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	var c changes
	v := &version{coll: 1, number: 1}
	for i := range 4096 {
		id := []byte("u0000000000")
		for j, k := len(id)-1, i; k > 0; j, k = j-1, k/10 {
			id[j] = byte('0' + k%10)
		}
		c.document(v, uint64(i+1), id, nil, false)
		c.index(v, uint64(i+1), 0, []byte{1, 128, 0, 0, 0, 0, 0, 0, byte(18 + rng.IntN(80))}, id, false)
		c.index(v, uint64(i+1), 1, append([]byte("\x01city-"), byte('0'+rng.IntN(2)), byte('0'+rng.IntN(10)), byte('0'+rng.IntN(10)), 0, 1), id, false)
	}
	b.ResetTimer()
	for range b.N {
		c.sort()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(c.list)), "ns/change")
}
