package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"time"

	"github.com/aerodb/aerodb/engine/backup"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// BackupInfo describes a backup.
type BackupInfo struct {
	Path      string // where it lies; empty for a stream
	UUID      string // of the database
	Bytes     int64
	Documents int64
	Sequence  uint64 // of the last operation it contains
	Digest    digest.Sum
	SHA256    string // of the whole file, in hexadecimal
	Duration  time.Duration
}

// Value returns the backup as users see it.
func (b BackupInfo) Value() document.Value {
	var o object
	if b.Path != "" {
		o.str("path", b.Path)
	}
	o.str("uuid", b.UUID)
	o.num("bytes", b.Bytes)
	o.num("documents", b.Documents)
	o.num("sequence", int64(b.Sequence))
	o.digest("digest", b.Digest)
	o.str("sha256", b.SHA256)
	o.ms("duration_ms", b.Duration)
	return o.value()
}

func backupInfo(name string, m manifest.Backup, info backup.Info, took time.Duration) BackupInfo {
	return BackupInfo{Path: name, UUID: m.Database.UUID, Bytes: info.Bytes, Documents: m.Documents, Sequence: m.Sequence, Digest: m.Digest,
		SHA256: hex.EncodeToString(info.SHA256[:]), Duration: took}
}

// Backup writes the whole database to w as one tar: the current checkpoint and the
// log up to the last acknowledged write; of a snapshot, with an empty log. It changes
// nothing in the data directory,
// and the same state is always the same bytes. Writers wait only until the files are
// open; what they write later is not in the backup. Every file is checked on the
// way: damage fails the backup.
func (db *DB) Backup(ctx context.Context, w io.Writer, progress Progress) (BackupInfo, error) {
	start := db.opts.Now()
	info, err := db.writeBackup(ctx, w, progress)
	return db.logBackup(info, start, err)
}

// writeBackup is Backup without its duration and without an end in the log.
func (db *DB) writeBackup(ctx context.Context, w io.Writer, progress Progress) (BackupInfo, error) {
	if err := db.usable(); err != nil {
		return BackupInfo{}, err
	}
	s, err := db.openSource()
	if err != nil {
		return BackupInfo{}, under(dberr.BackupFailed, err)
	}
	defer s.close()
	total := backup.Bytes(s.manifest)
	db.log.Debug("backup.begin", "sequence", s.manifest.Sequence, "bytes", total)
	info, err := backup.Write(ctx, w, s.manifest, s.open, func(done int64) { progress.report(done, total) })
	if err != nil {
		return BackupInfo{}, under(dberr.BackupFailed, s.place(err))
	}
	return backupInfo("", s.manifest, info, 0), nil
}

// logBackup tells how a backup ended, and gives it its duration.
func (db *DB) logBackup(b BackupInfo, start time.Time, err error) (BackupInfo, error) {
	if err != nil {
		db.log.Debug("backup.failed", "error", err.Error())
		return BackupInfo{}, err
	}
	b.Duration = db.opts.Now().Sub(start)
	db.log.Debug("backup.end", "bytes", b.Bytes, "documents", b.Documents, "sequence", b.Sequence, "digest", b.Digest.String(), "sha256", b.SHA256, "duration_ms", b.Duration.Milliseconds())
	return b, nil
}

// BackupFile writes a backup under a name, whole or not at all: beside it as .tmp,
// synced, renamed, the folder synced. A file that is there is replaced only if
// overwrite says so. A name in the data directory is refused.
func (db *DB) BackupFile(ctx context.Context, name string, overwrite bool, progress Progress) (BackupInfo, error) {
	start := db.opts.Now()
	if err := db.usable(); err != nil {
		return BackupInfo{}, err
	}
	name = path.Clean(name)
	if err := db.mayWrite(name, overwrite); err != nil {
		return BackupInfo{}, err
	}
	f, err := vfs.Stage(db.fs, name, fileMode)
	switch {
	case errors.Is(err, vfs.ErrLocked):
		return BackupInfo{}, dberr.New(dberr.BackupFailed, "another process is writing a backup to this name").In(name).WithHint("wait for it, or choose another name")
	case errors.Is(err, vfs.ErrNotFile):
		return BackupInfo{}, dberr.New(dberr.BackupFailed, "it is there and is not a file").In(name).WithHint("name a file, or stream the backup: aerodb backup --output -")
	case err != nil:
		return BackupInfo{}, under(dberr.BackupFailed, vfs.Wrap(err, "backup.create", name+suffixTemporary))
	}
	info, err := db.writeBackup(ctx, f, progress)
	if err != nil {
		if aerr := f.Abort(); aerr != nil {
			db.log.Warn("file.remove_failed", "file", f.Temporary(), "error", aerr.Error())
		}
	} else {
		info.Path = name
		err = under(dberr.BackupFailed, wrapIO(f.Commit(), "backup.publish", name))
	}
	return db.logBackup(info, start, err) // the sync is most of it
}

func (db *DB) mayWrite(name string, overwrite bool) error {
	inside, err := vfs.Within(db.fs, db.opts.Dir, path.Dir(name))
	if err != nil {
		return under(dberr.BackupFailed, vfs.Wrap(err, "backup.create", name))
	}
	if inside {
		return dberr.New(dberr.BackupFailed, "the backup would lie in the data directory %s: it would be lost with it", db.opts.Dir).In(name).WithHint("choose a place outside, on another disk if there is one")
	}
	info, err := db.fs.Stat(name)
	switch {
	case vfs.IsNotExist(err):
		return nil
	case err != nil:
		return under(dberr.BackupFailed, vfs.Wrap(err, "backup.create", name))
	case !overwrite && info.Mode().IsRegular():
		return dberr.New(dberr.BackupFailed, "the file exists").In(name).WithHint("choose another name, or say that it may be replaced: --yes, or overwrite = true")
	}
	return nil
}

// A source is the files of a backup, held open: a checkpoint may remove them
// meanwhile.
type source struct {
	db       *DB
	manifest manifest.Backup
	files    map[string]backup.Content // by the name in the archive
}

// openSource describes the state and opens its files, while writers wait.
func (db *DB) openSource() (*source, error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.usable(); err != nil {
		return nil, err
	}
	s := &source{db: db, files: map[string]backup.Content{}}
	err := s.openFiles()
	if err == nil {
		err = s.describe()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *source) openFiles() error {
	db := s.db
	for _, e := range db.manifest.Segments {
		if err := s.openFile(nameSegments, db.gen.segments(), segment.FileName(e.Number)); err != nil {
			return err
		}
	}
	if db.wal == nil {
		return nil // a snapshot has none; it gets an empty one
	}
	if err := s.openFile(nameWAL, db.gen.wal(), db.wal.Name()); err != nil {
		return err
	}
	name, header := path.Join(nameWAL, db.wal.Name()), db.wal.Header()
	s.files[name] = &logContent{s.files[name], header.Encode(db.uuid)}
	return nil
}

// A logContent is a log with the header that it had when the backup began. Everything
// else that the backup takes of it stays as it is, while the header is written again each
// time that the log grows.
type logContent struct {
	backup.Content
	header []byte
}

func (c *logContent) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Content.ReadAt(p, off)
	if off < int64(len(c.header)) {
		copy(p[:n], c.header[off:])
	}
	return n, err
}

func (s *source) openFile(folder, dir, base string) error {
	name := path.Join(dir, base)
	f, err := s.db.fs.OpenFile(s.db.path(name), vfs.O_RDONLY, 0)
	if err != nil {
		return vfs.Wrap(err, "backup.open", name)
	}
	s.files[path.Join(folder, base)] = f
	return nil
}

// describe fills in the manifest. Nothing in it differs between a database and its
// restore.
func (s *source) describe() error {
	db := s.db
	m := &s.manifest
	m.Database = manifest.Database{UUID: db.identity.UUID, CreatedAt: rfc3339(db.identity.CreatedAt)}
	m.Sequence, m.Digest = db.visible, db.digest
	now := db.describe(nil)
	m.Documents, m.Schemas = now.Documents, now.Schemas
	m.Segments = db.manifest.Segments
	m.Checkpoint = manifest.BackupCheckpoint{Sequence: db.manifest.Sequence, Documents: db.manifest.Documents, Digest: db.manifest.Digest,
		Schemas: len(db.manifest.Schemas), Collections: db.manifest.Collections}
	if db.wal == nil {
		s.emptyLog()
	} else {
		used := db.wal.Used()
		if db.wal.Sealed() {
			used -= wal.SealBytes // whether the database was closed is no part of its state
		}
		m.WAL = manifest.BackupWAL{File: db.wal.Name(), FirstSequence: db.manifest.WAL.FirstSequence, FileBytes: db.wal.Size(), UsedBytes: used}
	}
	return s.sumLog()
}

// emptyLog gives a snapshot the log that a checkpoint of its state would have
// started.
func (s *source) emptyLog() {
	db := s.db
	h := wal.Header{FirstSequence: db.visible + 1, Size: db.walOptions().FirstSize(), BaseDigest: db.digest}
	name := wal.FileName(h.FirstSequence)
	s.files[path.Join(nameWAL, name)] = &memoryContent{*bytes.NewReader(h.Encode(db.uuid))}
	s.manifest.WAL = manifest.BackupWAL{File: name, FirstSequence: h.FirstSequence, FileBytes: h.Size, UsedBytes: wal.HeaderBytes}
}

// A memoryContent is content that lies in no file.
type memoryContent struct{ bytes.Reader }

func (*memoryContent) Close() error { return nil }

func (s *source) sumLog() error {
	w := &s.manifest.WAL
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(s.files[path.Join(nameWAL, w.File)], 0, w.UsedBytes)); err != nil {
		return vfs.Wrap(err, "backup.read", path.Join(s.db.gen.wal(), w.File))
	}
	w.SHA256 = hex.EncodeToString(h.Sum(nil))
	return nil
}

// open gives an entry its content. Schema files are never removed, so they are
// opened when their turn comes.
func (s *source) open(e backup.Entry) (backup.Content, error) {
	if f, ok := s.files[e.Name]; ok {
		delete(s.files, e.Name)
		return f, nil
	}
	dir, base := path.Split(e.Name)
	if dir != nameSchemas+"/" {
		return nil, dberr.New(dberr.InternalInvariant, "the backup asks for %q, which is none of its files", e.Name)
	}
	name := path.Join(s.db.gen.schemas(), base)
	f, err := s.db.fs.OpenFile(s.db.path(name), vfs.O_RDONLY, 0)
	return f, wrapIO(err, "backup.open", name)
}

// place turns the name of an entry in an error into that of the file it came from.
func (s *source) place(err error) error {
	gen := s.db.gen
	e := dberr.From(err)
	switch dir, base := path.Split(e.Path); dir {
	case nameSchemas + "/":
		e.Path = path.Join(gen.schemas(), base)
	case nameSegments + "/", nameWAL + "/":
		e.Path = path.Join(gen.dir(), e.Path)
	}
	return err
}

func (s *source) close() {
	for _, f := range s.files {
		_ = f.Close() // nothing was written
	}
}

// InspectBackup reads a backup to its end, checks everything in it and describes
// it. Nothing is unpacked. What is not a whole, undamaged backup is
// AERO_BACKUP_INVALID. Name stands for the stream in errors and progress is told
// bytes of total, where that is known.
func InspectBackup(ctx context.Context, r io.Reader, name string, now func() time.Time, progress Progress) (BackupInfo, error) {
	start := now()
	info, m, err := backup.Read(ctx, r, nil, backup.Options{Path: name, Progress: func(done int64) { progress.report(done, 0) }})
	if err != nil {
		return BackupInfo{}, err
	}
	return backupInfo(name, m, info, now().Sub(start)), nil
}
