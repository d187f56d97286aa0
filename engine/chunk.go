package engine

// A chunk holds many small byte strings with few allocations. It begins small and grows
// with what it is asked for. Strings that lie in one piece share its memory, of which
// whoever keeps one keeps all: chunkBytesMax, or a longer string alone.
type chunk struct {
	piece []byte
	last  int // length of the last string
	more  int // how many strings are expected, if that is known
}

const (
	chunkBytesFirst = 512
	chunkBytesMax   = 32 << 10
)

// room returns an empty slice for the next string to be appended to, with a capacity that
// is probably enough. The next call returns the same, unless adopt comes between.
func (c *chunk) room() []byte {
	if cap(c.piece)-len(c.piece) <= c.last+c.last/2 {
		likely := 2 * cap(c.piece)
		if c.more > 0 && c.last > 0 {
			likely = min(c.more, chunkBytesMax) * (c.last + c.last/8)
		}
		c.piece = make([]byte, 0, max(2*c.last, min(chunkBytesMax, likely), chunkBytesFirst))
	}
	return c.piece[len(c.piece):]
}

// adopt keeps what was appended to room's slice, and returns it. If it did not fit there,
// append has moved it to memory of its own.
func (c *chunk) adopt(b []byte) []byte {
	n := len(c.piece)
	if c.last = len(b); len(b) > 0 && cap(c.piece)-n >= len(b) && &b[0] == &c.piece[:n+1][n] {
		c.piece = c.piece[:n+len(b)]
	}
	return b[:len(b):len(b)]
}

// keep returns a copy of b.
func (c *chunk) keep(b []byte) []byte {
	c.last = len(b)
	return c.adopt(append(c.room(), b...))
}
