package segment

import "encoding/binary"

// A builder collects the entries of one block. Its buffers are reused.
type builder struct {
	buf      []byte
	restarts []uint32
	entries  int
}

// entryOverhead bounds what an entry costs besides its key and value: three
// varints and a share in a restart.
const entryOverhead = 16

// add appends an entry; shared is how much its key has in common with the one before.
func (b *builder) add(shared int, key, value []byte, tombstone bool) {
	if b.entries%restartEntries == 0 {
		shared = 0
		b.restarts = append(b.restarts, uint32(len(b.buf)))
	}
	length := uint64(len(value)) << 1
	if tombstone {
		length |= 1
	}
	b.buf = binary.AppendUvarint(b.buf, uint64(shared))
	b.buf = binary.AppendUvarint(b.buf, uint64(len(key)-shared))
	b.buf = binary.AppendUvarint(b.buf, length)
	b.buf = append(b.buf, key[shared:]...)
	b.buf = append(b.buf, value...)
	b.entries++
}

// sizeWith returns how long the payload would be, were an entry with that many bytes
// of key and value added, or a little more.
func (b *builder) sizeWith(bytes int) int {
	return len(b.buf) + 4*len(b.restarts) + 4 + bytes + entryOverhead
}

// payload ends the block and returns it; it is valid until reset.
func (b *builder) payload() []byte {
	for _, r := range b.restarts {
		b.buf = binary.LittleEndian.AppendUint32(b.buf, r)
	}
	b.buf = binary.LittleEndian.AppendUint32(b.buf, uint32(len(b.restarts)))
	return b.buf
}

func (b *builder) reset() {
	b.buf, b.restarts, b.entries = reuse(b.buf), b.restarts[:0], 0
}

// reuse returns buf emptied, or nil if it has grown far beyond a usual block: one
// large document must not hold its memory for the rest of a segment.
func reuse(buf []byte) []byte {
	if cap(buf) > 2*BlockBytesMax {
		return nil
	}
	return buf[:0]
}
