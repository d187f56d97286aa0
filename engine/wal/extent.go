package wal

import (
	"path"
	"sort"

	"github.com/aerodb/aerodb/engine/vfs"
)

// Extent returns how many bytes of a log file are used, its header included, and how many
// are laid out, at a cost that grows with the logarithm of that. It believes what a sound log
// is, every sector with its stamp up to the last record and zeros behind, and proves
// nothing: it is for a look from outside, beside a process that writes.
func Extent(fsys vfs.FS, full string) (used, size int64, err error) {
	p := path.Base(full)
	f, err := fsys.OpenFile(full, vfs.O_RDONLY, 0)
	if err != nil {
		return 0, 0, vfs.Wrap(err, opInspect, p)
	}
	defer f.Close() // nothing was written
	h, _, size, err := loadHeader(f, p)
	if err == nil {
		err = h.matchSize(p, size)
	}
	if err != nil {
		return 0, size, err
	}
	size = h.Size
	r := reader{file: f, path: p, op: opInspect, size: size}
	sectors := int((size - HeaderBytes) / sectorBytes)
	n := sort.Search(sectors, func(i int) bool {
		var stamp [1]byte
		if e := r.fill(stamp[:], HeaderBytes+int64(i)*sectorBytes); err == nil {
			err = e
		}
		return stamp[0] == 0
	})
	return HeaderBytes + int64(n)*sectorBytes, size, err
}
