package manifest

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/document"
)

// A form is the one way to write a file, member by member: what encoding/json makes of
// the same struct, indented. It goes over the same members to write and to read, so one
// declaration (a members method) is both. Open reads three of these files, and
// encoding/json takes longer to find out about their types than all else that Open does
// with them.
//
// Reading takes the form and nothing else; what else a file may be, the caller finds out.
type form struct {
	writing   bool
	data      []byte // written so far, or still to be read
	depth     int
	separator string // before the next member or item
	bad       bool   // what was read is not in the form
}

// members is what an object of the form consists of.
type members interface{ members(f *form) }

// body is the pointer of a struct that has members.
type body[T any] interface {
	*T
	members
}

const indentation = "                " // of more levels than there are

// literal writes or expects text.
func (f *form) literal(text string) {
	switch {
	case f.writing:
		f.data = append(f.data, text...)
	case !f.next(text):
		f.bad = true
	default:
		f.data = f.data[len(text):]
	}
}

// next reports whether text is what is to be read next.
func (f *form) next(text string) bool {
	return !f.bad && len(f.data) >= len(text) && string(f.data[:len(text)]) == text
}

func (f *form) line() {
	f.literal("\n")
	f.literal(indentation[:2*f.depth])
}

func (f *form) name(name string) {
	f.literal(f.separator)
	f.separator = ","
	f.line()
	f.literal(`"`)
	f.literal(name)
	f.literal(`": `)
}

// has reports whether a member that is left out when it is empty is there.
func (f *form) has(name string, empty bool) bool {
	if f.writing {
		return !empty
	}
	rest, _ := bytes.CutPrefix(f.data, []byte(f.separator))
	rest = bytes.TrimLeft(rest, "\n ")
	return bytes.HasPrefix(rest, []byte(`"`+name+`": `))
}

func (f *form) object(m members) {
	f.open("{")
	m.members(f)
	f.close("}")
}

func (f *form) open(bracket string) {
	f.literal(bracket)
	f.depth++
	f.separator = ""
}

func (f *form) close(bracket string) {
	f.depth--
	f.line()
	f.literal(bracket)
	f.separator = ","
}

func (f *form) string(name string, s *string) {
	f.name(name)
	if f.writing {
		f.data = appendString(f.data, *s)
		return
	}
	text := f.quoted()
	if f.bad {
		return
	}
	if plain := text[1 : len(text)-1]; bytes.IndexByte(plain, '\\') < 0 {
		*s = string(plain)
	} else {
		f.bad = json.Unmarshal(text, s) != nil
	}
}

// quoted reads a string with its quotes.
func (f *form) quoted() []byte {
	if !f.next(`"`) {
		f.bad = true
		return nil
	}
	end, _, err := document.ScanString(f.data, 0)
	if err != nil {
		f.bad = true
		return nil
	}
	text := f.data[:end]
	f.data = f.data[end:]
	return text
}

// appendString appends s as encoding/json writes it, which escapes more than it must.
func appendString(dst []byte, s string) []byte {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a string always can
			return append(dst, quoted...)
		}
	}
	return append(append(append(dst, '"'), s...), '"')
}

func (f *form) digest(name string, sum *digest.Sum) {
	text := ""
	if f.writing {
		text = sum.String()
	}
	f.string(name, &text)
	if !f.writing && !f.bad {
		f.bad = sum.UnmarshalText([]byte(text)) != nil
	}
}

type integer interface {
	~int | ~int64 | ~uint16 | ~uint32 | ~uint64
}

func number[T integer](f *form, name string, n *T) {
	f.name(name)
	if f.writing {
		f.data = appendNumber(f.data, *n)
		return
	}
	end := 0
	for end < len(f.data) && (f.data[end] == '-' || '0' <= f.data[end] && f.data[end] <= '9') {
		end++
	}
	text := string(f.data[:end])
	f.data = f.data[end:]
	if signed, err := strconv.ParseInt(text, 10, 64); err == nil {
		*n = T(signed)
	} else {
		unsigned, err := strconv.ParseUint(text, 10, 64)
		*n = T(unsigned)
		f.bad = f.bad || err != nil
	}
	// A number that T can't hold is another one now.
	f.bad = f.bad || string(appendNumber(nil, *n)) != text
}

func appendNumber[T integer](dst []byte, n T) []byte {
	if n < 0 {
		return strconv.AppendInt(dst, int64(n), 10)
	}
	return strconv.AppendUint(dst, uint64(n), 10)
}

// list is a member that is a list of objects. None is written as [].
func list[T any, P body[T]](f *form, name string, items *[]T) {
	f.name(name)
	if f.writing && len(*items) == 0 {
		f.literal("[]")
		return
	}
	if !f.writing && f.next("[]") {
		f.literal("[]")
		*items = []T{}
		return
	}
	f.open("[")
	for i := 0; f.more(i, len(*items)); i++ {
		if !f.writing {
			*items = append(*items, *new(T))
		}
		f.literal(f.separator)
		f.line()
		f.object(P(&(*items)[i]))
	}
	f.close("]")
}

// more reports whether item i follows, of n if they are written.
func (f *form) more(i, n int) bool {
	if f.writing {
		return i < n
	}
	return !f.bad && (i == 0 || f.next(","))
}
