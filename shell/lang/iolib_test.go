package lang

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine/vfs"
)

// newFileRuntime has files: those of fsys, and the real ones for what is only read.
func newFileRuntime(t *testing.T, fsys vfs.FS, programs error) (*Runtime, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	n := 0
	r := New(Options{
		Stdin: strings.NewReader("from stdin\n"), Stdout: &out, Stderr: &out,
		Now: func() time.Time { return epoch }, FS: fsys, Programs: programs,
		Open: func(name string) (fs.File, error) { return os.Open(name) },
		Temporary: func(what string) (string, error) {
			n++
			return fmt.Sprintf("/tmp-%s-%d", what, n), nil
		},
	})
	t.Cleanup(r.Close)
	return r, &out
}

func TestFiles(t *testing.T) {
	mem := vfs.NewMem()
	r, out := newFileRuntime(t, mem, nil)
	err := run(t, r, `
		local f = assert(io.open("/a", "w"))
		assert(io.type(f) == "file" and tostring(f) == "file")
		assert(f:write("one\n", 2, "\n", 9007199254740993, "\nlast"))
		local _, why = f:read()
		assert(why:find("writing only"), why)
		f:close()
		assert(io.type(f) == "closed file" and tostring(f) == "file (closed)" and io.type(1) == nil)
		assert(not pcall(f.write, f, "x"))

		f = io.open("/a")
		assert(f:read("*l") == "one")
		assert(f:read("*n") == 2 and f:read("*n") == 9007199254740993)
		assert(f:read("*a") == "\nlast" and f:read("*l") == nil and f:read("*a") == "")
		assert(f:seek("set", 1) == 1 and f:read(2) == "ne" and f:seek() == 3 and f:seek("end", -4) == f:seek("cur"))
		assert(f:read() == "last")
		local ok, why = f:seek("set", -1)
		assert(ok == nil and why:find("before the file"))
		ok, why = f:write("x")
		assert(ok == nil and why:find("reading only"), why)
		f:close()

		f = io.open("/a", "r+b")
		assert(f:read() == "one")
		f:write("TWO")                      -- behind what was read, not behind what was read ahead
		assert(f:seek("set") == 0 and f:read("*a"):sub(1, 8) == "one\nTWO0")
		f:close()

		f = io.open("/a", "a+")
		assert(f:read() == "one")
		f:write("!")
		f:close()

		local lines = {}
		for line in io.lines("/a") do lines[#lines + 1] = line end
		assert(#lines == 3 and lines[3] == "last!", table.concat(lines, "|"))

		f = io.open("/long", "w")
		f:write(("x"):rep(100000), "\n", "y\n")
		f:close()
		local sizes = {}
		for line in io.lines("/long") do sizes[#sizes + 1] = #line end
		assert(#sizes == 2 and sizes[1] == 100000 and sizes[2] == 1)

		assert(io.output("/b") == io.output())
		io.write("to b")
		io.close()
		assert(not pcall(io.write, "x"))
		io.output(io.stdout)
		io.write("to stdout\n")
		assert(io.read() == "from stdin" and io.read() == nil)
		io.input("/b")
		assert(io.read("*a") == "to b")
		io.input():close()
		io.input(io.stdin)

		assert(os.rename("/b", "/c") and io.open("/b") == nil)
		local ok, why, n = os.remove("/b")
		assert(ok == nil and why:find("no such file") and n == 1, why)
		ok, why = io.open("/no/such/dir", "w")
		assert(ok == nil and why:find("/no/such/dir"), why)
		assert(not pcall(io.lines, "/b") and not pcall(io.open, "/c", "rw"))
		assert(os.remove("/c"))

		local name = os.tmpname()
		assert(io.open(name):read("*a") == "" and os.remove(name))
		f = io.tmpfile()
		f:write("gone")
		assert(f:seek("set") == 0 and f:read("*a") == "gone")
		io.open("/left-open", "w"):write("x")
		io.stdout:close()`)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != "to stdout\n" {
		t.Errorf("printed %q", out)
	}
	r.closeFiles()
	if n := mem.OpenHandles(); n != 0 {
		t.Errorf("%d files are still open", n)
	}
	if list, _ := mem.ReadDir("/"); len(list) != 3 {
		t.Errorf("files are left: %v", list)
	}
}

// What is no regular file is a stream: pipes, devices.
func TestStreams(t *testing.T) {
	r, _ := newFileRuntime(t, vfs.OS, nil)
	err := run(t, r, `
		local f = assert(io.open("/dev/null", "w"))
		assert(f:write("x"))
		local ok, why = f:seek("set")
		assert(ok == nil and why:find("stream"), why)
		f:close()
		f = io.open("/dev/zero")
		assert(f:read(3) == "\0\0\0")
		f:close()
		f = io.popen("echo out")
		assert(io.type(f) == "file" and f:read() == "out")
		io.input(f)
		assert(io.read() == nil and io.close(f) == 0)
		assert(os.execute("exit 0") == 0)`)
	if err != nil {
		t.Fatal(err)
	}
}

// A full disk is an answer, not a silence.
func TestFullDisk(t *testing.T) {
	mem := vfs.NewMem()
	r, _ := newFileRuntime(t, mem, errors.New("not here"))
	mem.FullAfter(2)
	err := run(t, r, `
		local f = io.open("/a", "w")
		assert(f:write("xy"))
		local ok, why = f:write("z")
		assert(ok == nil and why:find("no space"), why)
		ok, why = pcall(os.execute, "true")
		assert(not ok and why:find("os.execute: not here"), why)
		ok, why = pcall(io.popen, "true")
		assert(not ok and why:find("io.popen: not here"), why)`)
	if err != nil {
		t.Fatal(err)
	}
}
