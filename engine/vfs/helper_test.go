package vfs_test

import (
	"path"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// on runs test on the real file system and on the model, in an empty directory:
// what the model says must be what the machine does.
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

// tree prints a directory: name=content, name/(directory).
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
