package document

import (
	"math"
	"slices"
	"strconv"
)

// A literal of at most floatDigitsMax significant digits and a float64 determine
// each other, and its digits fit the 53 bits of a mantissa. So such a literal,
// written without exponent and needless zeros, is its own shortest form, and one
// exact division gives its value: no conversion is needed either way.
const (
	floatDigitsMax     = 15
	mantissaDigitsMax  = 18 // these fit an int64 whatever they are
	fractionZerosMax   = 5  // 0.00000123 has five and would be plain; with six it is an exponent
	integralPlainBelow = 1e21
	fractionPlainFrom  = 1e-6
)

// pow10 are the powers of ten that a plain literal divides by, all exact in float64.
var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// A Number is a number literal that ScanNumber found.
type Number struct {
	Literal []byte // as it stands in the input
	Integer bool   // without fraction and exponent

	digits    int    // significant ones
	mantissa  uint64 // all digits as one integer, if there are at most mantissaDigitsMax
	scale     int    // digits in the fraction
	canonical bool   // Literal is the canonical form, and mantissa / 10^scale its size
}

// ScanNumber scans the number literal that begins at src[i]. Whether a value of
// some type can hold it is for Int and Float to say.
func ScanNumber(src []byte, i int) (Number, *SyntaxError) {
	start := i
	if i < len(src) && src[i] == '-' {
		i++
	}
	n := Number{Integer: true, canonical: true}
	first := i
	for ; i < len(src) && src[i]-'0' <= 9; i++ {
		n.mantissa = n.mantissa*10 + uint64(src[i]-'0')
	}
	switch n.digits = i - first; {
	case n.digits == 0 && literalAt(src, start, "-Infinity"):
		return Number{}, NoValue(src, start)
	case n.digits == 0:
		return Number{}, syntaxErrorf(i, "a number wants a digit here, not %s", describe(src, i))
	case src[first] == '0' && n.digits > 1:
		return Number{}, syntaxErrorf(first, "a number may not begin with 0")
	case src[first] == '0':
		n.digits = 0
		n.canonical = first == start // -0 is written 0
	}
	if i < len(src) && (src[i] == '.' || src[i]|0x20 == 'e') {
		var err *SyntaxError
		if i, err = n.scanRest(src, i); err != nil {
			return Number{}, err
		}
	}
	n.Literal = src[start:i]
	n.canonical = n.canonical && n.digits <= floatDigitsMax
	return n, nil
}

// scanRest scans fraction and exponent, from src[i].
func (n *Number) scanRest(src []byte, i int) (int, *SyntaxError) {
	n.Integer = false
	if src[i] == '.' {
		i++
		first := i
		for ; i < len(src) && src[i]-'0' <= 9; i++ {
			n.mantissa = n.mantissa*10 + uint64(src[i]-'0')
			if n.digits > 0 || src[i] != '0' {
				n.digits++
			}
		}
		n.scale = i - first
		if n.scale == 0 {
			return 0, syntaxErrorf(i, "a number wants a digit after its point, not %s", describe(src, i))
		}
		n.canonical = src[i-1] != '0' && n.scale-n.digits <= fractionZerosMax && n.scale < len(pow10)
	}
	if i < len(src) && src[i]|0x20 == 'e' {
		n.canonical = false
		i++
		if i < len(src) && (src[i] == '+' || src[i] == '-') {
			i++
		}
		first := i
		for i < len(src) && src[i]-'0' <= 9 {
			i++
		}
		if i == first {
			return 0, syntaxErrorf(i, "a number wants a digit in its exponent, not %s", describe(src, i))
		}
	}
	return i, nil
}

func (n *Number) negative() bool { return n.Literal[0] == '-' }

// Int returns the value of an integer literal; false if it is none, or does not
// fit an int64.
func (n *Number) Int() (int64, bool) {
	if !n.Integer {
		return 0, false
	}
	if n.digits > mantissaDigitsMax {
		v, err := strconv.ParseInt(string(n.Literal), 10, 64)
		return v, err == nil
	}
	if n.negative() {
		return -int64(n.mantissa), true
	}
	return int64(n.mantissa), true
}

// Float returns the float64 nearest to the literal; false if that is infinite,
// or is zero though the literal is not. -0 is 0.
func (n *Number) Float() (float64, bool) {
	if n.canonical {
		f := float64(n.mantissa) / pow10[n.scale]
		if n.negative() {
			return -f, true
		}
		return f, true
	}
	f, err := strconv.ParseFloat(string(n.Literal), 64)
	if err != nil || f == 0 && n.digits > 0 {
		return 0, false
	}
	return f + 0, true
}

// RoundTrips reports whether float64 keeps what an integer literal says: it
// holds the integer exactly, or the canonical form gives the same digits back.
func (n *Number) RoundTrips() bool {
	if n.digits <= floatDigitsMax {
		return true
	}
	f, ok := n.Float()
	if !ok {
		return false
	}
	var b [32]byte
	if slices.Equal(AppendFloat(b[:0], f), n.Literal) {
		return true
	}
	// With a precision given, the digits of an integral float64 are exact.
	return string(strconv.AppendFloat(nil, f, 'f', 0, 64)) == string(n.Literal)
}

// Canonical reports whether the literal is the canonical form of an int, or else of a
// float, that can hold it.
func (n *Number) Canonical(whole bool) bool {
	if whole {
		_, ok := n.Int()
		return ok && (n.digits > 0 || !n.negative()) // -0 is written 0
	}
	if n.canonical {
		return true
	}
	f, ok := n.Float()
	if !ok || n.Integer && !n.RoundTrips() {
		return false
	}
	var b [32]byte
	return string(AppendFloat(b[:0], f)) == string(n.Literal)
}

// AppendInt appends the canonical form of the literal as an int, which Int has
// found to fit.
func (n *Number) AppendInt(dst []byte) []byte {
	if n.digits == 0 {
		return append(dst, '0')
	}
	return append(dst, n.Literal...) // a literal has no needless zeros
}

// AppendFloat appends the canonical form of the literal as a float, which Float
// has found to be f.
func (n *Number) AppendFloat(dst []byte, f float64) []byte {
	if n.canonical {
		return append(dst, n.Literal...)
	}
	return AppendFloat(dst, f)
}

// AppendFloat appends the canonical form of f. NaN and the infinities have none:
// they are written NaN, Infinity and -Infinity, which no strict reader takes.
func AppendFloat(dst []byte, f float64) []byte {
	switch {
	case f == 0:
		return append(dst, '0')
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if size := math.Abs(f); size >= fractionPlainFrom && size < integralPlainBelow {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// strconv pads the exponent to two digits: e-07 becomes e-7.
	if n := len(dst); dst[n-2] == '0' && (dst[n-3] == '-' || dst[n-3] == '+') {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}
