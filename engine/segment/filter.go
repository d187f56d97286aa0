package segment

import "encoding/binary"

const (
	filterBitsPerKey = 10
	filterProbes     = 6
	filterLineBytes  = 64
	filterTailBytes  = 8
	// filterKeysMax is how many keys a filter gets before its level-1 block is ended,
	// give or take those of one data block. It bounds the writer's list of hashes.
	filterKeysMax = 1 << 15
)

// appendFilter appends the payload of the filter over keys of these hashes.
func appendFilter(dst []byte, hashes []uint64) []byte {
	lines := (len(hashes)*filterBitsPerKey + 8*filterLineBytes - 1) / (8 * filterLineBytes)
	start, n := len(dst), lines*filterLineBytes
	if need := start + n + filterTailBytes; cap(dst) < need {
		dst = append(make([]byte, 0, need), dst...)
	}
	dst = dst[:start+n]
	bitmap := dst[start:]
	clear(bitmap)
	for _, h := range hashes {
		line := bitmap[filterLine(h, lines):][:filterLineBytes]
		bit, step := filterWalk(h)
		for range filterProbes {
			line[bit>>3&(filterLineBytes-1)] |= 1 << (bit & 7)
			bit += step
		}
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(hashes)))
	return binary.LittleEndian.AppendUint32(dst, filterProbes)
}

// filterLine returns the offset of the line of a hash.
func filterLine(h uint64, lines int) int {
	return int((h>>32)*uint64(lines)>>32) * filterLineBytes
}

// filterWalk returns the first bit of a hash in its line, modulo the bits of a
// line, and the odd distance to the next.
func filterWalk(h uint64) (bit, step uint32) {
	return uint32(h), uint32(h)>>17 | 1
}

// checkFilter reports whether payload has the shape of a filter.
func checkFilter(payload []byte) bool {
	n := len(payload) - filterTailBytes
	return n >= filterLineBytes && n%filterLineBytes == 0 &&
		binary.LittleEndian.Uint32(payload[n+4:]) == filterProbes
}

// filterKeys returns the number of keys a filter was made from.
func filterKeys(payload []byte) uint32 {
	return binary.LittleEndian.Uint32(payload[len(payload)-filterTailBytes:])
}

// mayContain reports false if no key of this hash is in the filter, which
// checkFilter accepted.
func mayContain(payload []byte, h uint64) bool {
	lines := (len(payload) - filterTailBytes) / filterLineBytes
	line := payload[filterLine(h, lines):][:filterLineBytes]
	bit, step := filterWalk(h)
	for range filterProbes {
		if line[bit>>3&(filterLineBytes-1)]&(1<<(bit&7)) == 0 {
			return false
		}
		bit += step
	}
	return true
}
