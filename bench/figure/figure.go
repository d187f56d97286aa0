// Package figure sums up measured values and prints them.
package figure

import (
	"fmt"
	"math"
	"slices"
)

// Median returns the middle value, the mean of the middle two if their number is even, NaN
// if there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	values = slices.Sorted(slices.Values(values))
	mid := len(values) / 2
	if len(values)%2 == 0 {
		return (values[mid-1] + values[mid]) / 2
	}
	return values[mid]
}

// Quantile returns the smallest value that at least the part q of all values do not pass
// (nearest rank), 0 < q <= 1; NaN if there are none.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	rank := int(math.Ceil(q*float64(len(values)) - 1e-9)) // 0.07 * 100 is a little more than 7
	return slices.Sorted(slices.Values(values))[min(max(rank, 1), len(values))-1]
}

// Number prints three significant digits.
func Number(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case v >= 100:
		scale := math.Pow(10, math.Floor(math.Log10(v))-2)
		digits := fmt.Sprintf("%.0f", math.Round(v/scale)*scale)
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + "," + digits[i:]
		}
		return digits
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
