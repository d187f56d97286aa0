package main

import (
	"fmt"
	"math"
	"strconv"
)

// count prints a number of documents: 10 k, 1 M.
func count(n int) string { return short(float64(n), 1000, "", " k", " M", " G") }

// bytes prints a size as a log's size is given: 256 KiB, 16 MiB.
func bytes(n float64) string { return short(n, 1024, " B", " KiB", " MiB", " GiB") }

// megabytes prints a size that is given in MB: 100 MB, 1 GB.
func megabytes(mb float64) string { return short(mb*1e6, 1000, " B", " kB", " MB", " GB", " TB") }

// span prints a time that is given in milliseconds: 10 us, 1 ms, 1 s.
func span(ms float64) string { return short(ms*1e6, 1000, " ns", " us", " ms", " s") }

func short(v, step float64, units ...string) string {
	i := 0
	for v >= step*(1-1e-9) && i < len(units)-1 {
		v /= step
		i++
	}
	digits := strconv.FormatFloat(v, 'g', 3, 64)
	if v == math.Trunc(v) {
		digits = fmt.Sprintf("%.0f", v)
	}
	return digits + units[i]
}
