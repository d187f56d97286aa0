package lang

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/vfs"
)

// filePerm is the mode of a file that a script makes, less what the umask takes.
const filePerm = 0o644

var errClosedFile = errors.New("the file is closed")

// A luaFile is what io.open returns: a file of the session's file system with a position, or
// a stream, which has none.
type luaFile struct {
	name string

	file   vfs.File // nil for a stream
	off    int64    // where the next write goes, and where in ends
	append bool     // each write goes to the end

	in  *bufio.Reader // nil if it is not read
	out io.Writer     // of a stream; nil if it is not written
	w   bool          // a file that is written

	closer io.Closer // nil for the standard streams
	closed bool
}

// A mode says how a file is opened, as fopen spells it.
type mode struct {
	read, write, create, truncate, append bool
}

var modes = map[string]mode{
	"r":  {read: true},
	"r+": {read: true, write: true},
	"w":  {write: true, create: true, truncate: true},
	"w+": {read: true, write: true, create: true, truncate: true},
	"a":  {write: true, create: true, append: true},
	"a+": {read: true, write: true, create: true, append: true},
}

func parseMode(s string) (mode, bool) {
	m, ok := modes[strings.Replace(s, "b", "", 1)]
	return m, ok
}

// openFile opens a file. What is no regular file is opened as a stream.
func (r *Runtime) openFile(name string, m mode) (*luaFile, error) {
	info, err := r.opts.FS.Stat(name)
	regular := vfs.IsNotExist(err) || err == nil && info.Mode().IsRegular()
	if !m.write && !regular {
		f, err := r.opts.Open(name)
		if err != nil {
			return nil, err
		}
		return r.opened(&luaFile{name: name, in: bufio.NewReader(f), closer: f}), nil
	}
	flag := vfs.O_RDONLY
	if m.write {
		flag = vfs.O_RDWR
	}
	if m.create {
		flag |= vfs.O_CREATE
	}
	if m.truncate && regular {
		flag |= vfs.O_TRUNC
	}
	file, err := r.opts.FS.OpenFile(name, flag, filePerm)
	if err != nil {
		return nil, err
	}
	f := &luaFile{name: name, closer: file}
	if stream, ok := file.(io.ReadWriter); ok && !regular {
		f.out = stream
		if m.read {
			f.in = bufio.NewReader(stream)
		}
		return r.opened(f), nil
	}
	f.file, f.w, f.append = file, m.write, m.append
	if m.read {
		f.in = bufio.NewReader(f.reader())
	}
	return r.opened(f), nil
}

// opened notes that a file is open, so that Close closes it.
func (r *Runtime) opened(f *luaFile) *luaFile {
	r.files[f] = struct{}{}
	return f
}

func (f *luaFile) reader() io.Reader { return (*fileReader)(f) }

// A fileReader reads a luaFile from its position on.
type fileReader luaFile

func (f *fileReader) Read(p []byte) (int, error) {
	n, err := f.file.ReadAt(p, f.off)
	f.off += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// settle makes off the position that the script sees: what was read ahead is read again.
func (f *luaFile) settle() {
	if f.in != nil && f.file != nil {
		f.off -= int64(f.in.Buffered())
		f.in.Reset(f.reader())
	}
}

// Write writes p at the position, or at the end if the file was opened to append.
func (f *luaFile) Write(p []byte) (int, error) {
	switch {
	case f.closed:
		return 0, errClosedFile
	case f.out != nil:
		return f.out.Write(p)
	case !f.w:
		return 0, &fs.PathError{Op: "write", Path: f.name, Err: errors.New("the file is opened for reading only")}
	}
	f.settle()
	if f.append {
		info, err := f.file.Stat()
		if err != nil {
			return 0, err
		}
		f.off = info.Size()
	}
	n, err := f.file.WriteAt(p, f.off)
	f.off += int64(n)
	return n, err
}

// seek moves the position and returns it.
func (f *luaFile) seek(whence string, offset int64) (int64, error) {
	if f.file == nil {
		return 0, &fs.PathError{Op: "seek", Path: f.name, Err: errors.New("it is a stream")}
	}
	f.settle()
	base := f.off
	switch whence {
	case "set":
		base = 0
	case "end":
		info, err := f.file.Stat()
		if err != nil {
			return 0, err
		}
		base = info.Size()
	}
	if base+offset < 0 {
		return 0, &fs.PathError{Op: "seek", Path: f.name, Err: errors.New("the position would lie before the file")}
	}
	f.off = base + offset
	return f.off, nil
}

// close closes a file; a standard stream stays open for others.
func (r *Runtime) close(f *luaFile) error {
	f.closed = true
	delete(r.files, f)
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// closeFiles closes what a script left open.
func (r *Runtime) closeFiles() {
	for f := range r.files {
		_ = r.close(f) // nothing is buffered
	}
}

// fileValue is the Lua value of a file.
func (r *Runtime) fileValue(f *luaFile) *lua.LUserData {
	ud := r.L.NewUserData()
	ud.Value, ud.Metatable = f, r.fileTable
	return ud
}
