package lang

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

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
			if !(format >= 0 && format <= StringBytesMax) {
				L.ArgError(i-from+1, "a count is from 0 to "+lua.LNumber(StringBytesMax).String())
			}
			v = readCount(L, in, int64(format))
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
	return trimLine(line)
}

func trimLine(line string) lua.LString { return lua.LString(strings.TrimSuffix(line, "\n")) }

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

func forwardAll(L *lua.LState, fn lua.LValue) int {
	n := L.GetTop()
	L.Push(fn)
	for i := 1; i <= n; i++ {
		L.Push(L.Get(i))
	}
	L.Call(n, lua.MultRet)
	return L.GetTop() - n
}

// readCount reads n bytes, or what is left of them; nil at the end.
func readCount(L *lua.LState, in *bufio.Reader, n int64) lua.LValue {
	if _, err := in.Peek(1); err != nil {
		return lua.LNil
	}
	b, err := io.ReadAll(io.LimitReader(in, n))
	if err != nil && len(b) == 0 {
		L.RaiseError("read: %s", err.Error())
	}
	return lua.LString(b)
}
