package lang

import (
	"io"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// readPiece is how much of a file is read between two looks at the context.
const readPiece = 1 << 20

// installFiles puts a limit to the read of the library's own files, which are the pipes of
// io.popen: it takes any number for a count, and a stream without an end as a whole.
func (r *Runtime) installFiles() {
	methods, ok := r.L.GetTypeMetatable("FILE*").(*lua.LTable)
	if !ok {
		return
	}
	read := methods.RawGetString("read")
	methods.RawSetString("read", r.L.NewFunction(func(L *lua.LState) int {
		top := L.GetTop()
		for i := 2; i <= top; i++ {
			switch format := L.Get(i).(type) {
			case lua.LNumber:
				if !(format >= 0 && format <= StringBytesMax) {
					L.ArgError(i-1, "a count is from 0 to "+lua.LNumber(StringBytesMax).String())
				}
			case lua.LString:
				if top == 2 && strings.HasPrefix(string(format), "*a") {
					return readWhole(L, read)
				}
			}
		}
		return forwardAll(L, read)
	}))
}

// readWhole reads the rest of the file that is argument 1, in pieces.
func readWhole(L *lua.LState, read lua.LValue) int {
	file := L.Get(1)
	var b strings.Builder
	for {
		L.Push(read)
		L.Push(file)
		L.Push(lua.LNumber(readPiece))
		L.Call(2, 2)
		piece, message := L.Get(-2), L.Get(-1)
		L.Pop(2)
		s, ok := piece.(lua.LString)
		if !ok {
			if message != lua.LNil { // an error of the file
				L.Push(lua.LNil)
				L.Push(message)
				return 2
			}
			L.Push(lua.LString(b.String()))
			return 1
		}
		fits(L, "file:read", b.Len()+len(s))
		b.WriteString(string(s))
		if ctx := L.Context(); ctx != nil && ctx.Err() != nil {
			L.RaiseError("%s", ctx.Err().Error())
		}
	}
}

// readRest is read("*a") of the session's own standard input.
func readRest(L *lua.LState, in io.Reader) lua.LValue {
	all, err := io.ReadAll(io.LimitReader(in, StringBytesMax+1))
	if err != nil {
		L.RaiseError("read: %s", err.Error())
	}
	fits(L, "io.read", len(all))
	return lua.LString(all)
}
