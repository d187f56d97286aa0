package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// A panel is one plot with both axes logarithmic.
type panel struct {
	title  string
	xTitle string
	ticks  []float64 // of x; nil for each power of ten
	x, y   func(float64) string
	series []series
}

// A series is a line, or dots alone. Points that are not above 0 are left out.
type series struct {
	name   string
	colour int  // of style; equal quantities have equal colours
	dashed bool // the 99th percentile, the worst
	dots   bool
	points []point
}

type point struct{ x, y float64 }

// Sizes in pixels. A letter is a guess that is wide enough for any sans-serif of 12.
const (
	panelWidth, panelHeight = 470, 330
	plotLeft, plotRight     = 66, 452
	plotTop, plotBottom     = 84, 278
	letter                  = 6.6
	labelGap                = 8
)

// style holds what a viewer with a dark background changes. Colours are chosen so that a
// viewer that knows no such thing shows a light picture.
const style = `<style>
.page{fill:#ffffff} .ink{fill:#24292f} .faint{fill:#57606a} .grid{stroke:#d8dee4} .frame{stroke:#8c959f;fill:none}
.l{fill:none;stroke-width:2} .dash{stroke-dasharray:5 4} .d{stroke:none}
.c0{color:#d62728} .c1{color:#1f77b4} .c2{color:#2ca02c} .c3{color:#9467bd} .c4{color:#c46200} .c5{color:#7f7f7f}
.l{stroke:currentColor} .d{fill:currentColor}
@media (prefers-color-scheme: dark){
.page{fill:#0d1117} .ink{fill:#e6edf3} .faint{fill:#9198a1} .grid{stroke:#2b323b} .frame{stroke:#6e7681}
.c0{color:#ff6b68} .c1{color:#58a6ff} .c2{color:#56d364} .c3{color:#bc8cff} .c4{color:#ffa657} .c5{color:#a5adb6}
}
</style>
`

// draw returns the panels, two in a row, as SVG.
func draw(panels []panel) string {
	rows := (len(panels) + 1) / 2
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12">`+"\n%s"+
		`<rect class="page" width="100%%" height="100%%"/>`+"\n", 2*panelWidth, rows*panelHeight, style)
	for i, p := range panels {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", i%2*panelWidth, i/2*panelHeight)
		p.draw(&b)
		b.WriteString("</g>\n")
	}
	return b.String() + "</svg>\n"
}

func (p *panel) draw(b *strings.Builder) {
	fmt.Fprintf(b, `<text class="ink" x="%d" y="24" font-size="14" font-weight="bold">%s</text>`+"\n", plotLeft, html.EscapeString(p.title))
	p.legend(b)
	xs, ys := p.scales()
	p.grid(b, xs, ys)
	for _, s := range p.series {
		s.draw(b, xs, ys, p)
	}
}

// legend names the series, in as many rows as they need.
func (p *panel) legend(b *strings.Builder) {
	x, y := float64(plotLeft), 44
	for _, s := range p.series {
		if len(s.points) == 0 {
			continue
		}
		width := 26 + letter*float64(len([]rune(s.name))) + 12
		if x > plotLeft && x+width > panelWidth {
			x, y = plotLeft, y+17
		}
		fmt.Fprintf(b, `<g class="c%d">`, s.colour)
		if !s.dots {
			fmt.Fprintf(b, `<line class="l%s" x1="%.0f" x2="%.0f" y1="%d" y2="%[4]d"/>`, s.dash(), x, x+20, y-4)
		}
		fmt.Fprintf(b, `<circle class="d" cx="%.0f" cy="%d" r="3.5"/></g><text class="ink" x="%.0f" y="%[2]d" dy="4">%[4]s</text>`+"\n",
			x+10, y-4, x+26, html.EscapeString(s.name))
		x += width
	}
}

func (s *series) dash() string {
	if s.dashed {
		return " dash"
	}
	return ""
}

// draw draws the points, each with its values for whoever points at it.
func (s *series) draw(b *strings.Builder, xs, ys scale, p *panel) {
	var line []string
	var dots strings.Builder
	for _, at := range s.points {
		x, y := xs.at(at.x), ys.at(at.y)
		line = append(line, fmt.Sprintf("%.1f,%.1f", x, y))
		fmt.Fprintf(&dots, `<circle class="d" cx="%.1f" cy="%.1f" r="3.5"><title>%s, %s: %s</title></circle>`+"\n",
			x, y, html.EscapeString(s.name), p.x(at.x), p.y(at.y))
	}
	fmt.Fprintf(b, `<g class="c%d">`+"\n", s.colour)
	if !s.dots && len(line) > 1 {
		fmt.Fprintf(b, `<polyline class="l%s" points="%s"/>`+"\n", s.dash(), strings.Join(line, " "))
	}
	b.WriteString(dots.String() + "</g>\n")
}

// grid draws the frame, and lines with labels; a label that would touch the one before it
// is left out.
func (p *panel) grid(b *strings.Builder, xs, ys scale) {
	ticks := p.ticks
	if ticks == nil {
		ticks = xs.ticks()
	}
	free := math.Inf(-1)
	for _, v := range ticks {
		x, label := xs.at(v), p.x(v)
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`, x, x, plotTop, plotBottom)
		if half := letter * float64(len([]rune(label))) / 2; x-half >= free {
			fmt.Fprintf(b, `<text class="faint" x="%.1f" y="%d" text-anchor="middle">%s</text>`, x, plotBottom+18, label)
			free = x + half + labelGap
		}
		b.WriteByte('\n')
	}
	for _, v := range ys.ticks() {
		y := ys.at(v)
		fmt.Fprintf(b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%[3]f"/><text class="faint" x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
			plotLeft, plotRight, y, plotLeft-8, y+4, p.y(v))
	}
	fmt.Fprintf(b, `<rect class="frame" x="%d" y="%d" width="%d" height="%d"/><text class="faint" x="%d" y="%d" text-anchor="middle">%s</text>`+"\n",
		plotLeft, plotTop, plotRight-plotLeft, plotBottom-plotTop, (plotLeft+plotRight)/2, plotBottom+38, html.EscapeString(p.xTitle))
}
