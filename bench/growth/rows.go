package main

import (
	"fmt"
	"math"
)

// What the design says of a row.
const (
	flat      = "flat"
	bounded   = "flat once a log was full"
	holdsMost = "flat once the cache is full"
	withMerge = "follows what is merged"
	withData  = "follows the data"
	cached    = "flat, and a miss of the cache"
	aside     = ""
)

// A row is a line of the table.
type row struct {
	title, unit, design string
	short               bool // whether it is in the short table
	value               func(*Size) float64
}

func rows(s *Settings) []row {
	of := func(name string) func(*Size) float64 { return func(s *Size) float64 { return s.median(name) } }
	worst := func(name string) func(*Size) float64 { return func(s *Size) float64 { return s.worst(name) } }
	us := func(f func(*Size) float64) func(*Size) float64 { return func(s *Size) float64 { return 1000 * f(s) } }
	all := []row{
		{"open + one get, closed cleanly", "ms", flat, true, of("open")},
		{"the same with the process's start", "ms", flat, false, of("start")},
		{"processor time of that, closing included", "ms", flat, false, of("processor")},
		{fmt.Sprintf("open + one get, killed %s writes after a checkpoint", count(s.Kill)), "ms", flat, true, of("open-killed")},
		{"the same with the process's start", "ms", flat, false, of("start-killed")},
		{"processor time of that", "ms", flat, true, of("processor-killed")},
		{"durable insert, median", "us", flat, true, us(of("insert.median"))},
		{"durable insert, 99th percentile", "us", flat, true, us(of("insert.p99"))},
		{"durable insert, worst", "us", flat, true, us(worst("insert.worst"))},
		{"beside it, write and sync alone: median", "us", aside, true, us(of("raw.median"))},
		{"write and sync alone: 99th percentile", "us", aside, true, us(of("raw.p99"))},
		{"write and sync alone: worst", "us", aside, false, us(worst("raw.worst"))},
		{"random get, median", "us", cached, true, us(of("get.median"))},
		{"random get, 99th percentile", "us", cached, true, us(of("get.p99"))},
		{"`city = X` by `_id`, limit 100, median", "us", cached, true, us(of("city.median"))},
		{"`city = X`, 99th percentile", "us", cached, false, us(of("city.p99"))},
		{"`a <= age <= a+1` by `age`, limit 100, median", "us", cached, true, us(of("age.median"))},
		{"`a <= age <= a+1`, 99th percentile", "us", cached, false, us(of("age.p99"))},
		{"snapshot after one change, median", "ms", flat, true, of("snapshot.median")},
		{"snapshot after one change, worst", "ms", flat, false, worst("snapshot.worst")},
	}
	for i, kib := range s.Logs {
		full := i == len(s.Logs)-1
		title := "checkpoint of " + bytes(float64(kib)*1024)
		all = append(all,
			row{title + " of log, nothing merged, median", "ms", flat, true, func(s *Size) float64 { return pause(s.of(kib)) }},
			row{title + ", longest that merged", "ms", withMerge, full, func(s *Size) float64 { return longest(s.of(kib)).Milliseconds }},
			row{"it read", "MB", withMerge, false, func(s *Size) float64 { return read(longest(s.of(kib))) }})
	}
	return append(all,
		row{"checkpoints of the load to this size, nothing merged, median", "ms", flat, false, func(s *Size) float64 { return pause(s.During) }},
		row{"checkpoints of the load, longest that merged", "ms", withMerge, true, func(s *Size) float64 { return longest(s.During).Milliseconds }},
		row{"it read", "MB", withMerge, true, func(s *Size) float64 { return read(longest(s.During)) }},
		row{"load, batches of " + count(s.Batch), "/s", aside, true, of("load")},
		row{"peak memory of the load", "MB", bounded, true, worst("memory-load")},
		row{"peak memory of gets and queries", "MB", holdsMost, true, worst("memory-read")},
		row{"peak memory of open + one get", "MB", flat, true, worst("memory-open")},
		row{"peak memory of open + one get, killed", "MB", flat, false, worst("memory-open-killed")},
		row{"on disk, log and snapshots included", "MB", withData, true, of("disk")},
		row{"segments", "MB", withData, false, of("segments")},
		row{"segments", "number", "follows the logarithm of the data", false, of("segment-count")})
}

// read returns what a checkpoint read of the segments it merged, in MB.
func read(c Checkpoint) float64 {
	if c.Merged == 0 {
		return math.NaN()
	}
	return float64(c.Read) / 1e6
}
