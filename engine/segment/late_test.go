package segment

import (
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/key"
)

// The first way down a segment is gone without guides, the same way again makes them, and
// every way gives the same answer, with a cache or without.
func TestGuidesAreMadeLate(t *testing.T) {
	var pairs []pair
	for i := range 3000 {
		pairs = append(pairs, pair{key: key.AppendDocument(nil, 1, 1, fmt.Appendf(nil, "u%010d", i)), value: fmt.Appendf(nil, "%d", i)})
	}
	f, _ := build(t, testID, WriterOptions{BlockBytes: 64}, pairs)
	for _, cache := range []*blockcache.Cache{nil, blockcache.New(8 << 20)} {
		s := open(t, f, testID, cache)
		if s.foot.levels < 3 {
			t.Fatalf("%d levels", s.foot.levels)
		}
		get := func(i int) {
			t.Helper()
			p := pairs[i]
			if value, _, found, err := s.Get(p.key, nil); err != nil || !found || string(value) != string(p.value) {
				t.Fatalf("%d: %q, %v, %v", i, value, found, err)
			}
		}
		// way returns how many blocks on the way to a key have a guide.
		way := func(i int) (made int) {
			t.Helper()
			at := s.foot.root
			for level := s.foot.levels; level > 0; level-- {
				b := s.cache.Get(s.cacheID, at.offset|lateBit)
				if b == nil {
					b = s.cache.Get(s.cacheID, at.offset)
				}
				g, payload := cutGuide(b)
				if !g.later() && g.entries() > 0 {
					made++
				}
				near := 0
				var err error
				if at, _, err = s.childOf(&guidedNode{g, payload, at, level}, pairs[i].key, &near); err != nil {
					t.Fatal(err)
				}
			}
			return made
		}
		get(1000)
		if root := s.root.Load(); !root.guide.later() {
			t.Error("the first way made the root's guide")
		}
		if cache != nil && way(1000) != 0 {
			t.Errorf("the first way made %d guides", way(1000))
		}
		get(1000)
		if root := s.root.Load(); root.guide.later() || root.guide.entries() == 0 {
			t.Error("the second way did not make the root's guide")
		}
		if cache != nil && way(1000) != s.foot.levels {
			t.Errorf("the second way made %d guides of %d", way(1000), s.foot.levels)
		}
		get(2999)
		if cache != nil && way(2999) != s.foot.levels {
			t.Errorf("a way of other blocks made %d guides of %d", way(2999), s.foot.levels)
		}
		for i := range pairs {
			get(i)
		}
	}
}
