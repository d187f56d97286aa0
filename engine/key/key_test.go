package key

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

func TestValuesSortAsTheyCompare(t *testing.T) {
	negativeZero := math.Copysign(0, -1)
	ascending := [][][]byte{
		{AppendMissing(nil), AppendInt(nil, math.MinInt64), AppendInt(nil, -1), AppendInt(nil, 0), AppendInt(nil, 1), AppendInt(nil, math.MaxInt64)},
		{AppendMissing(nil), AppendFloat(nil, math.Inf(-1)), AppendFloat(nil, -2.5), AppendFloat(nil, -1e-300), AppendFloat(nil, 0), AppendFloat(nil, 5e-324), AppendFloat(nil, 1.5), AppendFloat(nil, math.MaxFloat64)},
		{AppendMissing(nil), AppendBool(nil, false), AppendBool(nil, true)},
		{AppendMissing(nil), AppendString(nil, nil), AppendString(nil, []byte{0}), AppendString(nil, []byte{0, 0}), AppendString(nil, []byte{0, 1}), AppendString(nil, []byte{1}), AppendString(nil, []byte("a")), AppendString(nil, []byte("a\x00")), AppendString(nil, []byte("aa")), AppendString(nil, []byte("b")), AppendString(nil, []byte{0xff})},
	}
	for _, values := range ascending {
		for i := 1; i < len(values); i++ {
			// The _id that follows must not matter.
			a, b := append(bytes.Clone(values[i-1]), 0xff, 0xff), append(bytes.Clone(values[i]), 0)
			if bytes.Compare(a, b) >= 0 {
				t.Errorf("% x does not sort before % x", values[i-1], values[i])
			}
		}
	}
	if !bytes.Equal(AppendFloat(nil, negativeZero), AppendFloat(nil, 0)) {
		t.Error("-0 and 0 are encoded differently")
	}
}

func TestRandomValuesSortAsTheyCompare(t *testing.T) {
	const seed = 7
	rng := rand.New(rand.NewPCG(seed, seed))
	sign := func(less, equal bool) int {
		switch {
		case less:
			return -1
		case equal:
			return 0
		}
		return 1
	}
	for range 20000 {
		x, y := int64(rng.Uint64()), int64(rng.Uint64())
		if got, want := bytes.Compare(AppendInt(nil, x), AppendInt(nil, y)), sign(x < y, x == y); got != want {
			t.Fatalf("seed %d: int %d against %d: %d, want %d", seed, x, y, got, want)
		}
		f, g := math.Float64frombits(rng.Uint64()), math.Float64frombits(rng.Uint64())
		if f != f || g != g {
			continue
		}
		if got, want := bytes.Compare(AppendFloat(nil, f), AppendFloat(nil, g)), sign(f < g, f == g); got != want {
			t.Fatalf("seed %d: float %g against %g: %d, want %d", seed, f, g, got, want)
		}
	}
}

func TestValueLen(t *testing.T) {
	for _, c := range []struct {
		value []byte
		typ   Type
	}{
		{AppendInt(nil, -5), Int}, {AppendFloat(nil, 2.5), Float}, {AppendBool(nil, true), Bool}, {AppendMissing(nil), String},
		{AppendString(nil, []byte("a\x00\x01b")), String}, {AppendString(nil, nil), String},
	} {
		if n := ValueLen(append(bytes.Clone(c.value), "id\x00\x01"...), c.typ); n != len(c.value) {
			t.Errorf("ValueLen of % x is %d, want %d", c.value, n, len(c.value))
		}
		if c.value[0] == valuePresent {
			if n := ValueLen(c.value[:len(c.value)-1], c.typ); n != -1 {
				t.Errorf("ValueLen of cut % x is %d, want -1", c.value, n)
			}
		}
	}
	for _, bad := range [][]byte{nil, {2}, {1, 'a', 0, 7}} {
		if n := ValueLen(bad, String); n != -1 {
			t.Errorf("ValueLen of % x is %d, want -1", bad, n)
		}
	}
}

func TestSuccessor(t *testing.T) {
	for _, c := range []struct{ prefix, want string }{{"a", "b"}, {"a\xff", "b"}, {"a\xff\xff", "b"}, {"\xff", ""}, {"", ""}} {
		if got := AppendSuccessor(nil, []byte(c.prefix)); string(got) != c.want {
			t.Errorf("successor of %q is %q, want %q", c.prefix, got, c.want)
		}
	}
}
