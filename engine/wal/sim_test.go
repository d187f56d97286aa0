package wal

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// Sizes of the logs, in bytes: the larger ones have more behind their records than a
// repair writes zeros over.
const (
	simSize      = 24 << 10
	simSizeLarge = 192 << 10
)

// memOptions let a log grow to simSize, in steps of 4 KiB.
func memOptions(m *vfs.Mem) Options {
	return Options{FS: m, Dir: "wal", UUID: testUUID, SizeMax: simSize}
}

// A sim drives one log on a Mem and knows what was acknowledged.
type sim struct {
	t       testing.TB
	m       *vfs.Mem
	l       *Log
	size    int64 // of the log when it is created
	created bool
	sealed  bool // a seal was acknowledged and nothing was appended since
	acked   [][]Op
	flight  []Op // the record being appended, or appended with unknown outcome
	torn    bool // part of a record lies behind the last
	owed    int  // counts the changes of the five above

	watch func(vfs.Op) error // called before each call
	rest  func()             // called after each step
	fail  map[string]error   // by kind: what the next such call does
	calm  bool               // neither watched nor failed: the test itself is writing
}

func newSim(t testing.TB) *sim {
	m := vfs.NewMem()
	if err := m.Mkdir("wal", vfs.DirPerm); err != nil {
		t.Fatal(err)
	}
	if err := m.SyncDir("/"); err != nil {
		t.Fatal(err)
	}
	return &sim{t: t, m: m, size: simSize}
}

// begin starts the process that does the work: every call is watched from now on.
func (s *sim) begin() {
	s.m.SetFault(func(op vfs.Op) error {
		if s.calm {
			return nil
		}
		if s.watch != nil {
			if err := s.watch(op); err != nil {
				return err
			}
		}
		err := s.fail[op.Kind]
		if late, ok := err.(nth); ok && late.n > 0 {
			s.fail[op.Kind] = nth{late.n - 1, late.error}
			return nil
		}
		delete(s.fail, op.Kind)
		return err
	})
}

// An nth is an error that n calls escape.
type nth struct {
	n int
	error
}

func (e nth) Unwrap() error { return e.error }

// restart kills the process, not the machine, and starts it anew.
func (s *sim) restart() error {
	s.m = s.m.Clone()
	s.begin()
	return s.open()
}

func (s *sim) create() error { return s.createSized(s.size) }

// createSmall creates a log that is to grow.
func (s *sim) createSmall() error { return s.createSized(memOptions(s.m).FirstSize()) }

func (s *sim) createLarge() error { return s.createSized(simSizeLarge) }

func (s *sim) createSized(size int64) (err error) {
	s.l, err = Create(memOptions(s.m), Header{FirstSequence: 1, Size: size, BaseDigest: digestAt(0)})
	s.created = err == nil
	return err
}

func (s *sim) append(ops ...Op) error {
	s.flight, s.sealed = ops, false
	s.owed++
	b := grouped(s.l, ops...)
	err := s.l.Append(b, digestAt(b.First()+uint64(b.Count())-1))
	if err == nil {
		s.acked, s.flight, s.torn = append(s.acked, ops), nil, false
		s.owed++
	} else if !s.l.Failed() {
		s.flight = nil // it is known not to be there
		s.owed++
	}
	return err
}

func (s *sim) seal() error {
	found := s.l.Sealed() // at open, perhaps in the page cache only: then nothing is owed
	err := s.l.Seal(s.l.Digest())
	if err == nil && !found {
		s.sealed, s.torn = true, false
	}
	s.owed++
	return err
}

func (s *sim) reopen() error {
	if err := s.l.Close(); err != nil {
		return err
	}
	return s.open()
}

func (s *sim) open() (err error) {
	var h history
	if s.l, _, err = Open(memOptions(s.m), FileName(1), h.replay, false); err != nil {
		return err
	}
	return s.settle(h)
}

// tear ends the process while a record of four sectors is being written: the
// second never gets to the file.
func (s *sim) tear() error {
	s.sealed = false
	s.owed++
	if err := s.l.breakSeal(); err != nil {
		return err
	}
	b := grouped(s.l, insert(90, 1700))
	if err := s.l.makeRoom(RecordBytes(b.Len())); err != nil {
		return err
	}
	record := b.frame(s.l.salt.at(s.l.used), digestAt(b.First()))
	s.calm, s.torn = true, true
	s.owed++
	err := writeAll(s.l.file, record[:sectorBytes], s.l.used)
	if err == nil {
		err = writeAll(s.l.file, record[2*sectorBytes:], s.l.used+2*sectorBytes)
	}
	s.calm = false
	if err != nil {
		return vfs.Wrap(err, "tear", "")
	}
	return s.reopen()
}

// restartInDoubt is restart where the disk may hold parts of a record further back
// than the repair reaches. They may show, and are cut, until a seal is written.
func (s *sim) restartInDoubt() error {
	err := s.restart()
	s.torn = true
	s.owed++
	return err
}

// settle compares what was read with what was acknowledged, and learns whether
// the record in flight survived.
func (s *sim) settle(h history) error {
	survived, err := s.judge(h)
	if survived {
		s.acked = append(slices.Clone(s.acked), s.flight)
	}
	s.flight, s.torn = nil, false
	s.owed++
	return err
}

// judge checks that h is what was acknowledged, and at most the record in flight.
func (s *sim) judge(h history) (survived bool, err error) {
	want := s.acked
	n := 0
	for _, r := range h {
		if r.Count == 0 {
			continue
		}
		if n == len(s.acked) && s.flight != nil {
			want, survived = append(slices.Clone(want), s.flight), true
		}
		if n == len(want) {
			return false, fmt.Errorf("a record at %d that nobody wrote", r.Offset)
		}
		if !slices.EqualFunc(r.Ops, want[n], sameOp) || r.Digest != digestAt(r.FirstSequence+uint64(r.Count)-1) {
			return false, fmt.Errorf("record %d is not what was written", n)
		}
		n++
	}
	if n < len(s.acked) {
		return false, fmt.Errorf("%d records of %d acknowledged", n, len(s.acked))
	}
	return survived, nil
}

// life is what happens to a log: records of each size, sealed and not.
func (s *sim) life() []func() error {
	return []func() error{
		s.create,
		func() error { return s.append(insert(1, 10)) },
		func() error { return s.append(insert(2, 700), insert(3, 400), Op{Kind: Delete, ID: []byte("u002")}) },
		func() error { return s.append(insert(4, 3600)) },
		s.seal,
		s.reopen,
		func() error { return s.append(insert(5, 600)) },
		s.reopen,
		func() error { return s.append(insert(6, 10)) },
		s.seal,
		func() error { return s.append(insert(7, 500)) },
		s.reopen,
		s.tear,
		func() error { return s.append(insert(8, 1200)) },
		s.seal,
		s.tear,
		func() error { return s.append(insert(9, 1200)) },
		func() error { return s.l.Close() },
	}
}

// run takes steps until one fails.
func (s *sim) run(steps ...func() error) error {
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
		if s.rest != nil {
			s.rest()
		}
	}
	return nil
}

// recover opens the log on img, which a power cut of s.m left, and checks it.
// A loss that tears sectors inside may be refused, never believed.
func (s *sim) recover(img *vfs.Mem, loss vfs.Loss) (history, error) {
	var h history
	l, report, err := Open(memOptions(img), FileName(1), h.replay, false)
	switch {
	case err != nil && s.mayRefuse(loss):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if s.sealed && s.flight == nil && !report.Sealed && !s.mayRefuse(loss) {
		return nil, errors.New("the acknowledged seal is gone")
	}
	if report.TornBytes > 0 && s.flight == nil && !s.torn && !s.mayRefuse(loss) {
		return nil, errors.New("a record is torn, and none was in flight")
	}
	_, err = s.judge(h)
	return h, err
}

func (s *sim) mayRefuse(loss vfs.Loss) bool {
	return len(s.m.Pending()) > 0 && (strings.Contains(loss.String(), "torn") || strings.Contains(loss.String(), "garbage"))
}
