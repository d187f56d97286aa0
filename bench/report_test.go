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
	want := "| random gets | /s | 11,000 | 5,500 | 550 |  | 2.00 bbolt |\n"
	if !strings.Contains(table, want) {
		t.Errorf("the table is\n%s\nwant the line\n%s", table, want)
	}
}

// TestWhoDoesLessIsMarked gives clover the best row there is, of a tenth of the documents.
func TestWhoDoesLessIsMarked(t *testing.T) {
	r := sample()
	r.Settings = scales["full"]
	r.Absent = []string{"Redis is absent: redis-server is not on the PATH."}
	for round := range r.Rounds {
		r.Samples = append(r.Samples, Sample{"get", "clover", round, 1e9})
	}
	table := r.markdown()
	for _, want := range []string{"| clover (100,000 documents) |", "clover did one part in 10,", "| 2.00 bbolt |", r.Absent[0]} {
		if !strings.Contains(table, want) {
			t.Errorf("the table has no %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, "Redis |") {
		t.Errorf("the table has a column for who is absent:\n%s", table)
	}
}

func TestVersionOf(t *testing.T) {
	for output, want := range map[string]string{
		"Redis server v=7.0.15 sha=00000000:0 bits=64": "7.0.15", "Tarantool 2.6.0-0-g47aa4e01e": "2.6.0-0-g47aa4e01e", "3.40.1 2022-12-28": "3.40.1", "none": "none",
	} {
		if got := versionOf(strings.Fields(output)); got != want {
			t.Errorf("versionOf(%q) = %q, want %q", output, got, want)
		}
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
	if want := 3 + 5; circles != want { // of the legend, and dots
		t.Errorf("%d circles, want %d", circles, want)
	}
}
