package vfs_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func newFiles(dir string, n int) []vfs.NewFile {
	files := make([]vfs.NewFile, n)
	for i := range files {
		files[i] = vfs.NewFile{Name: fmt.Sprintf("%s/f%03d", dir, i), Data: fmt.Appendf(nil, "data of %d", i)}
	}
	return files
}

func TestWriteFiles(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		must(t, vfs.WriteFiles(fsys, nil, 0o600))
		files := newFiles(dir, 130) // more than are open at a time
		must(t, vfs.WriteFiles(fsys, files, 0o400))
		for _, f := range files {
			if got := get(t, fsys, f.Name); got != string(f.Data) {
				t.Errorf("%s holds %q", f.Name, got)
			}
		}
		info, err := fsys.Stat(files[129].Name)
		must(t, err)
		if info.Mode() != 0o400 {
			t.Errorf("mode %v", info.Mode())
		}
		if err := vfs.WriteFiles(fsys, files[129:], 0o600); !vfs.IsExist(err) {
			t.Errorf("over a file: %v", err)
		}
	})
}

// All are written before the first is synced, and each is synced.
func TestWriteFilesTrace(t *testing.T) {
	m := vfs.NewMem()
	must(t, vfs.WriteFiles(m, newFiles(".", 2), 0o600))
	const want = "create ./f000\nwrite ./f000 9@0\ncreate ./f001\nwrite ./f001 9@0\nsync ./f000\nsync ./f001\n"
	if got := vfs.FormatTrace(m.Trace()); got != want {
		t.Errorf("trace:\n%swant:\n%s", got, want)
	}
	must(t, m.SyncDir("."))
	for loss := range m.EveryLoss(1, 0) {
		if got := tree(t, m.AfterCrash(loss), "."); got != "f000=data of 0 f001=data of 1" {
			t.Errorf("%v: left %q", loss, got)
		}
	}
}

// An error of any call is the caller's, and leaves nothing open.
func TestWriteFilesFails(t *testing.T) {
	for failing := 0; ; failing++ {
		m := vfs.NewMem()
		failed := false
		m.SetFault(func(op vfs.Op) error {
			if op.N != failing {
				return nil
			}
			failed = true
			return vfs.EIO
		})
		err := vfs.WriteFiles(m, newFiles(".", 3), 0o600)
		if failed != errors.Is(err, vfs.EIO) || m.OpenHandles() > 0 {
			t.Errorf("call %d fails: %v, %d handles left open", failing, err, m.OpenHandles())
		}
		if !failed {
			if failing < 12 {
				t.Errorf("only %d calls failed", failing)
			}
			return
		}
	}
}
