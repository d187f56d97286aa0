package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/aerodb/aerodb/bench/figure"
)

// table returns a row a measure and a column a size, then how a measure grew from the
// smallest size to the largest and what the design says of it, then where it ran. The
// short one has the rows that say most.
func (r *Result) table(short bool) string {
	var t strings.Builder
	t.WriteString("| documents | |")
	rule := "\n| --- | --- |"
	for _, s := range r.Sizes {
		t.WriteString(" " + figure.Number(float64(s.Documents)) + " |")
		rule += " ---: |"
	}
	t.WriteString(" last / first | design |" + rule + " ---: | --- |\n")
	for _, row := range rows(&r.Settings) {
		if short && !row.short || r.lacks(row) {
			continue
		}
		fmt.Fprintf(&t, "| %s | %s |", row.title, row.unit)
		for _, s := range r.Sizes {
			t.WriteString(" " + figure.Number(row.value(s)) + " |")
		}
		fmt.Fprintf(&t, " %s | %s |\n", figure.Number(r.growth(row.value)), row.design)
	}
	m, s := r.Machine, r.Settings
	fmt.Fprintf(&t, "\nRounds: %d, in each at each size: %d starts, %d inserts, %d gets, %d of each query, %d snapshots, %d checkpoints of each log; seed %d. "+
		"%s, %s, %d cores (%s), memory %s, %s, Linux %s; load average %s before, %s after",
		s.Rounds, s.Starts, s.Inserts, s.Gets, s.Queries, s.Snapshots, s.Checkpoints, s.Seed,
		m.Go, m.OS, m.Cores, m.CPU, m.Memory, m.FileSystem, m.Kernel, m.LoadBefore, m.LoadAfter)
	if r.Version != "" {
		t.WriteString("; aerodb " + r.Version)
	}
	return t.String() + ".\n"
}

// lacks reports whether a row has a value at no size.
func (r *Result) lacks(row row) bool {
	for _, s := range r.Sizes {
		if !math.IsNaN(row.value(s)) {
			return false
		}
	}
	return true
}
