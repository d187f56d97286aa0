package segment

import "encoding/binary"

// A builder collects the entries of one block. Its buffers are reused.
type builder struct {
	keys     []byte // the entries; payload appends the rest
	values   []byte
	restarts []restart
	entries  int

	// fromFirst says that restarts share with the first key, which is first then.
	fromFirst bool
	first     []byte
}

// A restart is the place of an entry that shares nothing with the one before, and of its
// value.
type restart struct{ entry, value uint32 }

// entryOverhead bounds what an entry costs besides its key and value: three
// varints and a restart.
const entryOverhead = 3*4 + restartBytes

// add appends an entry, a restart every so many; shared is how much its key has in common
// with the one before.
func (b *builder) add(interval, shared int, key, value []byte, tombstone bool) {
	if b.entries%interval == 0 {
		shared = 0
		switch {
		case b.fromFirst && b.entries == 0:
			b.first = append(b.first[:0], key...)
		case b.fromFirst:
			shared = commonPrefix(b.first, key)
		}
		b.restarts = append(b.restarts, restart{uint32(len(b.keys)), uint32(len(b.values))})
	}
	length := uint64(len(value)) << 1
	if tombstone {
		length |= 1
	}
	b.keys = binary.AppendUvarint(b.keys, uint64(shared))
	b.keys = binary.AppendUvarint(b.keys, uint64(len(key)-shared))
	b.keys = binary.AppendUvarint(b.keys, length)
	b.keys = append(b.keys, key[shared:]...)
	b.values = append(b.values, value...)
	b.entries++
}

// sizeWith returns how long the payload would be, were an entry with that many bytes
// of key and value added, or a little more.
func (b *builder) sizeWith(bytes int) int {
	return len(b.keys) + len(b.values) + restartBytes*len(b.restarts) + 4 + bytes + entryOverhead
}

// take ends the block and returns its payload. The memory of spare is used for the next.
func (b *builder) take(spare []byte) []byte {
	payload := b.payload()
	if cap(spare) == 0 {
		spare = make([]byte, 0, len(payload)+len(payload)/8)
	}
	b.keys = spare
	b.reset()
	return payload
}

// payload ends the block and returns it; it is valid until reset.
func (b *builder) payload() []byte {
	end := uint32(len(b.keys))
	b.keys = append(b.keys, b.values...)
	b.keys = b.appendRestarts(b.keys, end)
	b.keys = binary.LittleEndian.AppendUint32(b.keys, uint32(len(b.restarts)))
	return b.keys
}

// appendRestarts appends the places of restarts, where entries end at end.
func (b *builder) appendRestarts(dst []byte, end uint32) []byte {
	for _, r := range b.restarts {
		dst = binary.LittleEndian.AppendUint32(dst, r.entry)
		dst = binary.LittleEndian.AppendUint32(dst, end+r.value)
	}
	return dst
}

// appendCompressed ends a block whose values are compressed one by one and appends its
// payload to dst; the place of its dictionary is for setDictionary.
func (b *builder) appendCompressed(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(b.restarts))<<8|compressedValues)
	dst = appendPlace(dst, handle{})
	dst = b.appendRestarts(dst, uint32(len(b.keys)))
	return append(append(dst, b.keys...), b.values...)
}

// setDictionary says in such a payload where its dictionary is.
func setDictionary(payload []byte, h handle) { appendPlace(payload[:4], h) }

func (b *builder) reset() {
	b.keys, b.values, b.restarts, b.entries = reuse(b.keys), reuse(b.values), b.restarts[:0], 0
}

// reuse returns buf emptied, or nil if it has grown far beyond a usual block: one
// large document must not hold its memory for the rest of a segment.
func reuse(buf []byte) []byte {
	if cap(buf) > 2*BlockBytesMax {
		return nil
	}
	return buf[:0]
}
