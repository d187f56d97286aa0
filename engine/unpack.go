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
	return &unpacked{file: f, name: name, size: size, segment: dir == nameSegments+"/"}, nil
}

// An unpacked file takes the content of an entry. The log's is followed by the
// zeros that the archive leaves out.
type unpacked struct {
	file    vfs.File
	name    string
	size    int64
	off     int64
	segment bool
}

func (u *unpacked) Write(p []byte) (int, error) {
	n, err := u.file.WriteAt(p, u.off)
	u.off += int64(n)
	return n, err
}

// Commit makes the content durable; the name is synced with its folder, later.
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
	if err == nil {
		err = u.file.Datasync()
	}
	if err != nil {
		return vfs.Wrap(err, "restore", u.name) // Abort follows
	}
	return wrapIO(u.file.Close(), "restore", u.name)
}

// Abort closes the file; the restore removes the whole generation.
func (u *unpacked) Abort() { _ = u.file.Close() }
