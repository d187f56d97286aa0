// Package key encodes the keys of the one ordered key space that memtable and
// segments share, so that comparing bytes compares what they stand for.
//
// A document key:
//
//	offset  size  field
//	0       1     0x01
//	1       2     collection number, big endian
//	3       2     version number, big endian
//	5       n     _id, UTF-8
//
// An index key:
//
//	offset  size  field
//	0       1     0x02
//	1       2     collection number
//	3       2     version number
//	5       2     index number: position in the schema's sorted list of indexes
//	7       m     value, as the Append functions encode it
//	7+m     n     _id, UTF-8
//
// A value starts with one byte: 0x00 says the document lacks the field and
// nothing follows, 0x01 says a value follows, encoded by the field's type, which
// the schema knows:
//
//	int     8 bytes, big endian, sign bit flipped
//	float   8 bytes, IEEE 754 big endian; sign bit flipped, or all bits if negative
//	bool    1 byte, 0 or 1
//	string  its bytes with 0x00 written 0x00 0xff, then 0x00 0x01
//
// So documents that lack an indexed field sort before all that have it. Every
// encoded value is self-delimiting: no value is a prefix of another, which lets
// the _id follow without a mark.
package key

import (
	"encoding/binary"
	"math"
)

// The first byte of a key: its space. All document keys sort before all index keys.
const (
	SpaceDocument = 0x01
	SpaceIndex    = 0x02
)

// Sizes in bytes of the fixed parts.
const (
	DocumentPrefixBytes = 5
	IndexPrefixBytes    = 7
)

const (
	valueMissing = 0x00
	valuePresent = 0x01
)

// AppendDocumentPrefix appends what all document keys of one version of a
// collection share.
func AppendDocumentPrefix(dst []byte, collection, version uint16) []byte {
	return append(dst, SpaceDocument, byte(collection>>8), byte(collection), byte(version>>8), byte(version))
}

// AppendDocument appends the key of a document.
func AppendDocument(dst []byte, collection, version uint16, id []byte) []byte {
	return append(AppendDocumentPrefix(dst, collection, version), id...)
}

// AppendIndexPrefix appends what all keys of one index share.
func AppendIndexPrefix(dst []byte, collection, version, index uint16) []byte {
	return append(dst, SpaceIndex, byte(collection>>8), byte(collection), byte(version>>8), byte(version), byte(index>>8), byte(index))
}

// AppendIndex appends the key of an index entry; value is encoded already.
func AppendIndex(dst []byte, collection, version, index uint16, value, id []byte) []byte {
	return append(append(AppendIndexPrefix(dst, collection, version, index), value...), id...)
}

// AppendMissing appends the value of a document that lacks the field.
func AppendMissing(dst []byte) []byte { return append(dst, valueMissing) }

// AppendInt appends an int value.
func AppendInt(dst []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, valuePresent), uint64(v)^(1<<63))
}

// AppendFloat appends a float value. v is not a NaN; -0 is encoded as 0.
func AppendFloat(dst []byte, v float64) []byte {
	bits := math.Float64bits(v + 0) // -0 + 0 is 0
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return binary.BigEndian.AppendUint64(append(dst, valuePresent), bits)
}

// AppendBool appends a bool value.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, valuePresent, 1)
	}
	return append(dst, valuePresent, 0)
}

// AppendString appends a string value.
func AppendString(dst []byte, v []byte) []byte {
	dst = append(dst, valuePresent)
	for _, c := range v {
		if c == 0 {
			dst = append(dst, 0, 0xff)
		} else {
			dst = append(dst, c)
		}
	}
	return append(dst, 0, 1)
}

// Type is how the values of an index are encoded.
type Type uint8

// The types of indexed fields.
const (
	Int Type = iota + 1
	Float
	Bool
	String
)

// ValueLen returns the length of the encoded value that b starts with, or -1 if
// b does not start with one.
func ValueLen(b []byte, t Type) int {
	if len(b) == 0 || b[0] > valuePresent {
		return -1
	}
	if b[0] == valueMissing {
		return 1
	}
	n := -1
	switch t {
	case Int, Float:
		n = 9
	case Bool:
		n = 2
	case String:
		return stringLen(b)
	}
	if n > len(b) {
		return -1
	}
	return n
}

func stringLen(b []byte) int {
	for i := 1; i+1 < len(b); i++ {
		if b[i] != 0 {
			continue
		}
		switch b[i+1] {
		case 0x01:
			return i + 2
		case 0xff:
			i++
		default:
			return -1
		}
	}
	return -1
}

// Missing reports whether the encoded value says that the field is absent.
func Missing(value []byte) bool { return len(value) == 1 && value[0] == valueMissing }

// AppendSuccessor appends the smallest key greater than every key that starts
// with prefix; nil if there is none.
func AppendSuccessor(dst, prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			dst = append(dst, prefix[:i+1]...)
			dst[len(dst)-1]++
			return dst
		}
	}
	return nil
}

// AppendLowest appends the bound at or below every present value.
func AppendLowest(dst []byte) []byte { return append(dst, valuePresent) }

// AppendHighest appends the bound above every present value.
func AppendHighest(dst []byte) []byte { return append(dst, valuePresent+1) }
