package segment

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/pierrec/lz4/v4"
)

// A source reads blocks from a file and lets none through that is not what was
// written there.
type source struct {
	file vfs.File
	name string
	size int64 // of the file
	salt uint32
}

// kindData asks for a data block of either kind.
const kindData = 0

// A storedBuffer holds a block as stored, for the time it takes to decode it, and as
// decoded, for the time it takes to lay it into the cache.
type storedBuffer struct {
	stored, decoded, guide []byte
	maker                  guideMaker
}

// storedBuffers spares allocations for each block read. Buffers of large blocks are not
// put back.
var storedBuffers = sync.Pool{New: func() any { return &storedBuffer{stored: make([]byte, 2*BlockBytesDefault)} }}

func (buf *storedBuffer) release() {
	if max(len(buf.stored), cap(buf.decoded)) <= BlockBytesMax {
		storedBuffers.Put(buf)
	}
}

// read reads the block at h and returns its payload, in dst if that is large
// enough. It costs one pread.
func (s *source) read(h handle, kind, level byte, dst []byte) ([]byte, error) {
	buf := storedBuffers.Get().(*storedBuffer)
	defer buf.release()
	if err := s.readStored(h, buf); err != nil {
		return nil, err
	}
	return s.decode(buf.stored[:h.bytes], h.offset, kind, level, dst)
}

// readStored reads the block at h as it is.
func (s *source) readStored(h handle, buf *storedBuffer) error {
	if err := s.within(h); err != nil {
		return err
	}
	if int64(len(buf.stored)) < h.bytes {
		buf.stored = make([]byte, h.bytes)
	}
	return s.readFull(buf.stored[:h.bytes], h.offset)
}

// readInto reads the block at h and returns its payload, which is in buf: as it was read,
// without a copy, if it is stored as it is used.
func (s *source) readInto(buf *storedBuffer, h handle, kind, level byte) (payload []byte, err error) {
	if err := s.readStored(h, buf); err != nil {
		return nil, err
	}
	stored := buf.stored[:h.bytes]
	if codec := decodeHeader(stored).codec; codec == codecRaw || codec == codecValues {
		return s.decode(stored, h.offset, kind, level, stored[headerBytes:])
	}
	payload, err = s.decode(stored, h.offset, kind, level, buf.decoded)
	if err == nil {
		buf.decoded = payload
	}
	return payload, err
}

// within refuses a place that is none in the file.
func (s *source) within(h handle) error {
	limit := s.size - footerBytes
	if h.offset < 0 || h.bytes < headerBytes || h.bytes > headerBytes+payloadBytesMax || h.offset > limit-h.bytes {
		return s.damage(h.offset, "a block of %d bytes expected in the first %d of the file", h.bytes, limit)
	}
	return nil
}

// readFull fills b. An end of the file is damage: its size was checked.
func (s *source) readFull(b []byte, offset int64) error {
	n, err := s.file.ReadAt(b, offset)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF) || err == nil:
		return s.damage(offset+int64(n), "the file ends here; %d more bytes expected", len(b)-n)
	}
	e := vfs.Wrap(err, "segment.read", s.name)
	return e.At(s.name, offset)
}

// decode checks a stored block, its checksum before all else, and returns its
// payload in dst, if that is large enough. Dst may be the payload as stored, else it does
// not share memory with it.
func (s *source) decode(stored []byte, offset int64, kind, level byte, dst []byte) ([]byte, error) {
	h := decodeHeader(stored)
	if sum := blockChecksum(s.salt, offset, stored); sum != h.checksum {
		return nil, s.damage(offset, "block checksum: expected %08x, found %08x", sum, h.checksum)
	}
	switch {
	case int(h.stored) != len(stored)-headerBytes:
		return nil, s.damage(offset, "block of %d bytes, expected %d", h.stored, len(stored)-headerBytes)
	case h.raw > payloadBytesMax:
		return nil, s.damage(offset, "block of %d bytes decoded; at most %d are possible", h.raw, payloadBytesMax)
	case !kindFits(h.kind, kind) || h.level != level || h.reserved != 0:
		return nil, s.damage(offset, "block of kind %d, level %d; expected kind %d, level %d", h.kind, h.level, kind, level)
	}
	if cap(dst) < int(h.raw) {
		dst = make([]byte, h.raw)
	}
	dst = dst[:h.raw]
	if err := s.decompress(dst, stored[headerBytes:], h.codec, offset); err != nil {
		return nil, err
	}
	if (h.codec == codecValues) != (h.kind == kindDocuments && hasCompressedValues(dst)) {
		return nil, s.damage(offset, "codec %d, which its content contradicts", h.codec)
	}
	return dst, nil
}

func kindFits(found, want byte) bool {
	return found == want || want == kindData && (found == kindDocuments || found == kindIndexKeys)
}

func (s *source) decompress(dst, body []byte, codec byte, offset int64) error {
	switch codec {
	case codecRaw, codecValues:
		if len(body) != len(dst) {
			return s.damage(offset, "raw block of %d bytes, expected %d", len(body), len(dst))
		}
		if len(body) > 0 && &dst[0] != &body[0] {
			copy(dst, body)
		}
		return nil
	case codecLZ4:
		if len(dst) < compressBytesMin {
			return s.damage(offset, "compressed block of %d bytes decoded; at least %d are compressed", len(dst), compressBytesMin)
		}
		n, err := lz4.UncompressBlock(body, dst)
		if err != nil || n != len(dst) {
			return s.damage(offset, "block does not decompress to %d bytes", len(dst))
		}
		return nil
	}
	return s.damage(offset, "unknown codec %d", codec)
}

// damage returns an error that says what is wrong at offset.
func (s *source) damage(offset int64, format string, args ...any) *dberr.Error {
	return dberr.New(dberr.StorageCorruption, format, args...).At(s.name, offset).WithOp("segment.read").
		WithHint("list all damage with: aerodb verify; then restore from a backup")
}

// malformed returns the error for a block with a good checksum and bad content.
func (s *source) malformed(h handle, what string) error {
	return s.damage(h.offset, "%s block with a good checksum but malformed content", what)
}

// cutFilterHandle returns the place of the filter, and the tree block's payload
// without it.
func cutFilterHandle(payload []byte) (rest []byte, filter handle, ok bool) {
	n := len(payload) - filterTrailerBytes
	if n < 0 {
		return nil, handle{}, false
	}
	return payload[:n], placeAt(payload[n:]), true
}

// appendPlace appends a place in 12 bytes: offset, length.
func appendPlace(dst []byte, h handle) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(dst, uint64(h.offset)), uint32(h.bytes))
}

// placeAt decodes what appendPlace appended. It is for the reader to check.
func placeAt(b []byte) handle {
	return handle{int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint32(b[8:]))}
}
