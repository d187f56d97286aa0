package main

import (
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
)

// sample has two rounds in which AeroDB is twice as good as bbolt whichever way the
// workload counts, and in which the machine was ten times slower in the second.
func sample() *Report {
	r := &Report{Scale: "small", Rounds: 2}
	for round, speed := range []float64{10, 1} {
		r.Samples = append(r.Samples,
			Sample{"get", "aerodb", round, 2000 * speed}, Sample{"get", "bbolt", round, 1000 * speed}, Sample{"get", "pebble", round, 100 * speed},
			Sample{"verify", "aerodb", round, 5 / speed}, Sample{"verify", "bbolt", round, 10 / speed})
	}
	return r
}

func TestRatiosAreTakenWithinARound(t *testing.T) {
	r := sample()
	for _, w := range workloads {
		if w.name != "get" && w.name != "verify" {
			continue
		}
		if name, ratio := r.best(w); name != "bbolt" || ratio != 2 {
			t.Errorf("%s: best peer %s at %v, want bbolt at 2", w.name, name, ratio)
		}
		if ratio := r.ratio(w, "aerodb", "sqlite"); !math.IsNaN(ratio) {
			t.Errorf("%s: ratio to a subject that was not measured: %v", w.name, ratio)
		}
	}
}

func TestTable(t *testing.T) {
	table := sample().markdown()
	want := "| random gets | /s |  | 11,000 |  | 5,500 | 550 |  |  |  | 2.00 bbolt |\n"
	if !strings.Contains(table, want) {
		t.Errorf("the table is\n%s\nwant the line\n%s", table, want)
	}
}

func TestPlotIsXML(t *testing.T) {
	circles := 0
	for d := xml.NewDecoder(strings.NewReader(sample().plot())); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, is := token.(xml.StartElement); is && start.Name.Local == "circle" {
			circles++
		}
	}
	if want := len(subjects) + 5; circles != want {
		t.Errorf("%d circles, want %d", circles, want)
	}
}
