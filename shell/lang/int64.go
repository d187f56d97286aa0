package lang

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// safeMax is the largest magnitude at which a float64 can be told from both its
// neighbouring integers: 2^53-1.
const safeMax = 1<<53 - 1

// Null is what the userdata of JSON's null holds, so that it can be told from others.
type Null struct{}

// Int64 is a Lua value holding an integer of magnitude 2^53 or more. It is a plain Go
// value, not a pointer, so equal integers are equal as table keys and to rawequal.
// Lua sees a userdata whose metatable is the one of all such values.
type Int64 int64

// String returns the decimal digits.
func (i Int64) String() string { return strconv.FormatInt(int64(i), 10) }

// Type makes Lua's type() say "userdata".
func (i Int64) Type() lua.LValueType { return lua.LTUserData }

// Format lets string.format("%d") print it; every verb for strings works too.
func (i Int64) Format(f fmt.State, verb rune) {
	format := fmt.FormatString(f, verb)
	switch verb {
	case 'i':
		fmt.Fprintf(f, format[:len(format)-1]+"d", int64(i))
	case 'd', 'x', 'X', 'o', 'c':
		fmt.Fprintf(f, format, int64(i))
	case 'e', 'E', 'f', 'g', 'G':
		fmt.Fprintf(f, format, float64(i))
	default:
		fmt.Fprintf(f, format, i.String())
	}
}

// Integer returns the Lua value of n: a plain number where that is exact, else an
// Int64. Every integer has exactly one of the two forms.
func Integer(n int64) lua.LValue {
	if n >= -safeMax && n <= safeMax {
		return lua.LNumber(n)
	}
	return Int64(n)
}

// ToInteger returns the integer that v holds exactly. A number with a fraction, or
// one so large that it can't be told from its neighbours, holds none.
func ToInteger(v lua.LValue) (int64, bool) {
	switch v := v.(type) {
	case Int64:
		return int64(v), true
	case lua.LNumber:
		f := float64(v)
		if math.Abs(f) <= safeMax && f == math.Trunc(f) {
			return int64(f), true
		}
	}
	return 0, false
}

// Exact is ToInteger that also reads a string of digits, decimal or 0x.
func Exact(v lua.LValue) (int64, bool) {
	if s, ok := v.(lua.LString); ok {
		return parseInteger(string(s))
	}
	return ToInteger(v)
}

// parseInteger reads a decimal or 0x integer within int64, sign allowed.
func parseInteger(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	body, negative := strings.CutPrefix(s, "-")
	base := 10
	if len(body) > 2 && (body[:2] == "0x" || body[:2] == "0X") {
		body, base = body[2:], 16
	}
	if body == "" || body[0] == '+' || body[0] == '-' {
		return 0, false
	}
	if negative {
		body = "-" + body
	}
	n, err := strconv.ParseInt(body, base, 64)
	return n, err == nil
}
