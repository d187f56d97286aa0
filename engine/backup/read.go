package backup

import (
	"bytes"
	"cmp"
	"context"
	"io"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A Sink takes the entries of an archive.
type Sink interface {
	// Begin is called once, first, when the manifest is checked and nothing else is
	// read: the time to look at the free space, and to refuse.
	Begin(m manifest.Backup) error
	// Create is called for each entry in order, when its header is checked.
	Create(e Entry) (File, error)
}

// A File takes the content of an entry.
type File interface {
	// Write takes the next piece, which changes after Write returns.
	io.Writer
	// Commit is called when the content is whole and its checksum is right.
	Commit() error
	// Abort is called instead of Commit when anything has failed, a Write or
	// the Commit itself included.
	Abort()
}

// Options are what Read keeps to.
type Options struct {
	Path     string            // of the archive, for errors; "" is "backup"
	Progress func(bytes int64) // if not nil, called after each piece with the bytes read so far
	Limits   Limits
}

// Read reads an archive from r to the end of r and gives its entries to sink; a nil
// sink reads for the checks alone. What is not exactly what Write makes of its own
// manifest is BackupInvalid, at an offset in the archive: whatever is wrong with the
// kind, the name, the size or the place of an entry is so before Create is called
// for it, what is wrong with its content before Commit is. Some tools fill an
// archive up to a multiple of 10240 bytes: zeros up to there are taken. When ctx
// ends, Read ends with ScriptInterrupted, after the piece it waits for.
//
// Only after nil was the archive whole; before that, what sink was given is to be
// thrown away.
func Read(ctx context.Context, r io.Reader, sink Sink, o Options) (Info, manifest.Backup, error) {
	in := &input{ctx: ctx, r: r, path: cmp.Or(o.Path, "backup"), progress: o.Progress, sum: newSummer()}
	defer in.sum.close()
	m, err := in.manifest(o.Limits.filled())
	if err == nil && sink != nil {
		err = wrap(sink.Begin(m), nameManifest)
	}
	if err != nil {
		return Info{}, manifest.Backup{}, err
	}
	entries := Entries(m)
	in.limit = endOffset(in.offset, entries)
	for _, e := range entries {
		if err := in.entry(e, sink); err != nil {
			return Info{}, manifest.Backup{}, err
		}
	}
	if err := in.end(); err != nil {
		return Info{}, manifest.Backup{}, err
	}
	return Info{in.offset, in.sum.sum()}, m, nil
}

// manifest reads the first entry.
func (in *input) manifest(l Limits) (m manifest.Backup, err error) {
	in.limit = blockBytes
	block, err := in.block()
	if err != nil {
		return m, err
	}
	size := sizeOf(block)
	if want := header(nameManifest, size); !bytes.Equal(block, want) {
		return m, in.other(nameManifest, 0, difference(block, want)).
			WithHint("a backup is a plain tar that begins with %s; if this one is compressed, decompress it first", nameManifest)
	}
	if size > l.ManifestBytes {
		return m, in.other(nameManifest, 0, "it has %d bytes, more than the limit of %d", size, l.ManifestBytes)
	}
	in.limit += size + padding(size)
	var text []byte // grows with what is there, not with what the header claims
	err = in.content(size, func(p []byte) error { text = append(text, p...); return nil })
	if err == nil {
		err = in.padding(nameManifest, size)
	}
	if err != nil {
		return m, err
	}
	if m, err = manifest.DecodeBackup(nameManifest, text); err != nil {
		e := dberr.From(err)
		invalid := in.other(nameManifest, blockBytes+e.Offset, "%s", e.Message)
		invalid.Hint = e.Hint
		return m, invalid
	}
	if refusal := l.refuse(&m); refusal != "" {
		return m, in.other(nameManifest, blockBytes, "%s", refusal)
	}
	return m, nil
}

// header reads the header of an entry: exactly the one that Write makes.
func (in *input) header(name string, size int64) error {
	for want := header(name, size); len(want) > 0; want = want[blockBytes:] {
		at := in.offset
		block, err := in.block()
		if err != nil {
			return err
		}
		if !bytes.Equal(block, want[:blockBytes]) {
			return in.other(name, at, "%s", difference(block, want[:blockBytes]))
		}
	}
	return nil
}

// content gives the next size bytes to each, in pieces.
func (in *input) content(size int64, each func(p []byte) error) error {
	for size > 0 {
		p, err := in.take(size)
		if err != nil {
			return err
		}
		if err := each(p); err != nil {
			return err
		}
		size -= int64(len(p))
	}
	return nil
}

// padding reads the zeros behind content of the size.
func (in *input) padding(name string, size int64) error {
	at := in.offset
	return in.content(padding(size), func(p []byte) error {
		if !allZero(p) {
			return in.other(name, at, "the bytes that fill up its last block are not zero")
		}
		return nil
	})
}

// entry reads an entry into sink.
func (in *input) entry(e Entry, sink Sink) error {
	if err := in.header(e.Name, e.Bytes); err != nil {
		return err
	}
	if sink == nil {
		return in.checked(e, io.Discard)
	}
	f, err := sink.Create(e)
	if err != nil {
		return wrap(err, e.Name)
	}
	if err = in.checked(e, f); err == nil {
		err = wrap(f.Commit(), e.Name)
	}
	if err != nil {
		f.Abort()
	}
	return err
}

// checked reads the content of an entry into w, checks it, and reads the padding.
func (in *input) checked(e Entry, w io.Writer) error {
	at, sum := in.offset, newCheck(e)
	err := in.content(e.Bytes, func(p []byte) error {
		sum.add(p)
		_, err := w.Write(p)
		return wrap(err, e.Name)
	})
	if err != nil {
		return err
	}
	if what := sum.mismatch(); what != "" {
		return in.other(e.Name, at, "%s", what)
	}
	return in.padding(e.Name, e.Bytes)
}

// end reads the closing record, which all that came before it determines, and what
// follows.
func (in *input) end() error {
	record := closing(in.offset, in.sum.sum())
	want := tail(record)
	size := sizeOf(want)
	in.limit += int64(len(want))
	if err := in.header(nameEnd, size); err != nil {
		return err
	}
	at := in.offset
	want = want[blockBytes:]
	var got []byte
	if err := in.content(int64(len(want)), func(p []byte) error { got = append(got, p...); return nil }); err != nil {
		return err
	}
	switch {
	case !bytes.Equal(got[:size], want[:size]):
		return in.otherEnd(at, got[:size], record)
	case !bytes.Equal(got, want):
		return in.invalid(at+size, "the bytes behind entry %s are not zero", nameEnd)
	}
	return in.rest()
}

// otherEnd is the error of a closing record that is not the archive's.
func (in *input) otherEnd(at int64, got []byte, want manifest.BackupEnd) error {
	found, err := manifest.DecodeBackupEnd(nameEnd, got)
	if err != nil {
		e := dberr.From(err)
		return in.other(nameEnd, at+e.Offset, "%s", e.Message)
	}
	return in.other(nameEnd, at, "it closes an archive of %d bytes with SHA-256 %s; the one before it has %d with %s",
		found.Bytes, found.SHA256, want.Bytes, want.SHA256)
}

// rest reads what follows the archive.
func (in *input) rest() error {
	room := -in.offset % recordBytes
	if room < 0 {
		room += recordBytes
	}
	if err := in.read(room + 1); err != nil {
		return err
	}
	if n := int64(len(in.window)); n > room || !allZero(in.window) {
		return in.invalid(in.offset, "more bytes follow the end of the archive")
	}
	in.offset += int64(len(in.window))
	return nil
}

// other is the error of an entry that is not the one that belongs there.
func (in *input) other(name string, offset int64, format string, args ...any) *dberr.Error {
	e := in.invalid(offset, "entry %s: "+format, append([]any{name}, args...)...)
	return e.With("entry", name)
}

// wrap gives an error of a Sink a code if it has none.
func wrap(err error, name string) error {
	if err == nil {
		return nil
	}
	return vfs.Wrap(err, "backup.unpack", name)
}
