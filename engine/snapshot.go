package engine

import (
	"cmp"
	"context"
	"path"
	"slices"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
)

// SnapshotInfo describes a snapshot: a folder that holds one whole state. Sizes are
// in bytes.
type SnapshotInfo struct {
	ID        string
	Path      string // of the folder, as the data directory was given
	Created   bool   // by the call that returns it; false if nothing had changed
	CreatedAt time.Time
	Sequence  uint64 // of the last operation it contains
	Documents int64
	Bytes     int64 // of segments and schemas; linked files share their bytes with the database
	Digest    digest.Sum
	Linked    bool // segments are hard links; false if any had to be copied
	Duration  time.Duration
}

// Snapshot writes the memtable to a segment and links all segments into a new
// folder of snapshots/, complete in itself. The log goes on. If nothing changed
// since the last snapshot, that one is returned.
func (db *DB) Snapshot(ctx context.Context) (SnapshotInfo, error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.writable(); err != nil {
		return SnapshotInfo{}, err
	}
	start := db.opts.Now()
	last, same, err := db.unchanged()
	if err != nil {
		return SnapshotInfo{}, under(dberr.SnapshotFailed, err)
	}
	if same {
		return last, nil
	}
	db.log.Debug("snapshot.begin", "sequence", db.visible)
	p := &plan{db: db, start: start, result: &CheckpointResult{}}
	err = p.build(ctx)
	if err != nil {
		p.undo()
	} else if err = p.publish(); err == nil {
		p.install()
	}
	if err != nil {
		db.log.Debug("snapshot.failed", "error", err.Error())
		return SnapshotInfo{}, under(dberr.SnapshotFailed, err)
	}
	info := p.snapshot
	info.Duration = db.opts.Now().Sub(start)
	db.log.Debug("snapshot.end", "snapshot", info.ID, "documents", info.Documents, "bytes", info.Bytes, "duration_ms", info.Duration.Milliseconds())
	return info, nil
}

// unchanged returns the current snapshot if it contains all there is. One that
// cannot be read is an error: it is never replaced silently.
func (db *DB) unchanged() (info SnapshotInfo, same bool, err error) {
	if db.manifest.Snapshot == "" || db.manifest.Sequence != db.wal.NextSequence()-1 {
		return SnapshotInfo{}, false, nil
	}
	info, _, err = db.readSnapshot(db.manifest.Snapshot)
	return info, err == nil, err
}

// readSnapshot reads a snapshot's manifest.
func (db *DB) readSnapshot(id string) (SnapshotInfo, manifest.Manifest, error) {
	dir := path.Join(nameSnapshots, id)
	name := path.Join(dir, nameManifest)
	data, err := db.readFile(name)
	if err != nil {
		return SnapshotInfo{}, manifest.Manifest{}, err
	}
	m, err := manifest.DecodeSnapshot(name, data)
	if err != nil {
		return SnapshotInfo{}, m, err
	}
	if sequence, _ := parseSnapshotID(id); m.UUID != db.identity.UUID || m.Sequence != sequence {
		return SnapshotInfo{}, m, dberr.New(dberr.StorageCorruption, "the snapshot is of database %s at sequence %d; its name and place say %s at %d", m.UUID, m.Sequence, db.identity.UUID, sequence).At(name, 0)
	}
	return db.describeSnapshot(id, m), m, nil
}

func (db *DB) describeSnapshot(id string, m manifest.Manifest) SnapshotInfo {
	info := SnapshotInfo{ID: id, Path: db.path(path.Join(nameSnapshots, id)), Sequence: m.Sequence, Documents: m.Documents, Digest: m.Digest, Linked: true}
	info.CreatedAt, _ = time.Parse(time.RFC3339, m.CreatedAt) // the manifest is checksummed: it is what rfc3339 wrote
	for _, s := range m.Segments {
		info.Bytes += s.Bytes
	}
	for _, s := range m.Schemas {
		info.Bytes += s.Bytes
	}
	return info
}

// snapshotIDs lists the finished snapshots, oldest first.
func (db *DB) snapshotIDs() ([]string, error) {
	entries, err := db.fs.ReadDir(db.path(nameSnapshots))
	if err != nil && !vfs.IsNotExist(err) {
		return nil, vfs.Wrap(err, "snapshot.list", nameSnapshots)
	}
	var ids []string
	for _, e := range entries {
		if _, ok := parseSnapshotID(e.Name()); ok && e.IsDir() {
			ids = append(ids, e.Name())
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		x, _ := parseSnapshotID(a)
		y, _ := parseSnapshotID(b)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	})
	return ids, nil
}

// SnapshotIDs lists the names of the snapshots, oldest first. It reads a directory and no
// manifest, so those of a database that a restore replaced are among them.
func (db *DB) SnapshotIDs() ([]string, error) {
	if err := db.usable(); err != nil {
		return nil, err
	}
	return db.snapshotIDs()
}

// Snapshots lists the snapshots, oldest first.
func (db *DB) Snapshots() ([]SnapshotInfo, error) {
	if err := db.usable(); err != nil {
		return nil, err
	}
	ids, err := db.snapshotIDs()
	if err != nil {
		return nil, err
	}
	infos := make([]SnapshotInfo, 0, len(ids))
	for _, id := range ids {
		info, m, err := db.readSnapshot(id)
		if m.UUID != "" && m.UUID != db.identity.UUID {
			continue // of the database that a restore replaced
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// makeSnapshot builds the folder of the state that m describes: aside under .tmp,
// its manifest last, then one rename. A snapshot of the same state that a crash
// left between its rename and CHECKPOINT's is taken as it is; with fold only if it is
// of the same segments.
func (db *DB) makeSnapshot(at time.Time, m manifest.Manifest, segments []*segment.Segment, fold bool) (SnapshotInfo, error) {
	ids, err := db.snapshotIDs()
	if err != nil {
		return SnapshotInfo{}, err
	}
	if info, ok, err := db.sameSnapshot(ids, m, fold); ok || err != nil {
		if err == nil && info.ID != db.manifest.Snapshot {
			err = db.settleSnapshot(info.ID)
		}
		return info, err
	}
	id := snapshotID(at, m.Sequence)
	for slices.Contains(ids, id) { // the clock may stand still; names stay unique
		at = at.Add(time.Second)
		id = snapshotID(at, m.Sequence)
	}
	dir := path.Join(nameSnapshots, id)
	temp := dir + suffixTemporary
	linked, err := db.fillSnapshot(temp, m, segments)
	if err == nil {
		err = wrapIO(db.fs.Rename(db.path(temp), db.path(dir)), "snapshot.rename", dir)
	}
	if err != nil {
		if rerr := vfs.RemoveAll(db.fs, db.path(temp)); rerr != nil {
			db.log.Warn("file.remove_failed", "file", temp, "error", rerr.Error())
		}
		return SnapshotInfo{}, err
	}
	info := db.describeSnapshot(id, m)
	info.Created, info.Linked = true, linked
	return info, wrapIO(db.fs.SyncDir(db.path(nameSnapshots)), "snapshot.sync", nameSnapshots)
}

// sameSnapshot finds a snapshot of exactly the state that m describes. One of its
// sequence that cannot be read is an error.
func (db *DB) sameSnapshot(ids []string, m manifest.Manifest, segments bool) (info SnapshotInfo, same bool, err error) {
	for _, id := range ids {
		if sequence, _ := parseSnapshotID(id); sequence != m.Sequence {
			continue
		}
		info, found, err := db.readSnapshot(id)
		if found.UUID != "" && found.UUID != db.identity.UUID {
			continue // of the database that a restore replaced
		}
		if err != nil {
			return SnapshotInfo{}, false, err
		}
		if found.Digest == m.Digest && slices.Equal(found.Schemas, m.Schemas) && (!segments || slices.Equal(found.Segments, m.Segments)) {
			return info, true, nil
		}
	}
	return SnapshotInfo{}, false, nil
}

func (db *DB) fillSnapshot(temp string, m manifest.Manifest, segments []*segment.Segment) (linked bool, err error) {
	if err := vfs.RemoveAll(db.fs, db.path(temp)); err != nil {
		return false, vfs.Wrap(err, "snapshot.create", temp)
	}
	for _, dir := range []string{temp, path.Join(temp, nameSegments), path.Join(temp, nameSchemas)} {
		if err := db.fs.Mkdir(db.path(dir), dirMode); err != nil {
			return false, vfs.Wrap(err, "snapshot.create", dir)
		}
	}
	linked = true
	for _, s := range segments {
		base := path.Base(s.Name())
		target := path.Join(temp, nameSegments, base)
		ok, err := vfs.LinkOrCopy(db.fs, db.path(s.Name()), db.path(target))
		if err != nil {
			return false, vfs.Wrap(err, "snapshot.link", target)
		}
		linked = linked && ok
	}
	files, err := db.snapshotFiles(temp, m)
	if err != nil {
		return false, err
	}
	if err := vfs.WriteFiles(db.fs, files, fileMode); err != nil {
		return false, vfs.Wrap(err, "snapshot.write", temp)
	}
	for _, dir := range []string{path.Join(temp, nameSegments), path.Join(temp, nameSchemas)} {
		if err := db.fs.SyncDir(db.path(dir)); err != nil {
			return false, vfs.Wrap(err, "snapshot.sync", dir)
		}
	}
	// The manifest makes it a snapshot, so it gets its name when all else is durable.
	name := path.Join(temp, nameManifest)
	if err := db.fs.Rename(db.path(name+suffixTemporary), db.path(name)); err != nil {
		return false, vfs.Wrap(err, "snapshot.publish", name)
	}
	return linked, wrapIO(db.fs.SyncDir(db.path(temp)), "snapshot.publish", name)
}

// snapshotFiles returns what is written to a snapshot's folder beside the links: copies of
// DATABASE and the schemas, and the manifest under its temporary name.
func (db *DB) snapshotFiles(temp string, m manifest.Manifest) ([]vfs.NewFile, error) {
	var files []vfs.NewFile
	copied := func(from, to string) error {
		data, err := db.readFile(from)
		files = append(files, vfs.NewFile{Name: db.path(path.Join(temp, to)), Data: data})
		return err
	}
	if err := copied(db.gen.database(), nameDatabase); err != nil {
		return nil, err
	}
	for _, s := range m.Schemas {
		if err := copied(path.Join(db.gen.schemas(), s.File), path.Join(nameSchemas, s.File)); err != nil {
			return nil, err
		}
	}
	return append(files, vfs.NewFile{Name: db.path(path.Join(temp, nameManifest+suffixTemporary)), Data: m.EncodeSnapshot()}), nil
}
