package wal

import (
	"path"

	"github.com/aerodb/aerodb/engine/vfs"
)

// Open opens the log called name, gives every valid record in order to replay,
// and applies the rule of the package comment to what follows the last one. An
// error of replay ends it and is returned. Unless ro or the log is sealed, it then
// repairs the end: damage and errors of replay come before any write. With ro not
// one byte is written, and the log refuses to append.
//
// A sealed log is read up to its seal and 64 KiB further, whatever its size.
//
// Damage is WAL_CORRUPTION with file, offset and rule; a file that cannot be
// opened or read keeps its cause: ask vfs.IsNotExist. The report is filled as far
// as the scan went, with an error too.
func Open(o Options, name string, replay func(Record) error, ro bool) (*Log, Report, error) {
	flag := vfs.O_RDWR
	if ro {
		flag = vfs.O_RDONLY
	}
	f, err := o.FS.OpenFile(path.Join(o.Dir, name), flag, 0)
	if err != nil {
		return nil, Report{}, vfs.Wrap(err, "wal.open", displayPath(name))
	}
	l, report, err := open(o, f, name, replay, ro)
	if err != nil {
		_ = f.Close()
		return nil, report, err
	}
	return l, report, nil
}

func open(o Options, f vfs.File, name string, replay func(Record) error, ro bool) (*Log, Report, error) {
	h, size, err := readHeader(o, f, name)
	if err != nil {
		return nil, Report{}, err
	}
	s := newScanner(reader{file: f, path: displayPath(name), op: opOpen, size: size}, h, o.UUID)
	if err := s.run(replay); err != nil {
		return nil, s.report, err
	}
	h.Size = s.laid
	l := newLog(o, f, name, h)
	l.readOnly = ro
	l.used, l.next, l.digest = s.off, s.next, s.report.Digest
	if s.report.Sealed {
		l.used, l.sealed, l.unread = s.last, true, true
		return l, s.report, nil
	}
	if !ro {
		err = l.repair(s)
	}
	return l, s.report, err
}

// readHeader reads and checks the file's header against o, name and size.
func readHeader(o Options, f vfs.File, name string) (h Header, size int64, err error) {
	p := displayPath(name)
	h, uuid, size, err := loadHeader(f, p)
	if err != nil {
		return h, size, err
	}
	first, ok := ParseFileName(name)
	if !ok {
		return h, size, misuse("wal.open", p, "%q is not the name of a WAL file", name)
	}
	return h, size, h.match(p, first, uuid, o.UUID, size)
}

// loadHeader reads the header and the size of the file, in this order: one that another
// process lays out is never shorter than what was read before.
func loadHeader(f vfs.File, p string) (h Header, uuid [16]byte, size int64, err error) {
	r := reader{file: f, path: p, op: opOpen, size: HeaderBytes}
	b, rerr := r.window(0, HeaderBytes)
	info, err := f.Stat()
	if err != nil {
		return h, uuid, 0, vfs.Wrap(err, "wal.open", p)
	}
	size = info.Size()
	if size < HeaderBytes {
		return h, uuid, size, corrupt(p, size, "size", "the file was truncated to %d bytes, its header alone has %d", size, HeaderBytes)
	}
	if rerr != nil {
		return h, uuid, size, rerr
	}
	h, uuid, err = decodeHeader(b, p)
	return h, uuid, size, err
}

// repair makes the disk hold what the scan of an unsealed log saw: the header, zeros
// where a record was torn, and the last record. One sync serves them, before anything is
// appended. Then the file gets the size that the header says.
func (l *Log) repair(s *scanner) error {
	torn := s.report.TornBytes
	if torn > 0 {
		if err := vfs.WriteZeros(l.file, l.used, torn); err != nil {
			// It may have stopped inside a sector, which the rule takes for damage.
			_ = vfs.WriteZeros(l.file, l.used, torn)
			return vfs.Wrap(err, "wal.repair", l.path()).At(l.path(), l.used)
		}
	}
	if err := l.rewriteLast(s); err != nil {
		return err
	}
	if err := writeAll(l.file, l.header.Encode(l.uuid), 0); err != nil { // over the same bytes
		return vfs.Wrap(err, "wal.repair", l.path()).At(l.path(), 0)
	}
	l.doubtful = l.used + l.behind()
	if err := l.sync("wal.repair"); err != nil || s.report.SurplusBytes == 0 {
		return err
	}
	if err := l.file.Truncate(l.header.Size); err != nil {
		return vfs.Wrap(err, "wal.repair", l.path()).At(l.path(), l.header.Size)
	}
	return l.sync("wal.repair")
}

// behindBytes is how many zeros are written behind a record that is written again.
const behindBytes = 64 << 10

// rewriteLast writes the last record again, and zeros behind it: both may be in
// the page cache only, if a sync failed before the process was started anew.
// Without the zeros, a record that was withdrawn and not seen now could be back
// after a power cut. One sector of them makes that impossible; the others keep
// what else it left from lying under the next record. What is further back stays
// doubtful until a seal is to promise that it is zero.
func (l *Log) rewriteLast(s *scanner) error {
	s.forget()
	n := l.used - s.last
	b, err := s.window(s.last, int(n+l.behind()))
	if err != nil {
		return err
	}
	if n > 0 {
		h, ok := parseRecordHeader(b, l.salt.at(s.last))
		if !ok || bodyChecksum(l.salt.at(s.last), b[:n]) != h.bodyCRC {
			return corrupt(l.path(), s.last, "content", "the last record was valid and is not when read again")
		}
	}
	clear(b[n:])
	if err := writeAll(l.file, b, s.last); err != nil {
		return vfs.Wrap(err, "wal.repair", l.path()).At(l.path(), s.last)
	}
	return nil
}

func (l *Log) behind() int64 { return min(behindBytes, l.header.Size-l.used) }
