package backup

import (
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/wal"
)

// Limits bound what Read takes. Zero means the default.
type Limits struct {
	ManifestBytes int64 // of manifest.json; ManifestBytesMax
	Entries       int   // without manifest.json and end.json; EntriesMax
	Bytes         int64 // of the files that a restore makes, the log with its zeros; BytesMax
}

// The defaults of Limits, which Write keeps to as well.
const (
	ManifestBytesMax = manifest.FileBytesMax
	EntriesMax       = 1 << 20
	BytesMax         = 1 << 50
)

func (l Limits) filled() Limits {
	if l.ManifestBytes <= 0 {
		l.ManifestBytes = ManifestBytesMax
	}
	if l.Entries <= 0 {
		l.Entries = EntriesMax
	}
	if l.Bytes <= 0 {
		l.Bytes = BytesMax
	}
	return l
}

// refuse says why m cannot be the manifest of a backup within the limits; "" if it
// can. Write asks before it writes, Read before it takes the first entry.
func (l Limits) refuse(m *manifest.Backup) string {
	if n := len(m.Schemas) + len(m.Segments) + 2; n > l.Entries {
		return fmt.Sprintf("it lists %d entries, more than the limit of %d", n, l.Entries)
	}
	for _, refusal := range []string{refuseState(m), refuseWAL(&m.WAL), refuseSchemas(m.Schemas), refuseSegments(m.Segments)} {
		if refusal != "" {
			return refusal
		}
	}
	return l.refuseSizes(m)
}

// refuseState compares the two states that a backup tells of: that of the
// segments, and that behind the log.
func refuseState(m *manifest.Backup) string {
	c := &m.Checkpoint
	switch {
	case m.Documents < 0 || c.Documents < 0:
		return "it counts fewer than no documents"
	case c.Sequence > m.Sequence:
		return fmt.Sprintf("its checkpoint is of sequence %d, behind its last, %d", c.Sequence, m.Sequence)
	case m.WAL.FirstSequence == 0 || m.WAL.FirstSequence-1 > c.Sequence:
		return fmt.Sprintf("its log begins with sequence %d, its checkpoint ends with %d", m.WAL.FirstSequence, c.Sequence)
	case c.Sequence == m.Sequence && (c.Documents != m.Documents || c.Digest != m.Digest):
		return fmt.Sprintf("it has two states of sequence %d", m.Sequence)
	case c.Schemas < 0 || c.Schemas > len(m.Schemas):
		return fmt.Sprintf("its checkpoint has %d of %d schemas", c.Schemas, len(m.Schemas))
	}
	return ""
}

func refuseWAL(w *manifest.BackupWAL) string {
	switch {
	case w.File != wal.FileName(w.FirstSequence):
		return fmt.Sprintf("its log is called %q, expected %q", w.File, wal.FileName(w.FirstSequence))
	case w.UsedBytes < wal.HeaderBytes || w.UsedBytes > w.FileBytes:
		return fmt.Sprintf("its log uses %d of %d bytes", w.UsedBytes, w.FileBytes)
	case !isSHA256(w.SHA256):
		return fmt.Sprintf("%q of its log is no SHA-256", w.SHA256)
	}
	return ""
}

// refuseSchemas holds the names of files to those that schemas have: no other can
// lead anywhere.
func refuseSchemas(list []manifest.Schema) string {
	seen := make(map[string]bool, len(list))
	for _, s := range list {
		switch {
		case s.SchemaID == "" || s.SchemaVersion == "" || s.File != schema.FileName(s.SchemaID, s.SchemaVersion) || len(s.File) > schema.FileNameBytesMax:
			return fmt.Sprintf("schema %q version %q has the file %q", s.SchemaID, s.SchemaVersion, s.File)
		case seen[s.File]:
			return fmt.Sprintf("it lists the schema file %q twice", s.File)
		case !isSHA256(s.SHA256):
			return fmt.Sprintf("%q of schema file %q is no SHA-256", s.SHA256, s.File)
		}
		seen[s.File] = true
	}
	return ""
}

func refuseSegments(list []manifest.Segment) string {
	seen := make(map[uint64]bool, len(list))
	for _, s := range list {
		if s.Number == 0 || seen[s.Number] {
			return fmt.Sprintf("it lists segment %d twice, or it is none", s.Number)
		}
		seen[s.Number] = true
	}
	return ""
}

// refuseSizes adds up before anything else does, so that no sum overflows later.
func (l Limits) refuseSizes(m *manifest.Backup) string {
	rest := l.Bytes
	take := func(n int64) bool {
		ok := 0 < n && n <= rest
		rest -= n
		return ok
	}
	if !take(int64(len(m.Database.Encode()))) {
		return fmt.Sprintf("its identity alone has more than the limit of %d bytes", l.Bytes)
	}
	for _, s := range m.Schemas {
		if !take(s.Bytes) || s.Bytes > schema.SchemaBytesMax {
			return fmt.Sprintf("schema file %q has %d bytes", s.File, s.Bytes)
		}
	}
	for _, s := range m.Segments {
		if !take(s.Bytes) {
			return fmt.Sprintf("with segment %d of %d bytes its files have none, or more than the limit of %d", s.Number, s.Bytes, l.Bytes)
		}
	}
	if !take(m.WAL.FileBytes) {
		return fmt.Sprintf("with a log of %d bytes its files have more than the limit of %d", m.WAL.FileBytes, l.Bytes)
	}
	return ""
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
