package vfs_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

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
