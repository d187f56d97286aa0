package wal

import (
	"path"

	"github.com/aerodb/aerodb/engine/vfs"
)

// A FileInfo is what a log's header holds.
type FileInfo struct {
	Header
	UUID          [16]byte
	FormatVersion int
}

// ReadHeader reads what a log file, of any name and any database's, says of itself.
func ReadHeader(fsys vfs.FS, full string) (FileInfo, error) {
	p := path.Base(full)
	f, err := fsys.OpenFile(full, vfs.O_RDONLY, 0)
	if err != nil {
		return FileInfo{}, vfs.Wrap(err, opInspect, p)
	}
	defer f.Close() // nothing was written
	h, uuid, _, err := loadHeader(f, p)
	return FileInfo{Header: h, UUID: uuid, FormatVersion: formatVersion}, err
}

// Inspect reads the log file called full and changes nothing. It gives every valid
// record to visit and returns what the file's own header says and how the scan
// ended: of a damaged file the error is what Open's would be, and the report's
// Rule says which rule applied. Other than Open it reads the file to its end, behind
// a seal too. The file may have any name and be any database's.
func Inspect(fsys vfs.FS, full string, visit func(Record) error) (FileInfo, Report, error) {
	p := path.Base(full)
	f, err := fsys.OpenFile(full, vfs.O_RDONLY, 0)
	if err != nil {
		return FileInfo{}, Report{}, vfs.Wrap(err, opInspect, p)
	}
	defer f.Close() // nothing was written
	h, uuid, size, err := loadHeader(f, p)
	info := FileInfo{Header: h, UUID: uuid, FormatVersion: formatVersion}
	if err != nil {
		return info, Report{}, err
	}
	if err := h.matchSize(p, size); err != nil {
		return info, Report{}, err
	}
	s := newScanner(reader{file: f, path: p, op: opInspect, size: size}, h, uuid)
	s.slack = h.Size
	err = s.run(visit)
	info.Size = s.laid
	return info, s.report, err
}
