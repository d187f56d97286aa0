package segment

import "encoding/binary"

// Most of what documents do not have in common is numbers and times. So literals of nothing
// but the sixteen symbols of these take half a byte each.

// symbols are those that are packed, each as its place here: all but the last in the order
// of ASCII.
const symbols = ",-./0123456789:T"

// symbolOf has the place of a symbol, plus one; 0 for what is none.
var symbolOf = func() (of [256]byte) {
	for i := range len(symbols) {
		of[symbols[i]] = byte(i + 1)
	}
	return of
}()

// packable reports whether literals are packed: that saves something, and all are symbols.
func packable(literals []byte) bool {
	for _, c := range literals {
		if symbolOf[c] == 0 {
			return false
		}
	}
	return len(literals) > 1
}

// appendPacked appends literals that are packable, two to a byte, the first of the two in
// its lower half.
func appendPacked(dst, literals []byte) []byte {
	for ; len(literals) > 1; literals = literals[2:] {
		dst = append(dst, symbolOf[literals[0]]-1|(symbolOf[literals[1]]-1)<<4)
	}
	for _, c := range literals {
		dst = append(dst, symbolOf[c]-1)
	}
	return dst
}

// unpack writes the literals that src holds, and up to seven bytes more.
func unpack(dst, src []byte) {
	for ; len(src) >= 4; dst, src = dst[8:], src[4:] {
		binary.LittleEndian.PutUint64(dst, unpack8(binary.LittleEndian.Uint32(src)))
	}
	if len(src) > 0 {
		var last [4]byte
		copy(last[:], src)
		binary.LittleEndian.PutUint64(dst, unpack8(binary.LittleEndian.Uint32(last[:])))
	}
}

// unpack8 returns the symbols of eight half bytes, all eight at once.
func unpack8(packed uint32) uint64 {
	const each = 0x01_01_01_01_01_01_01_01
	v := uint64(packed)
	v = (v | v<<16) & 0x0000ffff_0000ffff
	v = (v | v<<8) & 0x00ff00ff_00ff00ff
	v = (v | v<<4) & (0x0f * each)
	last := (v + each) & (0x10 * each) // in bytes of the last symbol, which is out of order
	return v + ','*each + last + last>>1 + last>>4
}
