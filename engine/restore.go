package engine

import (
	"context"
	"errors"
	"io"
	"path"

	"github.com/aerodb/aerodb/engine/backup"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// Restore makes the backup in r the database in Options.Dir. It builds the next
// generation beside the live one, opens it there, checks every document and compares
// the digest, and then replaces CURRENT by rename: whatever happens on the way, the
// directory holds the old database or the new one, whole. The one before is kept
// until DropPrevious; UndoRestore brings it back. A directory that does not exist is
// made. The database must not be open.
func Restore(ctx context.Context, o Options, r io.Reader, ro RestoreOptions) (RestoreResult, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return RestoreResult{}, err
	}
	start := o.Now()
	s := &restore{o: o, ro: ro, ctx: ctx}
	err := s.run(r)
	if err != nil {
		o.Logger.Debug("restore.failed", "error", err.Error())
		return RestoreResult{}, under(dberr.RestoreFailed, err)
	}
	s.result.Duration = o.Now().Sub(start)
	o.Logger.Debug("restore.end", "generation", s.result.Generation, "previous", s.result.Previous, "documents", s.result.Documents, "sequence", s.result.Sequence,
		"digest", s.result.Digest.String(), "duration_ms", s.result.Duration.Milliseconds())
	return s.result, nil
}

// A restore is one in the making.
type restore struct {
	o      Options
	ro     RestoreOptions
	ctx    context.Context
	fresh  bool   // there is no database yet
	live   string // the live generation
	name   string // of the generation to come
	temp   generation
	lock   vfs.File
	result RestoreResult
	state  manifest.Backup
	begun  bool

	unsynced []*unpacked // open, whole, and not yet durable
}

func (s *restore) path(name string) string { return path.Join(s.o.Dir, name) }

func (s *restore) run(r io.Reader) error {
	if err := s.prepare(); err != nil {
		return err
	}
	defer s.unlock()
	_, m, err := backup.Read(s.ctx, r, s, backup.Options{Path: s.ro.Path, Progress: func(done int64) {
		if s.begun {
			s.ro.Progress.report(done, backup.Bytes(s.state))
		}
	}})
	if err == nil {
		err = s.finish(m)
	}
	if err == nil {
		err = s.verify(m)
	}
	if err == nil {
		err = s.sync()
	}
	if err == nil {
		err = s.publish(m)
	}
	if err != nil {
		s.undo(err)
	}
	return err
}

// prepare takes the lock and finds out what is there.
func (s *restore) prepare() error {
	fs := s.o.FS
	_, err := fs.Stat(s.path(nameCurrent))
	s.fresh = vfs.IsNotExist(err) || vfs.IsNotDir(err)
	switch {
	case s.fresh:
		if err := initable(s.o); err != nil {
			return err
		}
		if err := makeDir(s.o); err != nil {
			return err
		}
	case err != nil:
		return vfs.Wrap(err, "restore", nameCurrent)
	}
	if s.lock, err = takeLock(s.o); err != nil {
		return err
	}
	if s.fresh {
		err = s.clear()
	} else {
		err = s.readLive()
	}
	if err == nil {
		err = s.nextGeneration()
	}
	if err != nil {
		s.unlock()
	}
	return err
}

// clear makes a directory without a database ready: it marks what lies in it as
// unfinished, then removes what an earlier attempt left.
func (s *restore) clear() error {
	fs := s.o.FS
	if err := initable(s.o); err != nil { // another process may have been first
		return err
	}
	f, err := fs.OpenFile(s.path(nameRestoring), vfs.O_RDWR|vfs.O_CREATE, fileMode)
	if err != nil {
		return vfs.Wrap(err, "restore", nameRestoring)
	}
	if err := f.Close(); err != nil {
		return vfs.Wrap(err, "restore", nameRestoring)
	}
	if err := fs.SyncDir(s.o.Dir); err != nil {
		return vfs.Wrap(err, "restore", s.o.Dir)
	}
	for _, name := range []string{nameGenerations, nameSnapshots} {
		if err := vfs.RemoveAll(fs, s.path(name)); err != nil {
			return vfs.Wrap(err, "restore", name)
		}
		if err := fs.Mkdir(s.path(name), dirMode); err != nil {
			return vfs.Wrap(err, "restore", name)
		}
	}
	return wrapIO(fs.SyncDir(s.o.Dir), "restore", s.o.Dir)
}

// readLive reads which generation is live. Whether it can be opened does not
// matter: a damaged database is what one restores over.
func (s *restore) readLive() error {
	db := newDB(s.o)
	current, err := db.readCurrent()
	if err != nil {
		return err
	}
	s.live = current.Generation
	if current.Previous != "" {
		return dberr.New(dberr.RestoreFailed, "generation %s, which an earlier restore replaced, is still kept", current.Previous).
			WithHint("free it with: aerodb restore --drop-previous, or bring it back with: aerodb restore --undo")
	}
	return nil
}

func (s *restore) nextGeneration() error {
	entries, err := s.o.FS.ReadDir(s.path(nameGenerations))
	if err != nil {
		return vfs.Wrap(err, "restore", nameGenerations)
	}
	last := 0
	for _, e := range entries {
		if n, ok := parseGeneration(e.Name()); ok {
			last = max(last, n)
		}
	}
	s.name = generationName(last + 1)
	s.temp = generation(s.name + suffixTemporary)
	return nil
}

// Begin implements backup.Sink: the manifest is checked and nothing is written.
func (s *restore) Begin(m manifest.Backup) error {
	s.state, s.begun = m, true
	if err := s.confirm(m); err != nil {
		return err
	}
	need := backup.UnpackedBytes(m)
	st, err := s.o.FS.Statfs(s.o.Dir)
	if err != nil {
		return vfs.Wrap(err, "restore", s.o.Dir)
	}
	if st.Free < need {
		return dberr.New(dberr.StorageNoSpace, "the restored database takes %d bytes, %d are free: the old one is kept beside it", need, st.Free).In(s.o.Dir)
	}
	s.o.Logger.Debug("restore.begin", "uuid", m.Database.UUID, "sequence", m.Sequence, "documents", m.Documents, "bytes", need)
	if err := vfs.RemoveAll(s.o.FS, s.path(s.temp.dir())); err != nil {
		return vfs.Wrap(err, "restore", s.temp.dir())
	}
	for _, dir := range []string{s.temp.dir(), s.temp.metadata(), s.temp.schemas(), s.temp.segments(), s.temp.wal()} {
		if err := s.o.FS.Mkdir(s.path(dir), dirMode); err != nil {
			return vfs.Wrap(err, "restore", dir)
		}
	}
	return nil
}

// confirm asks before a database is replaced.
func (s *restore) confirm(m manifest.Backup) error {
	if s.fresh || s.ro.Confirm == nil {
		return nil
	}
	r := Replacement{Backup: State{m.Database.UUID, m.Sequence, m.Documents, m.Digest}}
	db := newDB(s.o)
	db.opts.ReadOnly = true
	db.gen = generation(s.live)
	if err := db.load(s.ctx); err != nil {
		r.Broken = err
	} else if live, err := db.State(); err != nil {
		r.Broken = err
	} else {
		r.Live = &live
	}
	db.abandon()
	return s.ro.Confirm(r)
}

// finish makes the unpacked generation whole: its CHECKPOINT, and every name
// durable.
func (s *restore) finish(m manifest.Backup) error {
	next := uint64(1)
	for _, e := range m.Segments {
		next = max(next, e.Number+1)
	}
	checkpoint := manifest.Manifest{UUID: m.Database.UUID, Sequence: m.Checkpoint.Sequence, CreatedAt: rfc3339(s.o.Now()), Documents: m.Checkpoint.Documents,
		Digest: m.Checkpoint.Digest, WAL: &manifest.WAL{File: m.WAL.File, FirstSequence: m.WAL.FirstSequence}, NextSegment: next,
		Schemas: m.Schemas[:m.Checkpoint.Schemas], Collections: m.Checkpoint.Collections, Segments: m.Segments}
	err := vfs.Publish(s.o.FS, s.path(s.temp.dir()), nameCheckpoint, checkpoint.EncodeCheckpoint(), fileMode)
	if err != nil {
		return vfs.Wrap(err, "restore", s.temp.checkpoint())
	}
	for _, dir := range []string{s.temp.schemas(), s.temp.metadata(), s.temp.segments(), s.temp.wal(), s.temp.dir()} {
		if err := s.o.FS.SyncDir(s.path(dir)); err != nil {
			return vfs.Wrap(err, "restore", dir)
		}
	}
	return nil
}

// verify opens the generation where it lies and recomputes everything the backup
// says of it.
func (s *restore) verify(m manifest.Backup) error {
	db := newDB(s.o)
	db.opts.ReadOnly = true
	db.gen = s.temp
	defer db.abandon()
	if err := db.load(s.ctx); err != nil {
		return s.invalid(err)
	}
	if n := db.recovery.LogSurplus; n != 0 {
		return dberr.New(dberr.BackupInvalid, "its log has %d bytes, %d more than it says of itself", m.WAL.FileBytes, n).In(s.ro.Path)
	}
	v := &verifier{db: db, ctx: s.ctx, progress: s.ro.Progress}
	for _, e := range m.Segments {
		v.total += e.Bytes
	}
	if err := v.contents(); err != nil {
		return s.invalid(err)
	}
	if !v.result.OK() {
		return dberr.New(dberr.BackupInvalid, "what was unpacked is not a sound database: %s", v.result.Problems[0].Message).In(s.ro.Path)
	}
	if db.visible != m.Sequence || v.result.Digest != m.Digest || v.result.Documents != m.Documents {
		return dberr.New(dberr.BackupInvalid, "the unpacked database is at sequence %d with %d documents and digest %s; the backup says %d, %d and %s",
			db.visible, v.result.Documents, v.result.Digest, m.Sequence, m.Documents, m.Digest).In(s.ro.Path)
	}
	s.result = RestoreResult{UUID: m.Database.UUID, Documents: m.Documents, Sequence: m.Sequence, Digest: m.Digest, Generation: s.name, Previous: s.live}
	return nil
}

// invalid blames the backup for a generation that does not open: its checksums are
// right, so it was made so.
func (s *restore) invalid(err error) error {
	if dberr.CodeOf(err).Severity() != dberr.Fatal {
		return err
	}
	return dberr.New(dberr.BackupInvalid, "what was unpacked does not open: %w", err).In(s.ro.Path)
}

// publish gives the generation its name and makes it live.
func (s *restore) publish(m manifest.Backup) error {
	fs := s.o.FS
	final := generation(s.name)
	if err := fs.Rename(s.path(s.temp.dir()), s.path(final.dir())); err != nil {
		return vfs.Wrap(err, "restore", final.dir())
	}
	s.temp = final
	if err := fs.SyncDir(s.path(nameGenerations)); err != nil {
		return vfs.Wrap(err, "restore", nameGenerations)
	}
	current := manifest.Current{Generation: s.name, Previous: s.live, UUID: m.Database.UUID}
	if err := publishCurrent(s.o, current); err != nil {
		return err
	}
	if s.fresh {
		s.discard(nameRestoring)
	}
	return nil
}

// errSwitched says that CURRENT was replaced but the sync of its name failed.
var errSwitched = errors.New("CURRENT was replaced, but whether that survives a power cut is not known")

// publishCurrent makes a generation live, in one rename.
func publishCurrent(o Options, current manifest.Current) error {
	err := vfs.Publish(o.FS, o.Dir, nameCurrent, current.Encode(), fileMode)
	if errors.Is(err, vfs.ErrUnsynced) {
		return dberr.New(dberr.RestoreFailed, "%w: %w", errSwitched, err).In(nameCurrent).
			WithHint("look at the disk; the next open says which database it found, whole, and keeps the other")
	}
	return wrapIO(err, "restore", nameCurrent)
}

// undo removes what was built, unless it may be live already.
func (s *restore) undo(cause error) {
	for _, u := range s.unsynced {
		u.Abort()
	}
	if errors.Is(cause, errSwitched) {
		return
	}
	if s.begun {
		s.discard(s.temp.dir())
	}
	if !s.fresh {
		return
	}
	// There was nothing, so nothing is left; the directory itself stays. The mark says
	// that what else lies there is unfinished, so it goes last, when all that is gone for
	// good.
	generations, snapshots := s.discard(nameGenerations), s.discard(nameSnapshots)
	if !generations || !snapshots {
		return
	}
	if err := s.o.FS.SyncDir(s.o.Dir); err != nil {
		s.o.Logger.Warn("restore.undo_unsynced", "error", err.Error())
		return
	}
	s.discard(nameRestoring)
}

// discard removes a file or a folder and reports whether it is gone.
func (s *restore) discard(name string) bool {
	err := vfs.RemoveAll(s.o.FS, s.path(name))
	if err != nil {
		s.o.Logger.Warn("file.remove_failed", "file", name, "error", err.Error())
	}
	return err == nil
}

func (s *restore) unlock() {
	if err := s.lock.Close(); err != nil {
		s.o.Logger.Warn("file.close_failed", "file", nameLock, "error", err.Error())
	}
}
