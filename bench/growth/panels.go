package main

import "math"

// Colours of style.
const (
	red = iota
	blue
	green
	violet
	orange
	grey
)

// line returns a measure over the sizes.
func (r *Result) line(name string, colour int, dashed bool, value func(*Size) float64) series {
	s := series{name: name, colour: colour, dashed: dashed}
	for _, size := range r.Sizes {
		s.add(float64(size.Documents), value(size))
	}
	return s
}

// add adds a point if there is one: on a logarithmic axis there is no 0.
func (s *series) add(x, y float64) {
	if y > 0 && !math.IsInf(y, 1) {
		s.points = append(s.points, point{x, y})
	}
}

// sizePanels returns a panel a quantity, over the size of the data.
func (r *Result) sizePanels() []panel {
	median := func(name, measure string, colour int) series {
		return r.line(name, colour, false, func(s *Size) float64 { return s.median(measure) })
	}
	dashed := func(name, measure string, colour int) series {
		return r.line(name, colour, true, func(s *Size) float64 { return s.median(measure) })
	}
	worst := func(name, measure string, colour int) series {
		return r.line(name, colour, false, func(s *Size) float64 { return s.worst(measure) })
	}
	panels := []panel{
		{title: "open + one get", series: []series{
			median("closed cleanly", "open", red), dashed("with the process's start", "start", red),
			median("killed, "+count(r.Settings.Kill)+" writes in the log", "open-killed", blue)}},
		{title: "durable insert, one writer", series: []series{
			median("median", "insert.median", red), dashed("99th percentile", "insert.p99", red), worst("worst", "insert.worst", orange),
			median("write and sync alone: median", "raw.median", grey), dashed("its 99th percentile", "raw.p99", grey)}},
		{title: "random get", series: []series{
			median("median", "get.median", red), dashed("99th percentile", "get.p99", red)}},
		{title: "queries by an index, limit 100", series: []series{
			median("city: median", "city.median", red), dashed("city: 99th percentile", "city.p99", red),
			median("age: median", "age.median", blue), dashed("age: 99th percentile", "age.p99", blue)}},
		{title: "checkpoint, nothing merged", series: r.pauses()},
		{title: "snapshot after one change", series: []series{
			median("median", "snapshot.median", red), worst("worst", "snapshot.worst", orange)}},
		{title: "peak memory", series: []series{
			worst("load", "memory-load", red), worst("gets and queries", "memory-read", blue), worst("open + one get", "memory-open", green)}},
		{title: "on disk", series: []series{
			median("all, log and snapshots included", "disk", red), median("segments", "segments", blue)}},
	}
	for i := range panels {
		p := &panels[i]
		p.xTitle, p.x, p.y, p.ticks = "documents", documents, span, nil
		for _, s := range r.Sizes {
			p.ticks = append(p.ticks, float64(s.Documents))
		}
	}
	panels[6].y, panels[7].y = megabytes, megabytes
	return panels
}

func documents(n float64) string { return count(int(math.Round(n))) }

// pauses returns a line a size of log, the largest first.
func (r *Result) pauses() (all []series) {
	colours := []int{red, blue, green, violet, orange}
	for i := len(r.Settings.Logs) - 1; i >= 0; i-- {
		kib := r.Settings.Logs[i]
		all = append(all, r.line(bytes(float64(kib)*1024)+" of log", colours[len(all)%len(colours)], false, func(s *Size) float64 { return pause(s.of(kib)) }))
	}
	return all
}

// checkpointPanels returns the pause over the size of the log, and those of the load.
func (r *Result) checkpointPanels() []panel {
	byLog := panel{title: "checkpoint, by what the log holds", xTitle: "used of the log; nothing merged", x: bytes, y: span}
	for _, kib := range r.Settings.Logs {
		byLog.ticks = append(byLog.ticks, float64(kib)*1024)
	}
	colours := []int{green, violet, blue, red, orange}
	for i, size := range r.Sizes {
		s := series{name: documents(float64(size.Documents)) + " documents", colour: colours[i%len(colours)]}
		for _, kib := range r.Settings.Logs {
			s.add(float64(kib)*1024, pause(size.of(kib)))
		}
		byLog.series = append(byLog.series, s)
	}
	plain := series{name: "nothing merged", colour: red, dots: true}
	merged := series{name: "with a merge", colour: blue, dots: true}
	for _, size := range r.Sizes {
		for _, c := range size.During {
			into := &plain
			if c.Merged > 0 {
				into = &merged
			}
			into.add(float64(c.Documents), c.Milliseconds)
		}
	}
	full := bytes(float64(r.Settings.logLimit()))
	during := panel{title: "checkpoints of full logs (" + full + ") in the load", xTitle: "documents", x: documents, y: span, series: []series{plain, merged}}
	return []panel{byLog, during}
}
