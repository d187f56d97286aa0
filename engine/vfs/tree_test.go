package vfs_test

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func TestMkdirAll(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		must(t, vfs.MkdirAll(fsys, dir+"/a/b/c"))
		must(t, vfs.MkdirAll(fsys, dir+"/a/b/c/"))
		must(t, vfs.MkdirAll(fsys, dir+"/a/b/d"))
		put(t, fsys, dir+"/a/f", "F")
		if got := tree(t, fsys, dir); got != "a/(b/(c/() d/()) f=F)" {
			t.Errorf("left %q", got)
		}
		for _, name := range []string{"/a/f", "/a/f/x", "/a/f/x/y"} {
			if err := vfs.MkdirAll(fsys, dir+name); !errors.Is(err, syscall.ENOTDIR) {
				t.Errorf("%s: %v", name, err)
			}
		}
		info, err := fsys.Stat(dir + "/a/b")
		must(t, err)
		if info.Mode().Perm() != 0o700 {
			t.Errorf("mode %v", info.Mode())
		}
	})
}

func TestMkdirAllIsDurable(t *testing.T) {
	m := vfs.NewMem()
	must(t, m.Mkdir("a", 0o700))
	must(t, m.SyncDir("/"))
	start := len(m.Trace())
	must(t, vfs.MkdirAll(m, "a/b/c"))
	if got, want := vfs.FormatTrace(m.Trace()[start:]), "mkdir a/b\nsyncdir a\nmkdir a/b/c\nsyncdir a/b\n"; got != want {
		t.Errorf("trace:\n%swant:\n%s", got, want)
	}
	if got := tree(t, m.AfterCrash(vfs.LoseAll), "/"); got != "a/(b/(c/()))" {
		t.Errorf("a power cut leaves %q", got)
	}
}

// A rival makes each directory just before this process does, and never syncs it.
type rival struct{ vfs.FS }

func (r rival) Mkdir(name string, perm fs.FileMode) error {
	if err := r.FS.Mkdir(name, perm); err != nil {
		return err
	}
	return r.FS.Mkdir(name, perm)
}

func TestMkdirAllBesideARival(t *testing.T) {
	m := vfs.NewMem()
	must(t, vfs.MkdirAll(rival{m}, "a/b"))
	if got := tree(t, m.AfterCrash(vfs.LoseAll), "/"); got != "a/(b/())" {
		t.Errorf("a power cut leaves %q", got)
	}
}

func TestRemoveAll(t *testing.T) {
	on(t, func(t *testing.T, fsys vfs.FS, dir string) {
		must(t, vfs.MkdirAll(fsys, dir+"/a/b/c"))
		put(t, fsys, dir+"/a/f", "F")
		put(t, fsys, dir+"/a/b/g", "G")
		put(t, fsys, dir+"/z", "Z")
		must(t, vfs.RemoveAll(fsys, dir+"/none"))
		must(t, vfs.RemoveAll(fsys, dir+"/a"))
		if got := tree(t, fsys, dir); got != "z=Z" {
			t.Errorf("left %q", got)
		}
		must(t, vfs.RemoveAll(fsys, dir+"/z"))
		if got := tree(t, fsys, dir); got != "" {
			t.Errorf("left %q", got)
		}
	})
}

func TestRemoveAllOrder(t *testing.T) {
	m := vfs.NewMem()
	must(t, vfs.MkdirAll(m, "d/b"))
	for _, name := range []string{"d/c", "d/a", "d/b/x"} {
		put(t, m, name, "")
	}
	start := len(m.Trace())
	must(t, vfs.RemoveAll(m, "d"))
	want := "remove d/a\nremove d/b/x\nremove d/b\nremove d/c\nremove d\n"
	if got := vfs.FormatTrace(m.Trace()[start:]); got != want {
		t.Errorf("trace:\n%swant:\n%s", got, want)
	}
	must(t, m.Mkdir("d", 0o700))
	put(t, m, "d/a", "")
	m.FailAt(m.Ops()+1, vfs.EIO) // readdir, remove
	if err := vfs.RemoveAll(m, "d"); !errors.Is(err, vfs.EIO) {
		t.Errorf("a failed remove is %v", err)
	}
}
