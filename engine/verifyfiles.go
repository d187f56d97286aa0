package engine

import (
	"path"
	"slices"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// smallFiles reads the manifests and schemas again: what is in memory proves
// nothing about the disk.
func (v *verifier) smallFiles() error {
	db := v.db
	if !db.gen.isSnapshot() {
		_, err := db.readCurrent()
		if err := v.file(nameCurrent, err, "which generation is live"); err != nil {
			return err
		}
	}
	probe := &DB{opts: db.opts, fs: db.fs, gen: db.gen}
	if err := v.file(db.gen.database(), probe.readIdentity(), "the identity of the database"); err != nil {
		return err
	}
	m, err := db.readManifest()
	name := db.gen.checkpoint()
	if db.gen.isSnapshot() {
		name = nameManifest
	}
	if err == nil && m.Sequence != db.manifest.Sequence {
		err = dberr.New(dberr.StorageCorruption, "the file is of sequence %d; the open database's is of %d", m.Sequence, db.manifest.Sequence).At(name, 0)
	}
	if err := v.file(name, err, "which files the database consists of"); err != nil {
		return err
	}
	if err := v.history(); err != nil {
		return err
	}
	return v.schemaFiles(db.gen.schemas(), v.db.manifest)
}

// history reads what tells of earlier operations, where there is any.
func (v *verifier) history() error {
	for _, name := range historyFiles(v.db.opts) {
		if _, err := v.db.fs.Stat(v.db.path(name)); vfs.IsNotExist(err) {
			continue
		}
		_, err := readHistory(v.db.opts, name)
		if err := v.file(name, err, "what is known of earlier backups, drills and verifications; no data"); err != nil {
			return err
		}
	}
	return nil
}

// file counts one small file and notes what is wrong with it.
func (v *verifier) file(name string, err error, affected string) error {
	v.result.Files++
	if info, serr := v.db.fs.Stat(v.db.path(name)); serr == nil {
		v.result.Bytes += info.Size()
	}
	return v.result.failed(err, affected)
}

func (v *verifier) schemaFiles(dir string, m manifest.Manifest) error {
	for _, s := range m.Schemas {
		name := path.Join(dir, s.File)
		_, err := v.db.readSchema(name, s)
		if err := v.file(name, err, "documents of schema "+s.SchemaID+" version "+s.SchemaVersion); err != nil {
			return err
		}
	}
	return nil
}

// segmentFiles reads every block of the segments that a manifest lists.
func (v *verifier) segmentFiles(dir string, m manifest.Manifest) error {
	uuid, _ := parseUUID(m.UUID) // of a checksummed file
	for _, e := range m.Segments {
		v.result.Files++
		v.result.Bytes += e.Bytes
		if err := v.segment(dir, uuid, e); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) segment(dir string, uuid [16]byte, e manifest.Segment) error {
	const affected = "documents and index entries of this segment"
	seg, err := v.openSegment(dir, uuid, e)
	if err != nil {
		return v.result.failed(err, affected)
	}
	defer seg.Unref()
	before := v.done
	found, err := seg.Verify(v.ctx, func(bytes int64) {
		v.done = before + bytes
		v.advance(0)
	})
	v.done = before + e.Bytes
	v.advance(0)
	if err == nil {
		err = wrongSum(found.CRC32C, e, seg.Name())
	}
	if err == nil {
		return nil
	}
	if dberr.CodeOf(err) != dberr.StorageCorruption {
		return v.result.failed(err, affected)
	}
	each := seg.Survey(v.ctx)
	if len(each) == 0 {
		each = []error{err}
	}
	for _, err := range each {
		if err := v.result.failed(err, affected); err != nil {
			return err
		}
	}
	return nil
}

// log reads the log to the end of the file: the records, and that behind them there
// is nothing.
func (v *verifier) log() error {
	db := v.db
	if db.wal == nil {
		return nil
	}
	name := path.Join(db.gen.wal(), db.wal.Name())
	v.result.Files++
	v.result.Bytes += db.wal.Size()
	last := db.manifest.Sequence
	_, report, err := wal.Inspect(db.fs, db.path(name), func(r wal.Record) error {
		if r.Count > 0 {
			last = max(last, r.FirstSequence+uint64(r.Count)-1)
		}
		return interrupted(v.ctx)
	})
	v.advance(db.wal.Size())
	if err == nil && (last < db.visible || !db.opts.ReadOnly && (last > db.visible || report.TornBytes > 0)) {
		err = dberr.New(dberr.WALCorruption, "the log ends at sequence %d with %d torn bytes behind; the database is at %d", last, report.TornBytes, db.visible).At(name, report.Used)
	}
	if e := dberr.From(err); err != nil && e.Path != "" {
		e.Path = name
	}
	return v.result.failed(err, "writes since the last checkpoint")
}

// snapshots reads every file of every snapshot that is not a link to a segment read
// already.
func (v *verifier) snapshots() error {
	db := v.db
	if db.gen.isSnapshot() {
		return nil
	}
	ids, err := db.snapshotIDs()
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := v.snapshot(id); err != nil {
			return err
		}
	}
	return nil
}

// snapshot reads one snapshot. One of another database, as a restore leaves, is whole
// or not like any other, and the result names it; but CHECKPOINT's own can be of no
// other.
func (v *verifier) snapshot(id string) error {
	db := v.db
	dir := path.Join(nameSnapshots, id)
	_, m, err := db.readSnapshot(id)
	sequence, _ := parseSnapshotID(id)
	foreign := m.UUID != "" && m.UUID != db.identity.UUID && m.Sequence == sequence && id != db.manifest.Snapshot
	probe := &DB{opts: db.opts, fs: db.fs}
	probe.opts.Dir = db.path(dir)
	ierr := within(dir, probe.readIdentity())
	switch {
	case ierr != nil || m.UUID == "" || probe.identity.UUID == m.UUID:
	case foreign && probe.identity.UUID == db.identity.UUID:
		foreign = false // its manifest was exchanged
	default:
		ierr = within(dir, probe.foreign(nameDatabase, m.UUID))
	}
	if foreign {
		v.result.Foreign = append(v.result.Foreign, ForeignSnapshot{Folder: dir, UUID: m.UUID})
		err = nil
	}
	if ferr := v.file(path.Join(dir, nameManifest), err, "this snapshot; the live database is not affected"); ferr != nil || err != nil {
		return ferr
	}
	if err := v.file(path.Join(dir, nameDatabase), ierr, "the identity in this snapshot"); err != nil {
		return err
	}
	if err := v.schemaFiles(path.Join(dir, nameSchemas), m); err != nil {
		return err
	}
	return v.snapshotSegments(dir, m)
}

func (v *verifier) snapshotSegments(dir string, m manifest.Manifest) error {
	db := v.db
	rest := m
	rest.Segments = nil
	for _, e := range m.Segments {
		live := db.path(path.Join(db.gen.segments(), segment.FileName(e.Number)))
		linked := db.path(path.Join(dir, nameSegments, segment.FileName(e.Number)))
		if !slices.Contains(db.manifest.Segments, e) || !vfs.SameFile(db.fs, live, linked) {
			rest.Segments = append(rest.Segments, e)
		}
	}
	return v.segmentFiles(path.Join(dir, nameSegments), rest)
}

// within puts the path in an error below dir.
func within(dir string, err error) error {
	if err != nil {
		e := dberr.From(err)
		e.Path = path.Join(dir, e.Path)
	}
	return err
}

// others names what lies in the data directory and is no part of the database.
func (v *verifier) others() error {
	if v.db.gen.isSnapshot() {
		return nil
	}
	s := &sweeper{db: v.db}
	err := s.look()
	v.result.Unknown = append(s.leftovers, s.unknown...)
	return v.result.failed(err, "whether other files lie in the data directory")
}
