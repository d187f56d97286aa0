package segment

import "encoding/binary"

// appendProperties appends the payload of the properties block.
func appendProperties(dst, smallest, largest []byte) []byte {
	dst = append(binary.AppendUvarint(dst, uint64(len(smallest))), smallest...)
	return append(binary.AppendUvarint(dst, uint64(len(largest))), largest...)
}

// decodeProperties returns the two keys, which are parts of payload.
func decodeProperties(payload []byte) (smallest, largest []byte, ok bool) {
	smallest, rest, ok := cutString(payload)
	if !ok {
		return nil, nil, false
	}
	largest, rest, ok = cutString(rest)
	return smallest, largest, ok && len(rest) == 0
}

// cutString cuts a string with its length before it off b.
func cutString(b []byte) (s, rest []byte, ok bool) {
	n, p := uvarint(b, 0)
	if p < 0 || n > KeyBytesMax || int(n) > len(b)-p {
		return nil, nil, false
	}
	return b[p : p+int(n)], b[p+int(n):], true
}
