package vfs_test

import (
	"errors"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func publish(m vfs.FS, data string) error {
	return vfs.Publish(m, "/", "f", []byte(data), 0o600)
}

func TestPublish(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		for _, data := range []string{"first", "second, longer", ""} {
			must(t, vfs.Publish(fsys, dir, "f", []byte(data), 0o400))
			if got := tree(t, fsys, dir); got != "f="+data {
				t.Errorf("left %q", got)
			}
		}
		info, err := fsys.Stat(dir + "/f")
		must(t, err)
		if info.Mode() != 0o400 {
			t.Errorf("mode %v", info.Mode())
		}
		put(t, fsys, dir+"/f.tmp", "left by a crash")
		must(t, fsys.Link(dir+"/f.tmp", dir+"/other"))
		must(t, vfs.Publish(fsys, dir, "f", []byte("third"), 0o600))
		if got := tree(t, fsys, dir); got != "f=third other=left by a crash" {
			t.Errorf("left %q", got)
		}
		if err := vfs.Publish(fsys, dir+"/none", "f", nil, 0o600); !vfs.IsNotExist(err) {
			t.Errorf("into no directory: %v", err)
		}
	})
}

func TestPublishTrace(t *testing.T) {
	m := vfs.NewMem()
	must(t, vfs.Publish(m, ".", "f", []byte("data"), 0o600))
	const want = "create f.tmp\nwrite f.tmp 4@0\nsync f.tmp\nrename f.tmp f\nsyncdir .\n"
	if got := vfs.FormatTrace(m.Trace()); got != want {
		t.Errorf("trace:\n%swant:\n%s", got, want)
	}
}

// publishedOK says whether every power cut during Publish(new) over f=old, with a
// fault in each call, leaves old or new, and after success new.
func publishedOK(t *testing.T, fault func(op vfs.Op) error) bool {
	t.Helper()
	m := disk(t, "old")
	ok := true
	check := func(want ...string) {
		for loss := range m.EveryLoss(1, 0) {
			img := m.AfterCrash(loss)
			data, err := vfs.ReadFile(img, "f", 100)
			found := err == nil && (string(data) == want[0] || string(data) == want[len(want)-1])
			ok = ok && found
		}
	}
	start := m.Ops()
	m.SetFault(func(op vfs.Op) error {
		check("old", "new")
		op.N -= start
		return fault(op)
	})
	err := publish(m, "new")
	m.SetFault(nil)
	if err == nil {
		check("new")
	} else {
		check("old", "new")
	}
	return ok
}

func TestPublishCrashes(t *testing.T) {
	if !publishedOK(t, func(vfs.Op) error { return nil }) {
		t.Error("a power cut leaves neither the old nor the new file")
	}
}

// The test above is worth something: without either sync it fails.
func TestPublishMutants(t *testing.T) {
	for _, kind := range []string{vfs.KindSync, vfs.KindSyncDir} {
		if publishedOK(t, func(op vfs.Op) error {
			if op.Kind == kind {
				return vfs.ErrSkipSync
			}
			return nil
		}) {
			t.Errorf("nobody noticed that %s was skipped", kind)
		}
	}
}

func TestPublishFailures(t *testing.T) {
	whole := disk(t, "old")
	start := whole.Ops()
	must(t, publish(whole, "new"))
	calls := whole.Ops() - start
	for n := range calls {
		m := disk(t, "old")
		m.FailAt(m.Ops()+n, vfs.ENOSPC)
		err := publish(m, "new")
		if !vfs.IsNoSpace(err) {
			t.Fatalf("call %d failed, Publish says %v", n, err)
		}
		want := "f=old"
		if n == calls-1 { // the directory's sync
			want = "f=new"
		}
		if errors.Is(err, vfs.ErrUnsynced) != (want == "f=new") {
			t.Errorf("call %d: %v", n, err)
		}
		if got := tree(t, m, "/"); got != want {
			t.Errorf("call %d: left %q, want %q", n, got, want)
		}
		if m.OpenHandles() != 0 {
			t.Errorf("call %d: a handle is left", n)
		}
		if !publishedOK(t, func(op vfs.Op) error {
			if op.N == n {
				return vfs.EIO
			}
			return nil
		}) {
			t.Errorf("call %d fails, then a power cut: neither the old nor the new file is left", n)
		}
	}
	// With the disk gone for good, the first error is still the one that comes back.
	for n := range calls - 1 {
		m := disk(t, "old")
		m.FailFrom(m.Ops()+n, vfs.EIO)
		if err := publish(m, "new"); !errors.Is(err, vfs.EIO) || errors.Is(err, vfs.ErrUnsynced) {
			t.Errorf("all calls from %d fail: %v", n, err)
		}
	}
}
