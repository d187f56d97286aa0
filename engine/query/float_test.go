package query_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/query"
)

// What a document gives back for a float finds it again, as long as it may be.
func TestFloatBoundsAreWhatDocumentsHold(t *testing.T) {
	floats := []float64{0, 1, -1, 0.1, 1 << 53, 1<<53 + 2, 1 << 60, -1 << 60, 1 << 62, math.Ldexp(1, 63), -math.Ldexp(1, 63), math.Ldexp(1, 64),
		1e19, 1e20, -1e20, 9.999999999999999e20, 1e21, 1e22, 5e-324, 1e-6, 1e-7, math.MaxFloat64, -math.MaxFloat64, 123456789012345680}
	rng := rand.New(rand.NewPCG(7, 7))
	for range 20000 {
		floats = append(floats, math.Ldexp(rng.Float64()-0.5, rng.IntN(140)-20))
	}
	for _, f := range floats {
		text := document.AppendFloat(nil, f)
		c, err := query.Compile(indexes, query.Query{Filter: fmt.Appendf(nil, `{"score":%s}`, text), Limit: 1, HasLimit: true}, 10)
		if err != nil {
			t.Fatalf("%g is written %s and cannot be asked for: %v", f, text, err)
		}
		if !c.Scan.Matches(key.AppendFloat(nil, f)) || c.Scan.Matches(key.AppendFloat(nil, math.Nextafter(f, math.Inf(1)))) || c.Scan.Matches(key.AppendFloat(nil, math.Nextafter(f, math.Inf(-1)))) {
			t.Fatalf("%s does not match %g alone", text, f)
		}
	}
}

// An integer that would be rounded is refused, on every machine alike.
func TestFloatBoundsAreNotRounded(t *testing.T) {
	for _, literal := range []string{"9007199254740993", "-9007199254740993", "9223372036854775807", "9223372036854775809", "18446744073709551615", "123456789012345678901234567890"} {
		_, err := query.Compile(indexes, query.Query{Filter: fmt.Appendf(nil, `{"score":{"$lt":%s}}`, literal), Limit: 1, HasLimit: true}, 10)
		if dberr.CodeOf(err) != dberr.QueryInvalid {
			t.Errorf("%s: got %v, want %s", literal, err, dberr.QueryInvalid)
		}
	}
}
