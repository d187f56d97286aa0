package manifest

import "github.com/aerodb/aerodb/engine/digest"

// Database is the identity of a database. It is written once.
type Database struct {
	UUID      string `json:"uuid"`
	CreatedAt string `json:"created_at"` // RFC 3339, UTC
}

// Encode returns the content of DATABASE.
func (d Database) Encode() []byte { return encode(KindDatabase, &d) }

func (d *Database) members(f *form) {
	f.string("uuid", &d.UUID)
	f.string("created_at", &d.CreatedAt)
}

// DecodeDatabase reads DATABASE.
func DecodeDatabase(path string, data []byte) (Database, error) {
	return decode[Database](KindDatabase, path, data)
}

// Current names the live generation.
type Current struct {
	Generation string `json:"generation"`         // the name of a folder of generations/
	Previous   string `json:"previous,omitempty"` // the generation that a restore replaced, kept until the operator drops it
	UUID       string `json:"uuid"`
}

// Encode returns the content of CURRENT.
func (c Current) Encode() []byte { return encode(KindCurrent, &c) }

func (c *Current) members(f *form) {
	f.string("generation", &c.Generation)
	if f.has("previous", c.Previous == "") {
		f.string("previous", &c.Previous)
	}
	f.string("uuid", &c.UUID)
}

// DecodeCurrent reads CURRENT.
func DecodeCurrent(path string, data []byte) (Current, error) {
	return decode[Current](KindCurrent, path, data)
}

// Manifest lists what a state consists of: the content of CHECKPOINT and of a
// snapshot's manifest.json. Slices are in a fixed order: schemas by registration,
// collections by number, segments newest first.
type Manifest struct {
	UUID      string     `json:"uuid"`
	Sequence  uint64     `json:"sequence"`   // of the last operation that the segments contain
	CreatedAt string     `json:"created_at"` // RFC 3339, UTC; for people, never for order
	Documents int64      `json:"documents"`
	Digest    digest.Sum `json:"digest"`

	// Of CHECKPOINT only.
	WAL         *WAL   `json:"wal,omitempty"`
	Snapshot    string `json:"snapshot,omitempty"`     // the snapshot made by this checkpoint; empty before the first
	NextSegment uint64 `json:"next_segment,omitempty"` // the number the next segment gets; numbers are never used again

	Schemas     []Schema     `json:"schemas"`
	Collections []Collection `json:"collections"`
	Segments    []Segment    `json:"segments"`
}

// WAL names the log file that must exist beside a checkpoint. Replay takes the
// records behind Manifest.Sequence.
type WAL struct {
	File          string `json:"file"`
	FirstSequence uint64 `json:"first_sequence"`
}

// Schema names the file of one schema version.
type Schema struct {
	SchemaID      string `json:"schema_id"`
	SchemaVersion string `json:"schema_version"`
	Collection    uint16 `json:"collection"` // number in keys
	Version       uint16 `json:"version"`    // number in keys
	File          string `json:"file"`
	Bytes         int64  `json:"bytes"`
	SHA256        string `json:"sha256"`
}

// Collection is what the segments contain of one collection.
type Collection struct {
	Number   uint16     `json:"number"`
	Digest   digest.Sum `json:"digest"`
	Versions []Version  `json:"versions"`
}

// Version counts the documents of one version of a collection.
type Version struct {
	Number    uint16 `json:"number"`
	Documents int64  `json:"documents"`
}

// Segment names one segment file and says exactly what it must be.
type Segment struct {
	Number uint64 `json:"number"`
	Bytes  int64  `json:"bytes"`
	CRC32C uint32 `json:"crc32c"` // of the whole file
}

// EncodeCheckpoint returns the content of CHECKPOINT.
func (m Manifest) EncodeCheckpoint() []byte { return encode(KindCheckpoint, &m) }

// EncodeSnapshot returns the content of a snapshot's manifest.json.
func (m Manifest) EncodeSnapshot() []byte {
	m.WAL, m.Snapshot, m.NextSegment = nil, "", 0
	return encode(KindSnapshot, &m)
}

// DecodeCheckpoint reads CHECKPOINT.
func DecodeCheckpoint(path string, data []byte) (Manifest, error) {
	m, err := decode[Manifest](KindCheckpoint, path, data)
	if err == nil && m.WAL == nil {
		err = damaged(path, 0, "it names no WAL file")
	}
	return m, err
}

// DecodeSnapshot reads a snapshot's manifest.json.
func DecodeSnapshot(path string, data []byte) (Manifest, error) {
	return decode[Manifest](KindSnapshot, path, data)
}

func (m *Manifest) members(f *form) {
	f.string("uuid", &m.UUID)
	number(f, "sequence", &m.Sequence)
	f.string("created_at", &m.CreatedAt)
	number(f, "documents", &m.Documents)
	f.digest("digest", &m.Digest)
	if f.has("wal", m.WAL == nil) {
		if !f.writing {
			m.WAL = &WAL{}
		}
		f.name("wal")
		f.object(m.WAL)
	}
	if f.has("snapshot", m.Snapshot == "") {
		f.string("snapshot", &m.Snapshot)
	}
	if f.has("next_segment", m.NextSegment == 0) {
		number(f, "next_segment", &m.NextSegment)
	}
	list(f, "schemas", &m.Schemas)
	list(f, "collections", &m.Collections)
	list(f, "segments", &m.Segments)
}

func (w *WAL) members(f *form) {
	f.string("file", &w.File)
	number(f, "first_sequence", &w.FirstSequence)
}

func (s *Schema) members(f *form) {
	f.string("schema_id", &s.SchemaID)
	f.string("schema_version", &s.SchemaVersion)
	number(f, "collection", &s.Collection)
	number(f, "version", &s.Version)
	f.string("file", &s.File)
	number(f, "bytes", &s.Bytes)
	f.string("sha256", &s.SHA256)
}

func (c *Collection) members(f *form) {
	number(f, "number", &c.Number)
	f.digest("digest", &c.Digest)
	list(f, "versions", &c.Versions)
}

func (v *Version) members(f *form) {
	number(f, "number", &v.Number)
	number(f, "documents", &v.Documents)
}

func (s *Segment) members(f *form) {
	number(f, "number", &s.Number)
	number(f, "bytes", &s.Bytes)
	number(f, "crc32c", &s.CRC32C)
}
