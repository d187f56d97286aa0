package schema

import (
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
)

// literalBytesShown is how much of an offending literal a message shows.
const literalBytesShown = 40

// A fault is what is wrong with a document. Its path is put together on the way
// out, so that a good document costs no path.
type fault struct {
	path    string
	offset  int64
	text    string
	missing []string // paths of required fields that one object lacks; path is the first
}

func faultf(offset int, format string, args ...any) *fault {
	return &fault{offset: int64(offset), text: fmt.Sprintf(format, args...)}
}

func syntaxFault(err *document.SyntaxError) *fault {
	return &fault{path: err.Path, offset: err.Offset, text: err.Reason}
}

// in puts the name of the member that f was found in before its paths.
func (f *fault) in(name string) *fault {
	f.path = document.MemberPath(name, f.path)
	for i := range f.missing {
		f.missing[i] = document.MemberPath(name, f.missing[i])
	}
	return f
}

// at puts the number of the item that f was found in before its paths.
func (f *fault) at(item int) *fault {
	f.path = document.ItemPath(item, f.path)
	for i := range f.missing {
		f.missing[i] = document.ItemPath(item, f.missing[i])
	}
	return f
}

// mismatch returns the fault of src[i], where a value of typ should begin and
// something else does.
func mismatch(src []byte, i int, typ Type) *fault {
	found := ""
	switch {
	case i >= len(src):
	case src[i] == '{':
		found = "an object"
	case src[i] == '[':
		found = "an array"
	case src[i] == '"':
		found = "a string"
	case src[i] == '-' || src[i]-'0' <= 9:
		if _, err := document.ScanNumber(src, i); err == nil {
			found = "a number"
		}
	case startsWith(src, i, "true") || startsWith(src, i, "false"):
		found = "a bool"
	case startsWith(src, i, "null"):
		return faultf(i, "null is not allowed; leave the field out")
	}
	if found == "" {
		return syntaxFault(document.NoValue(src, i))
	}
	return faultf(i, "wants %s, got %s", article(typ), found)
}

func startsWith(src []byte, i int, s string) bool {
	return len(src)-i >= len(s) && string(src[i:i+len(s)]) == s
}

// shorten returns a literal as messages show it; it is ASCII.
func shorten(literal []byte) string {
	if len(literal) <= literalBytesShown {
		return string(literal)
	}
	return fmt.Sprintf("%s... (%d bytes)", literal[:literalBytesShown], len(literal))
}

// refuse makes the error of f.
func (enc *Encoder) refuse(f *fault) error {
	text := f.text
	switch {
	case len(f.missing) == 1:
		text = f.path + ": is required and missing"
	case len(f.missing) > 1:
		text = strings.Join(f.missing, ", ") + ": are required and missing"
	case f.path != "":
		text = f.path + ": " + text
	}
	return dberr.New(dberr.SchemaValidationFailed, "%s %s: %s (at byte %d)", enc.schema.ID, enc.schema.Version, text, f.offset).
		With("field", f.path).With("offset", f.offset)
}

func (enc *Encoder) tooLarge(what string, size int) error {
	return dberr.New(dberr.DocumentTooLarge, "%s %s: the document%s has %d bytes, more than the limit of %d",
		enc.schema.ID, enc.schema.Version, what, size, enc.documentMax)
}
