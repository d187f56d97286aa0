package lang

import "runtime/debug"

// Go's garbage collector comes when the heap has doubled, but not below 4 MiB. A script
// makes some hundred megabytes of garbage a second, and while little of it is alive, the
// collector would come every few milliseconds. While a call runs it lets garbageMin come
// together first: the heap is at most this much larger, whatever is alive.
const (
	garbageMin = 32 << 20 // bytes, about
	percentGo  = 100      // GOGC as it is if nobody has set it
	percentMax = 800      // with which a heap of next to nothing takes garbageMin
)

// pace is what the garbage collector is set to while a call runs; the zero value has set
// nothing yet.
type pace struct{ percent int }

// set follows how much of the heap was alive after the last collection. What an operator
// has set GOGC to is left as it is.
func (p *pace) set(alive uint64) {
	wanted := percentFor(alive)
	if p.percent == 0 && wanted == percentGo || p.percent == wanted || p.percent < 0 {
		return
	}
	before := debug.SetGCPercent(wanted)
	if p.percent == 0 && before != percentGo {
		debug.SetGCPercent(before)
		wanted = -1
	}
	p.percent = wanted
}

// end leaves the collector as it was.
func (p *pace) end() {
	if p.percent > 0 {
		debug.SetGCPercent(percentGo)
	}
}

// percentFor is the largest step with which garbage does not pass garbageMin.
func percentFor(alive uint64) int {
	percent := percentMax
	for percent > percentGo && alive*uint64(percent)/100 > garbageMin {
		percent /= 2
	}
	return percent
}
