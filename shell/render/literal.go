package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// luaNames are the words that can't be written as a bare key.
var luaNames = map[string]bool{
	"and": true, "break": true, "do": true, "else": true, "elseif": true, "end": true, "false": true,
	"for": true, "function": true, "goto": true, "if": true, "in": true, "local": true, "nil": true,
	"not": true, "or": true, "repeat": true, "return": true, "then": true, "true": true, "until": true, "while": true,
}

// literal writes n as Lua source, on one line if it fits into width, else indented.
func (n *node) literal(indent, width int) string {
	return string(n.appendLiteral(nil, indent, width))
}

func (n *node) appendLiteral(dst []byte, indent, width int) []byte {
	if n.scalar() {
		return n.appendFlat(dst, -1)
	}
	if room := len(dst) + width - indent; room >= len(dst) {
		if flat := n.appendFlat(dst, room); len(flat) <= room {
			return flat
		}
	}
	pad := strings.Repeat(" ", indent+2)
	dst = append(dst, "{\n"...)
	for i := range n.items {
		n.stop.step()
		dst = append(n.items[i].appendLiteral(append(dst, pad...), indent+2, width), ",\n"...)
	}
	for i := range n.members {
		n.stop.step()
		m := &n.members[i]
		dst = append(append(append(dst, pad...), m.luaKey(n.stop)...), " = "...)
		dst = append(m.appendLiteral(dst, indent+2, width), ",\n"...)
	}
	return append(append(dst, pad[2:]...), '}')
}

// flat writes n as Lua source on one line.
func (n *node) flat() string { return string(n.appendFlat(nil, -1)) }

// appendFlat appends n on one line. It may stop where dst becomes longer than room, if
// that is not negative: then it does not fit anyway.
func (n *node) appendFlat(dst []byte, room int) []byte {
	switch {
	case n.kind == stringKind:
		return append(dst, quoteLua(n.text, n.stop)...)
	case n.kind == floatKind:
		return append(dst, floatLiteral(n.float)...)
	case n.kind == nilKind && n.text == "null":
		return append(dst, "json.null"...)
	case n.scalar():
		return append(dst, n.text...)
	}
	full := func() bool { return room >= 0 && len(dst) > room }
	dst = append(dst, '{')
	for i := 0; i < len(n.items) && !full(); i++ {
		n.stop.step()
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = n.items[i].appendFlat(dst, room)
	}
	for i := 0; i < len(n.members) && !full(); i++ {
		n.stop.step()
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(append(dst, n.members[i].luaKey(n.stop)...), " = "...)
		dst = n.members[i].appendFlat(dst, room)
	}
	return append(dst, '}')
}

// opaque returns the name of something inside n that has no literal, "" if all has.
func (n *node) opaque() string {
	if n.kind == opaqueKind {
		return n.text
	}
	for i := range n.items {
		n.stop.step()
		if name := n.items[i].opaque(); name != "" {
			return name
		}
	}
	for i := range n.members {
		n.stop.step()
		m := &n.members[i]
		if m.opaque {
			return "the key " + m.key
		}
		if name := m.node.opaque(); name != "" {
			return name
		}
	}
	return ""
}

func (m *member) luaKey(stop *stopper) string {
	switch {
	case m.index:
		return "[" + m.key + "]"
	case isName(m.key):
		return m.key
	}
	return "[" + quoteLua(m.key, stop) + "]"
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && !luaNames[s]
}

// floatLiteral keeps a large float a float: without the exponent its digits would read
// back as an int64.
func floatLiteral(f float64) string {
	switch {
	case math.IsNaN(f):
		return "(0/0)"
	case math.IsInf(f, 1):
		return "math.huge"
	case math.IsInf(f, -1):
		return "-math.huge"
	case f == math.Trunc(f):
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return floatText(f)
}

// quoteLua quotes s so that Lua 5.1 reads the same bytes. What a terminal would not show
// as a character of its own is escaped; other valid UTF-8 stays readable.
func quoteLua(s string, stop *stopper) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
		stop.step()
		r, size := utf8.DecodeRuneInString(s[i:])
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case unsafeRune(r) || r == utf8.RuneError && size == 1:
			for _, c := range []byte(s[i : i+size]) {
				fmt.Fprintf(&b, `\%03d`, c)
			}
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	b.WriteByte('"')
	return b.String()
}
