package vfs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// world is a small tree: a folder that an overlay moves, and what lies beside it.
func world(t testing.TB) *vfs.Mem {
	t.Helper()
	mem := vfs.NewMem()
	for _, dir := range []string{"data", "out/deep", "scratch/files", "scratch/data"} {
		must(t, vfs.MkdirAll(mem, dir))
	}
	for _, name := range []string{"out/a", "out/b", "out/deep/c", "data/d", "scratch/data/d"} {
		put(t, mem, name, "was "+name)
	}
	return mem
}

func TestOverlay(t *testing.T) {
	mem := world(t)
	out, data := tree(t, mem, "out"), tree(t, mem, "data")
	o, err := vfs.NewOverlay(mem, "scratch/files", "data", "scratch/data")
	must(t, err)
	put(t, o, "out/new", "1")
	put(t, o, "out/a", "22")
	must(t, o.Remove("out/b"))
	must(t, o.Rename("out/deep/c", "out/moved"))
	put(t, o, "data/x", "in the clone")
	must(t, o.Remove("data/d"))
	put(t, o, "out/fleeting", "x")
	must(t, o.Remove("out/fleeting"))
	if got, want := tree(t, o, "out"), "a=22 deep/() moved=was out/deep/c new=1"; got != want {
		t.Errorf("through the overlay:\n%s", got)
	}
	if got, want := tree(t, o, "data"), "x=in the clone"; got != want {
		t.Errorf("through the overlay:\n%s", got)
	}
	if tree(t, mem, "out") != out || tree(t, mem, "data") != data {
		t.Error("what is beneath changed")
	}
	if got, want := tree(t, mem, "scratch/data"), "x=in the clone"; got != want {
		t.Errorf("the clone:\n%s", got)
	}
	changes, err := o.Changes()
	must(t, err)
	want := "[{/out/a 2 true false} {/out/b 0 true true} {/out/deep/c 0 true true} {/out/moved 14 false false} {/out/new 1 false false}]"
	if fmt.Sprint(changes) != want {
		t.Errorf("changes %v", changes)
	}
}

// Whatever is done through an overlay has the answers it has without one, and changes
// nothing beneath.
func TestOverlayIsTransparent(t *testing.T) {
	names := []string{"out/a", "out/b", "out/n", "out/deep", "out/deep/c", "out/deep/n", "out/new", "out/new/f", "gone/x", "data/d", "data/e"}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		plain, beneath := world(t), world(t)
		before := tree(t, beneath, "out")
		o, err := vfs.NewOverlay(beneath, "scratch/files", "data", "scratch/data")
		must(t, err)
		put(t, plain, "data/d", "was scratch/data/d")
		for step := range 40 {
			op, a, b := r.IntN(9), names[r.IntN(len(names))], names[r.IntN(len(names))]
			what := fmt.Sprintf("seed %d, step %d: %s %s %s", seed, step, opNames[op], a, b)
			x, errX := operate(plain, op, a, b, step)
			y, errY := operate(o, op, a, b, step)
			if errors.Is(errY, syscall.EXDEV) || errors.Is(errY, vfs.ErrOutside) {
				break // a folder that was there is not renamed: stated
			}
			if (errX == nil) != (errY == nil) || x != y {
				t.Fatalf("%s: %q, %v without, %q, %v with the overlay", what, x, errX, y, errY)
			}
			for _, dir := range []string{"out", "data"} {
				if x, y := tree(t, plain, dir), tree(t, o, dir); x != y {
					t.Fatalf("%s: without\n%swith the overlay\n%s", what, x, y)
				}
			}
		}
		if tree(t, beneath, "out") != before {
			t.Fatalf("seed %d: what is beneath changed", seed)
		}
	}
}

var opNames = []string{"write", "append", "create", "rename", "remove", "mkdir", "read", "link", "lock"}

func operate(fsys vfs.FS, op int, a, b string, step int) (string, error) {
	write := func(flag int, off int64) error {
		f, err := fsys.OpenFile(a, flag, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt(fmt.Appendf(nil, "%d", step), off)
		return err
	}
	switch opNames[op] {
	case "write":
		return "", write(vfs.O_RDWR|vfs.O_CREATE|vfs.O_TRUNC, 0)
	case "append":
		return "", write(vfs.O_RDWR, 3)
	case "create":
		return "", write(vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, 0)
	case "rename":
		return "", fsys.Rename(a, b)
	case "remove":
		return "", fsys.Remove(a)
	case "mkdir":
		return "", fsys.Mkdir(a, 0o700)
	case "link":
		return "", fsys.Link(a, b)
	case "lock":
		f, err := fsys.Lock(a)
		if err == nil {
			err = f.Close()
		}
		return "", err
	}
	data, err := vfs.ReadFile(fsys, a, 1<<20)
	return string(data), err
}

// On the real file system: links are followed, other spellings are the same file, and what
// may not be changed is refused.
func TestOverlayOnDisk(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	for _, name := range []string{"live", "out", "s/files", "s/data"} {
		must(t, os.MkdirAll(filepath.Join(dir, name), 0o700))
	}
	must(t, os.Symlink(dir+"/live", dir+"/out/link"))
	must(t, os.Symlink(dir+"/out", dir+"/also"))
	o, err := vfs.NewOverlay(vfs.OS, dir+"/s/files", dir+"/out/link/../live", dir+"/s/data")
	must(t, err)
	put(t, o, dir+"/out/link/x", "clone")
	put(t, o, dir+"/also/../out/y", "own")
	for name, want := range map[string]string{"/s/data/x": "clone", "/s/files" + dir + "/out/y": "own"} {
		if got, err := os.ReadFile(dir + name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := vfs.ReadFile(o, dir+"/also/y", 10); err != nil || string(got) != "own" {
		t.Errorf("%q, %v", got, err)
	}
	for inner, want := range map[string]bool{dir + "/out/link": true, dir + "/out": false} {
		if in, err := vfs.Within(o, dir+"/live", inner); err != nil || in != want {
			t.Errorf("through the overlay, %s lies within: %v, %v", inner, in, err)
		}
	}
	for _, name := range []string{dir + "/live/x", dir + "/out/y"} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	if _, err := o.OpenFile("/dev/null", vfs.O_RDWR, 0); !errors.Is(err, vfs.ErrOutside) {
		t.Errorf("a device: %v", err)
	}
	staged, err := vfs.Stage(o, dir+"/out/z", 0o600)
	must(t, err)
	_, err = staged.Write([]byte("staged"))
	must(t, err)
	must(t, staged.Commit())
	changes, err := o.Changes()
	must(t, err)
	if len(changes) != 2 || changes[1].Name != dir+"/out/z" || changes[1].Bytes != 6 {
		t.Errorf("%v", changes)
	}
}
