package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/aerodb/aerodb/bench/figure"
	"github.com/aerodb/aerodb/bench/host"
	"github.com/aerodb/aerodb/bench/users"
	"github.com/aerodb/aerodb/bench/worker"
)

// A bench is a run of all rounds.
type bench struct {
	ctx      context.Context
	root     string
	scale    Scale
	only     *regexp.Regexp
	seed     uint64
	subjects []subject
	samples  []Sample

	began    time.Time
	number   int // of the round
	dir      string
	children []*child
	turns    int // counts turns, so that another subject begins each
}

// wants reports whether any of the workloads is asked for.
func (b *bench) wants(names ...string) bool {
	for _, name := range names {
		if b.only.MatchString(name) {
			return true
		}
	}
	return false
}

func (b *bench) record(workload, subject string, value float64) {
	if b.wants(workload) {
		b.samples = append(b.samples, Sample{workload, subject, b.number, value})
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// round does everything once, in fresh directories.
func (b *bench) round(number int) (err error) {
	b.number = number
	if b.dir, err = os.MkdirTemp(b.root, "round-"); err != nil {
		return err
	}
	defer func() {
		for _, c := range b.children {
			c.kill()
		}
		b.children = nil
		err = errors.Join(err, os.RemoveAll(b.dir))
	}()
	steps := []func() error{b.single}
	if slices.ContainsFunc(workloads, func(w workload) bool { return w.name != "insert" && w.name != "insert16" && b.wants(w.name) }) {
		steps = append(steps, b.loaded, b.reads, b.maintenance, b.opens)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// spawnAll opens every subject's store in the round's directory of that name.
func (b *bench) spawnAll(name string) error {
	for _, s := range b.subjects {
		c, err := b.spawn(s, b.place(name, s))
		if err != nil {
			return err
		}
		b.children = append(b.children, c)
	}
	return b.settle() // by then all are open, and stopped
}

func (b *bench) settle() error { return b.each(worker.Request{Op: "settle"}, nil) }

func (b *bench) place(name string, s subject) string { return filepath.Join(b.dir, name, s.name) }

func (b *bench) closeAll() error {
	var all error
	for _, c := range b.children {
		all = errors.Join(all, c.close())
	}
	b.children = nil
	return all
}

// each asks every child once for its part of a request; another begins each time.
func (b *bench) each(r worker.Request, got func(c *child, n int, spent time.Duration)) error {
	b.turns++
	for i := range b.children {
		c := b.children[(i+b.turns)%len(b.children)]
		own, part := r, c.subject.part(b.scale)
		own.N, own.Of = r.N/part, r.Of/part
		spent, has, err := c.ask(own)
		if err != nil {
			return err
		}
		if has && got != nil {
			got(c, own.N, spent)
		}
	}
	return nil
}

// rate measures n operations of every child, in turns, as operations a second. The
// documents of a turn follow those of the turn before.
func (b *bench) rate(r worker.Request, n, turns int) error {
	if !b.wants(r.Op) {
		return nil
	}
	b.say(r.Op)
	total, done := map[string]time.Duration{}, map[string]int{}
	r.N = n / turns
	for turn := range turns {
		r.Seed = b.seed + uint64(b.number*1000+turn)
		err := b.each(r, func(c *child, n int, spent time.Duration) {
			total[c.subject.name] += spent
			done[c.subject.name] += n
		})
		if err != nil {
			return err
		}
		r.From += r.N
	}
	for name, spent := range total {
		b.record(r.Op, name, float64(done[name])/spent.Seconds())
	}
	return nil
}

func (b *bench) say(what string) {
	fmt.Fprintf(os.Stderr, "%8s round %d: %s\n", time.Since(b.began).Round(time.Second), b.number+1, what)
}

// single measures single inserts into small databases.
func (b *bench) single() error {
	if !b.wants("insert", "insert16") {
		return nil
	}
	if err := b.spawnAll("single"); err != nil {
		return err
	}
	if err := b.rate(worker.Request{Op: "insert"}, b.scale.Insert, b.scale.Turns); err != nil {
		return err
	}
	if err := b.rate(worker.Request{Op: "insert16", From: b.scale.Insert}, b.scale.Insert16, b.scale.Turns); err != nil {
		return err
	}
	return errors.Join(b.closeAll(), os.RemoveAll(filepath.Join(b.dir, "single")))
}

// loaded loads the database that everything else looks at, and opens it again.
func (b *bench) loaded() error {
	if err := b.spawnAll("load"); err != nil {
		return err
	}
	b.say("bulk")
	r := worker.Request{Op: "bulk", N: b.scale.Documents, Batch: b.scale.Batch}
	err := b.each(r, func(c *child, n int, spent time.Duration) {
		b.record("bulk", c.subject.name, float64(n)/spent.Seconds())
		if c.subject.database {
			b.record("memory", c.subject.name, float64(c.memory)/1e6)
		}
	})
	if err != nil {
		return err
	}
	for i, c := range b.children {
		if !c.subject.database {
			continue
		}
		if err := c.close(); err != nil {
			return err
		}
		b.record("disk", c.subject.name, float64(host.DiskSize(b.place("load", c.subject)))/1e6)
		again, err := b.spawn(c.subject, b.place("load", c.subject))
		if err != nil {
			return err
		}
		b.children[i] = again
	}
	return b.settle()
}

// reads measures gets, queries and changes in the loaded database. One turn before those
// that count fills the caches.
func (b *bench) reads() error {
	of := b.scale.Documents
	for _, w := range []struct {
		op string
		n  int
	}{{"get", b.scale.Get}, {"city", b.scale.Query}, {"age", b.scale.Query}} {
		if !b.wants(w.op) {
			continue
		}
		if err := b.each(worker.Request{Op: w.op, N: w.n / b.scale.Turns, Of: of, Seed: b.seed + 999}, nil); err != nil {
			return err
		}
		if err := b.rate(worker.Request{Op: w.op, Of: of}, w.n, b.scale.Turns); err != nil {
			return err
		}
	}
	return b.rate(worker.Request{Op: "mix", Of: of}, b.scale.Mix, b.scale.Turns)
}

// opens measures starting on the loaded database, after a clean close and after a kill
// in the middle of a load.
func (b *bench) opens() error {
	// Snapshots do not count in "compacted": those that others made lie elsewhere, and are gone.
	if err := b.each(worker.Request{Op: "tidy"}, nil); err != nil {
		return err
	}
	if err := b.closeAll(); err != nil {
		return err
	}
	for _, s := range b.subjects {
		if s.database {
			b.record("compacted", s.name, float64(host.DiskSize(b.place("load", s)))/1e6)
		}
	}
	if err := b.shells(); err != nil {
		return err
	}
	if !b.wants("open", "start", "open-killed", "start-killed") {
		return nil
	}
	b.say("open")
	if err := b.starts("", b.scale.Starts); err != nil {
		return err
	}
	b.say("kill and open")
	for _, s := range b.subjects {
		if !s.database {
			continue
		}
		c, err := b.spawn(s, b.place("load", s))
		if err != nil {
			return err
		}
		part := s.part(b.scale)
		_, _, err = c.ask(worker.Request{Op: "bulk", From: b.scale.Documents / part, N: b.scale.Kill / part, Batch: 100})
		c.kill()
		if err != nil {
			return err
		}
	}
	return b.starts(killed, 1)
}

// killed is what the rows of starts after a kill have behind their names.
const killed = "-killed"

// startsEnough is the time after which a subject is not started again to measure its start.
const startsEnough = 5 * time.Second

// starts records the medians of n starts of each subject, or of fewer, at least one, if they
// take long.
//
// Who ran before leaves the processor's caches full of its own, and memory that is still
// being freed: a start of 2 ms then takes 3 or 4, and in a ring it is always the same one that
// comes after a server with a gigabyte. So each start that counts follows one that does not:
// of the same program on the same store or, after a kill, which only the first start finds,
// of the program that does nothing.
func (b *bench) starts(suffix string, n int) error {
	whole, opened, spent := map[string][]float64{}, map[string][]float64{}, map[string]time.Duration{}
	for range n {
		for _, s := range b.inTurn() {
			if spent[s.name] > startsEnough {
				continue
			}
			program, before := s.name, s.name
			if !s.database {
				program = nothing
			}
			if !s.database || suffix == killed {
				before = nothing
			}
			begin := time.Now()
			dir, id := b.place("load", s), users.ID(b.scale.Documents/s.part(b.scale)/2)
			if _, _, err := b.start(before, dir, id); err != nil {
				return err
			}
			w, o, err := b.start(program, dir, id)
			if err != nil {
				return err
			}
			spent[s.name] += time.Since(begin)
			whole[s.name] = append(whole[s.name], milliseconds(w))
			opened[s.name] = append(opened[s.name], milliseconds(o))
		}
	}
	for _, s := range b.subjects {
		b.record("start"+suffix, s.name, figure.Median(whole[s.name]))
		if s.database {
			b.record("open"+suffix, s.name, figure.Median(opened[s.name]))
		}
	}
	return nil
}
