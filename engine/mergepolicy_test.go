package engine

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestMergeCount(t *testing.T) {
	tests := []struct {
		sizes []int64 // newest first
		want  int
	}{
		{nil, 0},
		{[]int64{1}, 0},
		{[]int64{1, 1, 1}, 0},           // three are never merged
		{[]int64{1, 1, 1, 1}, 4},        // four of equal size are
		{[]int64{1, 1, 1, 3}, 4},        // as large as all newer ones together
		{[]int64{1, 1, 1, 4}, 0},        // larger
		{[]int64{9, 1, 1, 1}, 4},        // the newest may be the largest
		{[]int64{1, 1, 1, 1, 4}, 5},     // one merge takes along what it has caught up with
		{[]int64{1, 1, 1, 1, 5}, 4},     //
		{[]int64{1, 1, 1, 4, 7}, 5},     // the greatest k counts, not the first
		{[]int64{0, 0, 0, 0}, 4},        // sizes of nothing do not divide
		{[]int64{5, 1, 1, 100, 107}, 5}, // though the fourth alone is too large
	}
	for _, test := range tests {
		if got := mergeCount(test.sizes); got != test.want {
			t.Errorf("mergeCount(%v) = %d, want %d", test.sizes, got, test.want)
		}
	}
}

// A policyRun is checkpoints that flush and merge by the rule.
type policyRun struct {
	sizes    []int64    // newest first
	written  int64      // by merges
	rewrites []int      // of each flush, by number
	holds    [][]int    // which flushes each segment holds
	shrink   *rand.Rand // merges lose up to half, as overwritten documents do; nil for none
}

func (r *policyRun) checkpoint(size int64) {
	r.sizes = append([]int64{size}, r.sizes...)
	r.holds = append([][]int{{len(r.rewrites)}}, r.holds...)
	r.rewrites = append(r.rewrites, 0)
	n := mergeCount(r.sizes)
	if n == 0 {
		return
	}
	var sum int64
	var all []int
	for i := range n {
		sum += r.sizes[i]
		all = append(all, r.holds[i]...)
	}
	for _, flush := range all {
		r.rewrites[flush]++
	}
	if r.shrink != nil {
		sum -= r.shrink.Int64N(sum/2 + 1)
	}
	r.written += sum
	r.sizes = append([]int64{sum}, r.sizes[n:]...)
	r.holds = append([][]int{all}, r.holds[n:]...)
}

func (r *policyRun) total() (sum int64) {
	for _, s := range r.sizes {
		sum += s
	}
	return sum
}

// After every checkpoint each segment from the fourth on is larger than all newer
// ones together, so there are at most 3 + log2(data / smallest segment).
func TestMergeKeepsFewSegments(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r := &policyRun{}
		if seed%2 == 1 {
			r.shrink = rng
		}
		for range 400 {
			size := int64(1000)
			switch seed % 6 {
			case 1, 2:
				size += rng.Int64N(1000)
			case 3, 4:
				size = 1 + int64(math.Exp(rng.Float64()*14))
			case 5:
				size = 1 << rng.IntN(20)
			}
			r.checkpoint(size)
			r.checkShape(t, seed)
		}
	}
}

func (r *policyRun) checkShape(t *testing.T, seed uint64) {
	t.Helper()
	var newer int64
	smallest := r.sizes[0]
	for i, s := range r.sizes {
		if i >= 3 && s <= newer {
			t.Fatalf("seed %d: segment %d of %v is not larger than all newer ones", seed, i+1, r.sizes)
		}
		newer += s
		smallest = min(smallest, s)
	}
	if most := 3 + math.Log2(float64(newer)/float64(smallest)); float64(len(r.sizes)) > most {
		t.Fatalf("seed %d: %d segments, the bound is %.1f: %v", seed, len(r.sizes), most, r.sizes)
	}
}

// With flushes of one size a document is rewritten half of log2(data / flush) times
// on average, and never more than log2(data / flush) times.
func TestMergeRewrites(t *testing.T) {
	const flush = 1 << 20
	r := &policyRun{}
	for n := 1; n <= 4096; n++ {
		r.checkpoint(flush)
		log := math.Log2(float64(n))
		if n >= 4 {
			if average := float64(r.written) / float64(n*flush); average > log/2 {
				t.Errorf("%d flushes: %.2f rewrites on average, the bound is %.2f", n, average, log/2)
			}
		}
		most := 0
		for _, k := range r.rewrites {
			most = max(most, k)
		}
		if float64(most) > log {
			t.Errorf("%d flushes: a document was rewritten %d times, the bound is %.2f", n, most, log)
		}
	}
	if r.total() != 4096*flush || len(r.sizes) != 1 {
		t.Errorf("4096 equal flushes leave %v", r.sizes)
	}
}
