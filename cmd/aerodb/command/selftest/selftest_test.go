package selftest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand"
	"path"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// disk returns options for a disk in memory that has a directory d, where each look at
// the clock takes so long.
func disk(look time.Duration) (Options, *vfs.Mem) {
	m := vfs.NewMem()
	m.SetStatfs(vfs.Statfs{Type: "ext4", Free: 50 << 30, Size: 100 << 30})
	if err := m.Mkdir("d", 0o700); err != nil {
		panic(err)
	}
	now := time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)
	return Options{
		Dir: "d", FS: m, Rand: rand.New(rand.NewSource(1)), Seed: 1, Rounds: 3, WALSize: 64 << 20,
		Now:   func() time.Time { now = now.Add(look); return now },
		Start: func(string, []string, []string) (*Child, error) { return nil, errors.New("no processes here") },
	}, m
}

// probe makes the checks that need no processes.
func probe(t *testing.T, o Options) map[string]Verdict {
	t.Helper()
	test := &test{Options: o}
	if _, err := test.makeScratch(); err != nil {
		t.Fatal(err)
	}
	if err := test.statfs(); err != nil {
		t.Fatal(err)
	}
	test.syncs()
	test.dirSync()
	test.rename()
	test.link()
	found := map[string]Verdict{}
	for _, v := range test.result.Verdicts {
		found[v.Check] = v
	}
	return found
}

// Each check says ok of a good disk, and what is wrong of one that is not.
func TestVerdicts(t *testing.T) {
	failing := func(kind, name string, err error) func(*vfs.Mem) {
		return func(m *vfs.Mem) {
			m.SetFault(func(op vfs.Op) error {
				if op.Kind == kind && strings.HasSuffix(op.Path, name) {
					return &fs.PathError{Op: kind, Path: op.Path, Err: err}
				}
				return nil
			})
		}
	}
	statfs := func(s vfs.Statfs) func(*vfs.Mem) { return func(m *vfs.Mem) { m.SetStatfs(s) } }
	for _, c := range []struct {
		look   time.Duration
		change func(*vfs.Mem)
		check  string // the one that is not ok
		want   Status
		says   string
	}{
		{100 * time.Microsecond, func(*vfs.Mem) {}, "", OK, ""},
		{time.Microsecond, func(*vfs.Mem) {}, "fdatasync", Warn, "implausibly fast"},
		{60 * time.Millisecond, func(*vfs.Mem) {}, "fdatasync", Warn, "slow"},
		{100 * time.Microsecond, failing(vfs.KindSync, "syncs", vfs.EIO), "fdatasync", Fail, "input/output error"},
		{100 * time.Microsecond, failing(vfs.KindRename, "new", vfs.EIO), "rename", Fail, "input/output error"},
		{100 * time.Microsecond, failing(vfs.KindLink, "first", vfs.EPERM), "hard links", Warn, "copies"},
		{100 * time.Microsecond, failing(vfs.KindLink, "first", vfs.EIO), "hard links", Fail, "input/output error"},
		{100 * time.Microsecond, statfs(vfs.Statfs{Type: "nfs", Free: 50 << 30, Size: 100 << 30}), "file system", Warn, "server"},
		{100 * time.Microsecond, statfs(vfs.Statfs{Type: "tmpfs", Free: 50 << 30, Size: 100 << 30}), "file system", Warn, "memory"},
		{100 * time.Microsecond, statfs(vfs.Statfs{Type: "ext4", Free: 60 << 20, Size: 100 << 30}), "free space", Fail, "64 MiB"},
		{100 * time.Microsecond, statfs(vfs.Statfs{Type: "ext4", Free: 2 << 30, Size: 100 << 30}), "free space", Warn, "room"},
	} {
		o, m := disk(c.look)
		c.change(m)
		found := probe(t, o)
		for check, v := range found {
			want := OK
			if check == c.check {
				want = c.want
			}
			if v.Status != want || check == c.check && !strings.Contains(v.Measured+v.Meaning, c.says) {
				t.Errorf("%q expected to be %s: %+v", c.check, c.want, v)
			}
		}
		if len(found) != 6 {
			t.Errorf("%d checks", len(found))
		}
	}
}

// A directory that cannot be synced fails; every check after it is still made.
func TestDirectorySyncFails(t *testing.T) {
	o, m := disk(100 * time.Microsecond)
	m.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.KindSyncDir {
			return &fs.PathError{Op: "sync", Path: op.Path, Err: syscall.EINVAL}
		}
		return nil
	})
	r, err := Run(context.Background(), o)
	if err != nil || r.Verdicts[3].Check != "directory sync" || r.Verdicts[3].Status != Fail {
		t.Errorf("%v, %+v", err, r.Verdicts)
	}
	if last := r.Verdicts[len(r.Verdicts)-1]; last.Check != "crash loop" || last.Status != Skip {
		t.Errorf("%+v", last)
	}
}

// A liar is a process that acknowledges every write and makes none.
func liar(_ string, args, _ []string) (*Child, error) {
	stdin, requests := io.Pipe()
	answers, stdout := io.Pipe()
	killed, code := make(chan struct{}), 0
	if args[0] == "stats" {
		code = 3
	}
	go func() {
		defer stdout.Close()
		if args[0] != "request" {
			return
		}
		var buf [4096]byte
		for {
			n, err := stdin.Read(buf[:])
			if err != nil {
				return
			}
			io.WriteString(stdout, strings.Repeat(answerOK, bytes.Count(buf[:n], []byte("\n"))))
		}
	}()
	kill := func() {
		select {
		case <-killed:
		default:
			close(killed)
			requests.Close()
		}
	}
	return &Child{Stdin: requests, Stdout: answers, Kill: kill, Wait: func() (int, string) {
		select {
		case <-killed:
			return -1, ""
		default:
			return code, ""
		}
	}}, nil
}

// The crash loop notices acknowledged writes that are not there.
func TestCrashLoopNoticesLoss(t *testing.T) {
	o, m := disk(100 * time.Microsecond)
	stats := 0
	o.Start = func(dir string, args, variables []string) (*Child, error) {
		if args[0] == "stats" {
			if stats++; stats == 2 {
				args = []string{"digest"} // the lock is free again
			}
		}
		return liar(dir, args, variables)
	}
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	last := r.Verdicts[len(r.Verdicts)-1]
	if last.Check != "crash loop" || last.Status != Fail || !strings.Contains(last.Measured, "acknowledged documents are lost") {
		t.Errorf("%+v", last)
	}
	if r.Verdicts[6].Check != "locks" || r.Verdicts[6].Status != OK {
		t.Errorf("%+v", r.Verdicts[6])
	}
	if left := m.Files(); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

// Two processes that can open one database are a failure.
func TestLocksThatDoNotLock(t *testing.T) {
	o, _ := disk(100 * time.Microsecond)
	o.Start = func(dir string, args, variables []string) (*Child, error) {
		if args[0] == "stats" {
			args = []string{"digest"} // ends well
		}
		return liar(dir, args, variables)
	}
	r, err := Run(context.Background(), o)
	if err != nil || r.Verdicts[6].Check != "locks" || r.Verdicts[6].Status != Fail {
		t.Errorf("%v, %+v", err, r.Verdicts)
	}
}

// A database, a place inside of one and what is no directory are refused untouched.
func TestRefused(t *testing.T) {
	for _, name := range []string{"d/CURRENT", "CURRENT", "d/generations"} {
		o, m := disk(time.Millisecond)
		if err := vfs.Publish(m, path.Dir(name), path.Base(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		before := m.Hash()
		if _, err := Run(context.Background(), o); dberr.CodeOf(err) != dberr.ConfigInvalid {
			t.Errorf("%s: %v", name, err)
		}
		if m.Hash() != before {
			t.Errorf("%s: something was changed", name)
		}
	}
	o, _ := disk(time.Millisecond)
	o.Dir = "nowhere"
	if _, err := Run(context.Background(), o); dberr.CodeOf(err) != dberr.StorageIOError {
		t.Errorf("no directory: %v", err)
	}
}

// Interrupted, it leaves nothing either.
func TestInterrupted(t *testing.T) {
	stop := errors.New("stop")
	stopped := 0
	for n := range 40 {
		o, m := disk(100 * time.Microsecond)
		ctx, cancel := context.WithCancelCause(context.Background())
		m.SetFault(func(op vfs.Op) error {
			if op.N > n*10 && op.Kind != vfs.KindStat {
				cancel(stop)
			}
			return nil
		})
		o.Start = liar
		_, err := Run(ctx, o)
		if errors.Is(err, stop) {
			stopped++
		} else if err != nil {
			t.Errorf("at call %d: %v", n*10, err)
		}
		if left := m.Files(); len(left) > 0 {
			t.Errorf("at call %d: left %q", n*10, left)
		}
		cancel(nil)
	}
	if stopped < 10 {
		t.Errorf("only %d were interrupted", stopped)
	}
}
