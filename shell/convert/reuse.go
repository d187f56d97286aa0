package convert

import (
	"encoding/binary"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/shell/lang"
)

// A Lua value that is no table or function takes memory of its own: 8 bytes of a number,
// 16 of a string beside its text. Values that come again and again are made once: small
// integers, and short strings such as those of a field that has few values. Lua cannot
// tell, since both are compared by content.

// Integers that are made once.
const (
	smallMin = -1
	smallMax = 1023
)

// integer returns the value of a JSON integer.
func (c *Codec) integer(n int64, s *Shape) lua.LValue {
	switch {
	case n >= smallMin && n <= smallMax:
		v := &c.small[n-smallMin]
		if *v == nil {
			*v = lua.LNumber(n)
		}
		return *v
	case s.kind() == Float:
		return lua.LNumber(n)
	}
	return lang.Integer(n)
}

const (
	wordBytesMax = 32 // of a string that is kept
	wordBits     = 9
	wordSlots    = 1 << wordBits
)

// words keeps short strings, each in the one slot that its hash names. A string takes a
// slot when it comes there twice with no other between, so that those that never come
// again, such as an _id, drive none out.
type words struct {
	slots *[wordSlots]wordSlot // made with the first
}

// A wordSlot has the bytes of what it keeps beside it: a look then waits for one line of the
// processor's cache, where the way from value to its bytes is two more.
type wordSlot struct {
	hash  uint64     // of the last string that came here and was not kept
	value lua.LValue // what is kept; nil until a string is
	size  uint8      // of its text
	text  [wordBytesMax]byte
}

// str returns the value of a string.
func (c *Codec) str(b []byte) lua.LValue {
	if len(b) > wordBytesMax || len(b) == 0 {
		return lua.LString(b)
	}
	slot, hash := c.words.slot(b)
	if string(slot.text[:slot.size]) == string(b) {
		return slot.value
	}
	var v lua.LValue = lua.LString(b)
	if slot.hash == hash {
		slot.value, slot.size = v, uint8(copy(slot.text[:], b))
	}
	slot.hash = hash
	return v
}

// word is str for a string that is wanted as one of Go.
func (c *Codec) word(b []byte) string { return string(c.str(b).(lua.LString)) }

// slot returns where b is kept, and its hash: of its length, its first and its last bytes.
func (w *words) slot(b []byte) (*wordSlot, uint64) {
	if w.slots == nil {
		w.slots = new([wordSlots]wordSlot)
	}
	var first, last uint64
	switch n := len(b); {
	case n >= 8:
		first, last = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		first, last = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	default:
		first, last = uint64(b[0]), uint64(b[n/2])<<8|uint64(b[n-1])
	}
	const odd = 0x9e3779b97f4a7c15
	hash := (first*odd ^ last ^ uint64(len(b))) * odd
	hash = (hash ^ hash>>29) * odd
	return &w.slots[hash>>(64-wordBits)], hash
}
