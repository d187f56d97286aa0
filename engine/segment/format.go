package segment

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine/crc32c"
)

// FormatVersion is the version of the format that this package writes. It reads all from
// formatVersionMin on: version 1 has no dictionaries, and in version 2 values that are
// compressed one by one are blocks in the LZ4 format, their _id in them.
const (
	FormatVersion    = 3
	formatVersionMin = 1
)

// Limits on what a segment may hold. They are checked when it is written and,
// before anything is allocated, when it is read.
const (
	KeyBytesMax   = 16 << 10
	ValueBytesMax = 32 << 20

	// DocumentBlockBytes is about how long the payload of a block of documents gets before
	// its values are compressed: a get reads one document and pays for its whole block.
	// BlockBytesDefault is the same for index keys, which are read many in a row, and for
	// the tree, of which a higher one would cost a get more blocks.
	DocumentBlockBytes = 4 << 10
	BlockBytesDefault  = 8 << 10

	// BlockBytesMin and Max bound WriterOptions.BlockBytes.
	BlockBytesMin = 64
	BlockBytesMax = 1 << 20

	// payloadBytesMax bounds a payload, decoded or stored: a block of one largest entry.
	payloadBytesMax = KeyBytesMax + ValueBytesMax + 64
	// levelsMax bounds the tree. Blocks of level 2 and up list 16 or more but for
	// the last of each level, so 2^63 entries need fewer levels.
	levelsMax = 16
)

// Block kinds.
const (
	kindDocuments  = 1
	kindIndexKeys  = 2
	kindTree       = 3
	kindFilter     = 4
	kindProperties = 5
	kindDictionary = 6
)

// Codecs of a payload.
const (
	codecRaw    = 0
	codecLZ4    = 1
	codecValues = 2 // the values are compressed one by one
)

const (
	headerBytes        = 16
	compressBytesMin   = 64         // a shorter payload is not worth a try
	placeBytes         = 12         // a place: see appendPlace
	filterTrailerBytes = placeBytes // the place of the filter, at the end of a level-1 payload
)

// An ID says which segment a file must be.
type ID struct {
	UUID   [16]byte // the database's
	Number uint64   // the segment's, never used twice
}

// salt returns the checksum's state after the part of the salt that is the same for
// all blocks of a segment.
func (id ID) salt() uint32 {
	var b [24]byte
	copy(b[:], id.UUID[:])
	binary.LittleEndian.PutUint64(b[16:], id.Number)
	return crc32c.Checksum(b[:])
}

// blockChecksum returns the checksum of a whole stored block at offset.
func blockChecksum(salt uint32, offset int64, stored []byte) uint32 {
	return crc32c.Update(crc32c.UpdateNumber(salt, uint64(offset)), stored[4:])
}

// A handle says where a block is.
type handle struct {
	offset int64
	bytes  int64 // of the whole stored block, header included
}

func appendHandle(dst []byte, h handle) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(dst, uint64(h.offset)), uint64(h.bytes))
}

// decodeHandle decodes a tree entry's value. Bounds are for the reader to check.
func decodeHandle(value []byte) (handle, bool) {
	offset, n := binary.Uvarint(value)
	if n <= 0 || offset > 1<<62 {
		return handle{}, false
	}
	bytes, m := binary.Uvarint(value[n:])
	if m <= 0 || n+m != len(value) || bytes > headerBytes+payloadBytesMax {
		return handle{}, false
	}
	return handle{int64(offset), int64(bytes)}, true
}

// A header is the decoded header of a stored block.
type header struct {
	checksum uint32
	stored   uint32 // bytes of the payload in the file
	raw      uint32 // bytes of the payload decoded
	kind     byte
	codec    byte
	level    byte
	reserved byte
}

func decodeHeader(b []byte) header {
	_ = b[headerBytes-1]
	return header{
		checksum: binary.LittleEndian.Uint32(b),
		stored:   binary.LittleEndian.Uint32(b[4:]),
		raw:      binary.LittleEndian.Uint32(b[8:]),
		kind:     b[12], codec: b[13], level: b[14], reserved: b[15],
	}
}

// encode writes all but the checksum.
func (h header) encode(b []byte) {
	_ = b[headerBytes-1]
	binary.LittleEndian.PutUint32(b[4:], h.stored)
	binary.LittleEndian.PutUint32(b[8:], h.raw)
	b[12], b[13], b[14], b[15] = h.kind, h.codec, h.level, 0
}

// FileName returns the base name of a segment's file: "000001.seg".
func FileName(number uint64) string {
	s := strconv.FormatUint(number, 10)
	if len(s) < 6 {
		s = "000000"[len(s):] + s
	}
	return s + ".seg"
}

// ParseFileName returns the number of the segment that FileName names so; false
// for every other name.
func ParseFileName(name string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, ".seg")
	if !ok {
		return 0, false
	}
	number, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || FileName(number) != name {
		return 0, false
	}
	return number, true
}
