package document

import (
	"slices"
	"strconv"
	"strings"
)

// Append appends the canonical form of v.
func Append(dst []byte, v Value) []byte {
	switch v.kind {
	case Bool:
		return strconv.AppendBool(dst, v.bits == 1)
	case Int:
		return strconv.AppendInt(dst, int64(v.bits), 10)
	case Float:
		return AppendFloat(dst, v.Float())
	case String:
		return AppendQuoted(dst, v.text)
	case Array:
		return appendArray(dst, v.items)
	case Object:
		return appendObject(dst, v.members)
	}
	return append(dst, "null"...)
}

func appendArray(dst []byte, items []Value) []byte {
	dst = append(dst, '[')
	for i := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = Append(dst, items[i])
	}
	return append(dst, ']')
}

func appendObject(dst []byte, members []Member) []byte {
	byName := func(a, b Member) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(members, byName) {
		members = slices.Clone(members)
		slices.SortStableFunc(members, byName)
	}
	dst = append(dst, '{')
	for i := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendQuoted(dst, members[i].Name), ':')
		dst = Append(dst, members[i].Value)
	}
	return append(dst, '}')
}
