package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/bench/figure"
	"github.com/aerodb/aerodb/bench/host"
)

// A Sample is one value of one round: operations a second, milliseconds or megabytes, as
// the workload says.
type Sample struct {
	Workload, Subject string
	Round             int
	Value             float64
}

// A Report is everything that was measured, and where.
type Report struct {
	Seed     uint64
	Scale    string
	Rounds   int
	Settings Scale
	Machine  host.Machine
	Versions map[string]string
	// Absent says who could not be measured, and why.
	Absent  []string `json:",omitempty"`
	Samples []Sample
}

// values returns the samples of a workload and a subject by round.
func (r *Report) values(workload, subject string) map[int]float64 {
	v := map[int]float64{}
	for _, s := range r.Samples {
		if s.Workload == workload && s.Subject == subject {
			v[s.Round] = s.Value
		}
	}
	return v
}

// columns returns the subjects that have samples.
func (r *Report) columns() (shown []subject) {
	for _, s := range subjects {
		if slices.ContainsFunc(r.Samples, func(sample Sample) bool { return sample.Subject == s.name }) {
			shown = append(shown, s)
		}
	}
	return shown
}

// value returns the median over the rounds, or NaN.
func (r *Report) value(workload, subject string) float64 {
	var all []float64
	for _, v := range r.values(workload, subject) {
		all = append(all, v)
	}
	return figure.Median(all)
}

// ratio returns how many times as good a is as b: the median of the ratios of the
// rounds, or NaN.
func (r *Report) ratio(w workload, a, b string) float64 {
	of := r.values(w.name, b)
	var all []float64
	for round, v := range r.values(w.name, a) {
		if o, has := of[round]; has && w.more {
			all = append(all, v/o)
		} else if has {
			all = append(all, o/v)
		}
	}
	return figure.Median(all)
}

// best returns the peer that is hardest to beat, or "". Who did a part only is none.
func (r *Report) best(w workload) (name string, ratio float64) {
	ratio = math.NaN()
	for _, s := range r.columns() {
		if s.name == "aerodb" || s.name == "limit" || s.part(r.Settings) > 1 {
			continue
		}
		if q := r.ratio(w, "aerodb", s.name); !math.IsNaN(q) && !(q >= ratio) {
			name, ratio = s.title, q
		}
	}
	return name, ratio
}

// write prints the table and writes the files that have a name.
func (r *Report) write(jsonFile, markdownFile, plotFile string) error {
	table := r.markdown()
	fmt.Print(table)
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	for _, f := range []struct{ name, text string }{{jsonFile, string(data) + "\n"}, {markdownFile, table}, {plotFile, r.plot()}} {
		if f.name == "" {
			continue
		}
		if err := os.WriteFile(f.name, []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// markdown returns the table: medians, and AeroDB's ratio to the limit and to the best
// peer, more than 1 being better.
func (r *Report) markdown() string {
	var t strings.Builder
	t.WriteString("| workload | |")
	rule := "\n| --- | --- |"
	for _, s := range r.columns() {
		t.WriteString(" " + s.heading(r.Settings) + " |")
		rule += " ---: |"
	}
	t.WriteString(" AeroDB / limit | AeroDB / best peer |" + rule + " ---: | --- |\n")
	for _, w := range workloads {
		if math.IsNaN(r.value(w.name, "aerodb")) {
			continue
		}
		fmt.Fprintf(&t, "| %s | %s |", w.title, w.unit)
		for _, s := range r.columns() {
			t.WriteString(" " + figure.Number(r.value(w.name, s.name)) + " |")
		}
		name, ratio := r.best(w)
		fmt.Fprintf(&t, " %s | %s %s |\n", figure.Number(r.ratio(w, "aerodb", "limit")), figure.Number(ratio), name)
	}
	t.WriteString("\n" + r.notes())
	return t.String()
}

// notes says where it was measured, who did less, and who is not there.
func (r *Report) notes() string {
	var t strings.Builder
	for _, s := range r.columns() {
		if part := s.part(r.Settings); part > 1 {
			fmt.Fprintf(&t, "%s did one part in %d, of documents and of operations, since with all of them it would not end in reasonable time; it is no best peer.\n", s.title, part)
		}
	}
	for _, why := range r.Absent {
		t.WriteString(why + "\n")
	}
	m := r.Machine
	fmt.Fprintf(&t, "Scale %s (%d documents), %d rounds, seed %d. %s, %s, %d cores (%s), memory %s, %s, Linux %s; load average %s before, %s after.\n",
		r.Scale, r.Settings.Documents, r.Rounds, r.Seed, m.Go, m.OS, m.Cores, m.CPU, m.Memory, m.FileSystem, m.Kernel, m.LoadBefore, m.LoadAfter)
	for _, path := range slices.Sorted(func(yield func(string) bool) {
		for path := range r.Versions {
			if !yield(path) {
				return
			}
		}
	}) {
		fmt.Fprintf(&t, "%s %s. ", path, r.Versions[path])
	}
	return strings.TrimRight(t.String(), " ") + "\n"
}
