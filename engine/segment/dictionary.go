package segment

import (
	"encoding/binary"
	"math/bits"
)

// A dictionary is a sample of documents, ready for others that are like them to be
// compressed against it. What many documents have in common, such as the names of their
// fields, is then stored once, and yet each can be decompressed by itself.
//
// The output is much like the LZ4 block format, decompressed with the sample as its
// dictionary; the package comment has what differs. All matches are of the sample: a document
// that repeats itself belongs into a block that is compressed in whole.
type dictionary struct {
	sample []byte
	shift  int // of a hash, to the places of latest
	// written is the packer's: a block has it as its sample.
	written bool
	// latest has the last place whose six bytes have that hash, earlier that before each
	// place: one more than it, or 0 if there is none.
	latest  []uint16
	earlier []uint16
}

const (
	// dictionaryBytesMax is the largest sample: one that fits into the first cache of a
	// processor together with what reads it. An offset reaches all of it from the first 16
	// KiB of a value; no match is looked for behind them.
	dictionaryBytesMax = 16 << 10
	dictionaryHashBits = 16
	// tries bounds how many places of the sample are compared for one match.
	tries = 4
	// matchWorth is the shortest match that is taken. Shorter ones are mostly accidents
	// among digits: they save a byte, keep a longer one from being found, and cost the
	// reader another step.
	matchWorth = 7

	// offsetPacked is set in an offset if the literals behind the match are packed. So
	// offsets have 15 bits.
	offsetPacked = 1 << 15

	// matchMin is the shortest match that there can be, as in the LZ4 block format.
	matchMin = 4
)

// newDictionary returns the dictionary of a sample, which it keeps.
func newDictionary(sample []byte) *dictionary {
	// So many that nearly all that begins no match ends at an empty one.
	hashBits := min(bits.Len(uint(4*len(sample))), dictionaryHashBits)
	d := &dictionary{sample: sample, shift: 64 - hashBits, latest: make([]uint16, 1<<hashBits), earlier: make([]uint16, len(sample))}
	for i := 0; i+8 <= len(sample); i++ {
		h := hash6(binary.LittleEndian.Uint64(sample[i:])) >> d.shift
		d.earlier[i] = d.latest[h]
		d.latest[h] = uint16(i + 1)
	}
	return d
}

// hash6 hashes the first six of eight bytes.
func hash6(v uint64) uint64 { return (v << 16) * 0x9e3779b97f4a7c15 }

// compress appends src to dst, compressed. First is set if its first literals are packed. At
// each byte it takes the longest match of a few, and what the sample has in common with it
// before that too.
func (d *dictionary) compress(dst []byte, first bitPlace, src []byte) []byte {
	packed := first // of the next literals
	literals := 0   // from here on nothing is written yet
	for i := 0; i <= len(src)-8; {
		at, n := d.find(src[i:], binary.LittleEndian.Uint64(src[i:]))
		if n < matchWorth {
			i++
			continue
		}
		for i > literals && at > 0 && src[i-1] == d.sample[at-1] {
			i, at, n = i-1, at-1, n+1
		}
		offset := len(d.sample) - at + i
		if offset >= offsetPacked {
			break // the rest is too far away
		}
		dst = appendSequence(dst, packed, src[literals:i], n-matchMin)
		dst = binary.LittleEndian.AppendUint16(dst, uint16(offset))
		packed = bitPlace{len(dst) - 1, offsetPacked >> 8}
		dst = appendLength(dst, n-matchMin)
		i += n
		literals = i
	}
	if literals == len(src) && literals > 0 {
		return dst
	}
	return appendSequence(dst, packed, src[literals:], 0)
}

// find returns where in the sample the longest match with the beginning of src is, of
// those it tries, and its length; less than matchWorth if there is none. V is the first
// eight bytes of src.
func (d *dictionary) find(src []byte, v uint64) (at, n int) {
	for p, left := d.latest[hash6(v)>>d.shift], tries; p != 0 && left > 0; p, left = d.earlier[p-1], left-1 {
		from := d.sample[p-1:]
		if n >= len(from) || n >= len(src) || from[n] != src[n] {
			continue
		}
		if m := commonPrefix(from, src); m > n {
			at, n = int(p-1), m
		}
	}
	return at, n
}

// A bitPlace is a bit in a byte of a slice.
type bitPlace struct {
	at  int
	bit byte
}

// appendSequence appends the head of a sequence, a token, and its literals, and sets a bit if
// these are packed. The offset of the match and what its length has beyond the token follow.
func appendSequence(dst []byte, packed bitPlace, literals []byte, match int) []byte {
	dst = append(dst, byte(min(len(literals), 15)<<4|min(match, 15)))
	dst = appendLength(dst, len(literals))
	if packable(literals) {
		dst[packed.at] |= packed.bit
		return appendPacked(dst, literals)
	}
	return append(dst, literals...)
}

// appendLength appends what a length has beyond the 15 that a token says.
func appendLength(dst []byte, n int) []byte {
	if n < 15 {
		return dst
	}
	for n -= 15; n >= 255; n -= 255 {
		dst = append(dst, 255)
	}
	return append(dst, byte(n))
}

const (
	// wide is how many bytes are copied at once: most matches are shorter, and what is
	// copied too much is overwritten by what comes next.
	wide = 32
	// slack is how much room uncompress needs behind a value: for literals and a match.
	slack = 2 * wide
)

// uncompress fills dst[:n] with what src, which compress appended, decompresses to with that
// dictionary. Packed says that its first literals are packed, flags is offsetPacked; with
// neither, src is a block in the LZ4 format. It reports false if src is no such thing, or one
// of another length. Dst must have room for slack bytes more, which are left with anything;
// what lies between the end of src and its capacity may be looked at.
func uncompress(dst []byte, n int, src, dict []byte, packed bool, flags uint16) bool {
	out, i := 0, 0
	for i < len(src) {
		token := src[i]
		i++
		size := int(token >> 4)
		if size < 15 && i+16 <= cap(src) {
			// Literals that are cut off, or too many, show behind them.
			d, literals := (*[16]byte)(dst[out:]), (*[16]byte)(src[i:i+16])
			if packed {
				binary.LittleEndian.PutUint64(d[:], unpack8(binary.LittleEndian.Uint32(literals[:])))
				binary.LittleEndian.PutUint64(d[8:], unpack8(binary.LittleEndian.Uint32(literals[4:])))
				i += storedLiterals(size, true)
			} else {
				*d = *literals
				i += size
			}
		} else {
			if size == 15 {
				if size, i = readLength(src, i, size); i < 0 {
					return false
				}
			}
			stored := storedLiterals(size, packed)
			if stored > len(src)-i || size > n-out {
				return false
			}
			if packed {
				unpack(dst[out:], src[i:i+stored])
			} else {
				copy(dst[out:out+size], src[i:])
			}
			i += stored
		}
		out += size
		if i+2 > len(src) {
			return i == len(src) && token&15 == 0 && out == n
		}
		word := binary.LittleEndian.Uint16(src[i:])
		packed = word&flags != 0
		i += 2
		if size = int(token & 15); size == 15 {
			if size, i = readLength(src, i, size); i < 0 {
				return false
			}
		}
		size += matchMin
		at := len(dict) + out - int(word&^flags)
		if size <= wide && uint(at) < uint(len(dict)) && at+wide <= len(dict) {
			// In two steps, since the compiler copies no more than 16 bytes without a call.
			d, m := dst[out:out+wide], dict[at:at+wide]
			*(*[16]byte)(d) = *(*[16]byte)(m)
			*(*[16]byte)(d[16:]) = *(*[16]byte)(m[16:])
		} else if at < 0 || at == len(dict)+out || size > n-out {
			return false
		} else if at+size <= len(dict) {
			copy(dst[out:out+size], dict[at:])
		} else {
			copyMatch(dst[:out+size], out, dict, at)
		}
		if out += size; out > n {
			return false
		}
	}
	// A block in the LZ4 format ends with literals, if need be none.
	return i > 0 && flags != 0 && out == n
}

// storedLiterals returns how many bytes so many literals take.
func storedLiterals(n int, packed bool) int {
	if packed {
		return (n + 1) / 2
	}
	return n
}

// copyMatch fills dst from out on with a match that begins at a place of the dictionary
// and what was decompressed behind it, and may reach into what it writes.
func copyMatch(dst []byte, out int, dict []byte, at int) {
	if at < len(dict) {
		out += copy(dst[out:], dict[at:])
		at = len(dict)
	}
	for from := at - len(dict); out < len(dst); out, from = out+1, from+1 {
		dst[out] = dst[from]
	}
}

// readLength reads what a length has beyond the 15 of a token; the place behind is -1 if
// that is cut off, or is longer than any value.
func readLength(src []byte, i, n int) (length, behind int) {
	for i < len(src) {
		b := src[i]
		i++
		n += int(b)
		if n > payloadBytesMax {
			return 0, -1
		}
		if b < 255 {
			return n, i
		}
	}
	return 0, -1
}

// expandMax is the largest length that n compressed bytes can have been: each byte of a
// length stands for 255 at most.
func expandMax(n int) int {
	hi, lo := bits.Mul64(uint64(n), 255)
	if hi != 0 || lo > payloadBytesMax {
		return payloadBytesMax
	}
	return int(lo)
}
