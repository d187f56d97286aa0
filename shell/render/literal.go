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
	flat := n.flat()
	if n.scalar() || len(flat)+indent <= width {
		return flat
	}
	pad := strings.Repeat(" ", indent+2)
	var b strings.Builder
	b.WriteString("{\n")
	for i := range n.items {
		fmt.Fprintf(&b, "%s%s,\n", pad, n.items[i].literal(indent+2, width))
	}
	for i := range n.members {
		m := &n.members[i]
		fmt.Fprintf(&b, "%s%s = %s,\n", pad, m.luaKey(), m.literal(indent+2, width))
	}
	b.WriteString(strings.Repeat(" ", indent) + "}")
	return b.String()
}

// flat writes n as Lua source on one line.
func (n *node) flat() string {
	switch n.kind {
	case stringKind:
		return quoteLua(n.text)
	case floatKind:
		return floatLiteral(n.float)
	case listKind, objectKind:
		parts := make([]string, 0, len(n.items)+len(n.members))
		for i := range n.items {
			parts = append(parts, n.items[i].flat())
		}
		for i := range n.members {
			parts = append(parts, n.members[i].luaKey()+" = "+n.members[i].flat())
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	if n.kind == nilKind && n.text == "null" {
		return "json.null"
	}
	return n.text
}

// opaque returns the name of something inside n that has no literal, "" if all has.
func (n *node) opaque() string {
	if n.kind == opaqueKind {
		return n.text
	}
	for i := range n.items {
		if name := n.items[i].opaque(); name != "" {
			return name
		}
	}
	for i := range n.members {
		if name := n.members[i].opaque(); name != "" {
			return name
		}
	}
	return ""
}

func (m *member) luaKey() string {
	switch {
	case m.index:
		return "[" + m.key + "]"
	case isName(m.key):
		return m.key
	}
	return "[" + quoteLua(m.key) + "]"
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

// quoteLua quotes s so that Lua 5.1 reads the same bytes; valid UTF-8 stays readable.
func quoteLua(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
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
		case c < 0x20 || c == 0x7f || r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\%03d`, c)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	b.WriteByte('"')
	return b.String()
}
