package vfs_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// A walker does random operations, the same for the same seed, among a few names
// so that they meet.
type walker struct {
	fsys  vfs.FS
	root  string
	rnd   *rand.Rand
	files []vfs.File
}

func newWalker(fsys vfs.FS, root string, seed uint64) *walker {
	return &walker{fsys: fsys, root: root, rnd: rand.New(rand.NewPCG(seed, 1))}
}

var walkNames = []string{"a", "b", "c", "d", "d/a", "d/b", "d/d", "e", "e/a", "e/d", "e/d/a"}

func (w *walker) name() string { return w.root + "/" + walkNames[w.rnd.IntN(len(walkNames))] }

// bytes returns up to 3000 of them; one time in four, zeros.
func (w *walker) bytes() []byte {
	p := make([]byte, w.rnd.IntN(3000))
	if w.rnd.IntN(4) > 0 {
		for i := range p {
			p[i] = byte(w.rnd.Uint32())
		}
	}
	return p
}

// step does one operation and says how it ended.
func (w *walker) step() string {
	var err error
	what := ""
	switch k := w.rnd.IntN(16); k {
	case 0, 1:
		what, err = "mkdir", w.fsys.Mkdir(w.name(), 0o700)
	case 2, 3:
		what, err = "remove", w.fsys.Remove(w.name())
	case 4, 5, 6:
		what, err = "rename", w.fsys.Rename(w.name(), w.name())
	case 7:
		what, err = "link", w.fsys.Link(w.name(), w.name())
	case 8:
		what, err = "syncdir", w.fsys.SyncDir(w.name())
	case 9, 10:
		what = "open"
		flags := []int{vfs.O_CREATE, vfs.O_CREATE | vfs.O_EXCL, vfs.O_CREATE | vfs.O_TRUNC, 0, vfs.O_TRUNC}
		var f vfs.File
		f, err = w.fsys.OpenFile(w.name(), vfs.O_RDWR|flags[w.rnd.IntN(len(flags))], 0o600)
		if err == nil {
			w.files = append(w.files, f)
		}
	default:
		what, err = w.fileStep(k)
	}
	var no syscall.Errno
	if errors.As(err, &no) {
		return what + ": " + no.Error()
	}
	return fmt.Sprint(what, ": ", err)
}

func (w *walker) fileStep(k int) (string, error) {
	i := w.rnd.IntN(1000)
	data, off := w.bytes(), w.rnd.Int64N(12000)
	if len(w.files) == 0 {
		return "no file", nil
	}
	i %= len(w.files)
	f := w.files[i]
	switch k {
	case 11, 12:
		_, err := f.WriteAt(data, off)
		return "write", err
	case 13:
		return "truncate", f.Truncate(off)
	case 14:
		return "datasync", f.Datasync()
	}
	n, err := f.ReadAt(data, off)
	info, serr := f.Stat()
	if serr == nil && len(w.files) > 8 {
		w.files = append(w.files[:i], w.files[i+1:]...)
		serr = f.Close()
	}
	if serr != nil {
		return "stat or close", serr
	}
	return fmt.Sprintf("read %d %x of %d in %d names, %v", n, data[:n], info.Size(), vfs.Links(info), err), nil
}

func (w *walker) close() {
	for _, f := range w.files {
		f.Close() // for good: the file system goes away
	}
}

// Random operations do the same to both file systems.
func TestSameAsOS(t *testing.T) {
	for seed := range uint64(10) {
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
