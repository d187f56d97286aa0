package figure

import (
	"math"
	"testing"
)

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{math.NaN(): "", 0.123: "0.12", 12.34: "12.3", 1234: "1,230", 1234567: "1,230,000", 999.6: "1,000"} {
		if got := Number(v); got != want {
			t.Errorf("Number(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestMedianAndQuantile(t *testing.T) {
	var hundred []float64
	for i := range 100 {
		hundred = append(hundred, float64((i*37)%100+1)) // 1 to 100, not in order
	}
	for q, want := range map[float64]float64{0.001: 1, 0.01: 1, 0.07: 7, 0.5: 50, 0.501: 51, 0.99: 99, 0.991: 100, 1: 100} {
		if got := Quantile(hundred, q); got != want {
			t.Errorf("Quantile of 1 to 100 at %v = %v, want %v", q, got, want)
		}
	}
	if got := Median(hundred); got != 50.5 {
		t.Errorf("Median of 1 to 100 = %v, want 50.5", got)
	}
	if hundred[1] != 38 {
		t.Error("the caller's values were sorted")
	}
	if one := []float64{7}; Quantile(one, 0.99) != 7 || Median(one) != 7 || !math.IsNaN(Quantile(nil, 0.5)) || !math.IsNaN(Median(nil)) {
		t.Error("of one value it is that value, of none it is NaN")
	}
}
