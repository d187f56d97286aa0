package lang

import (
	"bufio"
	"io"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/vfs"
)

// installIO replaces the library's io, and what os has about files: every file is
// found through the session's file system, and the standard streams are the session's.
// os.execute and io.popen stay the library's, unless Options.Programs refuses them.
func (r *Runtime) installIO() {
	r.fileTable = r.newFileTable()
	std := func(f *luaFile) lua.LValue { return r.fileValue(f) }
	stdin := std(&luaFile{name: "stdin", in: bufio.NewReader(r.opts.Stdin)})
	stdout := std(&luaFile{name: "stdout", out: r.opts.Stdout})
	stderr := std(&luaFile{name: "stderr", out: r.opts.Stderr})
	r.input, r.output = stdin, stdout
	if lib, ok := r.Globals.RawGetString("io").(*lua.LTable); ok {
		lib.RawSetString("stdin", stdin)
		lib.RawSetString("stdout", stdout)
		lib.RawSetString("stderr", stderr)
		r.ioFunctions(lib)
		r.refusable(lib, "popen", "io.popen")
	}
	if lib, ok := r.Globals.RawGetString("os").(*lua.LTable); ok {
		r.osFunctions(lib)
		r.refusable(lib, "execute", "os.execute")
	}
}

// refusable makes a function that starts a program fail if programs are refused.
func (r *Runtime) refusable(lib *lua.LTable, name, whole string) {
	if r.opts.Programs == nil {
		return
	}
	lib.RawSetString(name, r.L.NewFunction(func(L *lua.LState) int {
		L.RaiseError("%s: %s", whole, r.opts.Programs.Error())
		return 0
	}))
}

func (r *Runtime) ioFunctions(lib *lua.LTable) {
	original := lib.RawGetString("type")
	for name, fn := range map[string]lua.LGFunction{
		"open": func(L *lua.LState) int {
			m, ok := parseMode(L.OptString(2, "r"))
			if !ok {
				L.ArgError(2, "the mode is r, w or a, with + or without")
			}
			return r.pushFile(L, L.CheckString(1), m)
		},
		"close": func(L *lua.LState) int { return r.closeValue(L, r.fileOr(L, r.output)) },
		"flush": func(L *lua.LState) int { L.Push(lua.LTrue); return 1 },
		"input": func(L *lua.LState) int { return r.choose(L, &r.input, modes["r"]) },
		"output": func(L *lua.LState) int {
			return r.choose(L, &r.output, modes["w"])
		},
		"read": func(L *lua.LState) int {
			if f := fileOf(r.input); f != nil && f.in != nil && !f.closed {
				return readFormats(L, f.in, 1)
			}
			return r.method(L, r.input, "read")
		},
		"write": func(L *lua.LState) int {
			if f := fileOf(r.output); f != nil && !f.closed {
				return writeAll(L, f, 1)
			}
			return r.method(L, r.output, "write")
		},
		"lines":   r.ioLines,
		"tmpfile": r.ioTmpfile,
		"type": func(L *lua.LState) int {
			f := fileOf(L.CheckAny(1))
			switch {
			case f == nil && L.Get(1).Type() != lua.LTUserData:
				L.Push(lua.LNil)
			case f == nil:
				return forward(L, original, L.Get(1))
			case f.closed:
				L.Push(lua.LString("closed file"))
			default:
				L.Push(lua.LString("file"))
			}
			return 1
		},
	} {
		lib.RawSetString(name, r.L.NewFunction(fn))
	}
}

func (r *Runtime) newFileTable() *lua.LTable {
	L := r.L
	methods := L.NewTable()
	for name, fn := range map[string]lua.LGFunction{
		"read":  func(L *lua.LState) int { return r.fileRead(L) },
		"write": func(L *lua.LState) int { return writeAll(L, checkFile(L), 2) },
		"lines": func(L *lua.LState) int { return r.pushLines(L, checkFile(L), false) },
		"close": func(L *lua.LState) int { return r.closeValue(L, L.Get(1)) },
		"seek": func(L *lua.LState) int {
			whence := []string{"set", "cur", "end"}
			pos, err := checkFile(L).seek(whence[L.CheckOption(whenceArgument(L), whence)], L.OptInt64(3, 0))
			if err != nil {
				return failed(L, err)
			}
			L.Push(Integer(pos))
			return 1
		},
		"flush":   func(L *lua.LState) int { checkFile(L); L.Push(lua.LTrue); return 1 },
		"setvbuf": func(L *lua.LState) int { checkFile(L); L.Push(lua.LTrue); return 1 },
	} {
		methods.RawSetString(name, L.NewFunction(fn))
	}
	mt := L.NewTable()
	mt.RawSetString("__index", methods)
	mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		text := "file"
		if f, ok := L.CheckUserData(1).Value.(*luaFile); ok && f.closed {
			text = "file (closed)"
		}
		L.Push(lua.LString(text))
		return 1
	}))
	return mt
}

// whenceArgument makes seek() mean seek("cur").
func whenceArgument(L *lua.LState) int {
	if L.GetTop() < 2 {
		L.Push(lua.LString("cur"))
	}
	return 2
}

// fileOf is the file behind a value; nil if it is none, but the pipe of a program.
func fileOf(v lua.LValue) *luaFile {
	ud, ok := v.(*lua.LUserData)
	if !ok {
		return nil
	}
	f, _ := ud.Value.(*luaFile)
	return f
}

// checkFile is the file that a method was called on.
func checkFile(L *lua.LState) *luaFile {
	f := fileOf(L.CheckUserData(1))
	if f == nil {
		L.ArgError(1, "a file is wanted")
	}
	if f.closed {
		L.ArgError(1, errClosedFile.Error())
	}
	return f
}

// failed is how io's functions report an error: nil, text, number.
func failed(L *lua.LState, err error) int {
	L.Push(lua.LNil)
	L.Push(lua.LString(err.Error()))
	L.Push(lua.LNumber(1))
	return 3
}

func (r *Runtime) pushFile(L *lua.LState, name string, m mode) int {
	f, err := r.openFile(name, m)
	if err != nil {
		return failed(L, err)
	}
	L.Push(r.fileValue(f))
	return 1
}

func (r *Runtime) fileOr(L *lua.LState, other lua.LValue) lua.LValue {
	if L.GetTop() > 0 {
		return L.Get(1)
	}
	return other
}

// closeValue closes a file, or what else can close itself, such as the pipe of a program.
func (r *Runtime) closeValue(L *lua.LState, v lua.LValue) int {
	f := fileOf(v)
	if f == nil && v.Type() != lua.LTUserData {
		L.ArgError(1, "a file is wanted")
	}
	if f == nil {
		L.SetTop(0)
		return r.method(L, v, "close")
	}
	if f.closed {
		L.ArgError(1, errClosedFile.Error())
	}
	if err := r.close(f); err != nil {
		return failed(L, err)
	}
	L.Push(lua.LTrue)
	return 1
}

// method calls v:name(...) with the arguments of the call under way.
func (r *Runtime) method(L *lua.LState, v lua.LValue, name string) int {
	n := L.GetTop()
	L.Push(L.GetField(v, name))
	L.Push(v)
	for i := 1; i <= n; i++ {
		L.Push(L.Get(i))
	}
	L.Call(n+1, lua.MultRet)
	return L.GetTop() - n
}

// choose is io.input and io.output: it returns the file that is read or written by
// default, after making it the one that is given, by itself or by name.
func (r *Runtime) choose(L *lua.LState, current *lua.LValue, m mode) int {
	switch v := r.fileOr(L, *current).(type) {
	case lua.LString:
		f, err := r.openFile(string(v), m)
		if err != nil {
			L.RaiseError("%s", err.Error())
		}
		*current = r.fileValue(f)
	case *lua.LUserData:
		*current = v
	default:
		L.ArgError(1, "a name or a file is wanted, not a "+v.Type().String())
	}
	L.Push(*current)
	return 1
}

func (r *Runtime) fileRead(L *lua.LState) int {
	f := checkFile(L)
	if f.in == nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(f.name + ": the file is opened for writing only"))
		L.Push(lua.LNumber(1))
		return 3
	}
	return readFormats(L, f.in, 2)
}

func (r *Runtime) ioLines(L *lua.LState) int {
	if L.GetTop() == 0 {
		return r.method(L, r.input, "lines")
	}
	f, err := r.openFile(L.CheckString(1), modes["r"])
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	return r.pushLines(L, f, true)
}

// pushLines returns an iterator over lines; with last it closes the file at its end.
func (r *Runtime) pushLines(L *lua.LState, f *luaFile, last bool) int {
	if f.in == nil {
		L.RaiseError("%s: the file is opened for writing only", f.name)
	}
	L.Push(L.NewFunction(func(L *lua.LState) int {
		if f.closed {
			L.RaiseError("%s: %s", f.name, errClosedFile.Error())
		}
		line, err := f.in.ReadString('\n')
		switch {
		case err != nil && err != io.EOF:
			L.RaiseError("%s", err.Error())
		case err != nil && line == "":
			if last {
				_ = r.close(f) // it was only read
			}
			L.Push(lua.LNil)
		default:
			L.Push(trimLine(line))
		}
		return 1
	}))
	return 1
}

// ioTmpfile is io.tmpfile: a file without a name, which is gone when it is closed.
func (r *Runtime) ioTmpfile(L *lua.LState) int {
	name := r.temporary(L)
	f, err := r.openFile(name, modes["w+"])
	if err == nil {
		if err = r.opts.FS.Remove(name); err != nil {
			_ = r.close(f)
		}
	}
	if err != nil {
		return failed(L, err)
	}
	L.Push(r.fileValue(f))
	return 1
}

// temporary returns the name of a file that is not there.
func (r *Runtime) temporary(L *lua.LState) string {
	name, err := r.opts.Temporary("lua")
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	return name
}

func (r *Runtime) osFunctions(lib *lua.LTable) {
	report := func(L *lua.LState, err error) int {
		if err != nil {
			return failed(L, err)
		}
		L.Push(lua.LTrue)
		return 1
	}
	for name, fn := range map[string]lua.LGFunction{
		"remove": func(L *lua.LState) int { return report(L, r.opts.FS.Remove(L.CheckString(1))) },
		"rename": func(L *lua.LState) int {
			return report(L, r.opts.FS.Rename(L.CheckString(1), L.CheckString(2)))
		},
		// As the C library does, it makes the file, so that nobody else takes the name.
		"tmpname": func(L *lua.LState) int {
			name := r.temporary(L)
			f, err := r.opts.FS.OpenFile(name, vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, vfs.FilePerm)
			if err == nil {
				err = f.Close()
			}
			if err != nil {
				L.RaiseError("%s", err.Error())
			}
			L.Push(lua.LString(name))
			return 1
		},
	} {
		lib.RawSetString(name, r.L.NewFunction(fn))
	}
}
