package vfs_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// everyCall makes each kind of call once, goes on after errors, and returns them.
func everyCall(m vfs.FS) (errs []error) {
	note := func(err error) { errs = append(errs, err) }
	lock, err := m.Lock("LOCK")
	note(err)
	note(m.Mkdir("d", 0o700))
	f, err := m.OpenFile("d/f", vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, 0o600)
	note(err)
	if f != nil {
		note(f.Allocate(4096))
		_, err = f.WriteAt([]byte("data"), 512)
		note(err)
		note(f.Truncate(1024))
		note(f.Chmod(0o400))
		note(f.Datasync())
		_, err = f.ReadAt(make([]byte, 4), 512)
		note(err)
		_, err = f.Stat()
		note(err)
		note(f.Close())
	}
	note(m.Link("d/f", "d/g"))
	note(m.Rename("d/g", "d/h"))
	note(m.SyncDir("d"))
	_, err = m.OpenFile("none", vfs.O_RDONLY, 0)
	if vfs.IsNotExist(err) {
		err = nil
	}
	note(err)
	_, err = m.ReadDir("d")
	note(err)
	_, err = m.Stat("d")
	note(err)
	_, err = m.Statfs("d")
	note(err)
	note(m.Remove("d/h"))
	if lock != nil {
		note(lock.Close())
	}
	return errs
}

const everyTrace = `lock LOCK
mkdir d
create d/f
allocate d/f 4096
write d/f 4@512
truncate d/f 1024
chmod d/f 0400
sync d/f
link d/f d/g
rename d/g d/h
syncdir d
remove d/h
`

func TestTrace(t *testing.T) {
	m := vfs.NewMem()
	if err := errors.Join(everyCall(m)...); err != nil {
		t.Fatal(err)
	}
	if got := vfs.FormatTrace(m.Trace()); got != everyTrace {
		t.Errorf("trace:\n%swant:\n%s", got, everyTrace)
	}
	if n := m.Ops(); n != 20 {
		t.Errorf("%d calls, want 20: 12 that mutate, 8 that do not", n)
	}
	m.FailAt(m.Ops(), vfs.ENOSPC)
	if err := m.Mkdir("n", 0o700); !vfs.IsNoSpace(err) {
		t.Fatal(err)
	}
	trace := m.Trace()
	if got := trace[len(trace)-1].String(); got != "mkdir n = no space left on device" {
		t.Errorf("a failed call is traced as %q", got)
	}
}

// A call that fails says so, is the only one that does for its own sake, and
// changes nothing but what a failed sync dooms.
func TestFailEachCall(t *testing.T) {
	whole := vfs.NewMem()
	everyCall(whole)
	for n := range whole.Ops() {
		m := vfs.NewMem()
		before := m.Hash()
		m.SetFault(func(op vfs.Op) error {
			if op.N < n {
				return nil
			}
			if op.N == n {
				before = m.Hash() // a fault function may look
				return vfs.EIO
			}
			if op.N == n+1 && m.Hash() != before {
				t.Errorf("call %d failed and had an effect", n)
			}
			return nil
		})
		failed := 0
		for _, err := range everyCall(m) {
			var pe *os.PathError
			var le *os.LinkError
			if errors.Is(err, vfs.EIO) {
				failed++
				if !errors.As(err, &pe) && !errors.As(err, &le) {
					t.Errorf("call %d: a bare error %v", n, err)
				}
			}
		}
		if failed != 1 {
			t.Errorf("call %d: %d calls failed with EIO, want 1", n, failed)
		}
		if m.OpenHandles() != 0 {
			t.Errorf("call %d: %d handles left open", n, m.OpenHandles())
		}
	}
}

// A dead machine changes nothing any more, and says so in every call.
func TestDieAtEachCall(t *testing.T) {
	whole := vfs.NewMem()
	everyCall(whole)
	for n := range whole.Ops() {
		m := vfs.NewMem()
		m.DieAt(n)
		alive := 0
		for _, err := range everyCall(m) {
			if !errors.Is(err, vfs.ErrCrashed) {
				alive++
			}
		}
		if alive > n {
			t.Errorf("died at call %d, yet %d calls went on", n, alive)
		}
		for _, op := range m.Trace() {
			if op.N >= n {
				t.Errorf("died at call %d, yet traced %d %v", n, op.N, op)
			}
		}
		if m.OpenHandles() != 0 {
			t.Errorf("died at call %d: %d handles left open", n, m.OpenHandles())
		}
		if _, err := m.AfterCrash(vfs.KeepAll).Stat("/"); err != nil {
			t.Errorf("the image of a dead machine is dead: %v", err)
		}
	}
}

func TestFailFrom(t *testing.T) {
	m := vfs.NewMem()
	m.FailFrom(2, vfs.EMFILE)
	for i := range 5 {
		err := m.Mkdir(fmt.Sprint("d", i), 0o700)
		if vfs.IsTooManyFiles(err) != (i >= 2) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	m.SetFault(nil)
	must(t, m.Mkdir("d5", 0o700))
}

func TestShortWrite(t *testing.T) {
	m := disk(t, "old")
	m.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.KindWrite {
			return vfs.ShortWrite{N: 2, Err: vfs.EIO}
		}
		return nil
	})
	f, err := m.OpenFile("f", vfs.O_RDWR, 0)
	must(t, err)
	n, err := f.WriteAt([]byte("new data"), 0)
	if n != 0 || !errors.Is(err, vfs.EIO) {
		t.Errorf("short write: %d, %v", n, err)
	}
	must(t, f.Close())
	if got := get(t, m, "f"); got != "ned" {
		t.Errorf("left %q, want a part of the write", got)
	}
}

func TestFullAfter(t *testing.T) {
	m := vfs.NewMem()
	f, err := m.OpenFile("f", vfs.O_RDWR|vfs.O_CREATE, 0o600)
	must(t, err)
	defer f.Close()
	m.FullAfter(1000)
	_, err = f.WriteAt([]byte(sectors("a")), 0)
	must(t, err)
	if _, err = f.WriteAt([]byte(sectors("b")), 512); !vfs.IsNoSpace(err) {
		t.Errorf("the write that passes the end: %v", err)
	}
	if got := get(t, m, "f"); len(got) != 1000 || strings.Trim(got, "ab") != "" {
		t.Errorf("left %d bytes, want 1000", len(got))
	}
	_, werr := f.WriteAt([]byte("c"), 0)
	for what, err := range map[string]error{
		"write": werr, "allocate": f.Allocate(4096), "mkdir": m.Mkdir("d", 0o700), "link": m.Link("f", "g"),
	} {
		if !vfs.IsNoSpace(err) {
			t.Errorf("%s on a full disk: %v", what, err)
		}
	}
	must(t, m.Rename("f", "g"))
	must(t, f.Datasync())
	m.SetFault(nil) // room again
	_, err = f.WriteAt([]byte("c"), 0)
	must(t, err)
}

func TestSkipSync(t *testing.T) {
	m := disk(t, "old")
	m.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.KindSync || op.Kind == vfs.KindSyncDir {
			return vfs.ErrSkipSync
		}
		return nil
	})
	overwrite(t, m, "f", "new", 0)
	put(t, m, "n", "")
	syncFile(t, m, "f")
	must(t, m.SyncDir("/"))
	if got := tree(t, m.AfterCrash(vfs.LoseAll), "/"); got != "f=old" {
		t.Errorf("skipped syncs kept %q", got)
	}
	m.SetFault(nil)
	syncFile(t, m, "f")
	must(t, m.SyncDir("/"))
	if got := tree(t, m.AfterCrash(vfs.LoseAll), "/"); got != "f=new n=" {
		t.Errorf("later syncs kept %q: a skipped one is not a failed one", got)
	}
}
