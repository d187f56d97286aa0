package engine_test

import (
	"fmt"
	"sync"
	"testing"
)

// tally counts what the suites of this package explored, for the page that quotes it.
var tally struct {
	images, inner counter // crash states, each another image; of recoveries and killed processes
	third         counter // of the latter, those of recoveries of recoveries
	faults        outcomes
	room          counter // disks that fill up
	bytes, files  counter // damage
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
}

type outcomes struct {
	mu sync.Mutex
	outcome
}

func (o *outcomes) add(p outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.runs += p.runs
	o.hit += p.hit
	o.surfaced += p.surfaced
	o.tolerated += p.tolerated
}

// printTally prints the sums behind the tests, for who asks for details with -v.
func printTally() {
	if !testing.Verbose() {
		return
	}
	fmt.Printf("explored: %d crash images; %d of crashed recoveries and killed processes, of which %d of recoveries of those\n", tally.images.n, tally.inner.n, tally.third.n)
	fmt.Printf("explored: %s; %d disks that fill up\n", tally.faults.outcome, tally.room.n)
	fmt.Printf("explored: %d damaged bytes, %d damaged files\n", tally.bytes.n, tally.files.n)
}
