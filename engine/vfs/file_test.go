package vfs_test

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func TestFile(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name := dir + "/f"
		f, err := fsys.OpenFile(name, vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, 0o640)
		must(t, err)
		want := func(data string) {
			t.Helper()
			info, err := f.Stat()
			must(t, err)
			buf := make([]byte, len(data)+3)
			n, err := f.ReadAt(buf, 0)
			if string(buf[:n]) != data || err != io.EOF || info.Size() != int64(len(data)) {
				t.Fatalf("read %q, %v, size %d; want %q, EOF", buf[:n], err, info.Size(), data)
			}
		}
		write := func(data string, off int64) {
			t.Helper()
			if n, err := f.WriteAt([]byte(data), off); n != len(data) || err != nil {
				t.Fatalf("write: %d, %v", n, err)
			}
		}
		want("")
		write("", 100)
		want("")
		write("hello", 3)
		want("\x00\x00\x00hello")
		write("J", 3)
		want("\x00\x00\x00Jello")
		must(t, f.Truncate(5))
		want("\x00\x00\x00Je")
		must(t, f.Truncate(7))
		want("\x00\x00\x00Je\x00\x00")
		must(t, f.Allocate(0))
		must(t, f.Allocate(3))
		want("\x00\x00\x00Je\x00\x00")
		must(t, f.Allocate(9))
		want("\x00\x00\x00Je\x00\x00\x00\x00")
		must(t, f.Datasync())
		f.DropCache()
		want("\x00\x00\x00Je\x00\x00\x00\x00")
		if n, err := f.ReadAt(make([]byte, 2), 3); n != 2 || err != nil {
			t.Errorf("read inside: %d, %v", n, err)
		}
		if n, err := f.ReadAt(make([]byte, 2), 9); n != 0 || err != io.EOF {
			t.Errorf("read at the end: %d, %v", n, err)
		}
		if n, err := f.ReadAt(nil, 100); n != 0 || err != nil {
			t.Errorf("read nothing: %d, %v", n, err)
		}
		for what, err := range map[string]error{
			"truncate": f.Truncate(-1), "allocate": f.Allocate(-1),
		} {
			if !errors.Is(err, syscall.EINVAL) {
				t.Errorf("%s to -1: %v", what, err)
			}
		}
		if _, err := f.WriteAt([]byte("x"), -1); err == nil {
			t.Error("wrote at -1")
		}
		if _, err := f.ReadAt(make([]byte, 1), -1); err == nil || err == io.EOF {
			t.Errorf("read at -1: %v", err)
		}
		info, err := f.Stat()
		must(t, err)
		if info.Mode() != 0o640 || info.Name() != "f" || info.IsDir() || vfs.Links(info) != 1 {
			t.Errorf("mode %v, name %s, links %d", info.Mode(), info.Name(), vfs.Links(info))
		}
		must(t, f.Chmod(0o400))
		info, err = fsys.Stat(name)
		must(t, err)
		if info.Mode() != 0o400 {
			t.Errorf("mode %v after chmod", info.Mode())
		}
		must(t, f.Close())
		if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("second close: %v", err)
		}
		if _, err := f.ReadAt(make([]byte, 1), 0); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("read after close: %v", err)
		}
		if err := f.Datasync(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("sync after close: %v", err)
		}
	})
}

func TestReadOnlyFile(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		put(t, fsys, dir+"/f", "data")
		f, err := fsys.OpenFile(dir+"/f", vfs.O_RDONLY, 0)
		must(t, err)
		defer f.Close()
		if _, err := f.WriteAt([]byte("x"), 0); !errors.Is(err, syscall.EBADF) {
			t.Errorf("write: %v", err)
		}
		if err := f.Truncate(1); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("truncate: %v", err)
		}
		if err := f.Allocate(100); !errors.Is(err, syscall.EBADF) {
			t.Errorf("allocate: %v", err)
		}
		must(t, f.Datasync())
		if got := get(t, fsys, dir+"/f"); got != "data" {
			t.Errorf("left %q", got)
		}
		d, err := fsys.OpenFile(dir, vfs.O_RDONLY, 0)
		must(t, err)
		defer d.Close()
		if _, err := d.ReadAt(make([]byte, 1), 0); !errors.Is(err, syscall.EISDIR) {
			t.Errorf("read of a directory: %v", err)
		}
	})
}

// A name is one thing and an inode another.
func TestInodes(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		a, b := dir+"/a", dir+"/b"
		put(t, fsys, a, "first")
		must(t, fsys.Link(a, b))
		info, err := fsys.Stat(a)
		must(t, err)
		if vfs.Links(info) != 2 {
			t.Errorf("%d links, want 2", vfs.Links(info))
		}
		f, err := fsys.OpenFile(b, vfs.O_RDWR, 0)
		must(t, err)
		_, err = f.WriteAt([]byte("FI"), 0)
		must(t, err)
		if got := get(t, fsys, a); got != "FIrst" {
			t.Errorf("the other name reads %q", got)
		}
		must(t, fsys.Rename(a, b)) // two names of one file: POSIX says nothing happens
		if got := tree(t, fsys, dir); got != "a=FIrst b=FIrst" {
			t.Errorf("rename over itself left %q", got)
		}
		must(t, fsys.Remove(a))
		must(t, fsys.Remove(b))
		_, err = f.WriteAt([]byte("!"), 5)
		must(t, err)
		buf := make([]byte, 6)
		if n, err := f.ReadAt(buf, 0); n != 6 || string(buf) != "FIrst!" {
			t.Errorf("after remove: %q, %v", buf[:n], err)
		}
		info, err = f.Stat()
		must(t, err)
		if vfs.Links(info) != 0 {
			t.Errorf("%d links, want 0", vfs.Links(info))
		}
		must(t, f.Close())
	})
}

func TestLock(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name := dir + "/LOCK"
		first, err := fsys.Lock(name)
		must(t, err)
		_, err = first.WriteAt([]byte("pid 1"), 0)
		must(t, err)
		if f, err := fsys.Lock(name); !errors.Is(err, vfs.ErrLocked) || f != nil {
			t.Fatalf("second lock: %v, %v", f, err)
		}
		// Closing another handle must not release it, as fcntl locks would.
		if got := get(t, fsys, name); got != "pid 1" {
			t.Errorf("holder reads %q", got)
		}
		if _, err := fsys.Lock(name); !errors.Is(err, vfs.ErrLocked) {
			t.Fatalf("third lock: %v", err)
		}
		must(t, first.Close())
		again, err := fsys.Lock(name)
		must(t, err)
		must(t, again.Close())
	})
}

func TestLockShared(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name := dir + "/LOCK"
		if _, err := fsys.LockShared(name); !vfs.IsNotExist(err) {
			t.Fatalf("a shared lock on nothing: %v", err)
		}
		put(t, fsys, name, "pid 1")
		first, err := fsys.LockShared(name)
		must(t, err)
		second, err := fsys.LockShared(name)
		must(t, err)
		if _, err := second.WriteAt([]byte("x"), 0); !errors.Is(err, syscall.EBADF) {
			t.Errorf("a reader may write: %v", err)
		}
		must(t, first.Close())
		if f, err := fsys.Lock(name); !errors.Is(err, vfs.ErrLocked) || f != nil {
			t.Fatalf("exclusive beside shared: %v, %v", f, err)
		}
		must(t, second.Close())
		alone, err := fsys.Lock(name)
		must(t, err)
		if f, err := fsys.LockShared(name); !errors.Is(err, vfs.ErrLocked) || f != nil {
			t.Fatalf("shared beside exclusive: %v, %v", f, err)
		}
		must(t, alone.Close())
		again, err := fsys.LockShared(name)
		must(t, err)
		must(t, again.Close())
	})
}

func TestStatfs(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		s, err := fsys.Statfs(dir)
		must(t, err)
		if s.Type == "" || s.Size <= 0 || s.Free < 0 || s.Free > s.Size {
			t.Errorf("%+v", s)
		}
	})
}

// What only the model can be asked: the rest of its own interface.
func TestMemInfo(t *testing.T) {
	m := vfs.NewMem()
	m.SetStatfs(vfs.Statfs{Type: "nfs", Free: 1, Size: 2})
	if s, err := m.Statfs("/"); err != nil || s != (vfs.Statfs{Type: "nfs", Free: 1, Size: 2}) {
		t.Errorf("statfs %v, %v", s, err)
	}
	must(t, m.Mkdir("d", 0o700))
	put(t, m, "f", "four")
	list, err := m.ReadDir("/")
	must(t, err)
	for i, want := range []string{"d d/", "- f"} {
		e := list[i]
		info, err := e.Info()
		must(t, err)
		if got := fs.FormatDirEntry(e); got != want || info.Name() != e.Name() || info.Mode().Type() != e.Type() || !info.ModTime().IsZero() {
			t.Errorf("entry %q, want %q; %v", got, want, info)
		}
	}
	for what, err := range map[string]error{
		"remove": m.Remove("/"), "rename": m.Rename("/", "x"), "rename over": m.Rename("d", "/"),
	} {
		if !errors.Is(err, syscall.EBUSY) && !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%s the root: %v", what, err)
		}
	}
	f, err := m.OpenFile("f", vfs.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	_, werr := f.WriteAt([]byte("x"), 1<<40)
	for what, err := range map[string]error{"write": werr, "truncate": f.Truncate(1 << 40), "allocate": f.Allocate(1 << 40)} {
		if !vfs.IsNoSpace(err) {
			t.Errorf("%s beyond the largest file: %v", what, err)
		}
	}
}
