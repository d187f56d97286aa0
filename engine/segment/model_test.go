package segment

import (
	"bytes"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/aerodb/aerodb/engine/blockcache"
)

// TestModel compares a segment with a sorted slice, for all operations.
func TestModel(t *testing.T) {
	for seed, c := range []struct{ block, entries int }{
		{64, 0}, {64, 1}, {64, 2}, {64, 17}, {64, 700}, {64, 3000}, {200, 900}, {1 << 10, 3000}, {8 << 10, 1}, {8 << 10, 4000}, {64 << 10, 4000},
	} {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		pairs := randomPairs(rng, c.entries)
		f, info := build(t, testID, WriterOptions{BlockBytes: c.block}, pairs)
		for _, cache := range []*blockcache.Cache{nil, blockcache.New(20 << 10), blockcache.New(64 << 20)} {
			s := open(t, f, testID, cache)
			t.Logf("seed %d: %d entries in blocks of %d bytes, %d levels", seed, len(pairs), c.block, s.foot.levels)
			checkAll(t, rng, s, info, pairs)
		}
	}
}

// checkAll compares all that a segment can be asked for with what was written.
func checkAll(t *testing.T, rng *rand.Rand, s *Segment, info Info, pairs []pair) {
	t.Helper()
	checkInfo(t, s, info, pairs)
	checkGets(t, rng, s, pairs)
	checkLookups(t, rng, s, pairs)
	checkWalks(t, s.NewIter(), pairs)
	checkWalks(t, s.NewScan(), pairs)
	checkShown(t, s, pairs)
	checkMoves(t, rng, s.NewIter(), pairs)
	checkMoves(t, rng, s.NewScan(), pairs)
}

// checkShown compares what a Check shows with what was written.
func checkShown(t *testing.T, s *Segment, pairs []pair) {
	t.Helper()
	c := s.NewCheck(t.Context(), nil)
	defer c.Close()
	n := 0
	for ok := c.First(); ok; ok = c.Next() {
		if p := pairs[n]; !c.Valid() || !bytes.Equal(c.Key(), p.key) || !bytes.Equal(c.Value(), p.value) || c.Tombstone() != p.tombstone {
			t.Fatalf("a check shows %x as entry %d, want %x", c.Key(), n, p.key)
		}
		n++
	}
	if n != len(pairs) || c.Valid() || c.Err() != nil || c.Next() {
		t.Fatalf("a check shows %d of %d entries: %v", n, len(pairs), c.Err())
	}
}

func checkInfo(t *testing.T, s *Segment, info Info, pairs []pair) {
	t.Helper()
	if got := info.Entries(); got != int64(len(pairs)) {
		t.Fatalf("%d entries, want %d", got, len(pairs))
	}
	r, err := s.Verify(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Info != info {
		t.Fatalf("verify counted %+v, the writer %+v", r.Info, info)
	}
	footer := s.Info()
	footer.CRC32C = info.CRC32C
	if footer != info {
		t.Fatalf("the footer says %+v, the writer %+v", footer, info)
	}
	if info.Bytes != info.DocumentBytes+info.IndexBytes+info.OverheadBytes {
		t.Fatalf("bytes do not add up: %+v", info)
	}
	smallest, largest, err := s.Bounds()
	if err != nil {
		t.Fatal(err)
	}
	if len(pairs) > 0 && (!bytes.Equal(smallest, pairs[0].key) || !bytes.Equal(largest, pairs[len(pairs)-1].key)) {
		t.Fatalf("bounds %x %x", smallest, largest)
	}
}

// checkLookups compares a Lookup with what was written: for all keys in order, backward,
// and for random ones, of which most are not there.
func checkLookups(t *testing.T, rng *rand.Rand, s *Segment, pairs []pair) {
	t.Helper()
	var l Lookup
	l.Reset(s)
	check := func(k []byte) {
		t.Helper()
		i := lowerBound(pairs, k)
		want := i < len(pairs) && bytes.Equal(pairs[i].key, k)
		value, tombstone, found, err := l.Get(k, []byte("prefix"))
		if err != nil || found != want {
			t.Fatalf("Lookup of %x found %v, want %v, %v", k, found, want, err)
		}
		if want && (tombstone != pairs[i].tombstone || string(value) != "prefix"+string(pairs[i].value)) {
			t.Fatalf("Lookup of %x = %x %v", k, value, tombstone)
		}
	}
	for _, p := range pairs {
		check(p.key)
	}
	for i := len(pairs) - 1; i >= 0; i -= 3 {
		check(pairs[i].key)
	}
	for range 500 {
		check(randomKey(rng))
		if len(pairs) > 0 {
			check(pairs[rng.IntN(len(pairs))].key)
		}
	}
}

// checkGets compares Get and Fetch, which differ only in what they cost.
func checkGets(t *testing.T, rng *rand.Rand, s *Segment, pairs []pair) {
	t.Helper()
	for _, name := range []string{"Get", "Fetch"} {
		get := s.Get
		if name == "Fetch" {
			get = s.Fetch
		}
		for _, p := range pairs {
			value, tombstone, found, err := get(p.key, []byte("prefix"))
			if err != nil || !found || tombstone != p.tombstone || string(value) != "prefix"+string(p.value) {
				t.Fatalf("%s(%x) = %x %v %v %v", name, p.key, value, tombstone, found, err)
			}
		}
		for range 500 {
			k := randomKey(rng)
			i := lowerBound(pairs, k)
			_, _, found, err := get(k, nil)
			if want := i < len(pairs) && bytes.Equal(pairs[i].key, k); err != nil || found != want {
				t.Fatalf("%s(%x) found %v, want %v, %v", name, k, found, want, err)
			}
		}
		for _, k := range [][]byte{nil, {0}, {1}, {2}, {0xff}} {
			if _, _, found, err := get(k, nil); err != nil || found {
				t.Fatalf("%s(%x) = %v %v", name, k, found, err)
			}
		}
	}
}

// lowerBound returns the index of the first pair not less than k.
func lowerBound(pairs []pair, k []byte) int {
	return sort.Search(len(pairs), func(i int) bool { return bytes.Compare(pairs[i].key, k) >= 0 })
}

// checkAt fails unless the iterator is at pairs[i], or nowhere if there is no such.
func checkAt(t *testing.T, it *Iter, pairs []pair, i int, moved bool, what string) {
	t.Helper()
	if it.Err() != nil {
		t.Fatal(it.Err())
	}
	in := i >= 0 && i < len(pairs)
	if moved != in || it.Valid() != in {
		t.Fatalf("%s to %d of %d: moved %v, valid %v", what, i, len(pairs), moved, it.Valid())
	}
	if in && (!bytes.Equal(it.Key(), pairs[i].key) || !bytes.Equal(it.Value(), pairs[i].value) || it.Tombstone() != pairs[i].tombstone) {
		t.Fatalf("%s to %d: key %x, want %x; value %x, want %x", what, i, it.Key(), pairs[i].key, it.Value(), pairs[i].value)
	}
}

func checkWalks(t *testing.T, it *Iter, pairs []pair) {
	t.Helper()
	defer it.Close()
	i := 0
	for ok := it.First(); ok; ok = it.Next() {
		checkAt(t, it, pairs, i, true, "Next")
		i++
	}
	checkAt(t, it, pairs, i, false, "end")
	if i != len(pairs) {
		t.Fatalf("walked over %d of %d", i, len(pairs))
	}
	for ok := it.Last(); ok; ok = it.Prev() {
		i--
		checkAt(t, it, pairs, i, true, "Prev")
	}
	if i != 0 {
		t.Fatalf("%d entries left on the way back", i)
	}
	if it.Next() || it.Prev() {
		t.Fatal("an iterator that ran off an end moved")
	}
}

// checkMoves makes random moves, seeks to keys present, absent and near.
func checkMoves(t *testing.T, rng *rand.Rand, it *Iter, pairs []pair) {
	t.Helper()
	defer it.Close()
	at := -1
	for range 3000 {
		var k []byte
		switch r := rng.IntN(4); {
		case r == 0 || len(pairs) == 0:
			k = randomKey(rng)
		case r == 1:
			k = append(k, pairs[rng.IntN(len(pairs))].key...)
			k[len(k)-1] += byte(rng.IntN(3)) - 1
		case r == 2:
			k = pairs[rng.IntN(len(pairs))].key
			k = k[:rng.IntN(len(k)+1)]
		default:
			k = pairs[rng.IntN(len(pairs))].key
		}
		if it.Valid() && rng.IntN(20) == 0 {
			k = it.Key() // a seek to the iterator's own buffer
		}
		switch r := rng.IntN(10); {
		case r == 0:
			at = lowerBound(pairs, k)
			checkAt(t, it, pairs, at, it.SeekGE(k), "SeekGE")
		case r == 1:
			at = lowerBound(pairs, k) - 1
			checkAt(t, it, pairs, at, it.SeekLT(k), "SeekLT")
		case r == 2 && rng.IntN(10) == 0:
			at = 0
			checkAt(t, it, pairs, at, it.First(), "First")
		case r == 3 && rng.IntN(10) == 0:
			at = len(pairs) - 1
			checkAt(t, it, pairs, at, it.Last(), "Last")
		case !it.Valid():
		case r < 7:
			at++
			checkAt(t, it, pairs, at, it.Next(), "Next")
		default:
			at--
			checkAt(t, it, pairs, at, it.Prev(), "Prev")
		}
	}
}
