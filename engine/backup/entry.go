package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/segment"
)

// The names in an archive that are the same in each.
const (
	nameManifest = "manifest.json"
	nameDatabase = "DATABASE"
	nameEnd      = "end.json"

	dirSchemas  = "schemas/"
	dirSegments = "segments/"
	dirWAL      = "wal/"
)

// An Entry is a file in the archive, as the manifest describes it. The manifest
// itself and the closing record are none.
type Entry struct {
	Name   string // "DATABASE", "schemas/<file>", "segments/<number>.seg" or "wal/<first sequence>.wal"
	Bytes  int64  // of its content
	CRC32C uint32 // of a segment's content
	SHA256 string // of any other entry's content, in hexadecimal; "" says that CRC32C holds

	content []byte // of DATABASE, which the manifest determines
	part    bool   // the content is the beginning of a longer file
}

// Entries lists the entries of the archive that m describes, in their order.
func Entries(m manifest.Backup) []Entry {
	identity := m.Database.Encode()
	list := make([]Entry, 0, len(m.Schemas)+len(m.Segments)+2)
	list = append(list, Entry{Name: nameDatabase, Bytes: int64(len(identity)), SHA256: hexSum(identity), content: identity})
	for _, s := range m.Schemas {
		list = append(list, Entry{Name: dirSchemas + s.File, Bytes: s.Bytes, SHA256: s.SHA256})
	}
	for _, s := range m.Segments {
		list = append(list, Entry{Name: dirSegments + segment.FileName(s.Number), Bytes: s.Bytes, CRC32C: s.CRC32C})
	}
	return append(list, Entry{Name: dirWAL + m.WAL.File, Bytes: m.WAL.UsedBytes, SHA256: m.WAL.SHA256, part: true})
}

// Bytes returns the size of the archive that m describes.
func Bytes(m manifest.Backup) int64 {
	end := endOffset(entryBytes(nameManifest, int64(len(m.Encode()))), Entries(m))
	return end + int64(len(tail(closing(end, [sha256.Size]byte{}))))
}

// UnpackedBytes returns the size of the files that a restore makes of the archive
// that m describes: its entries, the log with its zeros.
func UnpackedBytes(m manifest.Backup) (n int64) {
	for _, e := range Entries(m) {
		n += e.Bytes
	}
	return n - m.WAL.UsedBytes + m.WAL.FileBytes
}

// endOffset returns where the entries end that begin at offset.
func endOffset(offset int64, entries []Entry) int64 {
	for _, e := range entries {
		offset += entryBytes(e.Name, e.Bytes)
	}
	return offset
}

// entryBytes returns what an entry takes in the archive.
func entryBytes(name string, size int64) int64 {
	return headerBytes(name, size) + size + padding(size)
}

// closing returns the closing record of an archive whose entries end at offset.
func closing(offset int64, sum [sha256.Size]byte) manifest.BackupEnd {
	return manifest.BackupEnd{Bytes: offset, SHA256: hex.EncodeToString(sum[:])}
}

// tail returns the end of an archive: end.json and two blocks of zeros.
func tail(record manifest.BackupEnd) []byte {
	return append(wrapped(nameEnd, record.Encode()), make([]byte, endBytes)...)
}

// wrapped returns a small entry: its header, its content, its padding.
func wrapped(name string, content []byte) []byte {
	size := int64(len(content))
	b := append(header(name, size), content...)
	return append(b, make([]byte, padding(size))...)
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// A check computes the checksum that an entry is known by.
type check struct {
	e   Entry
	crc uint32
	sha hash.Hash // nil for a segment
}

func newCheck(e Entry) *check {
	c := &check{e: e}
	if e.SHA256 != "" {
		c.sha = sha256.New()
	}
	return c
}

func (c *check) add(p []byte) {
	if c.sha != nil {
		c.sha.Write(p)
		return
	}
	c.crc = crc32c.Update(c.crc, p)
}

// mismatch says how the content added differs from the entry's; "" if it does not.
func (c *check) mismatch() string {
	if c.sha != nil {
		if got := hex.EncodeToString(c.sha.Sum(nil)); got != c.e.SHA256 {
			return fmt.Sprintf("the SHA-256 of its %d bytes is %s, expected %s", c.e.Bytes, got, c.e.SHA256)
		}
	} else if c.crc != c.e.CRC32C {
		return fmt.Sprintf("the CRC32C of its %d bytes is %08x, expected %08x", c.e.Bytes, c.crc, c.e.CRC32C)
	}
	return ""
}
