package backup

import (
	"fmt"
	"strconv"
)

// Sizes in bytes of the tar format.
const (
	blockBytes                = 512
	recordBytes               = 20 * blockBytes // what some tools fill an archive up to
	endBytes                  = 2 * blockBytes  // of zeros behind the last entry
	nameBytes                 = 100             // of a name that needs no extended header
	sizeMax                   = 8<<30 - 1       // of an entry that needs no extended header
	extendedDir               = "PaxHeaders.0/" // of an extended header's name, by convention
	typeRegular, typeExtended = '0', 'x'
)

// header returns what stands before the content of an entry: one block of USTAR;
// or, for a name or a size that has no room there, three, of which the first two are
// an extended header with a record for each of those and for nothing else.
func header(name string, size int64) []byte {
	var records []byte
	if len(name) > nameBytes {
		records = appendRecord(records, "path", name)
	}
	if size > sizeMax {
		records = appendRecord(records, "size", strconv.FormatInt(size, 10))
	}
	if records == nil {
		return appendBlock(nil, name, size, typeRegular)
	}
	b := appendBlock(nil, extendedDir+name, int64(len(records)), typeExtended)
	b = append(b, records...)
	b = append(b, make([]byte, padding(int64(len(records))))...)
	return appendBlock(b, name, size, typeRegular)
}

// headerBytes returns the length of header(name, size).
func headerBytes(name string, size int64) int64 {
	if len(name) > nameBytes || size > sizeMax {
		return 3 * blockBytes
	}
	return blockBytes
}

// padding returns how many zeros follow content of the size.
func padding(size int64) int64 { return -size & (blockBytes - 1) }

// appendBlock appends one header block. A name is cut to the room there is, and a
// size that has none is written as 0: an extended header has them.
func appendBlock(dst []byte, name string, size int64, kind byte) []byte {
	if size > sizeMax {
		size = 0
	}
	var b [blockBytes]byte
	copy(b[0:nameBytes], name)
	copy(b[100:], "0000600\x00")
	copy(b[108:], "0000000\x00")
	copy(b[116:], "0000000\x00")
	copy(b[124:], fmt.Sprintf("%011o\x00", size))
	copy(b[136:], "00000000000\x00")
	b[156] = kind
	copy(b[257:], "ustar\x0000")
	copy(b[329:], "0000000\x00")
	copy(b[337:], "0000000\x00")
	copy(b[148:], fmt.Sprintf("%06o\x00 ", checksum(b[:])))
	return append(dst, b[:]...)
}

// checksum returns the sum of a header block's bytes, its checksum taken as blanks.
func checksum(block []byte) (sum int) {
	for i, c := range block {
		if 148 <= i && i < 156 {
			c = ' '
		}
		sum += int(c)
	}
	return sum
}

// appendRecord appends "length key=value\n", where length counts itself too.
func appendRecord(dst []byte, key, value string) []byte {
	rest := len(key) + len(value) + 3
	n := rest + 1
	for n != rest+len(strconv.Itoa(n)) {
		n = rest + len(strconv.Itoa(n))
	}
	return fmt.Appendf(dst, "%d %s=%s\n", n, key, value)
}

// sizeOf reads the size in a header block; 0 if it is not written as appendBlock
// writes one, which comparing the block will show.
func sizeOf(block []byte) int64 {
	n, err := strconv.ParseUint(string(block[124:135]), 8, 63)
	if err != nil {
		return 0
	}
	return int64(n)
}
