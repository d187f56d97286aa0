package engine

import (
	"path"
	"strings"

	"github.com/aerodb/aerodb/engine/backup"
	"github.com/aerodb/aerodb/engine/vfs"
)

// Create implements backup.Sink: it makes the file of an entry in the generation
// that is being built. The archive's reader has checked the name against what the
// manifest implies; here it is only put in its place.
func (s *restore) Create(e backup.Entry) (backup.File, error) {
	name := path.Join(s.temp.dir(), e.Name)
	size := e.Bytes
	dir, base := path.Split(e.Name)
	switch strings.TrimSuffix(dir, "/") {
	case nameSchemas:
		name = path.Join(s.temp.schemas(), base)
	case nameWAL:
		size = s.state.WAL.FileBytes
	}
	f, err := s.o.FS.OpenFile(s.path(name), vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, fileMode)
	if err != nil {
		return nil, vfs.Wrap(err, "restore", name)
	}
	return &unpacked{restore: s, file: f, name: name, size: size, segment: dir == nameSegments+"/", later: dir != nameSchemas+"/"}, nil
}

// An unpacked file takes the content of an entry. The log's is followed by the
// zeros that the archive leaves out.
type unpacked struct {
	restore *restore
	file    vfs.File
	name    string
	size    int64
	off     int64
	segment bool
	later   bool // it is synced once all is verified: the disk works meanwhile
}

func (u *unpacked) Write(p []byte) (int, error) {
	n, err := u.file.WriteAt(p, u.off)
	u.file.StartWriteback(u.off, int64(n))
	u.off += int64(n)
	return n, err
}

// Commit finishes the content. It is made durable now or, if it is long, by
// restore.sync; the name is synced with its folder.
func (u *unpacked) Commit() error {
	var err error
	if u.off < u.size {
		if err = u.file.Allocate(u.size); err == nil {
			err = vfs.WriteZeros(u.file, u.off, u.size-u.off)
		}
	}
	if err == nil && u.segment {
		err = u.file.Chmod(segmentMode)
	}
	if err == nil && u.later {
		u.restore.unsynced = append(u.restore.unsynced, u)
		return nil
	}
	if err == nil {
		err = u.file.Datasync()
	}
	if err != nil {
		return vfs.Wrap(err, "restore", u.name) // Abort follows
	}
	return wrapIO(u.file.Close(), "restore", u.name)
}

// sync makes the long files durable.
func (s *restore) sync() error {
	for len(s.unsynced) > 0 {
		u := s.unsynced[0]
		s.unsynced = s.unsynced[1:]
		err := u.file.Datasync()
		if cerr := u.file.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return vfs.Wrap(err, "restore", u.name)
		}
	}
	return nil
}

// Abort closes the file; the restore removes the whole generation.
func (u *unpacked) Abort() { _ = u.file.Close() }
