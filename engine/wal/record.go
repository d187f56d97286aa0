package wal

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/aerodb/aerodb/engine/crc32c"
)

// Sizes in bytes. The package comment draws them.
const (
	sectorBytes       = 512
	recordHeaderBytes = 64
	firstPayloadBytes = sectorBytes - recordHeaderBytes // payload in a record's first sector
	nextPayloadBytes  = sectorBytes - 1                 // payload in each other sector

	// SealBytes is the room that every log keeps for its seal.
	SealBytes = sectorBytes
	// PayloadBytesMax bounds the operations of one record, encoded.
	PayloadBytesMax = 256 << 20
)

// The first byte of a sector says what the sector is; zero means that it was
// never written.
const (
	stampFirst = 0xf1
	stampNext  = 0xc3
)

const recordMagic = "REC"

type recordType uint8

const (
	typeCommit recordType = 1
	typeSeal   recordType = 2
)

// A recordHeader is what stands in front of a record's payload.
type recordHeader struct {
	kind    recordType
	headCRC uint32
	bodyCRC uint32
	payload uint32 // bytes
	count   uint32
	first   uint64
	digest  [32]byte
	flags   byte // what the three reserved bytes hold together: zero
}

// RecordBytes returns the bytes that a record of the given payload takes in the
// file, a multiple of 512.
func RecordBytes(payload int) int64 {
	if payload <= firstPayloadBytes {
		return sectorBytes
	}
	rest := int64(payload) - firstPayloadBytes
	return sectorBytes * (1 + (rest+nextPayloadBytes-1)/nextPayloadBytes)
}

// mask keeps the checksum of zeros from being zero and that of data which ends in
// its own checksum from being a constant.
func mask(crc uint32) uint32 { return bits.RotateLeft32(crc, 15) + 0x5ae70da7 }

// A salt starts every checksum of one file.
type salt uint32

func newSalt(uuid [16]byte, first uint64) salt {
	var b [24]byte
	copy(b[:], uuid[:])
	binary.LittleEndian.PutUint64(b[16:], first)
	return salt(crc32c.Checksum(b[:]))
}

// at returns the state from which the checksums of the record at offset go on.
func (s salt) at(offset int64) uint32 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(offset))
	return crc32c.Update(uint32(s), b[:])
}

func headChecksum(salted uint32, sector []byte) uint32 {
	return mask(crc32c.Update(crc32c.Update(salted, sector[:8]), sector[12:recordHeaderBytes]))
}

func bodyChecksum(salted uint32, record []byte) uint32 {
	return mask(crc32c.Update(salted, record[recordHeaderBytes:]))
}

// put frames record, whose body is in place, for its offset in the file.
func (h *recordHeader) put(record []byte, salted uint32) {
	h.bodyCRC = bodyChecksum(salted, record)
	record[0] = stampFirst
	copy(record[1:4], recordMagic)
	record[4] = byte(h.kind)
	clear(record[5:8])
	binary.LittleEndian.PutUint32(record[12:], h.bodyCRC)
	binary.LittleEndian.PutUint32(record[16:], h.payload)
	binary.LittleEndian.PutUint32(record[20:], h.count)
	binary.LittleEndian.PutUint64(record[24:], h.first)
	copy(record[32:recordHeaderBytes], h.digest[:])
	h.headCRC = headChecksum(salted, record)
	binary.LittleEndian.PutUint32(record[8:], h.headCRC)
}

// parseRecordHeader reads a header and reports whether it is one of this file and
// this offset. Its numbers are what was written; check says whether they make sense.
func parseRecordHeader(sector []byte, salted uint32) (h recordHeader, ok bool) {
	if sector[0] != stampFirst || string(sector[1:4]) != recordMagic {
		return h, false
	}
	h.headCRC = binary.LittleEndian.Uint32(sector[8:])
	if headChecksum(salted, sector) != h.headCRC {
		return h, false
	}
	h.kind = recordType(sector[4])
	h.bodyCRC = binary.LittleEndian.Uint32(sector[12:])
	h.payload = binary.LittleEndian.Uint32(sector[16:])
	h.count = binary.LittleEndian.Uint32(sector[20:])
	h.first = binary.LittleEndian.Uint64(sector[24:])
	copy(h.digest[:], sector[32:])
	h.flags = sector[5] | sector[6] | sector[7]
	return h, true
}

// check names what no writer of this format puts into a header; "" is good.
func (h *recordHeader) check() string {
	switch {
	case h.kind != typeCommit && h.kind != typeSeal:
		return "unknown record type"
	case h.flags != 0:
		return "reserved bytes that are not zero"
	case h.kind == typeSeal && (h.payload != 0 || h.count != 0):
		return "a seal with operations"
	case h.kind == typeCommit && (h.payload == 0 || h.count == 0):
		return "a commit without operations"
	case h.payload > PayloadBytesMax:
		return "a payload above the limit"
	case h.first > math.MaxUint64-uint64(h.count):
		return "sequence numbers past the end of their range"
	}
	return ""
}

// joinPayload moves the n bytes of a record's payload together, over the stamps
// between its parts, and returns them, or names what is wrong around them.
func joinPayload(record []byte, n int) (payload []byte, reason string) {
	w := sectorBytes
	for r := sectorBytes; r < len(record); r += sectorBytes {
		if record[r] != stampNext {
			return nil, "a sector of the record does not bear its stamp"
		}
		w += copy(record[w:], record[r+1:r+sectorBytes])
	}
	body := record[recordHeaderBytes:w]
	if !allZero(body[n:]) {
		return nil, "what follows the record's payload is not zero"
	}
	return body[:n:n], ""
}
