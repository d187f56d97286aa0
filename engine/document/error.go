package document

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A SyntaxError says where and why bytes are not the JSON that this package
// takes. Callers wrap it under the code of what they were reading.
type SyntaxError struct {
	Offset int64  // of the byte at fault, counted from 0
	Path   string // the value being read: location.lat, tags[3]; "" is the whole
	Reason string // what was expected, for a person
}

// Error returns one line: offset, path, reason.
func (e *SyntaxError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("at byte %d: %s", e.Offset, e.Reason)
	}
	return fmt.Sprintf("at byte %d, in %s: %s", e.Offset, e.Path, e.Reason)
}

// syntaxErrorf returns an error at an offset; the path is added on the way out,
// so that reading without errors keeps no path.
func syntaxErrorf(offset int, format string, args ...any) *SyntaxError {
	return &SyntaxError{Offset: int64(offset), Reason: fmt.Sprintf(format, args...)}
}

// MemberPath returns the path of rest inside the member name: location and lat
// make location.lat. A name that would be misread in a path is quoted.
func MemberPath(name, rest string) string {
	if !plainName(name) {
		name = "[" + strconv.Quote(name) + "]"
	}
	if rest == "" || rest[0] == '[' {
		return name + rest
	}
	return name + "." + rest
}

// ItemPath returns the path of rest inside item i of an array; what comes before
// it is still missing.
func ItemPath(i int, rest string) string {
	item := "[" + strconv.Itoa(i) + "]"
	if rest == "" || rest[0] == '[' {
		return item + rest
	}
	return item + "." + rest
}

func plainName(name string) bool {
	if name == "" || !utf8.ValidString(name) {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r == '.' || r == '[' || r == ']' || r == '"' || !unicode.IsGraphic(r)
	})
}

// describe names what stands at src[i], for messages.
func describe(src []byte, i int) string {
	if i >= len(src) {
		return "the end of the input"
	}
	r, n := utf8.DecodeRune(src[i:])
	if r == utf8.RuneError && n <= 1 {
		return fmt.Sprintf("byte 0x%02x", src[i])
	}
	return strconv.QuoteRune(r)
}

// NoValue returns the error for src[i], where a value should begin and none does.
func NoValue(src []byte, i int) *SyntaxError {
	for _, name := range []string{"NaN", "Infinity", "-Infinity"} {
		if literalAt(src, i, name) {
			return syntaxErrorf(i, "%s is not a JSON number", name)
		}
	}
	if i == 0 && literalAt(src, i, "\xef\xbb\xbf") {
		return syntaxErrorf(i, "a byte order mark stands before the value")
	}
	return syntaxErrorf(i, "a value should begin here, not %s", describe(src, i))
}

// OutOfRange returns the error for a number at offset that float64 holds only as
// infinite or as zero.
func OutOfRange(offset int) *SyntaxError {
	return syntaxErrorf(offset, "the number is outside the range of a 64-bit float")
}

// Unseparated returns the error for src[i], which follows an item or a member
// and is neither a comma nor the closing bracket.
func Unseparated(src []byte, i int, closing byte) *SyntaxError {
	return syntaxErrorf(i, "',' or %q should follow here, not %s", closing, describe(src, i))
}

// NoName returns the error for src[i], where a member name should begin and none does.
func NoName(src []byte, i int) *SyntaxError {
	return syntaxErrorf(i, "a member name in quotes should begin here, not %s", describe(src, i))
}

// NoColon returns the error for src[i], which follows a member name and is no colon.
func NoColon(src []byte, i int) *SyntaxError {
	return syntaxErrorf(i, "':' should follow the member name, not %s", describe(src, i))
}

// Trailing returns the error for src[i], which follows the value and is not white space.
func Trailing(src []byte, i int) *SyntaxError {
	return syntaxErrorf(i, "%s follows the value", describe(src, i))
}
