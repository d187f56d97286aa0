package engine

import (
	"bytes"
	"errors"
	"path"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// HISTORY has one line for each operation that an operator asked for and that came to
// a result: backups, drills, verifications, checkpoints and the rest. It informs; no
// recovery reads it and no answer depends on it. A line is
//
//	crc32c of what follows the space, 8 hexadecimal digits
//	a space
//	one JSON object: see HistoryEntry
//	a newline
//
// Lines are appended and synced under the kernel's lock on the file, since a drill or a
// verification may run beside a process that has the database open. A file that has
// grown to historyBytesMax becomes HISTORY.1, in the place of the one before, and a new
// one is begun.
const historyBytesMax = 64 << 10

// historyLockTries is how often a record tries for the lock, which is held for the time
// of one write and one sync.
const historyLockTries = 1000

// Operation names what a HistoryEntry tells of.
type Operation string

// The operations that are recorded.
const (
	OpBackup     Operation = "backup"
	OpCheckpoint Operation = "checkpoint"
	OpCompact    Operation = "compact"
	OpDrill      Operation = "drill"
	OpDrop       Operation = "drop_previous"
	OpRecovery   Operation = "recovery" // nobody asks for it: what a start replayed, if it was much
	OpRestore    Operation = "restore"
	OpSnapshot   Operation = "snapshot"
	OpUndo       Operation = "undo_restore"
	OpVerify     Operation = "verify"
)

// A HistoryEntry is one operation: when it ended, how long it took, how it went and
// what it was about. Numbers that an operation does not have are zero. Without an Op it
// tells of nothing, and Record passes over it.
type HistoryEntry struct {
	Time      time.Time // when it ended, to the second, UTC
	Op        Operation
	Duration  time.Duration
	OK        bool
	UUID      string     // of the database it was about
	Sequence  uint64     // of the state it was about
	Documents int64      // in it
	Bytes     int64      // read by a verification; written by a backup, checkpoint or compaction
	Digest    digest.Sum // of the state; zero if the operation does not tell
	Restore   time.Duration
	Open      time.Duration
	Verify    time.Duration // these three of a drill
}

// Record appends an operation to the HISTORY of the open database. Read-only it does
// nothing. The operation it tells of is done, so what fails here is logged only.
func (db *DB) Record(e HistoryEntry) {
	if db.opts.ReadOnly || e.Op == "" {
		return
	}
	if e.UUID == "" {
		e.UUID = db.identity.UUID
	}
	record(db.opts, e)
}

// Record appends an operation to the HISTORY of the data directory in Options.Dir,
// whether a process has it open or not. Read-only, and in a directory that is no
// database, it does nothing.
func Record(o Options, e HistoryEntry) {
	o = o.withDefaults()
	if o.ReadOnly || e.Op == "" || isDatabase(o) != nil {
		return
	}
	if e.UUID == "" {
		if current, err := newDB(o).readCurrent(); err == nil {
			e.UUID = current.UUID
		}
	}
	record(o, e)
}

func record(o Options, e HistoryEntry) {
	e.Time = o.Now()
	if err := appendEntry(o, e); err != nil {
		o.Logger.Warn("history.append_failed", "op", string(e.Op), "error", err.Error())
	}
}

func appendEntry(o Options, e HistoryEntry) error {
	line, err := e.line()
	if err != nil {
		return err
	}
	name := path.Join(o.Dir, nameHistory)
	if vfs.SameFile(o.FS, name, name+historyOlder) {
		// A power cut in the middle of the rename left both names.
		if err := o.FS.Remove(name); err != nil {
			return vfs.Wrap(err, "history.append", nameHistory)
		}
	}
	f, err := lockHistory(o, name)
	if err != nil {
		return err
	}
	size, err := appendHistory(o, f, line)
	if err == nil && size >= historyBytesMax {
		err = wrapIO(o.FS.Rename(name, name+historyOlder), "history.append", nameHistory)
	}
	if cerr := f.Close(); err == nil {
		err = wrapIO(cerr, "history.append", nameHistory)
	}
	if err == nil { // also for a name that a killed process made
		err = wrapIO(o.FS.SyncDir(o.Dir), "history.append", o.Dir)
	}
	return err
}

func lockHistory(o Options, name string) (vfs.File, error) {
	for try := 1; ; try++ {
		f, err := o.FS.Lock(name)
		if errors.Is(err, vfs.ErrLocked) && try < historyLockTries {
			continue
		}
		return f, wrapIO(err, "history.append", nameHistory)
	}
}

// appendHistory appends a line, durably, and returns the size of the file. What a
// crash left of a line is cut first.
func appendHistory(o Options, f vfs.File, line []byte) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, vfs.Wrap(err, "history.append", nameHistory)
	}
	data := make([]byte, info.Size())
	if n, err := f.ReadAt(data, 0); n < len(data) {
		return 0, vfs.Wrap(err, "history.append", nameHistory)
	}
	if whole := wholeLines(data); whole < len(data) {
		o.Logger.Warn("history.torn", "file", nameHistory, "offset", whole, "bytes", len(data)-whole)
		if err := f.Truncate(int64(whole)); err != nil {
			return 0, vfs.Wrap(err, "history.append", nameHistory)
		}
		data = data[:whole]
	}
	if _, err := f.WriteAt(line, int64(len(data))); err != nil {
		return 0, vfs.Wrap(err, "history.append", nameHistory)
	}
	return int64(len(data) + len(line)), wrapIO(f.Datasync(), "history.append", nameHistory)
}

// wholeLines returns how much of a file is lines. What follows is a line whose write a
// crash tore: it has no newline, or a part of it never arrived and reads as zeros.
func wholeLines(data []byte) int {
	end := bytes.LastIndexByte(data, '\n') + 1
	last := bytes.LastIndexByte(data[:max(end-1, 0)], '\n') + 1
	if bytes.IndexByte(data[last:end], 0) >= 0 {
		return last
	}
	return end
}

// History returns what HISTORY tells, oldest first. Damage is an error with its place;
// what could be read before it is returned too.
func (db *DB) History() ([]HistoryEntry, error) { return History(db.opts) }

// History returns what the HISTORY of the data directory in Options.Dir tells.
func History(o Options) ([]HistoryEntry, error) {
	o = o.withDefaults()
	var all []HistoryEntry
	for _, name := range historyFiles(o) {
		entries, err := readHistory(o, name)
		all = append(all, entries...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// historyFiles lists the names of what is to be read, oldest first. After a power cut
// in the middle of a rename both may be names of one file.
func historyFiles(o Options) []string {
	older := nameHistory + historyOlder
	if vfs.SameFile(o.FS, path.Join(o.Dir, nameHistory), path.Join(o.Dir, older)) {
		return []string{older}
	}
	return []string{older, nameHistory}
}

// readHistory reads one of the two files; one that is not there has no entries.
func readHistory(o Options, name string) (all []HistoryEntry, err error) {
	data, err := vfs.ReadFile(o.FS, path.Join(o.Dir, name), manifest.FileBytesMax)
	if vfs.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, vfs.Wrap(err, "history.read", name)
	}
	for at, end := 0, wholeLines(data); at < end; {
		line, _, _ := bytes.Cut(data[at:end], []byte{'\n'})
		e, err := parseHistoryLine(line)
		if err != nil {
			return all, dberr.New(dberr.StorageCorruption, "%w", err).At(name, int64(at)).
				WithHint("move the file away: a new one is begun; it only tells of earlier operations")
		}
		all = append(all, e)
		at += len(line) + 1
	}
	return all, nil
}

// lastOf returns the last entry of an operation that went well, of this database; nil
// if there is none.
func (db *DB) lastOf(entries []HistoryEntry, op Operation) *HistoryEntry {
	for i := len(entries) - 1; i >= 0; i-- {
		if e := &entries[i]; e.Op == op && e.OK && e.UUID == db.identity.UUID {
			return e
		}
	}
	return nil
}
