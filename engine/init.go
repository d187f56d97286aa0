package engine

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// Init creates a database in Options.Dir, which must not exist, be empty, or hold
// what an Init left that was interrupted. CURRENT is written last, so whatever
// happens there is no database or a whole one.
func Init(o Options) (Identity, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return Identity{}, err
	}
	if err := initable(o); err != nil {
		return Identity{}, err
	}
	if err := makeDir(o); err != nil {
		return Identity{}, err
	}
	lock, err := takeLock(o)
	if err != nil {
		return Identity{}, err
	}
	// Another Init may have been first.
	err = initable(o)
	var id Identity
	if err == nil {
		id, err = initLocked(o)
	}
	if cerr := lock.Close(); cerr != nil {
		o.Logger.Warn("file.close_failed", "file", nameLock, "error", cerr.Error())
	}
	return id, err
}

func makeDir(o Options) error {
	_, err := o.FS.Stat(o.Dir)
	switch {
	case err == nil:
		// An interrupted Init may have made it without syncing the name.
		return wrapIO(o.FS.SyncDir(path.Dir(o.Dir)), "init", path.Dir(o.Dir))
	case !vfs.IsNotExist(err) && !vfs.IsNotDir(err):
		return vfs.Wrap(err, "init", o.Dir)
	}
	if err := vfs.MkdirAll(o.FS, o.Dir); err != nil {
		e := vfs.Wrap(err, "init", o.Dir)
		if vfs.IsNotDir(err) {
			return dberr.New(dberr.DatabaseExists, "a file is in the place of the data directory, or above it").In(o.Dir)
		}
		return e
	}
	return nil
}

// initable refuses a directory that holds anything but what an interrupted Init
// leaves.
func initable(o Options) error {
	entries, err := o.FS.ReadDir(o.Dir)
	switch {
	case vfs.IsNotExist(err):
		return nil
	case vfs.IsNotDir(err):
		return dberr.New(dberr.DatabaseExists, "a file is in the place of the data directory").In(o.Dir)
	case err != nil:
		return vfs.Wrap(err, "init", o.Dir)
	}
	for _, e := range entries {
		switch e.Name() {
		case nameCurrent:
			return dberr.New(dberr.DatabaseExists, "the directory is a database already").In(o.Dir)
		case nameLock, nameGenerations, nameSnapshots, nameRestoring, nameCurrent + suffixTemporary:
		default:
			return dberr.New(dberr.DatabaseExists, "the directory is not empty: it holds %q", e.Name()).In(o.Dir).
				WithHint("choose an empty or new directory; nothing was changed")
		}
	}
	return unused(o)
}

// unused makes sure that what looks like an interrupted Init is not a database that
// lost its CURRENT: an interrupted Init has no snapshots and no segments, and a log of
// a header at most. What cannot be read is not taken for empty.
func unused(o Options) error {
	lost := func(what string) error {
		return dberr.New(dberr.RecoveryInconsistent, "CURRENT is missing, but %s: this is a database that lost a file, not an interrupted init", what).In(o.Dir)
	}
	if _, err := o.FS.Stat(path.Join(o.Dir, nameRestoring)); !vfs.IsNotExist(err) {
		// A restore was interrupted, into a directory that was empty; or it cannot be told.
		return wrapIO(err, "init", nameRestoring)
	}
	if names, err := namesIn(o, nameSnapshots); err != nil || len(names) > 0 {
		return cmp.Or(err, lost("there are snapshots"))
	}
	generations, err := namesIn(o, nameGenerations)
	if err != nil {
		return err
	}
	for _, g := range generations {
		if g != firstGeneration {
			return lost("there is generation " + g)
		}
		if names, err := namesIn(o, generation(g).segments()); err != nil || len(names) > 0 {
			return cmp.Or(err, lost("there are segments"))
		}
		logs, err := namesIn(o, generation(g).wal())
		if err != nil {
			return err
		}
		for _, l := range logs {
			if used, err := logUsed(o, path.Join(generation(g).wal(), l)); err != nil || used {
				return cmp.Or(err, lost("its log holds records"))
			}
		}
	}
	return nil
}

// namesIn lists a folder of the data directory; one that does not exist is empty.
func namesIn(o Options, dir string) (names []string, err error) {
	entries, err := o.FS.ReadDir(path.Join(o.Dir, dir))
	if vfs.IsNotExist(err) {
		return nil, nil
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, wrapIO(err, "init", dir)
}

// logUsed reports whether a log has anything but zeros behind its header, valid or
// not: Init writes nothing there.
func logUsed(o Options, name string) (bool, error) {
	f, err := o.FS.OpenFile(path.Join(o.Dir, name), vfs.O_RDONLY, 0)
	if err != nil {
		return false, vfs.Wrap(err, "init", name)
	}
	defer f.Close()
	buf := make([]byte, 64<<10)
	for off := int64(wal.HeaderBytes); ; off += int64(len(buf)) {
		n, err := f.ReadAt(buf, off)
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, vfs.Wrap(err, "init", name)
		}
	}
}

func initLocked(o Options) (Identity, error) {
	uuid, err := newUUID(o.Rand)
	if err != nil {
		return Identity{}, dberr.New(dberr.StorageIOError, "no random bytes for the uuid: %w", err)
	}
	id := Identity{UUID: formatUUID(uuid), CreatedAt: o.Now().UTC().Truncate(time.Second), Format: manifest.Format}
	gen := generation(firstGeneration)
	join := func(name string) string { return path.Join(o.Dir, name) }
	for _, leftover := range []string{nameGenerations, nameSnapshots, nameRestoring} {
		if err := vfs.RemoveAll(o.FS, join(leftover)); err != nil {
			return Identity{}, vfs.Wrap(err, "init", leftover)
		}
	}
	for _, dir := range []string{nameSnapshots, nameGenerations, gen.dir(), gen.metadata(), gen.schemas(), gen.segments(), gen.wal()} {
		if err := o.FS.Mkdir(join(dir), dirMode); err != nil {
			return Identity{}, vfs.Wrap(err, "init", dir)
		}
	}
	logOptions := wal.Options{FS: o.FS, Dir: join(gen.wal()), UUID: uuid, SizeMax: o.WALMaxSize}
	log, err := wal.Create(logOptions, wal.Header{FirstSequence: 1, Size: logOptions.FirstSize()})
	if err != nil {
		return Identity{}, err
	}
	first := manifest.Manifest{UUID: id.UUID, CreatedAt: rfc3339(id.CreatedAt), NextSegment: 1, WAL: &manifest.WAL{File: log.Name(), FirstSequence: 1}}
	if err := log.Close(); err != nil {
		return Identity{}, vfs.Wrap(err, "init", gen.wal())
	}
	publish := func(dir, name string, data []byte) {
		if err == nil {
			err = wrapIO(vfs.Publish(o.FS, join(dir), name, data, fileMode), "init", path.Join(dir, name))
		}
	}
	publish(gen.dir(), nameDatabase, manifest.Database{UUID: id.UUID, CreatedAt: rfc3339(id.CreatedAt)}.Encode())
	publish(gen.dir(), nameCheckpoint, first.EncodeCheckpoint())
	for _, dir := range []string{gen.metadata(), nameGenerations, "."} {
		if err == nil {
			err = wrapIO(o.FS.SyncDir(join(dir)), "init", dir)
		}
	}
	publish(".", nameCurrent, manifest.Current{Generation: firstGeneration, UUID: id.UUID}.Encode())
	if err != nil {
		return Identity{}, err
	}
	o.Logger.Debug("database.created", "dir", o.Dir, "uuid", id.UUID)
	return id, nil
}

// newUUID returns a random uuid of version 4.
func newUUID(r io.Reader) (uuid [16]byte, err error) {
	if _, err := io.ReadFull(r, uuid[:]); err != nil {
		return uuid, err
	}
	uuid[6] = uuid[6]&0x0f | 0x40
	uuid[8] = uuid[8]&0x3f | 0x80
	return uuid, nil
}

func formatUUID(u [16]byte) string {
	b := make([]byte, 0, 36)
	for i, part := range [][]byte{u[0:4], u[4:6], u[6:8], u[8:10], u[10:16]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return string(b)
}

func parseUUID(s string) (uuid [16]byte, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return uuid, false
	}
	b, err := hex.DecodeString(s[0:8] + s[9:13] + s[14:18] + s[19:23] + s[24:])
	if err != nil {
		return uuid, false
	}
	copy(uuid[:], b)
	return uuid, formatUUID(uuid) == s
}
