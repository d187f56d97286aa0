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
