package engine_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

var crashLong = flag.Bool("crash.long", false, "explore every crash image and every damaged byte, which takes long")

const crashSeed = 7

// An image is what a power cut left, and what it owes; it is judged once.
type image struct {
	hash        [32]byte
	now, flight *model
}

// A cutter runs a workload once, and cuts the power before every call that changes
// something, and after every step.
type cutter struct {
	s       *sim
	seen    map[image]bool
	inner   map[image]bool // of crashes in recovery, and of killed processes
	most    int            // pending things that get losses of their own
	deep    int            // every n-th image is written to, and its recovery crashed
	losses  []vfs.Loss     // of inner images
	shallow bool           // no inner images
	skip    func(vfs.Op) bool
	skipped bool // a sync was
	third   int  // of inner, those of recoveries of inner images

	thirdEvery int    // of so many inner images one has its own recovery crashed
	step       string // that is being taken
	err        error  // the first violation
}

// innerLosses are tried on crashes in recovery.
var innerLosses = []vfs.Loss{vfs.LoseAll, vfs.KeepSome(1), vfs.KeepAll, vfs.KeepSome(2), vfs.KeepSome(3), vfs.KeepSome(4)}

func newCutter(s *sim) *cutter {
	c := &cutter{s: s, seen: map[image]bool{}, inner: map[image]bool{}, most: 2, deep: 48, thirdEvery: 32, losses: innerLosses[:2]}
	if *crashLong {
		c.most, c.deep, c.thirdEvery, c.losses = 0, 1, 8, innerLosses
	}
	s.watch = c.watch
	return c
}

// count adds what was explored to the tally.
func (c *cutter) count() {
	tally.images.add(len(c.seen))
	tally.inner.add(len(c.inner))
	tally.third.add(c.third)
}

func (c *cutter) watch(op vfs.Op) error {
	if op.Mutates() {
		c.cut(op.String())
		// A kill differs most from a power cut where most is pending.
		if op.Kind == vfs.KindSyncDir || *crashLong {
			c.kill(op.String())
		}
	}
	if c.skip != nil && c.skip(op) {
		c.skipped = true
		return vfs.ErrSkipSync
	}
	return nil
}

func (c *cutter) run(steps ...step) error {
	for _, st := range steps {
		c.step = st.name
		if err := c.s.run(st); err != nil {
			return err
		}
		c.cut("the step after " + st.name)
		c.kill("the step after " + st.name)
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// cut tries every loss and judges each image not seen before.
func (c *cutter) cut(at string) {
	if c.skip != nil && !c.skipped {
		return // no different from the sweep that skips none
	}
	pending := c.s.mem.Pending()
	for loss := range c.s.mem.EveryLoss(crashSeed, c.most) {
		if c.err != nil {
			return
		}
		img := c.s.mem.AfterCrash(loss)
		key := image{img.Hash(), c.s.now, c.s.flight}
		if c.seen[key] {
			continue
		}
		c.seen[key] = true
		if err := c.judge(img, damagedFiles(loss, pending)); err != nil {
			c.err = fmt.Errorf("power cut before %q, %v: %w", at, loss, err)
		}
	}
}

// kill ends the process here, on a copy of the machine.
func (c *cutter) kill(at string) {
	if c.err == nil && !c.shallow {
		if err := c.killed(); err != nil {
			c.err = fmt.Errorf("killed before %q: %w", at, err)
		}
	}
}

func (c *cutter) judge(img *vfs.Mem, damaged []string) error {
	o := oracle{s: c.s, brief: c.shallow}
	if c.shallow {
		return o.check(img, damaged)
	}
	if len(c.seen)%c.deep == 0 {
		o.deep = true
		if len(damaged) == 0 {
			if err := c.within(img.Clone(), true); err != nil {
				return err
			}
		}
	}
	return o.check(img, damaged)
}

// checkInner judges an image of s, not c.s, briefly and once.
func (c *cutter) checkInner(s *sim, img *vfs.Mem) (fresh bool, err error) {
	key := image{img.Hash(), s.now, s.flight}
	if c.inner[key] {
		return false, nil
	}
	c.inner[key] = true
	return true, oracle{s: s, brief: true}.check(img, nil)
}

// within crashes the recovery of img before each call; with again, the recoveries of
// some of those too.
func (c *cutter) within(img *vfs.Mem, again bool) error {
	inner := c.s.follow(img, c.s.now, c.s.flight)
	var failure error
	look := func(at string) {
		for _, loss := range c.losses {
			if failure != nil {
				return
			}
			fresh, err := c.checkInner(inner, inner.mem.AfterCrash(loss))
			if fresh && !again {
				c.third++
			}
			if err == nil && fresh && again && len(c.inner)%c.thirdEvery == 0 {
				err = c.within(inner.mem.AfterCrash(loss), false)
			}
			if err != nil {
				failure = fmt.Errorf("recovery cut before %q, %v: %w", at, loss, err)
			}
		}
	}
	inner.watch = func(op vfs.Op) error {
		if op.Mutates() {
			look(op.String())
		}
		return nil
	}
	db, err := engine.Open(ctx, inner.options(img))
	if err != nil {
		return failure // no database yet: judged elsewhere
	}
	look("work")
	_ = db.Close()
	return failure
}

// killed ends the process here and starts another, which writes; then the power
// goes. What the first left in the page cache only must not be built upon.
func (c *cutter) killed() error {
	next := c.s.follow(c.s.mem.Clone(), c.s.now, c.s.flight)
	db, err := engine.Open(ctx, next.options(next.mem))
	if err != nil {
		if !c.s.now.made {
			return nil
		}
		return err
	}
	next.db = db
	found, err := oracle{s: c.s}.judge(db, next.mem)
	if err != nil {
		return err
	}
	next.now, next.flight = found, nil
	if c.s.flight != nil && c.s.flight.differs(found) == "" {
		next.now = c.s.flight
	} else if c.s.now.made {
		next.now = c.s.now // the very model, so that equal images are known
	}
	steps := []step{}
	if len(found.schemas) == 0 {
		steps = append(steps, stepDefine(schemaV1))
	}
	steps = append(steps, stepInsert("v1", doc("killed", 7, 10)))
	for _, st := range append(steps, stepCheckpoint(), stepInsert("v1", doc("killed twice", 8, 10))) {
		for _, loss := range c.losses {
			if _, err := c.checkInner(next, next.mem.AfterCrash(loss)); err != nil {
				return fmt.Errorf("then the power cut before %s, %v: %w", st.name, loss, err)
			}
		}
		if err := next.run(st); err != nil {
			return err
		}
	}
	return next.run(stepClose())
}

// damagedFiles lists the files in which a loss leaves what is neither old nor new:
// one that must be read may be refused, never believed.
func damagedFiles(loss vfs.Loss, pending []vfs.Pending) (list []string) {
	for _, p := range pending {
		if loss.Damages(p) && (len(list) == 0 || list[len(list)-1] != p.Path) {
			list = append(list, p.Path)
		}
	}
	return list
}

func TestCrashEverywhere(t *testing.T) {
	for _, w := range workloads() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s := newSim()
			w.prepare(s)
			known := 0 // steps that another workload has tried
			if w.steps[len(w.steps)-1].name != "init" && w.name != "insert" && !*crashLong {
				known = 2
			}
			if err := s.run(w.steps[:known]...); err != nil {
				t.Fatal(err)
			}
			c := newCutter(s)
			err := c.run(w.steps[known:]...)
			c.count()
			t.Logf("%d images, %d of recoveries and killed processes", len(c.seen), len(c.inner))
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
