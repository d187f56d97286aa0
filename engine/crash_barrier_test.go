package engine_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

var digits = regexp.MustCompile(`[0-9TZ]*[0-9][0-9TZ]*`)

// site names the place that a sync comes from: what was being done, to which file.
func site(step string, op vfs.Op) string {
	verb, _, _ := strings.Cut(step, " ")
	return verb + ": " + digits.ReplaceAllString(op.String(), "#")
}

// useless are the syncs without which no crash is noticed, and why.
var useless = map[string]string{
	"open: syncdir data":                       "matters behind a process killed between the rename and its sync: the killed processes of TestCrashEverywhere notice",
	"open: syncdir data/generations/#":         "the same, of CHECKPOINT",
	"open: sync data/generations/#/wal/#.wal":  "matters behind a sync that failed and a process started anew: package wal notices",
	"close: sync data/generations/#/wal/#.wal": "a seal that is lost costs a repair at the next open, and no document",
}

// TestBarriers leaves out one sync after the other. The crash sweep must notice, or
// it would not notice that the code forgot it.
func TestBarriers(t *testing.T) {
	if !*crashLong && testing.Short() {
		t.Skip("barriers are tried without -short")
	}
	sites := map[string][]workload{}
	for _, w := range workloads() {
		if !slices.Contains([]string{"init", "versions", "checkpoint", "snapshot", "kill and open", "close and open"}, w.name) {
			continue
		}
		for _, c := range w.calls(t) {
			if name := site(c.step, c.op); c.op.Kind == vfs.KindSync || c.op.Kind == vfs.KindSyncDir {
				if list := sites[name]; len(list) == 0 || list[len(list)-1].name != w.name {
					sites[name] = append(list, w)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sites)) {
		if useless[name] != "" && !*crashLong {
			continue // showing that nothing is noticed takes the whole sweep
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var err error
			for _, w := range sites[name] {
				if err = without(w, name); err != nil {
					break
				}
			}
			if why := useless[name]; (err == nil) != (why != "") {
				t.Errorf("without it: %v; expected to be useless: %q", err, why)
			}
		})
	}
}

// without sweeps a workload in which the syncs of one site do nothing.
func without(w workload, name string) error {
	s := newSim()
	w.prepare(s)
	c := newCutter(s)
	c.shallow = true
	c.skip = func(op vfs.Op) bool {
		return (op.Kind == vfs.KindSync || op.Kind == vfs.KindSyncDir) && site(c.step, op) == name
	}
	return c.run(w.steps...)
}
