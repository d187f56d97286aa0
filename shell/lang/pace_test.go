package lang

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestPercentFor(t *testing.T) {
	for _, c := range []struct {
		alive uint64
		want  int
	}{
		{0, 800}, {4 << 20, 800}, {4<<20 + 1, 400}, {8 << 20, 400}, {16 << 20, 200}, {16<<20 + 1<<10, 100}, {1 << 40, 100},
	} {
		if got := percentFor(c.alive); got != c.want {
			t.Errorf("%d bytes alive: %d, want %d", c.alive, got, c.want)
		}
	}
}

// TestPace counts collections: with next to nothing alive, one comes for many megabytes of
// garbage. After the call the collector is as it was, and what an operator has set stays.
func TestPace(t *testing.T) {
	r, _ := newTestRuntime(t, "")
	r.opts.MemoryLimit = 1 << 40
	perCollection := func() uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		if err := run(t, r, `for i = 1, 1500000 do local t = {i} end`); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / uint64(max(after.NumGC-before.NumGC, 1))
	}
	if got := perCollection(); got < 8<<20 {
		t.Errorf("a collection for each %d KiB of garbage", got>>10)
	}
	if percent := debug.SetGCPercent(percentGo); percent != percentGo {
		t.Errorf("the call left GOGC at %d", percent)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	if got := perCollection(); got > 8<<20 {
		t.Errorf("GOGC was set to 50, and a collection came for each %d KiB of garbage", got>>10)
	}
	if percent := debug.SetGCPercent(50); percent != 50 {
		t.Errorf("the call changed GOGC from 50 to %d", percent)
	}
}
