package segment

import (
	"encoding/binary"
	"fmt"

	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/key"
)

const (
	footerBytes     = 140
	footerVersionAt = 124
	footerMagicAt   = 128
	footerSumAt     = 136
	footerMagic     = "AEROSEG\n"
)

// A footer is the decoded end of a file.
type footer struct {
	id    ID
	bytes int64

	documents, documentTombstones int64
	indexEntries, indexTombstones int64
	documentBytes, indexBytes     int64

	root, properties handle
	levels           int
	version          uint32 // of the format
}

func (f *footer) entries() int64 {
	return f.documents + f.documentTombstones + f.indexEntries + f.indexTombstones
}

func (f *footer) overheadBytes() int64 { return f.bytes - f.documentBytes - f.indexBytes }

// count counts one entry.
func (f *footer) count(space byte, tombstone bool) {
	switch {
	case space == key.SpaceDocument && tombstone:
		f.documentTombstones++
	case space == key.SpaceDocument:
		f.documents++
	case tombstone:
		f.indexTombstones++
	default:
		f.indexEntries++
	}
}

func (f *footer) info() Info {
	return Info{
		Number: f.id.Number, Bytes: f.bytes,
		Documents: f.documents, DocumentTombstones: f.documentTombstones,
		IndexEntries: f.indexEntries, IndexTombstones: f.indexTombstones,
		DocumentBytes: f.documentBytes, IndexBytes: f.indexBytes, OverheadBytes: f.overheadBytes(),
	}
}

// append appends the encoded footer.
func (f *footer) append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, f.id.UUID[:]...)
	dst = binary.LittleEndian.AppendUint64(dst, f.id.Number)
	for _, v := range []int64{
		f.bytes, f.entries(), f.documents, f.documentTombstones, f.indexEntries, f.indexTombstones,
		f.documentBytes, f.indexBytes, f.overheadBytes(), f.root.offset, f.properties.offset,
	} {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
	}
	for _, v := range []int64{f.root.bytes, f.properties.bytes, int64(f.levels), int64(f.version)} {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	dst = append(dst, footerMagic...)
	return binary.LittleEndian.AppendUint32(dst, crc32c.Checksum(dst[start:]))
}

// A fault is what is wrong with bytes, and where in them.
type fault struct {
	at   int
	what string
	hint string
}

func faultf(at int, format string, args ...any) *fault {
	return &fault{at: at, what: fmt.Sprintf(format, args...)}
}

// decodeFooter decodes b, the last footerBytes of a file of size bytes, and checks
// all that can be checked without reading more.
func decodeFooter(b []byte, size int64, want ID) (footer, *fault) {
	if string(b[footerMagicAt:footerSumAt]) != footerMagic {
		return footer{}, faultf(footerMagicAt, "no segment footer: expected %q, found %q", footerMagic, b[footerMagicAt:footerSumAt])
	}
	if v := binary.LittleEndian.Uint32(b[footerVersionAt:]); v < formatVersionMin || v > FormatVersion {
		f := faultf(footerVersionAt, "segment format version %d; this program reads versions %d to %d", v, formatVersionMin, FormatVersion)
		f.hint = "open it with the aerodb that wrote it; if that is this one, the file is damaged: restore from a backup"
		return footer{}, f
	}
	if got, sum := binary.LittleEndian.Uint32(b[footerSumAt:]), crc32c.Checksum(b[:footerSumAt]); got != sum {
		return footer{}, faultf(0, "footer checksum: expected %08x, found %08x", sum, got)
	}
	f, entries, overhead := parseFooter(b)
	switch {
	case f.id.UUID != want.UUID:
		return f, faultf(0, "segment of database %x, expected %x", f.id.UUID, want.UUID)
	case f.id.Number != want.Number:
		return f, faultf(16, "segment number %d, expected %d", f.id.Number, want.Number)
	case f.bytes != size:
		return f, faultf(24, "segment of %d bytes in a file of %d", f.bytes, size)
	case entries != f.entries() || overhead != f.overheadBytes():
		return f, faultf(32, "footer counts do not add up")
	}
	return f, f.check()
}

// parseFooter decodes the fields of b.
func parseFooter(b []byte) (f footer, entries, overhead int64) {
	u64 := func(at int) int64 { return int64(binary.LittleEndian.Uint64(b[at:])) }
	u32 := func(at int) int64 { return int64(binary.LittleEndian.Uint32(b[at:])) }
	copy(f.id.UUID[:], b)
	f.id.Number = uint64(u64(16))
	f.bytes, entries = u64(24), u64(32)
	f.documents, f.documentTombstones = u64(40), u64(48)
	f.indexEntries, f.indexTombstones = u64(56), u64(64)
	f.documentBytes, f.indexBytes, overhead = u64(72), u64(80), u64(88)
	f.root = handle{u64(96), u32(112)}
	f.properties = handle{u64(104), u32(116)}
	f.levels = int(u32(120))
	f.version = uint32(u32(footerVersionAt))
	return f, entries, overhead
}

// check checks that a footer with a good checksum makes sense. Handles are checked
// where they are followed.
func (f *footer) check() *fault {
	for _, v := range []int64{f.documents, f.documentTombstones, f.indexEntries, f.indexTombstones, f.documentBytes, f.indexBytes, f.overheadBytes()} {
		if v < 0 || v > 1<<61 {
			return faultf(32, "footer count out of range: %d", v)
		}
	}
	empty := f.entries() == 0
	switch {
	case empty != (f.levels == 0) || f.levels < 0 || f.levels > levelsMax:
		return faultf(120, "tree of %d levels over %d entries", f.levels, f.entries())
	case empty && (f.root != handle{} || f.properties != handle{} || f.bytes != footerBytes):
		return faultf(96, "blocks in a segment of no entries")
	}
	return nil
}
