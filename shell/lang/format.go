package lang

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// stringFormat is Lua 5.1's string.format. Beside that, %s takes any value, as tostring
// does, and %d an Int64. A format or an argument that does not fit is an error; the
// library writes %!d(MISSING) into the text.
func stringFormat(L *lua.LState) int {
	format := L.CheckString(1)
	var b strings.Builder
	arg := 1
	for {
		percent := strings.IndexByte(format, '%')
		if percent < 0 {
			break
		}
		b.WriteString(format[:percent])
		format = format[percent+1:]
		if strings.HasPrefix(format, "%") {
			b.WriteByte('%')
			format = format[1:]
			continue
		}
		n := conversion(format)
		if n < 0 {
			L.ArgError(1, "invalid conversion "+quoteShort("%"+format[:min(len(format), 8)])+
				": a width and a precision have at most two digits")
		}
		arg++
		if arg > L.GetTop() {
			L.ArgError(arg, "no value for %"+format[:n])
		}
		b.WriteString(formatOne(L, format[:n-1], format[n-1], arg))
		fits(L, "string.format", b.Len())
		format = format[n:]
	}
	b.WriteString(format)
	L.Push(lua.LString(b.String()))
	return 1
}

// conversion returns the length of the conversion that s begins with: flags, width,
// precision, letter. It returns -1 if there is none.
func conversion(s string) int {
	i := 0
	for i < len(s) && strings.IndexByte("-+ #0", s[i]) >= 0 {
		i++
	}
	digits := func() bool {
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i-start <= 2
	}
	if i > 5 || !digits() {
		return -1
	}
	if i < len(s) && s[i] == '.' {
		if i++; !digits() {
			return -1
		}
	}
	if i >= len(s) || strings.IndexByte("cdiouxXeEfgGqs", s[i]) < 0 {
		return -1
	}
	return i + 1
}

// formatOne formats argument i with the flags, the width and the precision of spec.
func formatOne(L *lua.LState, spec string, letter byte, i int) string {
	switch letter {
	case 's':
		return fmt.Sprintf("%"+spec+"s", ToString(L, L.Get(i)))
	case 'q':
		return quoteLua(L, L.CheckString(i))
	case 'e', 'E', 'f', 'g', 'G':
		return formatFloat(spec, letter, checkFloat(L, i))
	case 'c':
		return fmt.Sprintf("%"+strings.TrimLeft(spec, "0")+"s", string([]byte{byte(checkWhole(L, i, letter))}))
	}
	n := checkWhole(L, i, letter)
	switch letter {
	case 'i', 'd':
		letter = 'd'
	case 'u':
		return fmt.Sprintf("%"+spec+"d", uint64(n))
	default: // of a negative number C shows the bits
		return fmt.Sprintf("%"+spec+string(letter), uint64(n))
	}
	return fmt.Sprintf("%"+spec+string(letter), n)
}

// formatFloat formats as C does, which writes inf and nan in small letters, and cuts %g
// to six digits.
func formatFloat(spec string, letter byte, f float64) string {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		text := strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"))
		width, _, _ := strings.Cut(spec, ".")
		return fmt.Sprintf("%"+strings.ReplaceAll(width, "0", "")+"s", text)
	}
	if (letter == 'g' || letter == 'G') && !strings.Contains(spec, ".") {
		spec += ".6"
	}
	return fmt.Sprintf("%"+spec+string(letter), f)
}

func checkFloat(L *lua.LState, i int) float64 {
	if n, ok := L.Get(i).(Int64); ok {
		return float64(n)
	}
	return float64(L.CheckNumber(i))
}

// checkWhole returns an argument of %d and the like. A fraction is cut, as C does; what is
// beyond 64 bits has no such form.
func checkWhole(L *lua.LState, i int, letter byte) int64 {
	v := L.Get(i)
	if n, ok := Exact(v); ok {
		return n
	}
	f := math.Trunc(float64(L.CheckNumber(i)))
	if !(f >= -(1<<63) && f < 1<<63) {
		L.ArgError(i, fmt.Sprintf("%%%c wants an integer in 64 bits, not %v", letter, v))
	}
	return int64(f)
}

// quotedPerLook is how many bytes of a string are quoted between two looks at the context.
const quotedPerLook = 1 << 14

// quoteLua is %q: what Lua reads back as the same string.
func quoteLua(L *lua.LState, s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if i%quotedPerLook == quotedPerLook-1 {
			raiseIfDone(L)
		}
		switch c := s[i]; c {
		case '"', '\\', '\n':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\r':
			b.WriteString(`\r`)
		case 0:
			b.WriteString(`\000`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
