package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

const (
	linearClients = 5
	linearCalls   = 24 // of one client in one phase
)

// A linearRun is one seed's concurrent life of a database.
type linearRun struct {
	t    *testing.T
	name string
	seed uint64
	rng  *rand.Rand
	opts engine.Options
	db   *engine.DB
	linearHistory
	next     int // number of the next phase
	recovery engine.Recovery
}

func newLinearRun(t *testing.T, name string, seed uint64, fs vfs.FS, dir string) *linearRun {
	r := &linearRun{t: t, name: name, seed: seed, rng: rand.New(rand.NewPCG(seed, 7))}
	r.opts = engine.Options{Dir: dir, FS: fs, Now: linearClock(), Rand: seeded(seed), Command: "test", Pid: 1, WALMaxSize: engine.WALSizeMin, SnapshotsKeep: 1, CacheSize: 16 << 10}
	mustInit(t, r.opts)
	db := mustOpen(t, r.opts)
	for _, text := range []string{linearV1, linearV2} {
		_, err := db.DefineSchema(mustSchema(t, text))
		mustDo(t, err)
	}
	r.db = db
	return r
}

// work lets clients loose on the database, each with its own seeded calls, until they
// are through or stop says so.
func (r *linearRun) work(clients, calls int, stop func() bool) {
	l, err := newLinearClient(r.db)
	if err != nil {
		r.t.Fatalf("seed %d: %v", r.seed, err)
	}
	var wait sync.WaitGroup
	for client := range clients {
		rng := rand.New(rand.NewPCG(r.seed, uint64(1000*r.next+client)))
		base := ((r.next*linearClients)+client)*1000 + 1
		wait.Go(func() {
			for i := range calls {
				if stop != nil && stop() {
					return
				}
				c := randomLinearCall(rng, base+10*i)
				r.do(client, c, func() string { return l.ask(c) })
			}
		})
	}
	wait.Wait()
	r.next++
}

// close closes the database while clients may be at work.
func (r *linearRun) close() {
	r.do(linearClients, linearCall{kind: linearClose}, func() string {
		return linearAnswer(r.db.Close(), linearDone)
	})
}

// open opens what fs holds.
func (r *linearRun) open(fs vfs.FS) {
	r.t.Helper()
	r.opts.FS = fs
	answer := r.do(linearClients, linearCall{kind: linearOpen}, func() string {
		db, err := engine.Open(ctx, r.opts)
		if err != nil {
			return err.Error()
		}
		r.db = db
		r.recovery = db.Recovery()
		return linearDone
	})
	if answer != linearDone {
		r.t.Fatalf("seed %d: it does not open again: %s\n%s", r.seed, answer, r)
	}
}

// audit asks for everything once more, alone, and closes.
func (r *linearRun) audit() {
	r.t.Helper()
	l, err := newLinearClient(r.db)
	if err != nil {
		r.t.Fatalf("seed %d: %v", r.seed, err)
	}
	for _, c := range []linearCall{{kind: linearEach, version: 1}, {kind: linearEach, version: 2}, {kind: linearDigest}, {kind: linearVerify}, {kind: linearStats}} {
		r.do(0, c, func() string { return l.ask(c) })
	}
	r.close()
}

func (r *linearRun) check() {
	r.t.Helper()
	r.linearHistory.check(r.t, r.name, r.seed)
}

// linearSeeds returns the seeds to try: n, fewer where time is short, many in the
// long sweep.
func linearSeeds(n int) (seeds []uint64) {
	switch {
	case *seedFlag != 0:
		return []uint64{*seedFlag}
	case *crashLong:
		n *= 20
	case testing.Short() || slowBuild:
		n = max(2, n/4)
	}
	for seed := range n {
		seeds = append(seeds, uint64(seed)+1)
	}
	return seeds
}

// yielding gives other goroutines their turn in the middle of calls, so that they
// meet there.
func yielding(op vfs.Op) {
	if op.Kind == vfs.KindSync || op.Kind == vfs.KindWrite || op.Kind == vfs.KindRename {
		for range 1 + op.N%3 {
			runtime.Gosched()
		}
	}
}

// Concurrent clients are told what one client after the other could have been told,
// also when the database is closed under them and opened again.
func TestLinearizable(t *testing.T) {
	defer goleak.VerifyNone(t)
	overlaps, checkpoints := 0, int64(0)
	for _, seed := range linearSeeds(30) {
		mem := vfs.NewMem()
		r := newLinearRun(t, "TestLinearizable", seed, mem, "data")
		mem.SetFault(func(op vfs.Op) error { yielding(op); return nil })
		for range 3 {
			r.underClose()
			r.open(mem)
		}
		r.work(linearClients, linearCalls, nil)
		if s, err := r.db.Stats(); err == nil {
			checkpoints += s.AutoCheckpoints
		}
		r.audit()
		r.check()
		overlaps += r.overlaps()
		if n := mem.OpenHandles(); n != 0 {
			t.Errorf("seed %d: %d files stay open", seed, n)
		}
	}
	t.Logf("%d overlapping calls, %d automatic checkpoints", overlaps, checkpoints)
	if overlaps == 0 || checkpoints == 0 {
		t.Errorf("%d calls overlapped another and %d checkpoints ran among them: the test proves nothing", overlaps, checkpoints)
	}
}

// underClose lets clients work and closes the database after some of their calls.
func (r *linearRun) underClose() {
	at := r.clock.Load() + 40 + r.rng.Int64N(120)
	var once sync.Once
	r.work(linearClients, linearCalls, func() bool {
		if r.clock.Load() >= at {
			once.Do(r.close)
		}
		return false
	})
	once.Do(r.close)
}

// The same on a real file system.
func TestLinearizableOnDisk(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, seed := range linearSeeds(8) {
		r := newLinearRun(t, "TestLinearizableOnDisk", seed, vfs.OS, t.TempDir())
		r.underClose()
		r.open(vfs.OS)
		r.work(linearClients, linearCalls, nil)
		r.audit()
		r.check()
	}
}

// A failed sync leaves the writes of one record in doubt, all or none of them, and
// refuses everything after it. Reopening, also after a power cut, settles it.
func TestLinearizableFailedSync(t *testing.T) {
	defer goleak.VerifyNone(t)
	doubted := 0
	for _, seed := range linearSeeds(80) {
		mem := vfs.NewMem()
		r := newLinearRun(t, "TestLinearizableFailedSync", seed, mem, "data")
		at, syncs := 1+r.rng.Int64N(30), atomic.Int64{}
		mem.SetFault(func(op vfs.Op) error {
			yielding(op)
			if op.Kind == vfs.KindSync && strings.Contains(op.Path, "/wal/") && syncs.Add(1) == at {
				return vfs.EIO
			}
			return nil
		})
		r.work(linearClients, linearCalls, nil)
		mem.SetFault(nil)
		image := r.afterwards(mem, seed)
		r.close()
		if seed%4 == 0 {
			image = mem
		}
		r.open(image)
		r.audit()
		r.check()
		doubted += strings.Count(r.String(), ": AERO_WAL_FSYNC_FAILED")
	}
	t.Logf("%d writes in doubt", doubted)
	if doubted == 0 {
		t.Error("no write was in doubt: the test proves nothing")
	}
}

// afterwards returns what a power cut leaves of the disk.
func (r *linearRun) afterwards(mem *vfs.Mem, seed uint64) *vfs.Mem {
	return mem.AfterCrash([]vfs.Loss{vfs.LoseAll, vfs.KeepAll, vfs.KeepSome(seed), vfs.Tear4096(seed)}[r.rng.IntN(4)])
}

// Of what was not acknowledged when the machine died each call took effect whole or
// not at all, and all that was acknowledged did.
func TestLinearizableCrash(t *testing.T) {
	defer goleak.VerifyNone(t)
	pending := 0
	for _, seed := range linearSeeds(120) {
		mem := vfs.NewMem()
		r := newLinearRun(t, "TestLinearizableCrash", seed, mem, "data")
		r.work(linearClients, 4, nil)
		mem = r.crashed(mem, 1+r.rng.Int64N(250))
		r.open(mem)
		r.work(linearClients, 6, nil)
		r.audit()
		r.check()
		pending += strings.Count(r.String(), ": "+linearPending)
	}
	t.Logf("%d calls were pending", pending)
	if pending == 0 {
		t.Error("no call was pending at a crash: the test proves nothing")
	}
}

// crashed lets clients work until the machine dies before one of its calls, and
// returns what is on its disk.
func (r *linearRun) crashed(mem *vfs.Mem, at int64) (image *vfs.Mem) {
	var before, after int64
	var calls atomic.Int64
	var dead atomic.Bool
	mem.SetFault(func(op vfs.Op) error {
		yielding(op)
		if dead.Load() {
			return vfs.ErrCrashed
		}
		if op.Mutates() && calls.Add(1) == at {
			before = r.clock.Add(1)
			image = r.afterwards(mem, r.seed)
			after = r.clock.Add(1)
			dead.Store(true)
			return vfs.ErrCrashed
		}
		return nil
	})
	r.work(linearClients, linearCalls, dead.Load)
	if image == nil { // the clients were through before
		before = r.clock.Add(1)
		image = r.afterwards(mem, r.seed)
		after = r.clock.Add(1)
	}
	_ = r.db.Close() // of the dead machine: only its goroutines and memory count
	r.crash(before, after)
	return image
}

// Calls that fail now and then fail alone: they change nothing, and the rest goes on.
func TestLinearizableFaults(t *testing.T) {
	defer goleak.VerifyNone(t)
	failed := 0
	for _, seed := range linearSeeds(60) {
		mem := vfs.NewMem()
		r := newLinearRun(t, "TestLinearizableFaults", seed, mem, "data")
		injected := errors.New("injected")
		mem.SetFault(func(op vfs.Op) error {
			yielding(op)
			if (uint64(op.N)*2654435761+seed)%37 != 0 {
				return nil
			}
			switch op.Kind {
			case vfs.KindWrite:
				return vfs.ShortWrite{N: op.Len / 2, Err: fmt.Errorf("%w: %w", injected, vfs.ENOSPC)}
			case vfs.KindCreate, vfs.KindLink, vfs.KindMkdir, vfs.KindRead:
				return fmt.Errorf("%w: %w", injected, vfs.EIO)
			}
			return nil
		})
		r.work(linearClients, linearCalls, nil)
		mem.SetFault(nil)
		r.close()
		r.open(mem)
		r.audit()
		r.check()
		for _, op := range r.calls {
			if linearRefused(op.Output.(string)) {
				failed++
			}
		}
	}
	t.Logf("%d calls failed", failed)
	if failed == 0 {
		t.Error("no call failed: the test proves nothing")
	}
}
