package merge

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/aerodb/aerodb/engine/memtable"
)

type entry struct {
	value string
	dead  bool
}

// runs makes random runs, newest first, and the entries a merge must show.
func runs(rng *rand.Rand) ([]Iterator, map[string]entry) {
	want := map[string]entry{}
	tables := make([]Iterator, 1+rng.IntN(5))
	for i := len(tables) - 1; i >= 0; i-- {
		table := memtable.New()
		for seq := range uint64(rng.IntN(40)) {
			k := fmt.Sprintf("k%02d", rng.IntN(40))
			e := entry{fmt.Sprintf("run %d seq %d", i, seq), rng.IntN(3) == 0}
			if e.dead {
				e.value = ""
			}
			table.Add(seq+1, []byte(k), []byte(e.value), e.dead)
			want[k] = e
		}
		tables[i] = table.NewIter(memtable.SequenceMax)
	}
	return tables, want
}

func TestAgainstModel(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 9))
		in, want := runs(rng)
		live := rng.IntN(2) == 0
		var keys []string
		for k, e := range want {
			if !live || !e.dead {
				keys = append(keys, k)
			}
		}
		sort.Strings(keys)
		var it Iterator = New(in...)
		if live {
			it = NewLive(0, in...)
		}
		walk(t, seed, it, rng, keys, want)
		it.Close()
	}
}

// Forward shows what Iter shows, and passes over what is hidden.
func TestForwardAgainstModel(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 10))
		in, want := runs(rng)
		keys := slices.Sorted(maps.Keys(want))
		forward := make([]Run, len(in))
		for i, r := range in {
			forward[i] = r
		}
		it := NewForward(forward...)
		n := 0
		for ok := it.First(); ok; ok = it.Next() {
			if n == len(keys) || string(it.Key()) != keys[n] || !it.Valid() {
				t.Fatalf("seed %d: entry %d is %q", seed, n, it.Key())
			}
			if e := want[keys[n]]; string(it.Value()) != e.value || it.Tombstone() != e.dead || string(in[it.Run()].Key()) != keys[n] {
				t.Fatalf("seed %d: %q is %q of run %d, want %q", seed, keys[n], it.Value(), it.Run(), e.value)
			}
			n++
		}
		if n != len(keys) || it.Valid() || it.Err() != nil || it.Next() {
			t.Fatalf("seed %d: %d of %d entries: %v", seed, n, len(keys), it.Err())
		}
		it.Close()
	}
}

func walk(t *testing.T, seed uint64, it Iterator, rng *rand.Rand, keys []string, want map[string]entry) {
	t.Helper()
	pos := -1
	for range 200 {
		probe := fmt.Sprintf("k%02d", rng.IntN(42))
		move := rng.IntN(8)
		if move >= 4 && !it.Valid() {
			continue
		}
		var ok bool
		switch move {
		case 0:
			ok, pos = it.SeekGE([]byte(probe)), sort.SearchStrings(keys, probe)
		case 1:
			ok, pos = it.SeekLT([]byte(probe)), sort.SearchStrings(keys, probe)-1
		case 2:
			ok, pos = it.First(), 0
		case 3:
			ok, pos = it.Last(), len(keys)-1
		case 4, 5:
			ok = it.Next()
			pos++
		case 6, 7:
			ok = it.Prev()
			pos--
		}
		valid := pos >= 0 && pos < len(keys)
		if ok != valid || it.Valid() != valid {
			t.Fatalf("seed %d: move %d %s: valid %v, want %v", seed, move, probe, ok, valid)
		}
		if valid {
			e := want[keys[pos]]
			if string(it.Key()) != keys[pos] || string(it.Value()) != e.value || it.Tombstone() != e.dead {
				t.Fatalf("seed %d: move %d %s: at %q, want %q", seed, move, probe, it.Key(), keys[pos])
			}
		}
	}
}

// failing is a run that breaks at its first move.
type failing struct{ Iterator }

var errBroken = errors.New("broken")

func (failing) First() bool        { return false }
func (failing) SeekGE([]byte) bool { return false }
func (failing) Valid() bool        { return false }
func (failing) Err() error         { return errBroken }
func (failing) Close()             {}

// An unreadable run must stop the walk: showing the other runs' entries would show
// old values, or documents that were deleted.
func TestErrorStopsTheWalk(t *testing.T) {
	table := memtable.New()
	table.Add(1, []byte("a"), nil, false)
	for _, in := range [][]Iterator{
		{failing{}, table.NewIter(1)},
		{table.NewIter(1), failing{}},
	} {
		it := NewLive(0, in...)
		if it.First() || it.Valid() || !errors.Is(it.Err(), errBroken) {
			t.Errorf("the walk went on past a broken run: %v", it.Err())
		}
		forward := NewForward(in[0], in[1])
		if forward.First() || forward.Valid() || !errors.Is(forward.Err(), errBroken) {
			t.Errorf("Forward went on past a broken run: %v", forward.Err())
		}
	}
}
