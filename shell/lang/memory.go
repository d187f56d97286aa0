package lang

import (
	"context"
	"fmt"
	"runtime/metrics"
	"time"
)

// watchInterval is how often the heap is looked at while a call runs. In it a script on a
// fast machine makes some ten megabytes of small values; a larger one it makes in a single
// instruction is bounded by StringBytesMax and arrayIndexMax.
const watchInterval = 10 * time.Millisecond

// Metrics of the Go runtime, in bytes; reading them stops nothing.
const (
	heapObjects = "/memory/classes/heap/objects:bytes" // what objects take, dead ones not yet swept included
	heapAlive   = "/gc/heap/live:bytes"                // what the last collection found alive
	heapAllocs  = "/gc/heap/allocs:bytes"              // all that was ever allocated
)

// MemoryError ends a call whose values passed Options.MemoryLimit. pcall does not catch it:
// whatever the script would do next would need memory too.
type MemoryError struct {
	Limit      int64  // bytes
	StackTrace string // where the script was
}

// Error says which limit was passed.
func (e *MemoryError) Error() string {
	return fmt.Sprintf("the script's values take more than %d MiB of memory", e.Limit>>20)
}

// watch cancels a call when the heap has passed the limit and a garbage collection does
// not help, and sets the pace of the collections. The goroutine reads two numbers of the Go
// runtime and touches no data; it ends with the call, which may come long before the end of
// a collection: with a million tables in memory one takes a second.
func (r *Runtime) watch(cancel context.CancelCauseFunc) (stop func()) {
	if r.opts.MemoryLimit <= 0 || r.watched {
		return func() {}
	}
	r.watched = true
	limit, ended, done := uint64(r.opts.MemoryLimit), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		var p pace
		defer p.end()
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
			}
			if r.aboveLimit(limit, ended) {
				cancel(&MemoryError{Limit: r.opts.MemoryLimit})
				return
			}
			p.set(metric(heapAlive))
		}
	}()
	return func() {
		close(ended)
		<-done
		r.watched = false
	}
}

// aboveLimit reports whether more than limit bytes are alive; false if the call has ended
// before that is known. What was allocated while the collection ran counts as alive whether
// it is or not, so it is taken off.
func (r *Runtime) aboveLimit(limit uint64, ended <-chan struct{}) bool {
	if metric(heapObjects) <= limit {
		return false
	}
	before, collected := metric(heapAllocs), make(chan struct{})
	go func() { // it waits for Go's collector and does nothing else
		defer close(collected)
		r.collect()
	}()
	select {
	case <-ended:
		return false
	case <-collected:
		return metric(heapAlive) > limit+metric(heapAllocs)-before
	}
}

func metric(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
