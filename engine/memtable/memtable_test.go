package memtable

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sort"
	"sync"
	"testing"
)

type version struct {
	seq   uint64
	value string
	dead  bool
}

// model is the obvious table: all versions of each key, oldest first.
type model map[string][]version

func (m model) at(visible uint64) (keys []string, newest map[string]version) {
	newest = map[string]version{}
	for k, versions := range m {
		for _, v := range versions {
			if v.seq <= visible {
				newest[k] = v
			}
		}
		if _, ok := newest[k]; ok {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	return keys, newest
}

func build(rng *rand.Rand, n, space int) (*Table, model) { return fill(New(), rng, n, space) }

func fill(t *Table, rng *rand.Rand, n, space int) (*Table, model) {
	m := model{}
	for seq := uint64(1); seq <= uint64(n); seq++ {
		k := fmt.Sprintf("k%04d", rng.IntN(space))
		if rng.IntN(4) == 0 {
			k += "\x00tail"
		}
		v := version{seq, fmt.Sprint("v", seq), rng.IntN(5) == 0}
		if v.dead {
			v.value = ""
		}
		t.Add(seq, []byte(k), []byte(v.value), v.dead)
		m[k] = append(m[k], v)
	}
	return t, m
}

func TestAgainstModel(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := 1 + rng.IntN(600)
		table, m := build(rng, n, 1+rng.IntN(200))
		for _, visible := range []uint64{0, 1, uint64(n / 2), uint64(n), SequenceMax} {
			keys, newest := m.at(visible)
			checkGets(t, seed, table, m, newest, visible)
			checkWalks(t, seed, table, rng, keys, newest, visible)
		}
	}
}

func checkGets(t *testing.T, seed uint64, table *Table, m model, newest map[string]version, visible uint64) {
	t.Helper()
	for k := range m {
		v, dead, found := table.Get([]byte(k), visible)
		want, ok := newest[k]
		if found != ok || string(v) != want.value || dead != want.dead {
			t.Fatalf("seed %d: Get(%q, %d) = %q, %v, %v; want %+v, %v", seed, k, visible, v, dead, found, want, ok)
		}
	}
	if _, _, found := table.Get([]byte("absent"), visible); found {
		t.Fatalf("seed %d: found a key that was never added", seed)
	}
}

// checkWalks makes random moves and compares each with a position in keys.
func checkWalks(t *testing.T, seed uint64, table *Table, rng *rand.Rand, keys []string, newest map[string]version, visible uint64) {
	t.Helper()
	it := table.NewIter(visible)
	pos := -1
	for range 300 {
		probe := fmt.Sprintf("k%04d", rng.IntN(220))
		var move string
		switch rng.IntN(6) {
		case 0:
			move, pos = "SeekGE "+probe, sort.SearchStrings(keys, probe)
			it.SeekGE([]byte(probe))
		case 1:
			move, pos = "SeekLT "+probe, sort.SearchStrings(keys, probe)-1
			it.SeekLT([]byte(probe))
		case 2:
			move, pos = "First", 0
			it.First()
		case 3:
			move, pos = "Last", len(keys)-1
			it.Last()
		case 4:
			if !it.Valid() {
				continue
			}
			move = "Next"
			pos++
			it.Next()
		case 5:
			if !it.Valid() {
				continue
			}
			move = "Prev"
			pos--
			it.Prev()
		}
		valid := pos >= 0 && pos < len(keys)
		if it.Valid() != valid {
			t.Fatalf("seed %d visible %d: after %s valid is %v, want %v", seed, visible, move, it.Valid(), valid)
		}
		if valid {
			want := newest[keys[pos]]
			if string(it.Key()) != keys[pos] || string(it.Value()) != want.value || it.Tombstone() != want.dead {
				t.Fatalf("seed %d visible %d: after %s at %q=%q, want %q=%q", seed, visible, move, it.Key(), it.Value(), keys[pos], want.value)
			}
		}
	}
}

func TestLargeValues(t *testing.T) {
	table := New()
	sizes := []int{0, 1, 7, 8, 9, chunkBytes - 9, chunkBytes - 8, chunkBytes, chunkBytes + 1, 3*chunkBytes + 5, 1, 100}
	for i, n := range sizes {
		value := bytes.Repeat([]byte{byte(i + 1)}, n)
		table.Add(uint64(i+1), fmt.Appendf(nil, "key%04d", i), value, false)
	}
	for i, n := range sizes {
		v, _, found := table.Get(fmt.Appendf(nil, "key%04d", i), SequenceMax)
		if !found || len(v) != n || bytes.Count(v, []byte{byte(i + 1)}) != n {
			t.Errorf("value of %d bytes came back with %d", n, len(v))
		}
	}
	runtime.KeepAlive(table)
}

// An entry may end where its chunk does, with a value or without.
func TestEndOfChunk(t *testing.T) {
	for _, size := range []int{0, 1, 8} {
		table := New()
		for n := uint64(1); table.Used() < 2*chunkBytes; n++ {
			// 40 bytes a node with one link, so that some end a chunk exactly.
			table.Add(n, fmt.Appendf(nil, "%0*d", 24-size, n), make([]byte, size), false)
		}
		n := 0
		it := table.NewIter(SequenceMax)
		for ok := it.First(); ok; ok = it.Next() {
			if n++; len(it.Value()) != size {
				t.Fatalf("entry %d of values of %d bytes has one of %d", n, size, len(it.Value()))
			}
		}
		if int64(n) != table.Count() {
			t.Errorf("walked %d entries of %d", n, table.Count())
		}
	}
}

// What nobody refers to any more goes back to the operating system.
func TestMemoryIsGivenBack(t *testing.T) {
	before := resident(t)
	for round := range 20 {
		table := New()
		value := make([]byte, chunkBytes/2)
		for i := range uint64(16) {
			value[0] = byte(round)
			table.Add(i+1, []byte("key"), value, false)
		}
		if table.Memory() < 16*int64(len(value)) {
			t.Fatalf("the table says that it occupies %d bytes", table.Memory())
		}
		runtime.KeepAlive(table)
		runtime.GC()
	}
	grown := resident(t) - before
	for range 100 { // the runtime gives it back on a goroutine of its own
		if grown <= 80<<20 {
			return
		}
		runtime.GC()
		grown = resident(t) - before
	}
	t.Errorf("after 20 tables of 16 MiB the process has %d bytes more", grown)
}

// resident returns the bytes of memory that the process has.
func resident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip(err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(status), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

func TestSameOperationsSameShape(t *testing.T) {
	a, _ := build(rand.New(rand.NewPCG(3, 3)), 5000, 900)
	b, _ := build(rand.New(rand.NewPCG(3, 3)), 5000, 900)
	if a.Memory() != b.Memory() || a.height.Load() != b.height.Load() || a.Count() != 5000 {
		t.Errorf("two tables of the same operations differ: %d and %d bytes", a.Memory(), b.Memory())
	}
}

func TestResetForgetsAndKeepsMemory(t *testing.T) {
	table := New()
	for round := range uint64(6) {
		rng := rand.New(rand.NewPCG(round, 5))
		_, m := fill(table, rng, 3000, 700)
		value := make([]byte, 2*chunkBytes+int(round))
		large := round%3 == 1
		if large {
			table.Add(5000, []byte("large"), value, false) // a slab among the chunks
			m["large"] = append(m["large"], version{5000, string(value), false})
		}
		keys, newest := m.at(SequenceMax)
		checkGets(t, round, table, m, newest, SequenceMax)
		checkWalks(t, round, table, rng, keys, newest, SequenceMax)
		before := table.Memory()
		table.Reset()
		if table.Count() != 0 || (table.Memory() != before) != large || table.NewIter(SequenceMax).First() {
			t.Fatalf("round %d: %d entries and %d of %d bytes after Reset", round, table.Count(), table.Memory(), before)
		}
	}
	if table.Memory() > chunkBytes {
		t.Errorf("after six rounds of less than a chunk the table holds %d bytes", table.Memory())
	}
}

// A reader at a sequence sees exactly that state while the writer goes on.
func TestReadersBesideTheWriter(t *testing.T) {
	table := New()
	const n = 3000
	var published sync.WaitGroup
	visible := make(chan uint64, n)
	for range 2 {
		published.Add(1)
		go func() {
			defer published.Done()
			for s := range visible {
				if s%97 != 0 {
					continue
				}
				if v, _, ok := table.Get([]byte("counter"), s); !ok || string(v) != fmt.Sprint(s) {
					t.Errorf("at sequence %d the counter is %q", s, v)
				}
				count := 0
				for it := table.NewIter(s); count < 50 && it.Next() || count == 0 && it.First(); {
					count++
				}
			}
		}()
	}
	for s := uint64(1); s <= n; s++ {
		table.Add(s, []byte("counter"), fmt.Append(nil, s), false)
		visible <- s
	}
	close(visible)
	published.Wait()
}

func BenchmarkAdd(b *testing.B) {
	for _, sorted := range []bool{true, false} {
		b.Run(fmt.Sprintf("sorted=%v", sorted), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			value := make([]byte, 210)
			table := New()
			var key []byte
			for i := range b.N {
				if i%300000 == 0 {
					table = New()
				}
				n := i
				if !sorted {
					n = int(rng.Uint32())
				}
				key = fmt.Appendf(key[:0], "\x01\x00\x01\x00\x01u%010d", n)
				table.Add(uint64(i+1), key, value, false)
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	table := New()
	const n = 300000
	var key []byte
	for i := range n {
		key = fmt.Appendf(key[:0], "\x01\x00\x01\x00\x01u%010d", i)
		table.Add(uint64(i+1), key, key, false)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	b.ResetTimer()
	for range b.N {
		key = fmt.Appendf(key[:0], "\x01\x00\x01\x00\x01u%010d", rng.IntN(n))
		if _, _, found := table.Get(key, SequenceMax); !found {
			b.Fatal("lost")
		}
	}
}

// The first entry moves the head into the first chunk. Who reads meanwhile sees nothing or
// that entry, and whoever begins after it sees it.
func TestReadersOfTheFirstEntry(t *testing.T) {
	for range 200 {
		table := New()
		it := table.NewIter(SequenceMax)
		if it.First() || it.Last() || it.SeekGE([]byte("a")) || it.SeekLT([]byte("z")) {
			t.Fatal("an empty table has an entry")
		}
		done := make(chan bool)
		go func() {
			defer close(done)
			for it := table.NewIter(SequenceMax); !it.Last(); {
				runtime.Gosched()
			}
		}()
		table.Add(1, []byte("key"), []byte("value"), false)
		if !it.First() || string(it.Key()) != "key" || string(it.Value()) != "value" {
			t.Error("an iterator from before does not find the first entry")
		}
		<-done
	}
}
