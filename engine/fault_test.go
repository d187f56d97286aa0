package engine_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
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
	copies  bool // a link that fails so is replaced by a copy
}

func injected(err error) error { return fmt.Errorf("%w: %w", errInjected, err) }

func faultsOf(op vfs.Op) []fault {
	list := []fault{
		{name: "EIO", err: injected(vfs.EIO)},
		{name: "EIO from here on", err: injected(vfs.EIO), forever: true},
	}
	add := func(errs ...syscall.Errno) {
		for _, err := range errs {
			list = append(list, fault{name: err.Error(), err: injected(err)})
		}
	}
	switch op.Kind {
	case vfs.KindWrite:
		for _, n := range shortOf(op.Len) {
			list = append(list, fault{name: fmt.Sprintf("full after %d bytes", n), err: vfs.ShortWrite{N: n, Err: injected(vfs.ENOSPC)}})
		}
		list = append(list, fault{name: "failed after 1 byte", err: vfs.ShortWrite{N: min(1, op.Len), Err: injected(vfs.EIO)}})
		add(vfs.EDQUOT)
	case vfs.KindCreate, vfs.KindMkdir, vfs.KindRename, vfs.KindSync, vfs.KindSyncDir, vfs.KindAllocate:
		add(vfs.ENOSPC, vfs.EDQUOT)
	case vfs.KindLink:
		add(vfs.ENOSPC, vfs.EDQUOT, syscall.EACCES, vfs.EROFS)
		for _, err := range []syscall.Errno{vfs.EPERM, vfs.EXDEV, vfs.EMLINK, syscall.ENOTSUP, vfs.ENOSYS} {
			list = append(list, fault{name: err.Error(), err: injected(err), copies: true})
		}
	case vfs.KindRemove:
		add(vfs.EPERM, syscall.EBUSY)
	}
	switch op.Kind {
	case vfs.KindCreate, vfs.KindOpen, vfs.KindLock, vfs.KindReadDir:
		add(vfs.EMFILE)
	}
	return list
}

// shortOf returns how much of a write reaches the file: up to an edge of a sector, or
// all of it before it fails.
func shortOf(size int64) (list []int64) {
	step := int64(512)
	if !*crashLong {
		step = max(step, size/2&^511)
	}
	for n := int64(0); n < size; n += step {
		list = append(list, n)
	}
	return append(list, size)
}

// A call is one call of an undisturbed workload. Verification and backups read in
// goroutines, so what names it is what it does, for the which time, and not its number.
type call struct {
	step string
	op   vfs.Op
	nth  int  // how many like it went before
	last bool // CHECKPOINT was replaced before, in the same step
	late bool // a leftover was swept before, in the same step
}

// calls runs a workload and returns its calls.
func (w workload) calls(t *testing.T) (list []call) {
	s := newSim()
	w.prepare(s)
	var mu sync.Mutex
	seen := map[string]int{}
	name, switched, swept := "", false, false
	s.watch = func(op vfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, call{name, op, seen[op.String()], switched, swept})
		seen[op.String()]++
		switched = switched || op.Kind == vfs.KindSyncDir && op.Path == genDir
		swept = swept || op.Kind == vfs.KindRemove && strings.HasSuffix(op.Path, ".seg")
		return nil
	}
	for _, st := range w.steps {
		name, switched, swept = st.name, false, false
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
	at       call
	active   bool
	surfaced int

	mu   sync.Mutex
	like int // calls like at so far
	hits int // calls that failed

	room     int64 // of a disk that fills up, in bytes
	settling bool  // what took the last of it may do without
}

func (v *survivor) watch(op vfs.Op) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	hit := v.fault.forever && v.hits > 0
	if op.String() == v.at.op.String() {
		hit = hit || v.like == v.at.nth
		v.like++
	}
	if !hit || !v.active {
		return nil
	}
	v.hits++
	return v.fault.err
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
			if err = (oracle{s: v.s, brief: true}).check(v.s.mem.AfterCrash(loss), nil); err != nil {
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
	if err == nil {
		err = v.losses() // of what the restart built upon, and swept
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
	garbage := c.op.Kind == vfs.KindRemove || c.op.Kind == vfs.KindReadDir || c.op.Kind == vfs.KindSyncDir
	snapshots := strings.Contains(c.op.Path+c.op.To, "data/snapshots")
	checkpoint := c.step == "checkpoint" || c.step == "compact" || strings.HasPrefix(c.step, "insert")
	opens := c.step == "open" || c.step == "drill"
	switch {
	case f.copies:
		return "link: this file system has none, so the file is copied"
	case c.op.Kind == vfs.KindClose:
		return "close: what matters was synced before; a late error is logged"
	case strings.HasSuffix(c.op.Path, "/LOCK") && c.op.Kind != vfs.KindLock:
		return "text of LOCK: the kernel holds the lock, whatever the file says"
	case opens && c.op.Kind == vfs.KindStatfs:
		return "what file system it is: it is logged that this is not known"
	case opens && c.op.Kind == vfs.KindStat && strings.HasSuffix(c.op.Path, "/CURRENT"):
		return "whether it is a snapshot: it is looked at once more"
	case checkpoint && (c.op.Kind == vfs.KindRemove || snapshots) && c.last:
		return "garbage behind a checkpoint: it is logged, and goes with the next checkpoint or open"
	case c.step == "open" && garbage && (c.late || leftoverOf(c.op.Path)):
		return "a leftover that stays: it is logged, and goes with the next open"
	case (c.step == "verify" || c.step == "drill") && c.op.Kind == vfs.KindStat:
		return "how large a file is, or whether it is a link: it is read all the same, and what that says is told"
	case (c.step == "restore" || c.step == "drill") && garbage && strings.HasSuffix(c.op.Path, "/RESTORING.tmp"):
		return "the mark of a first restore, behind CURRENT: it is logged, and goes with the next open"
	case (c.step == "undo" || c.step == "drop") && garbage && strings.HasPrefix(c.op.Path, "data/generations"):
		return "the generation that is not live any more: it is logged, and goes with the next open"
	case opens && vfs.IsNoSpace(f.err) && c.op.Kind != vfs.KindSyncDir:
		return "no room to put CURRENT and CHECKPOINT in place once more: recovery needs none"
	}
	return ""
}

// leftoverOf reports whether a call of the workload "leftovers" is about one.
func leftoverOf(name string) bool {
	name = strings.TrimPrefix(name, genDir+"/")
	return slices.Contains([]string{"segments", "segments/000002.seg", "wal", "wal/00000000000000000004.wal", "CHECKPOINT.tmp"}, name)
}

// TestFailingCalls fails each call of each workload. The error reaches the caller,
// nothing acknowledged is gone, a database that goes on is as it was, one that does
// not says so, and all calls work once the disk does.
func TestFailingCalls(t *testing.T) {
	seen := map[string]int{}
	digits := regexp.MustCompile("[0-9]+")
	for _, w := range workloads() {
		var list []call
		before := "" // one call may do different things for different callers
		for _, c := range w.calls(t) {
			key := digits.ReplaceAllString(c.step+": "+c.op.String(), "#")
			switch c.op.Kind {
			case vfs.KindSync, vfs.KindSyncDir, vfs.KindRename:
				key = digits.ReplaceAllString(before, "#") + key
			}
			before = c.op.String() + ", "
			if seen[key]++; seen[key] == 1 || *crashLong {
				list = append(list, c)
			}
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var sum outcome
			for _, c := range list {
				for _, f := range faultsOf(c.op) {
					if err := w.failing(c, f, &sum); err != nil {
						t.Errorf("in %s: %s (number %d of its kind): %s: %v", c.step, c.op, c.nth, f.name, err)
					}
				}
			}
			t.Logf("%d calls: %s", len(list), sum)
			tally.faults.add(sum)
		})
	}
}

// An outcome counts injected faults.
type outcome struct{ runs, hit, surfaced, tolerated int }

func (o outcome) String() string {
	return fmt.Sprintf("%d faults, %d met, %d reached the caller, %d may be swallowed", o.runs, o.hit, o.surfaced, o.tolerated)
}

// failing lives through a workload in which one call fails.
func (w workload) failing(c call, f fault, sum *outcome) error {
	if f.forever && c.op.Kind == vfs.KindSyncDir && c.op.Path == "." && c.step != "backup" {
		// The name of the data directory could be neither synced nor taken back, and
		// nothing beside the data directory is ever renamed, so it cannot be renewed.
		return nil
	}
	s := newSim()
	w.prepare(s)
	v := &survivor{s: s, fault: f, at: c, active: true}
	s.watch = v.watch
	err := v.live(w.steps)
	sum.runs++
	why := tolerated(c, f)
	switch {
	case err != nil:
		return err
	case v.hits == 0 && c.op.Kind != vfs.KindRead:
		return errors.New("the call was not made")
	case v.hits == 0:
		return nil // a block that another goroutine read first
	case v.surfaced > 0 && f.copies:
		return errors.New("no copy was made where no link can be")
	case v.surfaced == 0 && why == "":
		return errors.New("the error was swallowed")
	}
	sum.hit++
	if v.surfaced > 0 {
		sum.surfaced++
	} else {
		sum.tolerated++
	}
	return nil
}

// TestDiskFull fills the disk after each few bytes that a workload writes. Writes are
// refused, reads and all else that needs no room go on, and once there is room so do
// writes.
func TestDiskFull(t *testing.T) {
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
			step := int64(512)
			if !*crashLong {
				step = max(step, total/40&^511)
			}
			for room := int64(0); room < total; room += step {
				tally.room.add(1)
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
