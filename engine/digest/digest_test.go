package digest

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestSumIsArithmeticModulo2To256(t *testing.T) {
	mod := new(big.Int).Lsh(big.NewInt(1), 256)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		var a, b Sum
		for i := range a {
			a[i], b[i] = byte(rng.Uint32()), byte(rng.Uint32())
			if rng.IntN(3) == 0 {
				a[i], b[i] = 0xff, 0xff // long carries
			}
		}
		x, y := new(big.Int).SetBytes(a[:]), new(big.Int).SetBytes(b[:])
		want := new(big.Int).Mod(new(big.Int).Add(x, y), mod)
		sum := a.Add(b)
		if got := new(big.Int).SetBytes(sum[:]); got.Cmp(want) != 0 {
			t.Fatalf("%s + %s = %s, want %x", a, b, sum, want)
		}
		if back := sum.Sub(b); back != a {
			t.Fatalf("(%s + %s) - %s = %s", a, b, b, back)
		}
	}
}

func TestDocumentFramesItsParts(t *testing.T) {
	var h Hasher
	seen := map[Sum][4]string{}
	for _, p := range [][4]string{
		{"a", "b", "c", "d"}, {"ab", "", "c", "d"}, {"", "ab", "c", "d"}, {"a", "bc", "", "d"}, {"a", "b", "cd", ""},
	} {
		s := h.Document(p[0], p[1], []byte(p[2]), []byte(p[3]))
		if q, dup := seen[s]; dup {
			t.Errorf("%q and %q have the same digest", p, q)
		}
		seen[s] = p
	}
}

// The digest is stored and compared across versions of AeroDB: it may never change.
func TestDocumentGolden(t *testing.T) {
	var h Hasher
	got := h.Document("quake", "v1", []byte("us1"), []byte(`{"_id":"us1","mag":4.5}`)).String()
	const want = "604592631899593063f56d44c5ed2f6ba7ba5da4860b253fec485820ecf95914"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestText(t *testing.T) {
	var h Hasher
	s := h.Document("a", "b", []byte("c"), nil)
	var back Sum
	if err := back.UnmarshalText([]byte(s.String())); err != nil || back != s {
		t.Errorf("UnmarshalText(%s) = %s, %v", s, back, err)
	}
	for _, bad := range []string{"", "00", s.String() + "00", "zz" + s.String()[2:]} {
		if err := back.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("UnmarshalText(%q) did not fail", bad)
		}
	}
}
