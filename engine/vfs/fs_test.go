package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// Every test of this file runs on the real file system and on the model: what
// the model says must be what the machine does.

// on runs test on both, in an empty directory.
func on(t *testing.T, test func(t *testing.T, fsys vfs.FS, dir string)) {
	t.Run("os", func(t *testing.T) { test(t, vfs.OS, t.TempDir()) })
	t.Run("mem", func(t *testing.T) {
		m := vfs.NewMem()
		must(t, m.Mkdir("/tmp", 0o700))
		test(t, m, "/tmp")
		if n := m.OpenHandles(); n != 0 {
			t.Errorf("%d handles left open", n)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put makes or overwrites a file, without syncing it.
func put(t testing.TB, fsys vfs.FS, name, data string) {
	t.Helper()
	f, err := fsys.OpenFile(name, vfs.O_RDWR|vfs.O_CREATE|vfs.O_TRUNC, 0o600)
	must(t, err)
	_, err = f.WriteAt([]byte(data), 0)
	must(t, err)
	must(t, f.Close())
}

func get(t testing.TB, fsys vfs.FS, name string) string {
	t.Helper()
	data, err := vfs.ReadFile(fsys, name, 1<<30)
	must(t, err)
	return string(data)
}

// tree prints a directory: names, sizes, "/" for directories, the number of links
// where it is not 1.
func tree(t testing.TB, fsys vfs.FS, dir string) string {
	t.Helper()
	list, err := fsys.ReadDir(dir)
	must(t, err)
	var parts []string
	for _, e := range list {
		s := e.Name()
		if e.IsDir() {
			s += "/(" + tree(t, fsys, path.Join(dir, e.Name())) + ")"
		} else {
			s += "=" + get(t, fsys, path.Join(dir, e.Name()))
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestNames(t *testing.T) {
	// A row does one call in a directory that holds: d/ (empty), e/ (f=F), a=A, b=B.
	rows := []struct {
		name string
		do   func(fsys vfs.FS, p func(string) string) error
		err  error
		want string
	}{
		{"mkdir", mkdir("n"), nil, "a=A b=B d/() e/(f=F) n/()"},
		{"mkdir below", mkdir("d/n"), nil, "a=A b=B d/(n/()) e/(f=F)"},
		{"mkdir over directory", mkdir("d"), syscall.EEXIST, ""},
		{"mkdir over file", mkdir("a"), syscall.EEXIST, ""},
		{"mkdir without parent", mkdir("x/n"), syscall.ENOENT, ""},
		{"mkdir below file", mkdir("a/n"), syscall.ENOTDIR, ""},
		{"mkdir long name", mkdir(strings.Repeat("n", 256)), syscall.ENAMETOOLONG, ""},
		{"mkdir NUL", mkdir("n\x00"), syscall.EINVAL, ""},

		{"remove file", remove("a"), nil, "b=B d/() e/(f=F)"},
		{"remove empty directory", remove("d"), nil, "a=A b=B e/(f=F)"},
		{"remove full directory", remove("e"), syscall.ENOTEMPTY, ""},
		{"remove nothing", remove("x"), syscall.ENOENT, ""},
		{"remove below file", remove("a/x"), syscall.ENOTDIR, ""},

		{"rename", rename("a", "n"), nil, "b=B d/() e/(f=F) n=A"},
		{"rename over file", rename("a", "b"), nil, "b=A d/() e/(f=F)"},
		{"rename to itself", rename("a", "a"), nil, "a=A b=B d/() e/(f=F)"},
		{"rename into", rename("a", "d/a"), nil, "b=B d/(a=A) e/(f=F)"},
		{"rename out over", rename("e/f", "b"), nil, "a=A b=F d/() e/()"},
		{"rename directory", rename("e", "n"), nil, "a=A b=B d/() n/(f=F)"},
		{"rename directory over empty", rename("e", "d"), nil, "a=A b=B d/(f=F)"},
		{"rename directory over full", rename("d", "e"), syscall.ENOTEMPTY, ""},
		{"rename directory into itself", rename("d", "d/n"), syscall.EINVAL, ""},
		{"rename directory into itself, deeper", rename("e", "e/g/n"), syscall.ENOENT, ""},
		{"rename directory over file", rename("d", "a"), syscall.ENOTDIR, ""},
		{"rename file over directory", rename("a", "d"), syscall.EISDIR, ""},
		{"rename nothing", rename("x", "n"), syscall.ENOENT, ""},
		{"rename to nowhere", rename("a", "x/n"), syscall.ENOENT, ""},
		{"rename below file", rename("a", "b/n"), syscall.ENOTDIR, ""},

		{"link", link("a", "n"), nil, "a=A b=B d/() e/(f=F) n=A"},
		{"link over", link("a", "b"), syscall.EEXIST, ""},
		{"link itself", link("a", "a"), syscall.EEXIST, ""},
		{"link nothing", link("x", "n"), syscall.ENOENT, ""},
		{"link to nowhere", link("a", "x/n"), syscall.ENOENT, ""},
		{"link directory", link("d", "n"), syscall.EPERM, ""},

		{"create", open("n", vfs.O_RDWR|vfs.O_CREATE), nil, "a=A b=B d/() e/(f=F) n="},
		{"create existing", open("a", vfs.O_RDWR|vfs.O_CREATE), nil, "a=A b=B d/() e/(f=F)"},
		{"create exclusively", open("a", vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL), syscall.EEXIST, ""},
		{"create directory exclusively", open("d", vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL), syscall.EEXIST, ""},
		{"create nowhere", open("x/n", vfs.O_RDWR|vfs.O_CREATE), syscall.ENOENT, ""},
		{"create below file", open("a/n", vfs.O_RDWR|vfs.O_CREATE), syscall.ENOTDIR, ""},
		{"truncate", open("a", vfs.O_RDWR|vfs.O_TRUNC), nil, "a= b=B d/() e/(f=F)"},
		{"open", open("a", vfs.O_RDONLY), nil, "a=A b=B d/() e/(f=F)"},
		{"open nothing", open("x", vfs.O_RDWR), syscall.ENOENT, ""},
		{"open no name", func(fsys vfs.FS, _ func(string) string) error {
			_, err := fsys.OpenFile("", vfs.O_RDONLY, 0)
			return err
		}, syscall.ENOENT, ""},
		{"open directory to read", open("d", vfs.O_RDONLY), nil, "a=A b=B d/() e/(f=F)"},
		{"open directory to write", open("d", vfs.O_RDWR), syscall.EISDIR, ""},
		{"open through dots", open("d/../e/./f", vfs.O_RDONLY), nil, "a=A b=B d/() e/(f=F)"},
		{"open through dots of nothing", open("x/../a", vfs.O_RDONLY), syscall.ENOENT, ""},

		{"readdir nothing", readdir("x"), syscall.ENOENT, ""},
		{"readdir file", readdir("a"), syscall.ENOTDIR, ""},
		{"syncdir", syncdir("e"), nil, "a=A b=B d/() e/(f=F)"},
		{"syncdir nothing", syncdir("x"), syscall.ENOENT, ""},
		{"syncdir file", syncdir("a"), syscall.ENOTDIR, ""},
		{"lock directory", lock("d"), syscall.EISDIR, ""},
		{"lock nowhere", lock("x/LOCK"), syscall.ENOENT, ""},
		{"lock new", lock("LOCK"), nil, "LOCK= a=A b=B d/() e/(f=F)"},
		{"lock existing", lock("a"), nil, "a=A b=B d/() e/(f=F)"},
		{"statfs nothing", func(fsys vfs.FS, p func(string) string) error { _, err := fsys.Statfs(p("x")); return err }, syscall.ENOENT, ""},
		{"stat below file", func(fsys vfs.FS, p func(string) string) error { _, err := fsys.Stat(p("a/x")); return err }, syscall.ENOTDIR, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			on(t, func(t *testing.T, fsys vfs.FS, dir string) {
				in := func(name string) string { return dir + "/" + name }
				must(t, fsys.Mkdir(in("d"), 0o700))
				must(t, fsys.Mkdir(in("e"), 0o700))
				put(t, fsys, in("e/f"), "F")
				put(t, fsys, in("a"), "A")
				put(t, fsys, in("b"), "B")
				err := row.do(fsys, in)
				if !errors.Is(err, row.err) {
					t.Fatalf("error %v, want %v", err, row.err)
				}
				want := row.want
				if err != nil {
					want = "a=A b=B d/() e/(f=F)"
				}
				if got := tree(t, fsys, dir); got != want {
					t.Errorf("left %q, want %q", got, want)
				}
			})
		})
	}
}

type call = func(fsys vfs.FS, p func(string) string) error

func mkdir(name string) call {
	return func(fsys vfs.FS, p func(string) string) error { return fsys.Mkdir(p(name), 0o700) }
}
func remove(name string) call {
	return func(fsys vfs.FS, p func(string) string) error { return fsys.Remove(p(name)) }
}
func rename(a, b string) call {
	return func(fsys vfs.FS, p func(string) string) error { return fsys.Rename(p(a), p(b)) }
}
func link(a, b string) call {
	return func(fsys vfs.FS, p func(string) string) error { return fsys.Link(p(a), p(b)) }
}
func syncdir(name string) call {
	return func(fsys vfs.FS, p func(string) string) error { return fsys.SyncDir(p(name)) }
}
func readdir(name string) call {
	return func(fsys vfs.FS, p func(string) string) error { _, err := fsys.ReadDir(p(name)); return err }
}
func open(name string, flag int) call {
	return func(fsys vfs.FS, p func(string) string) error {
		f, err := fsys.OpenFile(p(name), flag, 0o600)
		if err != nil {
			if f != nil {
				return errors.New("an error, and yet a file")
			}
			return err
		}
		return f.Close()
	}
}
func lock(name string) call {
	return func(fsys vfs.FS, p func(string) string) error {
		f, err := fsys.Lock(p(name))
		if err != nil {
			return err
		}
		return f.Close()
	}
}

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

func TestStatfs(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		s, err := fsys.Statfs(dir)
		must(t, err)
		if s.Type == "" || s.Size <= 0 || s.Free < 0 || s.Free > s.Size {
			t.Errorf("%+v", s)
		}
	})
}

// Random operations do the same to both file systems.
func TestSameAsOS(t *testing.T) {
	for seed := range uint64(20) {
		dir := t.TempDir()
		m := vfs.NewMem()
		real, model := newWalker(vfs.OS, dir, seed), newWalker(m, "", seed)
		for i := range 300 {
			a, b := real.step(), model.step()
			if a != b {
				t.Fatalf("seed %d, step %d: the machine %q, the model %q", seed, i, a, b)
			}
		}
		if a, b := tree(t, vfs.OS, dir), tree(t, m, "/"); a != b {
			t.Fatalf("seed %d: the machine %q, the model %q", seed, a, b)
		}
		real.close()
		model.close()
		crashed := m.AfterCrash(vfs.KeepAll)
		if crashed.Hash() != m.Hash() || !slices.Equal(crashed.Files(), m.Files()) {
			t.Fatalf("seed %d: an image that keeps all differs", seed)
		}
	}
}

func TestReadFileBound(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		put(t, fsys, dir+"/f", "12345")
		if _, err := vfs.ReadFile(fsys, dir+"/f", 4); !errors.Is(err, vfs.ErrTooLarge) {
			t.Errorf("bound 4: %v", err)
		}
		data, err := vfs.ReadFile(fsys, dir+"/f", 5)
		if err != nil || !bytes.Equal(data, []byte("12345")) {
			t.Errorf("bound 5: %q, %v", data, err)
		}
		if _, err := vfs.ReadFile(fsys, dir+"/x", 4); !vfs.IsNotExist(err) {
			t.Errorf("missing: %v", err)
		}
	})
}
