package segment

import "github.com/aerodb/aerodb/engine/crc32c"

// A stream reads a file from front to back in large pieces, and computes the
// checksum of all that was taken.
type stream struct {
	*source
	offset   int64 // of the next byte to take
	checksum uint32
	buf      []byte // read, buf[at:] not yet taken
	at       int
}

// take returns the next n bytes, valid until the next call.
func (r *stream) take(n int) ([]byte, error) {
	b, err := r.peek(n)
	if err != nil {
		return nil, err
	}
	r.checksum = crc32c.Update(r.checksum, b)
	r.at += n
	r.offset += int64(n)
	return b, nil
}

// peek returns the next n bytes without taking them.
func (r *stream) peek(n int) ([]byte, error) {
	have := len(r.buf) - r.at
	if have >= n {
		return r.buf[r.at : r.at+n], nil
	}
	if rest := r.size - r.offset; int64(n) > rest {
		return nil, r.damage(r.offset, "%d bytes expected, the file has %d more", n, rest)
	}
	want := int(min(int64(max(n, outBytes)), r.size-r.offset))
	buf := r.buf
	if cap(buf) < want {
		buf = make([]byte, want)
	}
	buf = buf[:want]
	copy(buf, r.buf[r.at:])
	r.buf, r.at = buf, 0
	if err := r.readFull(buf[have:], r.offset+int64(have)); err != nil {
		return nil, err
	}
	return buf[:n], nil
}

// block takes the next block as stored; it must end at limit or before. Its
// checksum is not verified yet.
func (r *stream) block(limit int64) ([]byte, error) {
	at := r.offset
	if limit-at < headerBytes {
		return nil, r.damage(at, "%d bytes between the last block and the footer", limit-at)
	}
	b, err := r.peek(headerBytes)
	if err != nil {
		return nil, err
	}
	n := int64(decodeHeader(b).stored)
	if n > payloadBytesMax || n > limit-at-headerBytes {
		return nil, r.damage(at, "a block of %d bytes; at most %d are possible here", n, min(payloadBytesMax, limit-at-headerBytes))
	}
	return r.take(headerBytes + int(n))
}
