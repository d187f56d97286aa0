package lang

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// installStreams gives io.stdin, io.stdout, io.stderr, io.write, io.read and io.lines
// the streams of the session. Other files stay the library's. After io.output(file)
// or io.input(file) the library's own functions are used.
func (r *Runtime) installStreams() {
	lib, ok := r.Globals.RawGetString("io").(*lua.LTable)
	if !ok {
		return
	}
	L := r.L
	in := bufio.NewReader(r.opts.Stdin)
	stdin := r.stream(nil, in)
	stdout := r.stream(r.opts.Stdout, nil)
	stderr := r.stream(r.opts.Stderr, nil)
	lib.RawSetString("stdin", stdin)
	lib.RawSetString("stdout", stdout)
	lib.RawSetString("stderr", stderr)
	r.redirect(lib, "output", "write", stdout, func(L *lua.LState) int {
		return writeAll(L, r.opts.Stdout, 1)
	})
	r.redirect(lib, "input", "read", stdin, func(L *lua.LState) int {
		return readFormats(L, in, 1)
	})
	lines := lib.RawGetString("lines")
	lib.RawSetString("lines", L.NewFunction(func(L *lua.LState) int {
		if L.GetTop() == 0 {
			L.Push(lineIterator(L, in))
			return 1
		}
		return forwardAll(L, lines)
	}))
}

// redirect makes lib[action] use ours until lib[choose] was called with a file.
func (r *Runtime) redirect(lib *lua.LTable, choose, action string, standard lua.LValue, ours lua.LGFunction) {
	chooseOriginal, original := lib.RawGetString(choose), lib.RawGetString(action)
	redirected := false
	lib.RawSetString(choose, r.L.NewFunction(func(L *lua.LState) int {
		switch {
		case L.GetTop() == 0 && !redirected:
			L.Push(standard)
			return 1
		case L.GetTop() > 0 && L.Get(1) == standard:
			redirected = false
			L.Push(standard)
			return 1
		case L.GetTop() > 0:
			redirected = true
		}
		return forwardAll(L, chooseOriginal)
	}))
	lib.RawSetString(action, r.L.NewFunction(func(L *lua.LState) int {
		if redirected {
			return forwardAll(L, original)
		}
		return ours(L)
	}))
}

func forwardAll(L *lua.LState, fn lua.LValue) int {
	n := L.GetTop()
	L.Push(fn)
	for i := 1; i <= n; i++ {
		L.Push(L.Get(i))
	}
	L.Call(n, lua.MultRet)
	return L.GetTop() - n
}

// stream makes a file-like value of a writer or a reader.
func (r *Runtime) stream(w io.Writer, in *bufio.Reader) lua.LValue {
	L := r.L
	ud := L.NewUserData()
	methods := L.NewTable()
	set := func(name string, fn lua.LGFunction) { methods.RawSetString(name, L.NewFunction(fn)) }
	if w != nil {
		set("write", func(L *lua.LState) int { return writeAll(L, w, 2) })
	}
	if in != nil {
		set("read", func(L *lua.LState) int { return readFormats(L, in, 2) })
		set("lines", func(L *lua.LState) int { L.Push(lineIterator(L, in)); return 1 })
	}
	for _, name := range []string{"flush", "setvbuf", "close"} {
		set(name, func(L *lua.LState) int { L.Push(lua.LTrue); return 1 })
	}
	mt := L.NewTable()
	mt.RawSetString("__index", methods)
	ud.Metatable = mt
	return ud
}

func writeAll(L *lua.LState, w io.Writer, from int) int {
	for i := from; i <= L.GetTop(); i++ {
		switch v := L.Get(i).(type) {
		case lua.LString, lua.LNumber, Int64:
			if _, err := io.WriteString(w, v.String()); err != nil {
				L.Push(lua.LNil)
				L.Push(lua.LString(err.Error()))
				return 2
			}
		default:
			L.ArgError(i, "a string or a number is wanted, not a "+v.Type().String())
		}
	}
	L.Push(lua.LTrue)
	return 1
}

func lineIterator(L *lua.LState, in *bufio.Reader) lua.LValue {
	return L.NewFunction(func(L *lua.LState) int {
		L.Push(readLine(in))
		return 1
	})
}

// readFormats reads by Lua 5.1's formats: "*l", "*a", "*n" or a count of bytes.
func readFormats(L *lua.LState, in *bufio.Reader, from int) int {
	if L.GetTop() < from {
		L.Push(readLine(in))
		return 1
	}
	top := L.GetTop()
	for i := from; i <= top; i++ {
		var v lua.LValue = lua.LNil
		switch format := L.Get(i).(type) {
		case lua.LNumber:
			buf := make([]byte, max(0, min(int(format), 1<<26)))
			if n, err := io.ReadFull(in, buf); n > 0 || err == nil {
				v = lua.LString(buf[:n])
			}
		case lua.LString:
			switch strings.TrimPrefix(string(format), "*") {
			case "l":
				v = readLine(in)
			case "a":
				v = readRest(L, in)
			case "n":
				v = readNumber(in)
			default:
				L.ArgError(i, "the format is *l, *a, *n or a count")
			}
		default:
			L.ArgError(i, "the format is *l, *a, *n or a count")
		}
		L.Push(v)
		if v == lua.LNil {
			return i - from + 1
		}
	}
	return top - from + 1
}

func readLine(in *bufio.Reader) lua.LValue {
	line, err := in.ReadString('\n')
	if err != nil && line == "" {
		return lua.LNil
	}
	return lua.LString(strings.TrimSuffix(line, "\n"))
}

func readNumber(in *bufio.Reader) lua.LValue {
	var word []byte
	for {
		c, err := in.ReadByte()
		if err != nil {
			break
		}
		if c <= ' ' {
			if len(word) == 0 {
				continue
			}
			_ = in.UnreadByte() // cannot fail after a ReadByte
			break
		}
		word = append(word, c)
	}
	if n, ok := parseInteger(string(word)); ok {
		return Integer(n)
	}
	f, err := strconv.ParseFloat(string(word), 64)
	if err != nil {
		return lua.LNil
	}
	return lua.LNumber(f)
}
