package schema

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a schema and the documents of every schema are bounded by.
const (
	SchemaBytesMax        = 1 << 20 // a schema's JSON
	FieldsMax             = 1000    // declared fields, nested ones included
	DepthMax              = 16      // a field of the document is 1 deep, its fields or items 2
	IndexesMax            = 32      // besides _id
	SchemaIDBytesMax      = 64
	SchemaVersionBytesMax = 32
	FieldNameBytesMax     = 128
	FileNameBytesMax      = 250 // of the file that keeps the schema: see FileName
	DocumentIDBytesMax    = 1024
	IndexedStringBytesMax = 1024
)

// IDField is the field that every schema declares.
const IDField = "_id"

// checkName says what is wrong with a schema's id or version; "" if nothing is.
func checkName(name string, bytesMax int) string {
	if name == "." || name == ".." {
		return fmt.Sprintf("%q is not allowed", name)
	}
	if strings.ContainsAny(name, `/\`) {
		return fmt.Sprintf("%q holds a path separator", name)
	}
	return checkText(name, bytesMax)
}

// checkFieldName says what is wrong with a field's name; "" if nothing is.
func checkFieldName(name string) string {
	switch {
	case strings.Contains(name, "."):
		return "a field name may not hold '.': it separates the names of a path"
	case strings.HasPrefix(name, "$"):
		return "a field name may not begin with '$': operators do"
	}
	return checkText(name, FieldNameBytesMax)
}

func checkText(name string, bytesMax int) string {
	switch {
	case name == "":
		return "the name is empty"
	case !utf8.ValidString(name):
		return fmt.Sprintf("%q is not valid UTF-8", name)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Sprintf("%q holds a control character", name)
	case len(name) > bytesMax:
		return fmt.Sprintf("a name of %d bytes is longer than the limit of %d", len(name), bytesMax)
	}
	return ""
}

// FileName returns the name of the file that keeps a schema. Lower-case letters,
// digits and '-' stand for themselves, '_' only in the id, and every other byte
// is written %xx, so that no two schemas share a name, even where the file
// system takes upper and lower case for equal.
func FileName(id, version string) string {
	b := appendEscaped(nil, id, true)
	b = append(b, '_')
	b = appendEscaped(b, version, false)
	return string(append(b, ".json"...))
}

func appendEscaped(dst []byte, s string, underscore bool) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_' && underscore:
			dst = append(dst, c)
		default:
			dst = fmt.Appendf(dst, "%%%02x", c)
		}
	}
	return dst
}
