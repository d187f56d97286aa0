package dberr

import (
	"errors"
	"fmt"
	"strings"
)

// Error is the error of every AeroDB package. Code and Message are always set;
// the rest where it has a meaning.
type Error struct {
	Code    Code
	Op      string // what was being done: "segment.read"
	Path    string // the file concerned, relative to the data directory where it lies there
	Offset  int64  // byte offset in Path; meaningful if HasOffset
	Message string // for a person; names the field, the value, what was expected
	Hint    string // the next step; empty means the table's hint
	Details []Detail
	Err     error // the cause, wrapped

	HasOffset bool
}

// A Detail is one more fact, for programs: {"field", "location.lat"}.
type Detail struct {
	Key   string
	Value any // string, int64, bool or []string
}

// New returns an error of the code with a formatted message. A %w verb wraps.
func New(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	cause := errors.Unwrap(err)
	if _, several := err.(interface{ Unwrap() []error }); several {
		cause = err
	}
	return &Error{Code: code, Message: err.Error(), Err: cause}
}

// At sets the file and offset and returns e.
func (e *Error) At(path string, offset int64) *Error {
	e.Path, e.Offset, e.HasOffset = path, offset, true
	return e
}

// In sets the file, where no offset has a meaning, and returns e.
func (e *Error) In(path string) *Error {
	e.Path = path
	return e
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithOp sets what was being done and returns e.
func (e *Error) WithOp(op string) *Error {
	e.Op = op
	return e
}

// With adds a detail and returns e.
func (e *Error) With(key string, value any) *Error {
	e.Details = append(e.Details, Detail{key, value})
	return e
}

// Error returns one line: code, place, message.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	b.WriteString(": ")
	b.WriteString(e.Text())
	return b.String()
}

// Text returns the message with its place, without the code.
func (e *Error) Text() string {
	switch {
	case e.Path != "" && e.HasOffset:
		return fmt.Sprintf("%s at %d: %s", e.Path, e.Offset, e.Message)
	case e.Path != "":
		return e.Path + ": " + e.Message
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Severity returns the severity of e's code.
func (e *Error) Severity() Severity { return e.Code.Severity() }

// Advice returns e's hint, or the table's hint for its code.
func (e *Error) Advice() string {
	if e.Hint != "" {
		return e.Hint
	}
	entry, _ := Lookup(e.Code)
	return entry.Hint
}

// Is reports whether target is an *Error of the same code, so that
// errors.Is(err, &dberr.Error{Code: dberr.WALFull}) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Message == ""
}

// CodeOf returns the code of the outermost *Error in err's chain, "" for none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// From returns the outermost *Error in err's chain; an error of another kind
// becomes a BUG, since every error that leaves the engine must carry a code.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return New(InternalInvariant, "an error without a code: %w", err)
}
