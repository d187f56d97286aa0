package engine

// A chunk makes copies of many small byte strings with few allocations. It begins small
// and grows with what it is asked for. Copies that lie in one piece share its memory, of
// which whoever keeps one keeps all: chunkBytesMax, or a longer string alone.
type chunk struct{ piece []byte }

const (
	chunkBytesFirst = 512
	chunkBytesMax   = 16 << 10
)

func (c *chunk) keep(b []byte) []byte {
	if len(c.piece)+len(b) > cap(c.piece) {
		c.piece = make([]byte, 0, max(len(b), min(chunkBytesMax, 2*cap(c.piece)), chunkBytesFirst))
	}
	first := len(c.piece)
	c.piece = append(c.piece, b...)
	return c.piece[first:len(c.piece):len(c.piece)]
}
