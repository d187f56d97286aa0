package backup

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// headersOf returns where the header blocks of an archive are, by archive/tar.
func headersOf(t testing.TB, archive []byte) (at []int) {
	t.Helper()
	r := bytes.NewReader(archive)
	entries := tar.NewReader(r)
	for {
		h, err := entries.Next()
		if err == io.EOF {
			return at
		}
		if err != nil {
			t.Fatal(err)
		}
		content := len(archive) - r.Len()
		at = append(at, content-blockBytes)
		if _, err := io.CopyN(io.Discard, entries, h.Size); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzTar writes any bytes over any place of a header block of a good archive and
// sets the block's checksum right. Read takes the archive only if it is the good one
// still; otherwise it refuses it before a file of another name, kind or size is made.
func FuzzTar(f *testing.F) {
	good := newSample([]string{"quake v1"}, 100, 512)
	archive := good.archive(f)
	headers := headersOf(f, archive)
	whole, _, err := read(archive)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(1), uint16(156), []byte("2"))
	f.Fuzz(func(t *testing.T, entry uint8, at uint16, with []byte) {
		b := slices.Clone(archive)
		block := b[headers[int(entry)%len(headers)]:][:blockBytes]
		copy(block[int(at)%blockBytes:], with)
		copy(block[148:], fmt.Sprintf("%06o\x00 ", checksum(block)))
		sink, _, err := read(b)
		if (err == nil) != bytes.Equal(b, archive) {
			t.Fatalf("%v for a header of\n%q", err, block)
		}
		if err != nil && dberr.CodeOf(err) != dberr.BackupInvalid {
			t.Fatal(err)
		}
		for _, name := range sink.created {
			if !slices.Contains(whole.created, name) {
				t.Fatalf("%q was made", name)
			}
		}
		for name, content := range sink.committed {
			if !bytes.Equal(content, whole.committed[name]) {
				t.Fatalf("%q was taken with other content", name)
			}
		}
	})
}
