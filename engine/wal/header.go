package wal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/dberr"
)

const (
	fileMagic     = "AEROWAL1"
	formatVersion = 1
	headerUsed    = 80 // the rest of the sector is zero

	// HeaderBytes is what the file's header takes, in bytes.
	HeaderBytes = sectorBytes

	// SizeMin is the smallest size of a log in bytes: its header, one record, its seal.
	SizeMin = HeaderBytes + sectorBytes + SealBytes
)

// A Header says what a log file is.
type Header struct {
	FirstSequence uint64   // of the file's first operation
	Size          int64    // bytes that are laid out, a multiple of 512, at least SizeMin
	BaseDigest    [32]byte // of the database before the first operation
}

const (
	nameDigits = 20
	nameSuffix = ".wal"
)

// FileName returns the name of the log whose first operation has the sequence first.
func FileName(first uint64) string { return fmt.Sprintf("%0*d%s", nameDigits, first, nameSuffix) }

// ParseFileName returns the sequence in a name that FileName made.
func ParseFileName(name string) (first uint64, ok bool) {
	digits, ok := strings.CutSuffix(name, nameSuffix)
	if !ok || len(digits) != nameDigits {
		return 0, false
	}
	first, err := strconv.ParseUint(digits, 10, 64)
	return first, err == nil && first > 0
}

// check names what no log can be created with; "" is good.
func (h *Header) check() string {
	switch {
	case h.FirstSequence == 0:
		return "sequence numbers start at 1"
	case h.Size < SizeMin || h.Size%sectorBytes != 0:
		return fmt.Sprintf("the size of a WAL file is a multiple of %d bytes from %d on, not %d", sectorBytes, SizeMin, h.Size)
	}
	return ""
}

// Encode returns the first sector of an empty log: its header.
func (h *Header) Encode(uuid [16]byte) []byte {
	b := make([]byte, HeaderBytes)
	copy(b, fileMagic)
	binary.LittleEndian.PutUint32(b[8:], formatVersion)
	copy(b[16:], uuid[:])
	binary.LittleEndian.PutUint64(b[32:], uint64(h.Size))
	binary.LittleEndian.PutUint64(b[40:], h.FirstSequence)
	copy(b[48:], h.BaseDigest[:])
	binary.LittleEndian.PutUint32(b[12:], fileChecksum(b))
	return b
}

func fileChecksum(b []byte) uint32 {
	return mask(crc32c.Update(crc32c.Checksum(b[:12]), b[16:]))
}

// IsLog reports whether a file that begins with head says that it is a log.
func IsLog(head []byte) bool { return bytes.HasPrefix(head, []byte(fileMagic)) }

// decodeHeader checks the first sector of the file called path. The checksum
// comes first, so that a damaged version is not taken for a newer one.
func decodeHeader(b []byte, path string) (h Header, uuid [16]byte, err error) {
	if string(b[:8]) != fileMagic {
		return h, uuid, corrupt(path, 0, "header", "this is no WAL file: it starts with %q, expected %q", b[:8], fileMagic)
	}
	if found, want := binary.LittleEndian.Uint32(b[12:]), fileChecksum(b); found != want {
		return h, uuid, corrupt(path, 12, "header", "the checksum of the file header is %08x, expected %08x", found, want)
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != formatVersion {
		return h, uuid, dberr.New(dberr.RecoveryFailed, "the WAL file has format version %d, this program reads version %d", v, formatVersion).
			At(path, 8).WithOp("wal.open").WithHint("open the database with the version of aerodb that wrote it")
	}
	copy(uuid[:], b[16:])
	h.Size = int64(binary.LittleEndian.Uint64(b[32:]))
	h.FirstSequence = binary.LittleEndian.Uint64(b[40:])
	copy(h.BaseDigest[:], b[48:])
	if !allZero(b[headerUsed:]) {
		return h, uuid, corrupt(path, headerUsed, "header", "the rest of the file header is not zero")
	}
	if reason := h.check(); reason != "" {
		return h, uuid, corrupt(path, 32, "header", "the file header makes no sense: %s", reason)
	}
	return h, uuid, nil
}

// match compares what the header says with what the caller and the file say.
func (h *Header) match(path string, first uint64, found, want [16]byte, size int64) error {
	switch {
	case found != want:
		return corrupt(path, 16, "header", "the file belongs to the database %x, expected %x", found, want)
	case h.FirstSequence != first:
		return corrupt(path, 40, "header", "the first sequence in the header is %d, the file's name says %d", h.FirstSequence, first)
	}
	return h.matchSize(path, size)
}

// matchSize refuses a file that is shorter than its header says. Whether it may be
// longer depends on how the log ends.
func (h *Header) matchSize(path string, size int64) error {
	if size < h.Size {
		return corrupt(path, size, "size", "the file was truncated to %d bytes, expected %d", size, h.Size)
	}
	return nil
}
