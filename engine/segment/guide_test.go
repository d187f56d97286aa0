package segment

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine/key"
)

// treeNode returns a node that lists blocks with these separators, ascending, entry i at
// offset i+1.
func treeNode(t *testing.T, separators [][]byte) *node {
	t.Helper()
	var b builder
	var last []byte
	for i, k := range separators {
		b.add(restartTree, commonPrefix(last, k), k, appendHandle(nil, handle{int64(i + 1), 100}), false)
		last = k
	}
	parsed, ok := parseBlock(b.payload())
	if !ok {
		t.Fatal("no block")
	}
	return &node{block: parsed, level: 1, filter: handle{7, 80}}
}

// A separatorSet is keys as a tree block lists them.
type separatorSet struct {
	name    string // what they have in common
	keys    [][]byte
	answers int // at least one in so many searches is answered; 0 if perhaps none is
}

func separatorSets(rng *rand.Rand) (sets []separatorSet) {
	add := func(name string, answers int, make func(i int) []byte) {
		var keys [][]byte
		for i := range 1 + rng.IntN(300) {
			keys = append(keys, make(i))
		}
		slices.SortFunc(keys, bytes.Compare)
		sets = append(sets, separatorSet{name, slices.CompactFunc(keys, bytes.Equal), answers})
	}
	add("numbered", 8, func(i int) []byte { return key.AppendDocument(nil, 1, 1, fmt.Appendf(nil, "u%010d", 35*i)) })
	add("after the first of a segment", 8, func(i int) []byte {
		if i == 0 {
			return []byte{key.SpaceDocument}
		}
		return key.AppendDocument(nil, 1, 1, fmt.Appendf(nil, "u%010d", 35*i))
	})
	add("random", 8, func(int) []byte { return key.AppendDocument(nil, 1, 2, fmt.Appendf(nil, "%016x", rng.Uint64())) })
	add("collections and indexes", 16, func(i int) []byte {
		if i%2 == 0 {
			return key.AppendDocument(nil, uint16(i%5), 1, fmt.Appendf(nil, "u%010d", i))
		}
		return key.AppendIndex(nil, uint16(i%5), 1, uint16(i%3), fmt.Appendf(nil, "city-%03d", i%100), fmt.Appendf(nil, "u%d", i))
	})
	add("zeros and little else", 0, func(int) []byte {
		k := make([]byte, 1+rng.IntN(20))
		for j := range k {
			k[j] = byte(rng.IntN(3)) * byte(rng.IntN(2))
		}
		k[0] = key.SpaceDocument
		return k
	})
	add("told apart far behind", 0, func(i int) []byte {
		return fmt.Appendf([]byte{key.SpaceDocument}, "%s%d", bytes.Repeat([]byte{'x'}, i%40), i)
	})
	return sets
}

// TestGuide compares what a guide answers with the separators themselves, and sees to it
// that it mostly answers.
func TestGuide(t *testing.T) {
	var m guideMaker
	var buf []byte
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 8))
		for _, set := range separatorSets(rng) {
			name, keys := set.name, set.keys
			n := treeNode(t, keys)
			rest := []byte("the payload")
			buf = append(m.appendGuide(buf[:0], &source{}, n), rest...)
			g, behind := cutGuide(buf)
			if !bytes.Equal(behind, rest) || g.filter() != n.filter {
				t.Fatalf("seed %d, %s: the filter at %v, then %q", seed, name, g.filter(), behind)
			}
			answers, asked := 0, 0
			for _, k := range sought(rng, keys) {
				want, _ := slices.BinarySearchFunc(keys, append(k, 0), bytes.Compare)
				near := rng.IntN(len(keys)+2) - 1
				asked++
				i, ok := g.floor(k, near)
				if !ok {
					continue
				}
				answers++
				if i != want-1 {
					t.Fatalf("seed %d, %s: floor of %x from %d is entry %d, want %d", seed, name, k, near, i, want-1)
				}
				if i >= 0 && g.place(i) != (handle{int64(i + 1), 100}) {
					t.Fatalf("seed %d, %s: entry %d is at %v", seed, name, i, g.place(i))
				}
			}
			if answers*set.answers < asked && set.answers > 0 {
				t.Fatalf("seed %d, %s: %d answers of %d", seed, name, answers, asked)
			}
		}
	}
}

// sought returns keys to look for: those of the list, and others near them.
func sought(rng *rand.Rand, keys [][]byte) [][]byte {
	all := [][]byte{{}, {0}, {0xff, 0xff}}
	for _, k := range keys {
		k = slices.Clip(k)
		all = append(all, k, append(k, 0), append(k, 'a'), append(k, bytes.Repeat([]byte{0}, 30)...), k[:rng.IntN(len(k))])
		changed := bytes.Clone(k)
		changed[rng.IntN(len(k))] += byte(rng.IntN(3)) - 1
		all = append(all, changed, append(bytes.Clone(changed), 'z'))
	}
	for i, k := range all {
		all[i] = slices.Clip(k)
	}
	return all
}

// TestGuideOfMalformedNode asks for the guide of a node whose entry points nowhere.
func TestGuideOfMalformedNode(t *testing.T) {
	var b builder
	b.add(restartTree, 0, []byte("a"), appendHandle(nil, handle{1, 100}), false)
	b.add(restartTree, 0, []byte("b"), []byte{0x80}, false)
	parsed, _ := parseBlock(b.payload())
	var m guideMaker
	g, rest := cutGuide(m.appendGuide(nil, &source{}, &node{block: parsed}))
	if _, ok := g.floor([]byte("a"), 0); ok || len(rest) != 0 {
		t.Fatal("a guide of a malformed node answers")
	}
}
