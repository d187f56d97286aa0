package manifest

import "github.com/aerodb/aerodb/engine/digest"

// The kinds of the first and the last file of a backup's archive.
const (
	KindBackup    Kind = "backup"
	KindBackupEnd Kind = "backup_end"
)

// Backup lists what a backup's archive consists of: the content of its
// manifest.json. It holds nothing that a restored database would answer otherwise
// than the one it was made of: no time but the database's own, no name of a
// generation or snapshot, no counter. So the same state has the same manifest, and a
// backup of a restored backup is the backup.
type Backup struct {
	Database  Database   `json:"database"`
	Sequence  uint64     `json:"sequence"` // of the last operation, the log's included
	Documents int64      `json:"documents"`
	Digest    digest.Sum `json:"digest"`

	Checkpoint BackupCheckpoint `json:"checkpoint"`
	WAL        BackupWAL        `json:"wal"`
	Schemas    []Schema         `json:"schemas"` // all, in order of registration
	Segments   []Segment        `json:"segments"`
}

// BackupCheckpoint is the state in the segments alone: what the log goes on from.
type BackupCheckpoint struct {
	Sequence    uint64       `json:"sequence"`
	Documents   int64        `json:"documents"`
	Digest      digest.Sum   `json:"digest"`
	Schemas     int          `json:"schemas"` // that many of Backup.Schemas, from the first; the log registers the rest
	Collections []Collection `json:"collections"`
}

// BackupWAL says what the log's file must be: the bytes in the archive, and zeros
// behind them up to its full size.
type BackupWAL struct {
	File          string `json:"file"`
	FirstSequence uint64 `json:"first_sequence"`
	FileBytes     int64  `json:"file_bytes"` // of the file with its zeros
	UsedBytes     int64  `json:"used_bytes"` // of its header and records, as in the archive
	SHA256        string `json:"sha256"`     // of these
}

// BackupEnd closes a backup's archive: the content of its end.json.
type BackupEnd struct {
	Bytes  int64  `json:"bytes"`  // of the archive before this entry's header
	SHA256 string `json:"sha256"` // of these
}

// Encode returns the content of a backup's manifest.json.
func (b Backup) Encode() []byte { return encode(KindBackup, &b) }

// DecodeBackup reads a backup's manifest.json.
func DecodeBackup(path string, data []byte) (Backup, error) {
	return decode[Backup](KindBackup, path, data)
}

// Encode returns the content of a backup's end.json.
func (e BackupEnd) Encode() []byte { return encode(KindBackupEnd, &e) }

// DecodeBackupEnd reads a backup's end.json.
func DecodeBackupEnd(path string, data []byte) (BackupEnd, error) {
	return decode[BackupEnd](KindBackupEnd, path, data)
}

func (b *Backup) members(f *form) {
	f.name("database")
	f.object(&b.Database)
	number(f, "sequence", &b.Sequence)
	number(f, "documents", &b.Documents)
	f.digest("digest", &b.Digest)
	f.name("checkpoint")
	f.object(&b.Checkpoint)
	f.name("wal")
	f.object(&b.WAL)
	list(f, "schemas", &b.Schemas)
	list(f, "segments", &b.Segments)
}

func (c *BackupCheckpoint) members(f *form) {
	number(f, "sequence", &c.Sequence)
	number(f, "documents", &c.Documents)
	f.digest("digest", &c.Digest)
	number(f, "schemas", &c.Schemas)
	list(f, "collections", &c.Collections)
}

func (w *BackupWAL) members(f *form) {
	f.string("file", &w.File)
	number(f, "first_sequence", &w.FirstSequence)
	number(f, "file_bytes", &w.FileBytes)
	number(f, "used_bytes", &w.UsedBytes)
	f.string("sha256", &w.SHA256)
}

func (e *BackupEnd) members(f *form) {
	number(f, "bytes", &e.Bytes)
	f.string("sha256", &e.SHA256)
}
