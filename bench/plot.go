package main

import (
	"fmt"
	"html"
	"math"
	"strings"

	"github.com/aerodb/aerodb/bench/figure"
)

var colours = map[string]string{"limit": "#999999", "aerodb": "#d62728", "sqlite": "#1f77b4", "bbolt": "#2ca02c", "pebble": "#9467bd", "badger": "#ff7f0e", "buntdb": "#8c564b",
	"clover": "#e377c2", "redis": "#bcbd22", "tarantool": "#17becf"}

// plot draws a row a workload and a dot a subject: how many times as good it is as
// AeroDB, on a logarithmic axis.
func (r *Report) plot() string {
	const left, width, row, top, decades, legend = 330, 560, 24, 84, 2.5, 3
	var rows strings.Builder
	x := func(ratio float64) float64 {
		return left + width/2*(1+max(-1, min(1, math.Log10(ratio)/decades)))
	}
	y := top
	for _, w := range workloads {
		if math.IsNaN(r.value(w.name, "aerodb")) {
			continue
		}
		fmt.Fprintf(&rows, `<text x="%d" y="%d" text-anchor="end">%s</text><line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#eee"/>`+"\n",
			left-12, y+4, html.EscapeString(strings.ReplaceAll(w.title, "`", "")), left, left+width, y, y)
		for _, s := range r.columns() {
			if ratio := r.ratio(w, s.name, "aerodb"); !math.IsNaN(ratio) {
				fmt.Fprintf(&rows, `<circle cx="%.1f" cy="%d" r="5" fill="%s" fill-opacity="0.8"><title>%s: %s %s, %s times as good as AeroDB</title></circle>`+"\n",
					x(ratio), y, colours[s.name], s.heading(r.Settings), figure.Number(r.value(w.name, s.name)), w.unit, figure.Number(ratio))
			}
		}
		y += row
	}
	var axis strings.Builder
	for _, ratio := range []float64{0.01, 0.1, 1, 10, 100} {
		fmt.Fprintf(&axis, `<line x1="%[1]f" x2="%[1]f" y1="%[2]d" y2="%[3]d" stroke="#ccc"/><text x="%[1]f" y="%[4]d" text-anchor="middle">%[5]v</text>`+"\n",
			x(ratio), top-12, y-row+12, y+8, ratio)
	}
	for i, s := range r.columns() {
		x, y := left+i/legend*(width/4), 16+i%legend*16
		fmt.Fprintf(&axis, `<circle cx="%d" cy="%d" r="5" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n", x, y, colours[s.name], x+9, y+4, s.heading(r.Settings))
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="white"/>
<text x="12" y="24">times as good as AeroDB (right is better)</text>
%s%s</svg>
`, left+width+30, y+24, axis.String(), rows.String())
}
