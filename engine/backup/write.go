package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// Content is the content of a file: a vfs.File is one.
type Content interface {
	io.ReaderAt
	io.Closer
}

// Info describes a whole archive.
type Info struct {
	Bytes  int64
	SHA256 [sha256.Size]byte // as sha256sum prints it
}

// Write writes to w the archive that m describes. It calls open for each entry but
// DATABASE, in order, and closes the content before it opens the next; the content of
// the log may be longer than its entry. Content that is not what m says is
// StorageCorruption in the entry's name: damage is not backed up. After any error
// what was written to w is no backup.
//
// Progress, if not nil, is called after each piece with the number of bytes written
// so far; Bytes(m) will be the last. When ctx ends, Write ends with
// ScriptInterrupted.
func Write(ctx context.Context, w io.Writer, m manifest.Backup, open func(Entry) (Content, error), progress func(bytes int64)) (Info, error) {
	if refusal := (Limits{}).filled().refuse(&m); refusal != "" {
		return Info{}, dberr.New(dberr.BackupFailed, "the manifest is not possible: %s", refusal).In(nameManifest).WithOp("backup.write")
	}
	text := m.Encode()
	if len(text) > ManifestBytesMax {
		return Info{}, dberr.New(dberr.BackupFailed, "the manifest has %d bytes, more than the limit of %d", len(text), ManifestBytesMax).In(nameManifest).WithOp("backup.write")
	}
	return write(ctx, w, text, Entries(m), open, progress)
}

func write(ctx context.Context, w io.Writer, text []byte, entries []Entry, open func(Entry) (Content, error), progress func(bytes int64)) (Info, error) {
	offset := endOffset(entryBytes(nameManifest, int64(len(text))), entries)
	size := offset + int64(len(tail(closing(offset, [sha256.Size]byte{}))))
	o := newOutput(ctx, w, size, progress)
	defer o.sum.close()
	err := o.write(wrapped(nameManifest, text))
	for i := 0; i < len(entries) && err == nil; i++ {
		err = o.entry(entries[i], open)
	}
	if err == nil {
		err = o.flush()
	}
	if err == nil {
		err = o.write(tail(closing(offset, o.sum.sum())))
	}
	if err == nil {
		err = o.flush()
	}
	if err != nil {
		return Info{}, err
	}
	return Info{o.flushed, o.sum.sum()}, nil
}

// entry writes an entry and checks its content.
func (o *output) entry(e Entry, open func(Entry) (Content, error)) error {
	if e.content != nil {
		return o.write(wrapped(e.Name, e.content))
	}
	if err := o.write(header(e.Name, e.Bytes)); err != nil {
		return err
	}
	c, err := open(e)
	if err != nil {
		return vfs.Wrap(err, "backup.read", e.Name)
	}
	err = o.copy(e, c)
	_ = c.Close() // nothing was written to it
	if err != nil {
		return err
	}
	return o.write(make([]byte, padding(e.Bytes)))
}

func (o *output) copy(e Entry, c Content) error {
	sum := newCheck(e)
	for at := int64(0); at < e.Bytes; {
		p, err := o.room(e.Bytes - at)
		if err != nil {
			return err
		}
		if err := readFull(c, p, at, e); err != nil {
			return err
		}
		sum.add(p)
		o.n += len(p)
		at += int64(len(p))
	}
	if what := sum.mismatch(); what != "" {
		return corrupt(e, 0, "%s", what)
	}
	if e.part {
		return nil
	}
	switch n, err := c.ReadAt(make([]byte, 1), e.Bytes); {
	case n > 0:
		return corrupt(e, e.Bytes, "the file is longer than the %d bytes expected", e.Bytes)
	case err != nil && !errors.Is(err, io.EOF):
		return vfs.Wrap(err, "backup.read", e.Name)
	}
	return nil
}

func readFull(c Content, p []byte, at int64, e Entry) error {
	n, err := c.ReadAt(p, at)
	switch {
	case n == len(p):
		return nil
	case errors.Is(err, io.EOF):
		return corrupt(e, at+int64(n), "the file ends here, %d bytes expected", e.Bytes)
	}
	return vfs.Wrap(err, "backup.read", e.Name)
}

func corrupt(e Entry, offset int64, format string, args ...any) error {
	return dberr.New(dberr.StorageCorruption, format, args...).At(e.Name, offset).WithOp("backup.read")
}
