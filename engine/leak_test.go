package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// No goroutine outlives what started it: neither a call that failed or was
// interrupted half way, nor Close.

// leakless runs f and fails the test if a goroutine or an open file is left.
func leakless(t *testing.T, mem *vfs.Mem, what string, f func()) {
	t.Helper()
	running := goleak.IgnoreCurrent()
	f()
	if err := goleak.Find(running); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if n := mem.OpenHandles(); n != 0 {
		t.Errorf("%s: %d files stay open", what, n)
	}
}

// filled returns options of a closed database with segments, a log behind them, and
// its backup.
func filled(t *testing.T) (engine.Options, *vfs.Mem, []byte) {
	t.Helper()
	mem := vfs.NewMem()
	o := testOptions(mem)
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	for batch := range 3 {
		mustDo(t, c.InsertMany(batchOf(batch, 200)))
		_, err := db.Checkpoint(ctx)
		mustDo(t, err)
	}
	mustDo(t, c.InsertMany(batchOf(3, 200)))
	tar := backupOf(t, db)
	mustDo(t, db.Close())
	return o, mem, tar
}

// An Open that fails, at whichever call it may, leaves nothing behind.
func TestFailedOpenLeavesNothingRunning(t *testing.T) {
	o, mem, _ := filled(t)
	o.Verify = engine.VerifyFull
	failed := 0
	for n := 0; ; n++ {
		img := mem.Clone()
		img.FailAt(n, vfs.EIO)
		o.FS = img
		var err error
		leakless(t, img, fmt.Sprintf("call %d fails", n), func() {
			var db *engine.DB
			if db, err = engine.Open(ctx, o); err == nil {
				err = errors.Join(err, db.Close())
			}
		})
		if img.Ops() <= n {
			break
		}
		if err != nil {
			failed++
		}
	}
	if failed < 10 {
		t.Errorf("only %d opens failed", failed)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	img := mem.Clone()
	o.FS = img
	leakless(t, img, "an open that is interrupted", func() {
		if db, err := engine.Open(stopped, o); err == nil {
			t.Error("a full verification at open does not look at its context")
			_ = db.Close()
		}
	})
}

// interrupting returns a context that ends at the nth report of progress.
func interrupting(n int) (context.Context, engine.Progress) {
	c, cancel := context.WithCancel(ctx)
	return c, func(int64, int64) {
		if n--; n <= 0 {
			cancel()
		}
	}
}

// A long call that is interrupted, wherever it looks, leaves nothing behind.
func TestInterruptedCallsLeaveNothingRunning(t *testing.T) {
	closed, mem, tar := filled(t)
	open := func(img *vfs.Mem, f func(*engine.DB) error) error {
		o := closed
		o.FS = img
		db := mustOpen(t, o)
		defer db.Close()
		return f(db)
	}
	calls := map[string]func(*vfs.Mem, context.Context, engine.Progress) error{
		"verify": func(img *vfs.Mem, c context.Context, p engine.Progress) error {
			return open(img, func(db *engine.DB) error { _, err := db.Verify(c, p); return err })
		},
		"backup": func(img *vfs.Mem, c context.Context, p engine.Progress) error {
			return open(img, func(db *engine.DB) error { _, err := db.Backup(c, io.Discard, p); return err })
		},
		"compact": func(img *vfs.Mem, c context.Context, p engine.Progress) error {
			return open(img, func(db *engine.DB) error { _, err := db.Compact(c, p); return err })
		},
		"restore": func(img *vfs.Mem, c context.Context, p engine.Progress) error {
			o := closed
			o.FS = img
			_, err := engine.Restore(c, o, bytes.NewReader(tar), engine.RestoreOptions{Progress: p})
			return err
		},
		"drill": func(img *vfs.Mem, c context.Context, p engine.Progress) error {
			o := closed
			o.FS, o.Dir = img, "scratch"
			_, err := engine.Drill(c, o, bytes.NewReader(tar), engine.RestoreOptions{Progress: p})
			return err
		},
		"inspect": func(img *vfs.Mem, c context.Context, p engine.Progress) error {
			_, err := engine.InspectBackup(c, bytes.NewReader(tar), "x.tar", closed.Now, p)
			return err
		},
	}
	for name, call := range calls {
		stopped := 0
		for _, at := range []int{0, 1, 2, 3, 5, 8} {
			img := mem.Clone()
			leakless(t, img, fmt.Sprintf("%s interrupted at report %d", name, at), func() {
				c, progress := interrupting(at)
				if at == 0 {
					progress(0, 0)
				}
				if call(img, c, progress) != nil {
					stopped++
				}
			})
		}
		if stopped == 0 {
			t.Errorf("%s was never interrupted", name)
		}
	}
}

// A reader that fails, and a writer, in the middle of their stream.
func TestBrokenStreamsLeaveNothingRunning(t *testing.T) {
	o, mem, tar := filled(t)
	broken := errors.New("broken")
	leakless(t, mem, "a backup into a broken pipe", func() {
		db := mustOpen(t, o)
		defer db.Close()
		if _, err := db.Backup(ctx, failing{broken}, nil); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
	for _, n := range []int{0, 700, len(tar) / 2, len(tar) - 600} {
		img := mem.Clone()
		o.FS = img
		leakless(t, img, fmt.Sprintf("a restore whose input breaks at %d", n), func() {
			if _, err := engine.Restore(ctx, o, io.MultiReader(bytes.NewReader(tar[:n]), failing{broken}), engine.RestoreOptions{}); err == nil {
				t.Error("half a backup is restored")
			}
		})
	}
}

// An iterator left open holds no goroutine, before Close and after it.
func TestOpenIteratorRunsNothing(t *testing.T) {
	o, _, _ := filled(t)
	running := goleak.IgnoreCurrent()
	db := mustOpen(t, o)
	c, err := db.Collection("person", "v1")
	mustDo(t, err)
	it, err := c.Each(engine.EachOptions{})
	mustDo(t, err)
	if !it.Next() {
		t.Fatal(it.Err())
	}
	if err := goleak.Find(running); err != nil {
		t.Error(err)
	}
	mustDo(t, db.Close())
	if err := goleak.Find(running); err != nil {
		t.Error(err)
	}
	it.Close()
}

// TestMain fails if any test of the package leaves a goroutine behind.
func TestMain(m *testing.M) {
	randomDefaults()
	debug.SetGCPercent(400) // most of what the suites allocate is the memtables of databases opened once
	code := m.Run()
	printTally()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
