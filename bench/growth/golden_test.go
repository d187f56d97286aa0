package main

import (
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/bench/host"
)

var update = flag.Bool("update", false, "write the golden files")

// sample returns what a run of two rounds at three sizes might have measured.
func sample() *Result {
	settings := defaults()
	settings.Rounds, settings.Sizes, settings.Logs = 2, []int{10_000, 1_000_000, 10_000_000}, []int{256, 65536}
	r := &Result{Settings: settings, Version: "v1", Machine: host.Machine{
		Go: "go1", OS: "linux/amd64", Kernel: "6", CPU: "CPU", Memory: "8 kB", FileSystem: "ext4", Cores: 2, LoadBefore: "0.10", LoadAfter: "0.20"}}
	for i, n := range settings.Sizes {
		grown := float64(n) / 10_000
		s := &Size{Documents: n, Values: map[string][]float64{}}
		for round := range 2 {
			noise := 1 + 0.1*float64(round)
			s.add("open", noise, 3*noise, 2*noise)
			s.add("start", 2*noise)
			s.add("open-killed", 150*noise)
			s.add("start-killed", 152*noise)
			s.add("processor", 4*noise)
			s.add("processor-killed", 130*noise)
			var each []float64
			for k := range 100 {
				each = append(each, 0.15*noise+float64(k)/1000)
			}
			s.addLatencies(map[string][]float64{"insert": each, "raw": each, "get": each, "city": each, "age": each, "snapshot": {4, 5, 9 * noise}})
			s.add("memory-read", 80+noise)
			s.add("memory-open", 6)
			s.add("memory-open-killed", 12)
			for _, kib := range settings.Logs {
				bytes := int64(kib) << 10
				s.Checkpoints = append(s.Checkpoints,
					Checkpoint{Documents: n, LogBytes: bytes, Milliseconds: float64(kib) / 100 * noise, Flushed: 1000, Written: bytes},
					Checkpoint{Documents: n, LogBytes: bytes, Milliseconds: float64(kib) / 50 * noise, Flushed: 1000, Written: bytes, Read: bytes, Merged: 4})
			}
		}
		s.add("load", 100_000)
		s.add("memory-load", 60+float64(i))
		s.add("disk", 64+grown)
		s.add("segments", grown)
		s.add("segment-count", float64(i+1))
		r.Sizes = append(r.Sizes, s)
	}
	for k := 1; k <= 32; k++ {
		c := Checkpoint{Documents: k * 300_000, LogBytes: 64 << 20, Milliseconds: 500 + float64(k)}
		if k%4 == 0 {
			c.Merged, c.Read, c.Milliseconds = 4, int64(k)*20e6, 1000*float64(k)
		}
		at := 1
		if c.Documents > 1_000_000 {
			at = 2
		}
		r.Sizes[at].During = append(r.Sizes[at].During, c)
	}
	return r
}

func TestGolden(t *testing.T) {
	out := t.TempDir()
	if err := sample().write(out, ""); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"growth.md", "growth.svg", "growth-checkpoint.svg"} {
		got, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not testdata/%[1]s; -update writes it, then read the diff", name)
		}
	}
}

// TestWrittenTwiceTheSame reads back what was measured, and writes everything from it.
func TestWrittenTwiceTheSame(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	if err := sample().write(first, ""); err != nil {
		t.Fatal(err)
	}
	again, err := readResult(filepath.Join(first, "growth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := again.write(second, ""); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"growth.json", "growth.md", "growth.svg", "growth-checkpoint.svg"} {
		a, _ := os.ReadFile(filepath.Join(first, name))
		b, _ := os.ReadFile(filepath.Join(second, name))
		if len(a) == 0 || string(a) != string(b) {
			t.Errorf("%s differs when it is written from growth.json", name)
		}
	}
	if _, err := readResult(filepath.Join(first, "growth.md")); err == nil {
		t.Error("a file that is no result was taken")
	}
}

func TestPage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	text := "before\n" + pageBegin + "old\n" + pageEnd + "after\n"
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r := sample()
	if err := r.write("", page); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(page)
	if want := "before\n" + pageBegin + r.table(true) + pageEnd + "after\n"; string(got) != want {
		t.Errorf("the page is\n%s\nwant\n%s", got, want)
	}
	if _, err := splice("no marks\n", "x"); err == nil {
		t.Error("a page without marks was taken")
	}
	if _, err := splice(pageEnd+pageBegin, "x"); err == nil {
		t.Error("a page with its marks the wrong way round was taken")
	}
}

// A box is where a text may lie on a picture.
type box struct {
	text                     string
	left, right, top, bottom float64
}

// TestNoLabelsOverlap looks at every text of both pictures.
func TestNoLabelsOverlap(t *testing.T) {
	r := sample()
	for name, svg := range map[string]string{"growth": draw(r.sizePanels()), "growth-checkpoint": draw(r.checkpointPanels())} {
		boxes := textBoxes(t, svg)
		if len(boxes) < 20 {
			t.Errorf("%s has %d texts only", name, len(boxes))
		}
		for i, a := range boxes {
			if a.left < 0 || a.right > 2*panelWidth {
				t.Errorf("%s: %q leaves the picture", name, a.text)
			}
			for _, b := range boxes[:i] {
				if a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom {
					t.Errorf("%s: %q lies on %q", name, a.text, b.text)
				}
			}
		}
	}
}

// textBoxes returns where the texts lie, if a letter is as wide as the plot guesses.
func textBoxes(t *testing.T, svg string) (boxes []box) {
	t.Helper()
	var dx, dy float64
	var attributes map[string]string
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return boxes
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			attributes = map[string]string{"element": e.Name.Local}
			for _, a := range e.Attr {
				attributes[a.Name.Local] = a.Value
			}
			if at, moved := strings.CutPrefix(attributes["transform"], "translate("); moved {
				x, y, _ := strings.Cut(strings.TrimSuffix(at, ")"), " ")
				dx, dy = float(t, x), float(t, y)
			}
		case xml.CharData:
			if attributes["element"] != "text" || strings.TrimSpace(string(e)) == "" {
				continue
			}
			size := 12.0
			if attributes["font-size"] != "" {
				size = float(t, attributes["font-size"])
			}
			width := float64(len([]rune(string(e)))) * letter * size / 12
			b := box{text: string(e), left: dx + float(t, attributes["x"]), top: dy + float(t, attributes["y"]) - size}
			switch attributes["text-anchor"] {
			case "middle":
				b.left -= width / 2
			case "end":
				b.left -= width
			}
			b.right, b.bottom = b.left+width, b.top+size
			boxes = append(boxes, b)
		case xml.EndElement:
			attributes = nil
		}
	}
}

func float(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestUnits(t *testing.T) {
	for got, want := range map[string]string{
		count(100): "100", count(50_000): "50 k", count(10_000_000): "10 M", count(1500): "1.5 k",
		bytes(256 << 10): "256 KiB", bytes(64 << 20): "64 MiB", bytes(1536): "1.5 KiB",
		megabytes(0.05): "50 kB", megabytes(1000): "1 GB", megabytes(128): "128 MB",
		span(0.0005): "500 ns", span(0.02): "20 us", span(5): "5 ms", span(2500): "2.5 s",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestScale(t *testing.T) {
	s := scale{low: 1, high: 100, from: 0, to: 200}
	if s.at(1) != 0 || s.at(10) != 100 || s.at(100) != 200 {
		t.Errorf("1, 10, 100 lie at %v, %v, %v", s.at(1), s.at(10), s.at(100))
	}
	if got, want := s.ticks(), []float64{1, 2, 5, 10, 20, 50, 100}; !slices.Equal(got, want) {
		t.Errorf("ticks %v, want %v", got, want)
	}
	s.high = 1000
	if got, want := s.ticks(), []float64{1, 10, 100, 1000}; !slices.Equal(got, want) {
		t.Errorf("ticks %v, want %v", got, want)
	}
	for v, want := range map[float64][2]float64{1: {1, 1}, 3: {2, 5}, 0.07: {0.05, 0.1}, 700: {500, 1000}} {
		if down, up := roundDown(v), roundUp(v); down < want[0]*0.999 || down > want[0]*1.001 || up < want[1]*0.999 || up > want[1]*1.001 {
			t.Errorf("%v is between %v and %v, want %v", v, down, up, want)
		}
	}
	flat := panel{series: []series{{points: []point{{10, 5}, {100, 5.1}}}}}
	if _, ys := flat.scales(); ys.high/ys.low < 9.99 || ys.low > 5 || ys.high < 5.1 {
		t.Errorf("what is flat has a scale from %v to %v", ys.low, ys.high)
	}
}

func TestSizesMustRise(t *testing.T) {
	var n numbers
	if err := n.Set("10_000, 1000000"); err != nil || n.String() != "10000,1000000" {
		t.Errorf("%v, %v", n, err)
	}
	for _, bad := range []string{"", "1,", "0", "-1", "x", "2,1", "1,1"} {
		if err := n.Set(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
