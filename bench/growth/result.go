package main

import (
	"maps"
	"math"
	"slices"

	"github.com/aerodb/aerodb/bench/figure"
	"github.com/aerodb/aerodb/bench/host"
)

// A Result is everything that was measured, and where.
type Result struct {
	Settings Settings
	Version  string
	Machine  host.Machine
	Sizes    []*Size
}

// A Size is what was measured at one size. Values has a value a round, or more, for each
// measure that a row of the table names.
type Size struct {
	Documents   int
	Values      map[string][]float64
	During      []Checkpoint // that full logs asked for while it was loaded
	Checkpoints []Checkpoint
}

func (s *Size) add(name string, values ...float64) {
	s.Values[name] = append(s.Values[name], values...)
}

// addLatencies adds what a round's calls come to.
func (s *Size) addLatencies(each map[string][]float64) {
	for _, name := range slices.Sorted(maps.Keys(each)) {
		s.add(name+".median", figure.Median(each[name]))
		s.add(name+".p99", figure.Quantile(each[name], 0.99))
		s.add(name+".worst", figure.Quantile(each[name], 1))
	}
}

// median returns the median of a measure, NaN if it was not taken.
func (s *Size) median(name string) float64 { return figure.Median(s.Values[name]) }

// worst returns the greatest value of a measure, NaN if it was not taken.
func (s *Size) worst(name string) float64 { return figure.Quantile(s.Values[name], 1) }

// pause returns the median time in milliseconds of those checkpoints that merged nothing,
// NaN if there are none.
func pause(all []Checkpoint) float64 {
	var times []float64
	for _, c := range all {
		if c.Merged == 0 {
			times = append(times, c.Milliseconds)
		}
	}
	return figure.Median(times)
}

// longest returns the longest of those checkpoints that merged segments; its time is NaN if
// there are none.
func longest(all []Checkpoint) Checkpoint {
	most := Checkpoint{Milliseconds: math.NaN()}
	for _, c := range all {
		if c.Merged > 0 && !(c.Milliseconds <= most.Milliseconds) {
			most = c
		}
	}
	return most
}

// of returns the checkpoints of a size of log.
func (s *Size) of(kib int) []Checkpoint {
	return slices.DeleteFunc(slices.Clone(s.Checkpoints), func(c Checkpoint) bool { return c.LogBytes != int64(kib)<<10 })
}

// growth returns how many times as large a value is at the largest size as at the smallest.
func (r *Result) growth(value func(*Size) float64) float64 {
	if len(r.Sizes) < 2 {
		return math.NaN()
	}
	return value(r.Sizes[len(r.Sizes)-1]) / value(r.Sizes[0])
}
