package wal

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

var errInjected = fmt.Errorf("injected: %w", vfs.EIO)

// eachLife runs test with sims whose log is laid out whole, and whose log grows.
func eachLife(t *testing.T, test func(t *testing.T, newLife func() *sim)) {
	for name, size := range map[string]int64{"laid out whole": simSize, "growing": memOptions(nil).FirstSize()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, func() *sim {
				s := newSim(t)
				s.size = size
				return s
			})
		})
	}
}

// calls returns the calls of an undisturbed life, in order.
func calls(t *testing.T, s *sim) []vfs.Op {
	var ops []vfs.Op
	s.watch = func(op vfs.Op) error {
		ops = append(ops, op)
		return nil
	}
	s.begin()
	if err := s.run(s.life()...); err != nil {
		t.Fatal(err)
	}
	return ops
}

// faults are the errors that a call can return.
func faults(op vfs.Op) []error {
	list := []error{errInjected}
	if op.Kind == vfs.KindWrite {
		for _, n := range []int64{50, sectorBytes, op.Len / 2, op.Len - 1, op.Len} {
			list = append(list, vfs.ShortWrite{N: min(n, op.Len), Err: errInjected})
		}
	}
	return list
}

// TestFailOnce fails each call of a log's life once. The error reaches the caller,
// nothing acknowledged is gone, and the log goes on or says that it has failed.
func TestFailOnce(t *testing.T) { eachLife(t, failOnce) }

func failOnce(t *testing.T, newLife func() *sim) {
	for _, call := range calls(t, newLife()) {
		for _, fault := range faults(call) {
			s := newLife()
			s.watch = func(op vfs.Op) error {
				if op.N != call.N {
					return nil
				}
				s.watch = nil
				return fault
			}
			s.begin()
			if err := s.outlive(); err != nil {
				t.Fatalf("call %d, %s: %v: %v", call.N, call, fault, err)
			}
			s.checkLosses(fmt.Sprintf("call %d, %s: %v", call.N, call, fault))
		}
	}
}

// outlive lives a life in which one call fails.
func (s *sim) outlive() error {
	surfaced := 0
	steps := s.life()
	for i := 0; i < len(steps); {
		err := steps[i]()
		if err == nil {
			i++
			continue
		}
		if surfaced++; !errors.Is(err, errInjected) {
			return fmt.Errorf("step %d failed with %w", i, err)
		}
		again, err := s.mend(err)
		if err != nil {
			return fmt.Errorf("after step %d: %w", i, err)
		}
		if !again {
			i++
		}
	}
	if surfaced != 1 {
		return fmt.Errorf("the error surfaced %d times", surfaced)
	}
	return nil
}

// mend does what a caller does about an error, and reports whether to take the
// step again.
func (s *sim) mend(cause error) (again bool, err error) {
	code := dberr.CodeOf(cause)
	switch {
	case !s.created:
		if files := s.m.Files(); len(files) != 0 || code != dberr.StorageIOError {
			return false, fmt.Errorf("creating failed with %v and left %v", cause, files)
		}
		return true, nil
	case s.l != nil && s.m.OpenHandles() == 1 && !s.l.Failed():
		unread := code == dberr.StorageIOError && s.l.Sealed() // the slack, before the seal is broken
		if code != dberr.WALAppendFailed && !unread {
			return false, fmt.Errorf("the log goes on after %w", cause)
		}
		// A record shorter than the one that failed must have only zeros behind it.
		if err := s.append(insert(70, 10)); err != nil {
			return false, err
		}
		s.checkLosses(cause.Error())
		return true, nil
	case s.l != nil && s.l.Failed():
		if err := s.checkFailed(cause); err != nil {
			return false, err
		}
		again = true
	case code != dberr.StorageIOError && code != dberr.WALFsyncFailed:
		return false, fmt.Errorf("opening or closing failed with %w", cause)
	}
	if n := s.m.OpenHandles(); n != 0 {
		return false, fmt.Errorf("%d files stay open", n)
	}
	return again, s.restart()
}

// checkFailed checks that a failed log refuses everything, and closes it.
func (s *sim) checkFailed(cause error) error {
	if code := dberr.CodeOf(cause); code != dberr.WALFsyncFailed {
		return fmt.Errorf("a single failure failed the log: %w", cause)
	}
	before := len(s.m.Trace())
	appended := s.l.Append(grouped(s.l, insert(1, 1)), digestAt(1))
	sealed := s.l.Seal(s.l.Digest())
	if dberr.CodeOf(appended) != dberr.DatabaseFailed || dberr.CodeOf(sealed) != dberr.DatabaseFailed || len(s.m.Trace()) != before {
		return fmt.Errorf("a failed log appends: %v, seals: %v", appended, sealed)
	}
	return s.l.Close()
}

// checkLosses cuts the power and recovers, whatever is lost.
func (s *sim) checkLosses(what string) {
	s.t.Helper()
	for _, loss := range []vfs.Loss{vfs.LoseAll, vfs.KeepAll, vfs.KeepOnly(0), vfs.LoseOnly(0), vfs.KeepFirst(3),
		vfs.KeepSome(crashSeed), vfs.KeepSome(crashSeed + 1), vfs.KeepSome(crashSeed + 2), vfs.Tear4096(crashSeed)} {
		if _, err := s.recover(s.m.AfterCrash(loss), loss); err != nil {
			s.t.Fatalf("%s: %v: %v", what, loss, err)
		}
	}
}

// checkDeath checks a process that died of err: started anew with a whole disk it
// finds what was acknowledged, and so after a power cut.
func (s *sim) checkDeath(what string, err error) {
	s.t.Helper()
	if err == nil {
		s.t.Fatalf("%s: the error was swallowed", what)
	}
	if dberr.CodeOf(err) == "" {
		s.t.Fatalf("%s: %v has no code", what, err)
	}
	if !s.created {
		return
	}
	s.checkLosses(what)
	s.watch = nil
	if err := s.restart(); err != nil {
		s.t.Fatalf("%s: restarted: %v", what, err)
	}
	s.checkLosses(what + ", restarted")
	if err := s.append(insert(50, 600)); err != nil {
		s.t.Fatalf("%s: restarted: %v", what, err)
	}
	s.checkLosses(what + ", restarted and appended")
}

// TestFailForEver fails each call and all that follow it.
func TestFailForEver(t *testing.T) { eachLife(t, failForEver) }

func failForEver(t *testing.T, newLife func() *sim) {
	for _, call := range calls(t, newLife()) {
		s := newLife()
		s.watch = func(op vfs.Op) error {
			if op.N >= call.N {
				return errInjected
			}
			return nil
		}
		s.begin()
		s.checkDeath(fmt.Sprintf("from call %d, %s", call.N, call), s.run(s.life()...))
	}
}

// TestDiskFull fills the disk at each sector that a life writes, as if it were
// one that copies on write, where even overwriting takes room.
func TestDiskFull(t *testing.T) { eachLife(t, diskFull) }

func diskFull(t *testing.T, newLife func() *sim) {
	var total int64
	for _, op := range calls(t, newLife()) {
		if op.Kind == vfs.KindWrite || op.Kind == vfs.KindAllocate {
			total += op.Len
		}
	}
	for n := int64(0); n < total; n += sectorBytes {
		s := newLife()
		s.m.FullAfter(n)
		err := s.run(s.life()...)
		if !vfs.IsNoSpace(err) {
			t.Fatalf("full after %d bytes: %v", n, err)
		}
		if code := dberr.CodeOf(err); !s.created && code != dberr.StorageNoSpace {
			t.Fatalf("full after %d bytes: creating failed with %v", n, err)
		}
		if files := s.m.Files(); !s.created && len(files) != 0 {
			t.Fatalf("full after %d bytes: creating left %v", n, files)
		}
		s.checkDeath(fmt.Sprintf("full after %d bytes", n), err)
	}
}
