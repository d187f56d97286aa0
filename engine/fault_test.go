package engine_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

var errInjected = errors.New("injected")

// A fault is what one call does, or that call and all that follow it, until an
// error has reached the caller.
type fault struct {
	name    string
	err     error
	forever bool
}

func faultsOf(op vfs.Op) []fault {
	list := []fault{
		{"EIO", fmt.Errorf("%w: %w", errInjected, vfs.EIO), false},
		{"EIO from here on", fmt.Errorf("%w: %w", errInjected, vfs.EIO), true},
	}
	space := fmt.Errorf("%w: %w", errInjected, vfs.ENOSPC)
	switch op.Kind {
	case vfs.KindWrite:
		sizes := []int64{op.Len / 2, op.Len}
		if *crashLong {
			sizes = []int64{1, 512, op.Len - 1, op.Len}
		}
		for _, n := range sizes {
			list = append(list, fault{fmt.Sprintf("ENOSPC after %d bytes", n), vfs.ShortWrite{N: min(n, op.Len), Err: space}, false})
		}
	case vfs.KindCreate, vfs.KindMkdir, vfs.KindRename, vfs.KindLink, vfs.KindSync, vfs.KindSyncDir, vfs.KindAllocate:
		list = append(list, fault{"ENOSPC", space, false})
	}
	return list
}

// A call is one call of an undisturbed workload.
type call struct {
	n    int // how many calls went before, of all machines
	step string
	op   vfs.Op
	last bool // CHECKPOINT was replaced before, in the same step
}

// calls runs a workload and returns its calls.
func (w workload) calls(t *testing.T) (list []call) {
	s := newSim()
	w.prepare(s)
	name, switched := "", false
	s.watch = func(op vfs.Op) error {
		list = append(list, call{len(list), name, op, switched})
		switched = switched || op.Kind == vfs.KindSyncDir && op.Path == genDir
		return nil
	}
	for _, st := range w.steps {
		name, switched = st.name, false
		if err := s.run(st); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// A survivor lives through a workload in which a call fails.
type survivor struct {
	s        *sim
	fault    fault
	at       int
	n        int
	active   bool
	surfaced int

	room     int64 // of a disk that fills up, in bytes
	settling bool  // what took the last of it may do without
}

func (v *survivor) watch(vfs.Op) error {
	n := v.n
	v.n++
	if v.active && (n == v.at || v.fault.forever && n > v.at) {
		return v.fault.err
	}
	return nil
}

// live takes all steps; one that fails is mended and taken again.
func (v *survivor) live(steps []step) error {
	s := v.s
	for i := 0; i < len(steps); {
		err := s.take(steps[i])
		if err == nil {
			i++
			continue
		}
		v.surfaced++
		if v.surfaced > 1 || !errors.Is(err, errInjected) {
			return fmt.Errorf("%s: %w", steps[i].name, err)
		}
		if sev := dberr.From(err).Severity(); sev == dberr.Bug || sev == dberr.Reject {
			return fmt.Errorf("%s: severity %s: %w", steps[i].name, sev, err)
		}
		v.active = false
		done, merr := v.mend()
		if merr != nil {
			return fmt.Errorf("%s failed with %w; then %w", steps[i].name, err, merr)
		}
		if done || steps[i].name == "close" {
			i++
		}
	}
	return v.end()
}

// mend does what an operator does after an error, and reports whether the step
// was done after all.
func (v *survivor) mend() (done bool, err error) {
	s := v.s
	if s.db != nil {
		if _, err := s.db.Digest(); err == nil {
			return false, v.unharmed()
		} else if dberr.CodeOf(err) != dberr.DatabaseFailed {
			return false, err
		}
		if err := v.checkFailed(); err != nil {
			return false, err
		}
	}
	if n := s.mem.OpenHandles(); n != 0 {
		return false, fmt.Errorf("%d files stay open", n)
	}
	if err := v.losses(); err != nil {
		return false, err
	}
	return v.restart()
}

// unharmed checks that a database that goes on is as it was before the step.
func (v *survivor) unharmed() error {
	s := v.s
	s.flight = nil
	found, err := observe(s.db)
	if err != nil {
		return err
	}
	if how := s.now.differs(found); how != "" {
		return fmt.Errorf("the state changed: %s", how)
	}
	return v.losses()
}

// losses cuts the power.
func (v *survivor) losses() (err error) {
	v.s.quietly(func() {
		for _, loss := range []vfs.Loss{vfs.LoseAll, vfs.KeepAll, vfs.KeepSome(1)} {
			if err = (oracle{s: v.s, brief: true}).check(v.s.mem.AfterCrash(loss), false); err != nil {
				err = fmt.Errorf("power cut, %v: %w", loss, err)
				return
			}
		}
	})
	return err
}

// checkFailed checks that a failed database refuses everything, and closes it.
func (v *survivor) checkFailed() error {
	db := v.s.db
	v.s.db = nil
	before := v.s.mem.Trace()
	_, snapshot := db.Snapshot(ctx)
	_, checkpoint := db.Checkpoint(ctx)
	_, stats := db.Stats()
	for _, err := range []error{snapshot, checkpoint, stats} {
		if dberr.CodeOf(err) != dberr.DatabaseFailed {
			return fmt.Errorf("a failed database answers with %w", err)
		}
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("closing a failed database: %w", err)
	}
	for _, op := range v.s.mem.Trace()[len(before):] {
		if !strings.HasSuffix(op.Path, "/LOCK") { // whose text only informs
			return fmt.Errorf("a failed database made the call %s", op)
		}
	}
	return nil
}

// restart starts another process and learns whether the step in flight was done.
func (v *survivor) restart() (done bool, err error) {
	s := v.s
	watch := s.watch
	s.use(s.mem.Clone())
	s.watch = watch
	db, err := engine.Open(ctx, s.options(s.mem))
	if dberr.CodeOf(err) == dberr.DatabaseNotFound && !s.now.made {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	found, err := oracle{s: s}.judge(db, s.mem)
	if err != nil {
		_ = db.Close()
		return false, err
	}
	if done = s.flight != nil && s.flight.differs(found) == ""; done {
		s.now = s.flight
	}
	s.flight = nil
	s.db = db
	if !s.open {
		s.db = nil
		err = db.Close()
	}
	return done, err
}

func (v *survivor) end() error {
	v.active = false
	if v.s.db == nil {
		return v.losses()
	}
	found, err := observe(v.s.db)
	if err != nil {
		return err
	}
	if how := v.s.now.differs(found); how != "" {
		return errors.New(how)
	}
	db := v.s.db
	v.s.db = nil
	if err := db.Close(); err != nil {
		return err
	}
	if n := v.s.mem.OpenHandles(); n != 0 {
		return fmt.Errorf("%d files stay open", n)
	}
	return v.losses()
}

// tolerated says why a call may fail without the caller being told; "" if it may not.
func tolerated(c call, f fault) string {
	garbage := c.op.Kind == vfs.KindRemove || strings.Contains(c.op.Path+c.op.To, "data/snapshots")
	checkpoint := c.step == "checkpoint" || c.step == "compact" || strings.HasPrefix(c.step, "insert")
	switch {
	case c.op.Kind == vfs.KindClose:
		return "close: what matters was synced before; a late error is logged"
	case strings.HasSuffix(c.op.Path, "/LOCK") && c.op.Kind != vfs.KindLock:
		return "text of LOCK: the kernel holds the lock, whatever the file says"
	case c.step == "open" && c.op.Kind == vfs.KindStat && c.op.Path == "data/CURRENT":
		return "whether it is a snapshot: it is looked at once more"
	case checkpoint && garbage && c.last:
		return "garbage behind a checkpoint: it is logged, and goes with the next checkpoint or open"
	case c.step == "open" && vfs.IsNoSpace(f.err) && c.op.Kind != vfs.KindSyncDir:
		return "no room to put CURRENT and CHECKPOINT in place once more: recovery needs none"
	}
	return ""
}

// TestFailingCalls fails each call of each workload. The error reaches the caller,
// nothing acknowledged is gone, a database that goes on is as it was, one that does
// not says so, and all calls work once the disk does.
func TestFailingCalls(t *testing.T) {
	seen := map[string]int{}
	digits := regexp.MustCompile("[0-9]+")
	for _, w := range workloads() {
		var list []call
		for _, c := range w.calls(t) {
			key := digits.ReplaceAllString(c.step+": "+c.op.String(), "#")
			if seen[key]++; seen[key] == 1 || *crashLong {
				list = append(list, c)
			}
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range list {
				for _, f := range faultsOf(c.op) {
					if err := w.failing(c, f); err != nil {
						t.Errorf("call %d in %s: %s: %s: %v", c.n, c.step, c.op, f.name, err)
					}
				}
			}
			t.Logf("%d calls", len(list))
		})
	}
}

// failing lives through a workload in which one call fails.
func (w workload) failing(c call, f fault) error {
	if f.forever && c.op.Kind == vfs.KindSyncDir && c.op.Path == "." {
		// The name of the data directory could be neither synced nor taken back, and
		// nothing beside the data directory is ever renamed, so it cannot be renewed.
		return nil
	}
	s := newSim()
	w.prepare(s)
	v := &survivor{s: s, fault: f, at: c.n, active: true}
	s.watch = v.watch
	err := v.live(w.steps)
	if err == nil && v.surfaced == 0 && tolerated(c, f) == "" {
		err = errors.New("the error was swallowed")
	}
	return err
}

// TestDiskFull fills the disk after each few bytes that a workload writes. Writes are
// refused, reads and all else that needs no room go on, and once there is room so do
// writes.
func TestDiskFull(t *testing.T) {
	step := int64(512)
	for _, w := range workloads() {
		if !*crashLong && w.name != "full log, checkpoint" && w.name != "checkpoint with merge" && w.name != "kill and open" {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var total int64
			for _, c := range w.calls(t) {
				if c.op.Kind == vfs.KindWrite || c.op.Kind == vfs.KindAllocate {
					total += c.op.Len
				}
			}
			if !*crashLong {
				step = total / 40
			}
			for room := int64(0); room < total; room += step {
				s := newSim()
				w.prepare(s)
				v := &survivor{s: s, fault: fault{err: fmt.Errorf("%w: %w", errInjected, vfs.ENOSPC)}, active: true, room: room}
				s.watch = v.fill
				if err := v.live(w.steps); err != nil {
					t.Fatalf("full after %d bytes: %v", room, err)
				}
				if v.surfaced == 0 && !v.settling {
					t.Errorf("full after %d bytes: the error was swallowed", room)
				}
			}
		})
	}
}

// fill is a disk with so much room, on which overwriting takes room too.
func (v *survivor) fill(op vfs.Op) error {
	if !v.active {
		return nil
	}
	switch op.Kind {
	case vfs.KindWrite, vfs.KindAllocate:
		if v.room >= op.Len {
			v.room -= op.Len
			return nil
		}
		left := v.room &^ 511 // a disk fills up at the edge of a sector
		v.room = 0
		v.settling = strings.HasSuffix(op.Path, vfs.TempSuffix) || strings.HasSuffix(op.Path, "/LOCK")
		if op.Kind == vfs.KindWrite && left > 0 {
			return vfs.ShortWrite{N: left, Err: v.fault.err}
		}
		return v.fault.err
	case vfs.KindCreate, vfs.KindMkdir, vfs.KindLink:
		if v.room == 0 {
			return v.fault.err
		}
	}
	return nil
}
