package document

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// Lookup returns the canonical bytes of the value at a dotted path in a canonical
// document, a part of doc; false if the document does not have it. Arrays are not
// entered. Nothing is allocated.
//
// The document is trusted: it came from Append or from schema's encoder. Other
// bytes give a meaningless answer, but no panic.
func Lookup(doc []byte, path string) ([]byte, bool) {
	at := 0
	for more := true; more; {
		var name string
		name, path, more = strings.Cut(path, ".")
		if at = memberValue(doc, at, name); at < 0 {
			return nil, false
		}
	}
	return doc[at:SkipCanonical(doc, at)], true
}

// memberValue returns the offset of the value of a member of the object at
// doc[i], -1 if there is none. Members are sorted, so it stops early.
func memberValue(doc []byte, i int, name string) int {
	if i >= len(doc) || doc[i] != '{' {
		return -1
	}
	for i++; i < len(doc) && doc[i] == '"'; i++ {
		end := skipString(doc, i)
		if end >= len(doc) || doc[end] != ':' {
			return -1
		}
		switch c := compareName(doc[i+1:end-1], name); {
		case c == 0:
			return end + 1
		case c > 0:
			return -1
		}
		if i = SkipCanonical(doc, end+1); i >= len(doc) || doc[i] != ',' {
			return -1
		}
	}
	return -1
}

// compareName compares the inside of a canonical string literal with a name.
func compareName(inside []byte, name string) int {
	for i := 0; i < len(inside); {
		if inside[i] == '\\' {
			return compareEscaped(inside, i, name)
		}
		if i == len(name) || inside[i] > name[i] {
			return 1
		}
		if inside[i] < name[i] {
			return -1
		}
		i++
	}
	if len(inside) < len(name) {
		return -1
	}
	return 0
}

// compareEscaped goes on where inside has its first escape, at i; up to there
// both are equal.
func compareEscaped(inside []byte, i int, name string) int {
	var one [4]byte // the most bytes an escape means
	for name = name[min(i, len(name)):]; i < len(inside); {
		means, n := one[:1], 1
		if one[0] = inside[i]; inside[i] == '\\' && i+1 < len(inside) {
			means, n = appendUnescaped(one[:0], inside, i)
		}
		i += n
		head := name[:min(len(means), len(name))]
		if string(means) != head {
			if string(means) < head {
				return -1
			}
			return 1
		}
		name = name[len(head):]
	}
	if name != "" {
		return -1
	}
	return 0
}

// SkipCanonical returns the offset after the value at doc[i] of a trusted
// canonical document; len(doc) if it does not end. It checks nothing.
func SkipCanonical(doc []byte, i int) int {
	for depth := 0; i < len(doc); {
		switch doc[i] {
		case '"':
			i = skipString(doc, i)
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		case ',', ':':
			i++
			continue
		default:
			i = skipScalar(doc, i)
		}
		if depth <= 0 {
			return i
		}
	}
	return len(doc)
}

// skipScalar returns the offset after the number, true, false or null at doc[i].
func skipScalar(doc []byte, i int) int {
	for i++; i < len(doc); i++ {
		if c := doc[i]; c == ',' || c == '}' || c == ']' {
			break
		}
	}
	return i
}

// skipString returns the offset after the string literal at doc[i]; len(doc) if
// it does not end.
func skipString(doc []byte, i int) int {
	i++
	for {
		for i+8 <= len(doc) {
			w := binary.LittleEndian.Uint64(doc[i:])
			quote, backslash := w^everyByte*'"', w^everyByte*'\\'
			// As in specialBytes, but exact for each byte above 0x7f too.
			m := ((quote-everyByte)&^quote | (backslash-everyByte)&^backslash) & everyHighBit
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(doc) {
			return len(doc)
		}
		switch doc[i] {
		case '"':
			return i + 1
		case '\\':
			i += 2
		default:
			i++
		}
	}
}
