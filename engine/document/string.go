package document

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// Each byte of a word at once: 1, and the highest bit.
const (
	everyByte    = 0x0101010101010101
	everyHighBit = 0x8080808080808080
)

// specialBytes returns a word in which the lowest set bit is the high bit of the
// first byte of w that is a quote, a backslash, below 0x20 or above 0x7f; 0 if
// there is none. Bits above the lowest may be wrong: a subtraction borrows from
// the next byte only where it has found something. A byte above 0x7f keeps its
// high bit in quote or in backslash: only one of the two can be 0x80 before 1 is
// taken away.
func specialBytes(w uint64) uint64 {
	control := w - everyByte*0x20
	quote := (w ^ everyByte*'"') - everyByte
	backslash := (w ^ everyByte*'\\') - everyByte
	return (control | quote | backslash) & everyHighBit
}

// ScanString scans the string literal whose opening quote is src[i] and returns
// the offset after its closing quote. The literal is checked wholly: UTF-8,
// escapes, surrogates. plain says that it has no escape, so that the bytes
// between the quotes are the string, and the literal its canonical form.
func ScanString(src []byte, i int) (end int, plain bool, err *SyntaxError) {
	plain = true
	i++
	for {
		for i+8 <= len(src) {
			m := specialBytes(binary.LittleEndian.Uint64(src[i:]))
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(src) {
			return 0, false, syntaxErrorf(len(src), "the string has no closing quote")
		}
		switch c := src[i]; {
		case c == '"':
			return i + 1, plain, nil
		case c == '\\':
			plain = false
			if i, err = scanEscape(src, i); err != nil {
				return 0, false, err
			}
		case c < 0x20:
			return 0, false, syntaxErrorf(i, "a string may hold byte 0x%02x only escaped", c)
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(src[i:])
			if r == utf8.RuneError && n <= 1 {
				return 0, false, syntaxErrorf(i, "byte 0x%02x is not valid UTF-8", c)
			}
			i += n
		}
	}
}

// scanEscape checks the escape at src[i] and returns the offset after it; the
// two halves of a surrogate pair are one escape.
func scanEscape(src []byte, i int) (int, *SyntaxError) {
	if i+1 >= len(src) {
		return 0, syntaxErrorf(len(src), "the string has no closing quote")
	}
	switch src[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, nil
	case 'u':
		r, ok := hexRune(src, i)
		if !ok {
			return 0, syntaxErrorf(i, `\u wants four hexadecimal digits`)
		}
		if !utf16.IsSurrogate(r) {
			return i + 6, nil
		}
		if low, ok := hexRune(src, i+6); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return i + 12, nil
		}
		return 0, syntaxErrorf(i, "%s is half of a surrogate pair", src[i:i+6])
	}
	return 0, syntaxErrorf(i, "a backslash may not stand before %s", describe(src, i+1))
}

// hexRune reads a \uxxxx at src[i].
func hexRune(src []byte, i int) (rune, bool) {
	if i+6 > len(src) || src[i] != '\\' || src[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range src[i+2 : i+6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// AppendUnquoted appends the string that a literal means. The literal, quotes
// included, is one that ScanString found good.
func AppendUnquoted(dst, literal []byte) []byte {
	s := literal[1 : len(literal)-1]
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 == len(s) {
			dst = append(dst, s[i])
			i++
			continue
		}
		var n int
		dst, n = appendUnescaped(dst, s, i)
		i += n
	}
	return dst
}

// appendUnescaped appends what the escape at s[i] means and returns its length.
func appendUnescaped(dst, s []byte, i int) ([]byte, int) {
	switch c := s[i+1]; c {
	case 'b':
		return append(dst, '\b'), 2
	case 'f':
		return append(dst, '\f'), 2
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'u':
		r, _ := hexRune(s, i)
		if !utf16.IsSurrogate(r) {
			return utf8.AppendRune(dst, r), 6
		}
		low, _ := hexRune(s, i+6)
		return utf8.AppendRune(dst, utf16.DecodeRune(r, low)), 12
	default:
		return append(dst, c), 2
	}
}

// escapeLetter is the letter of the short escape of a byte, 'u' where there is
// none and the byte must be escaped all the same, 0 where it stands for itself.
var escapeLetter = func() (t [256]byte) {
	for c := range 0x20 {
		t[c] = 'u'
	}
	t['"'], t['\\'] = '"', '\\'
	t['\b'], t['\f'], t['\n'], t['\r'], t['\t'] = 'b', 'f', 'n', 'r', 't'
	return t
}()

// AppendQuoted appends the canonical literal of s, which is valid UTF-8.
func AppendQuoted[T string | []byte](dst []byte, s T) []byte {
	return append(AppendEscaped(append(dst, '"'), s), '"')
}

// AppendEscaped is AppendQuoted without the quotes. What it appends for a string is what
// it appends for its pieces, one after the other.
func AppendEscaped[T string | []byte](dst []byte, s T) []byte {
	const hex = "0123456789abcdef"
	from := 0
	for i := 0; i < len(s); i++ {
		letter := escapeLetter[s[i]]
		if letter == 0 {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		dst = append(dst, '\\', letter)
		if letter == 'u' {
			dst = append(dst, '0', '0', hex[s[i]>>4], hex[s[i]&15])
		}
	}
	return append(dst, s[from:]...)
}
