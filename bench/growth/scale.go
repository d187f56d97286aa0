package main

import "math"

// A scale maps values from low to high to pixels, by their logarithm.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	return s.from + (s.to-s.from)*math.Log(v/s.low)/math.Log(s.high/s.low)
}

// ticks returns the powers of ten on the scale, and 2 and 5 times them too where the scale
// spans less than two.
func (s scale) ticks() (ticks []float64) {
	factors := []float64{1, 2, 5}
	if s.high/s.low > 100*(1+1e-9) {
		factors = factors[:1]
	}
	for power := math.Floor(math.Log10(s.low)); math.Pow(10, power) <= s.high*(1+1e-9); power++ {
		for _, f := range factors {
			if v := f * math.Pow(10, power); v >= s.low*(1-1e-9) && v <= s.high*(1+1e-9) {
				ticks = append(ticks, v)
			}
		}
	}
	return ticks
}

// scales returns scales that hold all points. The one of y ends at round values and spans a
// factor of 10 at least, so that what is flat looks flat.
func (p *panel) scales() (xs, ys scale) {
	xs = scale{math.Inf(1), 0, plotLeft + 14, plotRight - 14}
	ys = scale{math.Inf(1), 0, plotBottom, plotTop}
	for _, s := range p.series {
		for _, at := range s.points {
			xs.low, xs.high = min(xs.low, at.x), max(xs.high, at.x)
			ys.low, ys.high = min(ys.low, at.y), max(ys.high, at.y)
		}
	}
	if xs.high == 0 {
		xs.low, xs.high, ys.low, ys.high = 1, 10, 1, 10
	}
	if xs.high == xs.low {
		xs.low, xs.high = xs.low/2, xs.high*2
	}
	ys.low, ys.high = roundDown(ys.low*0.9), roundUp(ys.high*1.1)
	for grow := true; ys.high/ys.low < 10*(1-1e-9); grow = !grow {
		if grow {
			ys.high = roundUp(ys.high * 1.01)
		} else {
			ys.low = roundDown(ys.low * 0.99)
		}
	}
	return xs, ys
}

// roundDown returns the greatest of 1, 2 and 5 times a power of ten that is not above v.
func roundDown(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{5, 2} {
		if f*power <= v*(1+1e-9) {
			return f * power
		}
	}
	return power
}

// roundUp returns the least such value that is not below v.
func roundUp(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 5} {
		if f*power >= v*(1-1e-9) {
			return f * power
		}
	}
	return 10 * power
}
