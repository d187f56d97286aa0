package wal

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
)

// OpKind is what an operation does.
type OpKind uint8

// The kinds of operation. Their numbers are on disk.
const (
	Insert OpKind = iota + 1
	Replace
	Delete
	Schema // Document is the schema's canonical JSON, Collection and Version the numbers given to it
)

// String returns the kind's name.
func (k OpKind) String() string {
	switch k {
	case Insert:
		return "insert"
	case Replace:
		return "replace"
	case Delete:
		return "delete"
	case Schema:
		return "schema"
	}
	return "unknown"
}

func (k OpKind) valid() bool { return k >= Insert && k <= Schema }

// An Op is one operation with the full state of its document, never a delta.
type Op struct {
	Kind                OpKind
	Collection, Version uint16
	ID, Document        []byte
}

// Bounds in bytes of an encoded operation without its id and document.
const (
	opHeadBytesMin = 5
	opHeadBytesMax = 1 + 2*binary.MaxVarintLen16 + 2*binary.MaxVarintLen32
)

func appendOpHead(dst []byte, op *Op) []byte {
	dst = append(dst, byte(op.Kind))
	dst = binary.AppendUvarint(dst, uint64(op.Collection))
	dst = binary.AppendUvarint(dst, uint64(op.Version))
	dst = binary.AppendUvarint(dst, uint64(len(op.ID)))
	return binary.AppendUvarint(dst, uint64(len(op.Document)))
}

func opBytes(op *Op) int {
	return 1 + uvarintBytes(uint64(op.Collection)) + uvarintBytes(uint64(op.Version)) +
		uvarintBytes(uint64(len(op.ID))) + uvarintBytes(uint64(len(op.Document))) +
		len(op.ID) + len(op.Document)
}

func uvarintBytes(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// What a payload can have wrong though its checksum is right.
var (
	errOpShort  = errors.New("an operation passes the end of the payload")
	errOpKind   = errors.New("an operation of unknown kind")
	errOpNumber = errors.New("a number of an operation is out of range or not in its shortest form")
	errOpCount  = errors.New("the payload holds another number of operations than the header states")
)

// decodeOps appends the operations of a payload to dst. They alias the payload.
func decodeOps(dst []Op, payload []byte, count uint32) ([]Op, error) {
	if uint64(count)*opHeadBytesMin > uint64(len(payload)) {
		return dst, errOpCount
	}
	for range count {
		op, n, err := decodeOp(payload)
		if err != nil {
			return dst, err
		}
		dst, payload = append(dst, op), payload[n:]
	}
	if len(payload) != 0 {
		return dst, errOpCount
	}
	return dst, nil
}

// decodeOp decodes the operation that b starts with and returns its length.
func decodeOp(b []byte) (op Op, n int, err error) {
	if len(b) == 0 {
		return op, 0, errOpShort
	}
	if op.Kind = OpKind(b[0]); !op.Kind.valid() {
		return op, 0, errOpKind
	}
	n = 1
	var num [4]uint64
	for i, limit := range [4]uint64{math.MaxUint16, math.MaxUint16, math.MaxUint32, math.MaxUint32} {
		v, m := binary.Uvarint(b[n:])
		switch {
		case m == 0:
			return op, 0, errOpShort
		case m < 0 || m != uvarintBytes(v) || v > limit:
			return op, 0, errOpNumber
		}
		num[i], n = v, n+m
	}
	if num[2]+num[3] > uint64(len(b)-n) {
		return op, 0, errOpShort
	}
	op.Collection, op.Version = uint16(num[0]), uint16(num[1])
	doc := n + int(num[2])
	end := doc + int(num[3])
	op.ID, op.Document = b[n:doc:doc], b[doc:end:end]
	return op, end, nil
}
