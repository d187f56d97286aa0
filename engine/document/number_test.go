package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// Floats are written as encoding/json writes them, and read as strconv reads them.
func TestFloatsAgainstEncodingJSON(t *testing.T) {
	const seed = 11
	rng := rand.New(rand.NewPCG(seed, seed))
	check := func(f float64) {
		want, err := json.Marshal(f)
		if err != nil {
			return // NaN, Inf
		}
		if f == 0 {
			want = []byte("0")
		}
		if got := AppendFloat(nil, f); !bytes.Equal(got, want) {
			t.Fatalf("seed %d: %b is written %s, want %s", seed, f, got, want)
		}
		n, serr := ScanNumber(want, 0)
		if serr != nil {
			t.Fatalf("seed %d: %s: %v", seed, want, serr)
		}
		if got, ok := n.Float(); !ok || got != f {
			t.Fatalf("seed %d: %s is read %b, %v, want %b", seed, want, got, ok, f)
		}
		if got := n.AppendFloat(nil, f); !bytes.Equal(got, want) {
			t.Fatalf("seed %d: literal %s is written %s", seed, want, got)
		}
	}
	for range 50_000 {
		check(math.Float64frombits(rng.Uint64()))
		check(float64(rng.Int64N(2_000_000_000)-1_000_000_000) / math.Pow10(rng.IntN(16)))
		check(float64(int64(rng.Uint64()) >> rng.IntN(64)))
		check(math.Pow10(rng.IntN(40) - 20))
	}
}

// Decimal literals of all lengths: the short cut for canonical ones must agree
// with strconv both ways.
func TestDecimalLiterals(t *testing.T) {
	const seed = 13
	rng := rand.New(rand.NewPCG(seed, seed))
	for range 100_000 {
		lit := randomLiteral(rng)
		n, err := ScanNumber(lit, 0)
		if err != nil || !bytes.Equal(n.Literal, lit) {
			t.Fatalf("seed %d: %s: scanned %s, %v", seed, lit, n.Literal, err)
		}
		var want float64
		if err := json.Unmarshal(lit, &want); err != nil {
			t.Fatalf("seed %d: %s: %v", seed, lit, err)
		}
		if got, ok := n.Float(); !ok || got != want || math.Signbit(got) && got == 0 {
			t.Fatalf("seed %d: %s is %g, %v, want %g", seed, lit, got, ok, want)
		}
		if got, canonical := n.AppendFloat(nil, want), AppendFloat(nil, want); !bytes.Equal(got, canonical) {
			t.Fatalf("seed %d: %s is written %s, want %s", seed, lit, got, canonical)
		}
	}
}

func randomLiteral(rng *rand.Rand) []byte {
	var b []byte
	if rng.IntN(3) == 0 {
		b = append(b, '-')
	}
	if rng.IntN(3) == 0 {
		b = append(b, '0')
	} else {
		b = append(b, byte('1'+rng.IntN(9)))
		for range rng.IntN(18) {
			b = append(b, byte('0'+rng.IntN(10)))
		}
	}
	if rng.IntN(4) > 0 {
		b = append(b, '.')
		for range rng.IntN(8) {
			b = append(b, '0')
		}
		for range 1 + rng.IntN(12) {
			b = append(b, byte('0'+rng.IntN(10)))
		}
	}
	if rng.IntN(5) == 0 {
		b = fmt.Appendf(b, "e%d", rng.IntN(60)-30)
	}
	return b
}

func TestIntegers(t *testing.T) {
	for _, c := range []struct {
		in         string
		want       int64
		ok         bool
		roundTrips bool
	}{
		{"0", 0, true, true}, {"-0", 0, true, true}, {"30", 30, true, true}, {"30.0", 0, false, true}, {"3e1", 0, false, true},
		{"999999999999999999", 999999999999999999, true, false},
		{"9223372036854775807", math.MaxInt64, true, false}, {"9223372036854775808", 0, false, true},
		{"-9223372036854775808", math.MinInt64, true, true}, {"-9223372036854775809", 0, false, false},
		{"9007199254740992", 1 << 53, true, true}, {"9007199254740993", 1<<53 + 1, true, false}, {"9007199254740994", 1<<53 + 2, true, true},
		{"9223372036854776000", 0, false, true}, {"9223372036854776001", 0, false, false},
		{"100000000000000000000", 0, false, true}, {"123456789012345670000", 0, false, true}, {"123456789012345678901", 0, false, false},
		{"1" + strings.Repeat("0", 400), 0, false, false},
	} {
		n, err := ScanNumber([]byte(c.in), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := n.Int(); got != c.want && ok || ok != c.ok {
			t.Errorf("%s: %d, %v", c.in, got, ok)
		}
		if want := strconv.FormatInt(c.want, 10); c.ok && string(n.AppendInt(nil)) != want {
			t.Errorf("%s is written %s, want %s", c.in, n.AppendInt(nil), want)
		}
		if got := n.RoundTrips(); got != c.roundTrips {
			t.Errorf("%s: RoundTrips is %v", c.in, got)
		}
	}
}
