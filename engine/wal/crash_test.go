package wal

import (
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

const crashSeed = 7

// A state is a crash image and what it owes; it is checked once.
type state struct {
	image [32]byte
	owed  int
}

// A cutter cuts the power before every call that changes something
// and after every step.
type cutter struct {
	s     *sim
	check func(*sim, *vfs.Mem, vfs.Loss) error
	skip  int // this sync does nothing; -1 is none
	most  int // for EveryLoss
	syncs int
	seen  map[state]bool
	err   error // the first violation
}

func (c *cutter) watch(op vfs.Op) error {
	if c.s.created && op.Mutates() {
		c.cut(op.String())
	}
	if op.Kind == vfs.KindSync || op.Kind == vfs.KindSyncDir {
		if c.syncs++; c.syncs-1 == c.skip {
			return vfs.ErrSkipSync
		}
	}
	return nil
}

// cut tries every loss and checks each image not seen in this state before.
func (c *cutter) cut(at string) {
	s := c.s
	for loss := range s.m.EveryLoss(crashSeed, c.most) {
		if c.err != nil {
			return
		}
		img := s.m.AfterCrash(loss)
		key := state{img.Hash(), s.owed}
		if c.seen[key] {
			continue
		}
		c.seen[key] = true
		if err := c.check(s, img, loss); err != nil {
			c.err = fmt.Errorf("power cut before %q, %v: %w", at, loss, err)
		}
	}
}

// crashEverywhere runs scenario, cutting the power at each call; a sync whose
// number is skip does nothing. It returns the first violation.
func crashEverywhere(t *testing.T, scenario func(*sim) error, skip int, check func(*sim, *vfs.Mem, vfs.Loss) error) (*cutter, error) {
	return crashAt(t, scenario, &cutter{check: check, skip: skip, most: 12})
}

func crashAt(t *testing.T, scenario func(*sim) error, c *cutter) (*cutter, error) {
	s := newSim(t)
	c.s, c.seen = s, make(map[state]bool)
	s.watch, s.rest = c.watch, func() { c.cut("the next step") }
	s.begin()
	if err := scenario(s); err != nil {
		return c, err
	}
	return c, c.err
}

// scenarios are lives of a log, together with what only a failed sync and a
// restart of the process make dangerous.
var scenarios = []struct {
	name string
	run  func(*sim) error
}{
	{"life", func(s *sim) error { return s.run(s.life()...) }},
	{"life that grows", func(s *sim) error {
		s.size = memOptions(s.m).FirstSize()
		return s.run(s.life()...)
	}},
	{"grown by several steps", func(s *sim) error {
		return s.run(s.createSmall,
			func() error { return s.append(insert(1, 2900)) },
			func() error { return s.append(insert(2, 10)) },
			func() error { return s.append(insert(3, 10)) },
			func() error { return s.append(insert(4, 9000)) },
			s.reopen,
			func() error { return s.append(insert(5, 3000)) },
			s.seal,
			func() error { return s.append(insert(6, 2000)) },
			s.reopen,
			func() error { return s.append(insert(7, 10)) })
	}},
	{"zeros in the cache only", func(s *sim) error {
		return s.run(s.createSmall,
			func() error { return s.append(insert(1, 2000)) },
			func() error {
				return s.failing(vfs.KindSync, vfs.EIO, func() error { return s.append(insert(2, 3000)) })
			},
			s.restart,
			s.seal,
			func() error { return s.append(insert(3, 2400)) },
			s.seal)
	}},
	{"larger header in the cache only", func(s *sim) error {
		return s.run(s.createSmall,
			func() error { return s.append(insert(1, 2000)) },
			func() error {
				return s.failing(vfs.KindSync, nth{1, vfs.EIO}, func() error { return s.append(insert(2, 3000)) })
			},
			s.restart,
			s.seal,
			func() error { return s.append(insert(3, 2400)) },
			s.seal)
	}},
	{"header withdrawn in the cache only", func(s *sim) error {
		return s.run(s.createSmall,
			func() error { return s.append(insert(1, 2000)) },
			func() error {
				s.fail = map[string]error{vfs.KindWrite: nth{1, vfs.ShortWrite{N: sectorBytes, Err: vfs.EIO}}, vfs.KindSync: nth{1, vfs.EIO}}
				return s.failing("", nil, func() error { return s.append(insert(2, 3000)) })
			},
			s.restart,
			s.seal,
			func() error { return s.append(insert(3, 2400)) },
			s.seal)
	}},
	{"zeros that do not fit", func(s *sim) error {
		return s.run(s.createSmall,
			func() error { return s.append(insert(1, 1400)) },
			s.seal,
			func() error {
				return s.failing(vfs.KindWrite, nth{1, vfs.ShortWrite{N: 1024, Err: vfs.ENOSPC}}, func() error { return s.append(insert(2, 3000)) })
			},
			s.seal,
			func() error { return s.append(insert(2, 600)) },
			func() error { return s.append(insert(3, 2400)) })
	}},
	{"header that cannot be written", func(s *sim) error {
		return s.run(s.createSmall,
			func() error { return s.append(insert(1, 1400)) },
			func() error {
				return s.failing(vfs.KindWrite, nth{1, vfs.ShortWrite{N: sectorBytes, Err: vfs.EIO}}, func() error { return s.append(insert(2, 3000)) })
			},
			s.seal,
			func() error { return s.append(insert(2, 600)) },
			func() error { return s.append(insert(3, 2400)) })
	}},
	{"record in the cache only", func(s *sim) error {
		return s.run(s.create,
			func() error { return s.append(insert(1, 10)) },
			func() error {
				return s.failing(vfs.KindSync, vfs.EIO, func() error { return s.append(insert(2, 600)) })
			},
			s.restart,
			func() error { return s.append(insert(3, 10)) })
	}},
	{"seal in the cache only", func(s *sim) error {
		return s.run(s.create,
			func() error { return s.append(insert(1, 10)) },
			func() error { return s.failing(vfs.KindSync, vfs.EIO, s.seal) },
			s.restart,
			func() error { return s.append(insert(3, 600)) })
	}},
	{"broken seal in the cache only", func(s *sim) error {
		return s.run(s.create,
			func() error { return s.append(insert(1, 10)) },
			s.seal,
			s.reopen,
			func() error {
				return s.failing(vfs.KindSync, vfs.EIO, func() error { return s.append(insert(2, 600)) })
			},
			s.restart,
			func() error { return s.append(insert(3, 2600)) })
	}},
	{"withdrawn in the cache only", func(s *sim) error {
		return s.run(s.create,
			func() error { return s.append(insert(1, 10)) },
			func() error {
				s.fail = map[string]error{vfs.KindWrite: vfs.ShortWrite{N: sectorBytes, Err: vfs.EIO}, vfs.KindSync: vfs.EIO}
				return s.failing("", nil, func() error { return s.append(insert(2, 10)) })
			},
			s.restart,
			func() error { return s.append(insert(3, 10)) })
	}},
}

// farBack withdraws a record that reaches further than a repair writes zeros over.
// What it left there may be on the disk, unseen, until the log is sealed.
func farBack(s *sim) error {
	return s.run(s.createLarge,
		func() error { return s.append(insert(1, 10)) },
		func() error {
			s.fail = map[string]error{vfs.KindWrite: vfs.ShortWrite{N: 72 << 10, Err: vfs.EIO}, vfs.KindSync: vfs.EIO}
			return s.failing("", nil, func() error { return s.append(insert(2, 100<<10)) })
		},
		s.restartInDoubt,
		s.seal,
		func() error { return s.append(insert(3, 10)) })
}

// failing takes a step during which the next call of a kind fails.
func (s *sim) failing(kind string, err error, step func() error) error {
	if kind != "" {
		s.fail = map[string]error{kind: err}
	}
	if step() == nil {
		return fmt.Errorf("an injected %v was swallowed", err)
	}
	return nil
}

func TestCrashEverywhere(t *testing.T) {
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			c, err := crashEverywhere(t, sc.run, -1, thoroughly)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d images, %d syncs", len(c.seen), c.syncs)
		})
	}
}

// TestSealKeepsPromise seals a log behind whose records the disk holds what nobody
// sees. Without the sync that comes before the seal, an append finds it there.
func TestSealKeepsPromise(t *testing.T) {
	const slackSync = 5
	for _, skip := range []int{-1, slackSync} {
		c, err := crashAt(t, farBack, &cutter{check: quickly, skip: skip, most: 1})
		if (err == nil) != (skip < 0) {
			t.Errorf("without sync %d: %v", skip, err)
		}
		t.Logf("%d images, %d syncs", len(c.seen), c.syncs)
	}
}

// TestBarriers skips each sync in turn. The crash test must notice, or it would
// not notice the sync's absence in the code.
func TestBarriers(t *testing.T) {
	// These renew at an open, twice, the last record, which an earlier sync made durable.
	// They matter where that sync failed, and there, as sync 4 of the other scenarios, they
	// are noticed.
	unnoticed := map[string]bool{"life 8": true, "life 13": true, "life that grows 10": true, "life that grows 17": true,
		"grown by several steps 10": true, "grown by several steps 17": true, "zeros in the cache only 4": true}
	// These make the header durable for a record that does not reach behind the old size: it
	// lacks room for its seal. For one that does, they are noticed.
	for _, name := range []string{"life that grows 12", "grown by several steps 4", "grown by several steps 19"} {
		unnoticed[name] = true
	}
	for _, sc := range scenarios {
		whole, err := crashEverywhere(t, sc.run, -1, quickly)
		if err != nil {
			t.Fatal(err)
		}
		for n := range whole.syncs {
			name := fmt.Sprintf("%s %d", sc.name, n)
			_, err := crashEverywhere(t, sc.run, n, quickly)
			if (err == nil) != unnoticed[name] {
				t.Errorf("without sync %s: %v", name, err)
			}
		}
	}
}

// quickly recovers an image, and appends to it: what follows a seal is not looked at
// before.
func quickly(s *sim, img *vfs.Mem, loss vfs.Loss) error {
	h, err := s.recover(img, loss)
	if err != nil || h == nil && s.mayRefuse(loss) {
		return err
	}
	return goOn(s, img)
}

// thoroughly recovers an image, and again after a power cut; all agree byte by
// byte, wherever the recovery is cut, and the log takes a record.
func thoroughly(s *sim, img *vfs.Mem, loss vfs.Loss) error {
	undisturbed := img.Clone()
	h, err := s.recover(undisturbed, loss)
	if err != nil || h == nil && s.mayRefuse(loss) {
		return err
	}
	again := undisturbed.AfterCrash(vfs.LoseAll)
	if again.Hash() != undisturbed.Hash() {
		return fmt.Errorf("recovery left something unsynced")
	}
	if h2, err := s.recover(again, loss); err != nil || !h2.equal(h) || again.Hash() != undisturbed.Hash() {
		return fmt.Errorf("a second recovery finds %d records, the first %d: %v", len(h2), len(h), err)
	}
	if err := crashRecovery(s, img, loss, h); err != nil {
		return err
	}
	return goOn(s, again)
}

// crashRecovery cuts the power at each call of a recovery that ends in h.
func crashRecovery(s *sim, img *vfs.Mem, loss vfs.Loss, h history) (err error) {
	m := img.Clone()
	m.SetFault(func(op vfs.Op) error {
		if !op.Mutates() || err != nil {
			return nil
		}
		for _, inner := range []vfs.Loss{vfs.LoseAll, vfs.KeepAll, vfs.KeepSome(1), vfs.KeepSome(2), vfs.KeepFirst(1), vfs.LoseOnly(0)} {
			if h2, e := s.recover(m.AfterCrash(inner), loss); e != nil || !h2.equal(h) {
				err = fmt.Errorf("recovery cut before %q, %v: %d records of %d, %v", op, inner, len(h2), len(h), e)
				return nil
			}
		}
		return nil
	})
	l, _, e := Open(memOptions(m), FileName(1), new(history).replay, false)
	if e == nil {
		e = l.Close()
	}
	if err == nil {
		err = e
	}
	return err
}

// goOn appends to a recovered log and cuts the power once more.
func goOn(s *sim, m *vfs.Mem) error {
	next := &sim{t: s.t, m: m, acked: s.acked, flight: s.flight}
	err := next.open()
	if err == nil {
		err = next.append(insert(99, 10))
	}
	if err == nil {
		_, err = next.recover(m.AfterCrash(vfs.LoseAll), vfs.LoseAll)
	}
	if err != nil {
		return fmt.Errorf("going on after recovery: %w", err)
	}
	return nil
}
