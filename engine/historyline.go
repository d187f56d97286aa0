package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/document"
)

// historyLine is a HistoryEntry as it is written. Durations are in microseconds.
type historyLine struct {
	Time      string      `json:"time"`
	Op        Operation   `json:"op"`
	Duration  int64       `json:"us"`
	OK        bool        `json:"ok"`
	UUID      string      `json:"uuid"`
	Sequence  uint64      `json:"sequence,omitempty"`
	Documents int64       `json:"documents,omitempty"`
	Bytes     int64       `json:"bytes,omitempty"`
	Digest    *digest.Sum `json:"digest,omitempty"`
	Restore   int64       `json:"restore_us,omitempty"`
	Open      int64       `json:"open_us,omitempty"`
	Verify    int64       `json:"verify_us,omitempty"`
}

func (e *HistoryEntry) line() ([]byte, error) {
	l := historyLine{Time: rfc3339(e.Time), Op: e.Op, Duration: e.Duration.Microseconds(), OK: e.OK, UUID: e.UUID, Sequence: e.Sequence, Documents: e.Documents,
		Bytes: e.Bytes, Restore: e.Restore.Microseconds(), Open: e.Open.Microseconds(), Verify: e.Verify.Microseconds()}
	if e.Digest != (digest.Sum{}) {
		l.Digest = &e.Digest
	}
	text, err := json.Marshal(l)
	if err != nil {
		return nil, dberr.New(dberr.InternalInvariant, "the line of HISTORY cannot be written: %w", err)
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32c.Checksum(text), text), nil
}

const historySumBytes = len("01234567 ")

// parseHistoryLine reads a line without its newline; the error says what is wrong.
func parseHistoryLine(line []byte) (e HistoryEntry, err error) {
	if len(line) < historySumBytes || line[historySumBytes-1] != ' ' {
		return e, errors.New("the line does not begin with a checksum")
	}
	text := line[historySumBytes:]
	want := fmt.Sprintf("%08x", crc32c.Checksum(text))
	if got := string(line[:historySumBytes-1]); got != want {
		return e, fmt.Errorf("the checksum of the line is %s, %q is written", want, got)
	}
	var l historyLine
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return e, fmt.Errorf("the line is not what AeroDB writes: %w", err)
	}
	at, err := time.Parse(time.RFC3339, l.Time)
	if err != nil {
		return e, fmt.Errorf("the line has no time: %w", err)
	}
	us := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	e = HistoryEntry{Time: at, Op: l.Op, Duration: us(l.Duration), OK: l.OK, UUID: l.UUID, Sequence: l.Sequence, Documents: l.Documents, Bytes: l.Bytes,
		Restore: us(l.Restore), Open: us(l.Open), Verify: us(l.Verify)}
	if l.Digest != nil {
		e.Digest = *l.Digest
	}
	return e, nil
}

// Value returns the entry as users see it.
func (e HistoryEntry) Value() document.Value {
	var o object
	o.time("time", e.Time)
	o.str("op", string(e.Op))
	o.add("ok", document.BoolValue(e.OK))
	o.ms("duration_ms", e.Duration)
	o.str("uuid", e.UUID)
	o.num("sequence", int64(e.Sequence))
	o.num("documents", e.Documents)
	o.num("bytes", e.Bytes)
	if e.Digest != (digest.Sum{}) {
		o.digest("digest", e.Digest)
	}
	if e.Op == OpDrill {
		o.ms("restore_ms", e.Restore)
		o.ms("open_ms", e.Open)
		o.ms("verify_ms", e.Verify)
	}
	return o.value()
}

// The entries that results make of themselves.

// HistoryEntry tells of the backup.
func (b BackupInfo) HistoryEntry() HistoryEntry {
	return HistoryEntry{Op: OpBackup, OK: true, Duration: b.Duration, UUID: b.UUID, Sequence: b.Sequence, Documents: b.Documents, Bytes: b.Bytes, Digest: b.Digest}
}

// HistoryEntry tells of the checkpoint, if there was something to do.
func (r CheckpointResult) HistoryEntry() HistoryEntry {
	s := r.Snapshot
	if !s.Created {
		return HistoryEntry{}
	}
	return HistoryEntry{Op: OpCheckpoint, OK: true, Duration: r.Duration, Sequence: s.Sequence, Documents: s.Documents, Bytes: r.BytesWritten, Digest: s.Digest}
}

// HistoryEntry tells of the compaction, if there was something to do.
func (r CompactResult) HistoryEntry() HistoryEntry {
	s := r.Snapshot
	if !s.Created {
		return HistoryEntry{}
	}
	return HistoryEntry{Op: OpCompact, OK: true, Duration: r.Duration, Sequence: s.Sequence, Documents: r.Documents, Bytes: r.BytesAfter, Digest: s.Digest}
}

// HistoryEntry tells of the snapshot, if it is a new one.
func (s SnapshotInfo) HistoryEntry() HistoryEntry {
	if !s.Created {
		return HistoryEntry{}
	}
	return HistoryEntry{Op: OpSnapshot, OK: true, Duration: s.Duration, Sequence: s.Sequence, Documents: s.Documents, Bytes: s.Bytes, Digest: s.Digest}
}

// HistoryEntry tells of the restore.
func (r RestoreResult) HistoryEntry() HistoryEntry {
	return HistoryEntry{Op: OpRestore, OK: true, Duration: r.Duration, UUID: r.UUID, Sequence: r.Sequence, Documents: r.Documents, Digest: r.Digest}
}

// HistoryEntry tells of the drill.
func (r DrillResult) HistoryEntry() HistoryEntry {
	return HistoryEntry{Op: OpDrill, OK: r.OK, Duration: r.Restore + r.Open + r.Verify, UUID: r.UUID, Sequence: r.Sequence, Documents: r.Documents, Digest: r.Digest,
		Restore: r.Restore, Open: r.Open, Verify: r.Verify}
}

// HistoryEntry tells of the verification, if it found nothing wrong: a damaged directory
// is left as it is.
func (r VerifyResult) HistoryEntry() HistoryEntry {
	if !r.OK() {
		return HistoryEntry{}
	}
	return HistoryEntry{Op: OpVerify, OK: true, Duration: r.Duration, Sequence: r.Sequence, Documents: r.Documents, Bytes: r.Bytes, Digest: r.Digest}
}
