package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func TestReadFile(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		put(t, fsys, dir+"/f", "12345")
		if _, err := vfs.ReadFile(fsys, dir+"/f", 4); !errors.Is(err, vfs.ErrTooLarge) {
			t.Errorf("bound 4: %v", err)
		}
		data, err := vfs.ReadFile(fsys, dir+"/f", 5)
		if err != nil || string(data) != "12345" {
			t.Errorf("bound 5: %q, %v", data, err)
		}
		put(t, fsys, dir+"/e", "")
		if data, err := vfs.ReadFile(fsys, dir+"/e", 0); err != nil || len(data) != 0 {
			t.Errorf("empty: %q, %v", data, err)
		}
		if _, err := vfs.ReadFile(fsys, dir+"/x", 4); !vfs.IsNotExist(err) {
			t.Errorf("missing: %v", err)
		}
		if _, err := vfs.ReadFile(fsys, dir, 1<<20); !errors.Is(err, syscall.EISDIR) {
			t.Errorf("directory: %v", err)
		}
	})
}

// A file that shrinks between its size and its bytes is not read as a short one.
func TestReadFileShrinks(t *testing.T) {
	m := disk(t, "12345")
	f, err := m.OpenFile("f", vfs.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	m.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.KindRead {
			m.SetFault(nil)
			must(t, f.Truncate(3))
		}
		return nil
	})
	if data, err := vfs.ReadFile(m, "f", 5); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q, %v", data, err)
	}
}

func TestWriteZeros(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		put(t, fsys, dir+"/f", strings.Repeat("x", 3<<20))
		f, err := fsys.OpenFile(dir+"/f", vfs.O_RDWR, 0)
		must(t, err)
		defer f.Close()
		must(t, vfs.WriteZeros(f, 100, 0))
		must(t, vfs.WriteZeros(f, 100, 2<<20+7))
		data := []byte(get(t, fsys, dir+"/f"))
		for i, c := range data {
			inside := i >= 100 && i < 100+2<<20+7
			if inside != (c == 0) {
				t.Fatalf("byte %d is %q", i, c)
			}
		}
		must(t, vfs.WriteZeros(f, 3<<20-1, 5))
		if n := len(get(t, fsys, dir+"/f")); n != 3<<20+4 {
			t.Errorf("%d bytes", n)
		}
	})
}

func TestCopyFile(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		for _, size := range []int{0, 1, 1 << 20, 1<<20 + 1, 3<<20 - 1} {
			src, dst := dir+"/src", dir+"/dst"
			want := bytes.Repeat([]byte("abcdefg"), size/7+1)[:size]
			put(t, fsys, src, string(want))
			must(t, vfs.CopyFile(fsys, src, dst, 0o400))
			if got := get(t, fsys, dst); got != string(want) {
				t.Errorf("copy of %d bytes has %d", size, len(got))
			}
			if err := vfs.CopyFile(fsys, src, dst, 0o600); !vfs.IsExist(err) {
				t.Errorf("onto a file: %v", err)
			}
			must(t, fsys.Remove(dst))
		}
		if err := vfs.CopyFile(fsys, dir+"/none", dir+"/dst", 0o600); !vfs.IsNotExist(err) {
			t.Errorf("of nothing: %v", err)
		}
		if got := tree(t, fsys, dir); strings.Contains(got, "dst") {
			t.Error("a failed copy left a file")
		}
	})
}

func TestCopyFileFailures(t *testing.T) {
	whole := disk(t, "data")
	start := whole.Ops()
	must(t, vfs.CopyFile(whole, "f", "g", 0o600))
	must(t, whole.SyncDir("/"))
	if got := tree(t, whole.AfterCrash(vfs.LoseAll), "/"); got != "f=data g=data" {
		t.Errorf("the copy was not synced: %q", got)
	}
	for n := range whole.Ops() - start - 1 {
		m := disk(t, "data")
		m.FailAt(m.Ops()+n, vfs.EIO)
		if err := vfs.CopyFile(m, "f", "g", 0o600); !errors.Is(err, vfs.EIO) {
			t.Errorf("call %d failed, CopyFile says %v", n, err)
		}
		if got := tree(t, m, "/"); got != "f=data" || m.OpenHandles() != 0 {
			t.Errorf("call %d: left %q and %d handles", n, got, m.OpenHandles())
		}
	}
}

func TestLinkOrCopy(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		put(t, fsys, dir+"/f", "data")
		linked, err := vfs.LinkOrCopy(fsys, dir+"/f", dir+"/g")
		if !linked || err != nil {
			t.Errorf("%v, %v", linked, err)
		}
	})
	for _, row := range []struct {
		err    error
		copies bool
	}{
		{vfs.EPERM, true}, {vfs.EXDEV, true}, {vfs.EMLINK, true}, {vfs.ENOSYS, true}, {syscall.ENOTSUP, true},
		{vfs.EIO, false}, {vfs.ENOSPC, false}, {vfs.EDQUOT, false}, {vfs.EMFILE, false}, {syscall.EEXIST, false},
	} {
		m := disk(t, "data")
		m.FailAt(m.Ops(), row.err)
		linked, err := vfs.LinkOrCopy(m, "f", "g")
		want := "f=data"
		if row.copies {
			want = "f=data g=data"
		} else if !errors.Is(err, row.err) {
			t.Errorf("%v came back as %v", row.err, err)
		}
		if got := tree(t, m, "/"); linked || got != want || (err == nil) != row.copies {
			t.Errorf("%v: %v, %v, left %q", row.err, linked, err, got)
		}
	}
}
