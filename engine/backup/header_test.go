package backup

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Where USTAR has room, the header is the one that everybody writes.
func TestHeaderIsUSTAR(t *testing.T) {
	for _, name := range []string{nameManifest, "wal/00000000000000000001.wal", strings.Repeat("n", nameBytes)} {
		for _, size := range []int64{0, 1, 511, 512, 1 << 20, sizeMax} {
			var want bytes.Buffer
			h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
			if err := tar.NewWriter(&want).WriteHeader(h); err != nil {
				t.Fatal(err)
			}
			if got := header(name, size); !bytes.Equal(got, want.Bytes()) {
				t.Errorf("%q of %d bytes: the header differs in: %s", name, size, difference(got, want.Bytes()))
			}
		}
	}
}

// Where it has none, an extended header says it, and only what is needed.
func TestExtendedHeader(t *testing.T) {
	longName := dirSchemas + strings.Repeat("n", 93)
	for _, c := range []struct {
		name   string
		size   int64
		blocks int
		want   map[string]string
	}{
		{"n", sizeMax, 1, nil},
		{"n", sizeMax + 1, 3, map[string]string{"size": "8589934592"}},
		{longName[:100], 1, 1, nil},
		{longName, 1, 3, map[string]string{"path": longName}},
		{longName + strings.Repeat("m", 150), BytesMax, 3, map[string]string{"path": longName + strings.Repeat("m", 150), "size": "1125899906842624"}},
	} {
		b := header(c.name, c.size)
		if len(b) != c.blocks*blockBytes || headerBytes(c.name, c.size) != int64(len(b)) {
			t.Errorf("%q of %d bytes: a header of %d bytes, headerBytes says %d", c.name, c.size, len(b), headerBytes(c.name, c.size))
		}
		h, err := tar.NewReader(bytes.NewReader(b)).Next()
		if err != nil {
			t.Errorf("%q of %d bytes: %v", c.name, c.size, err)
			continue
		}
		if h.Name != c.name || h.Size != c.size || h.Mode != 0o600 || h.Typeflag != tar.TypeReg || h.ModTime.Unix() != 0 || len(h.PAXRecords) != len(c.want) {
			t.Errorf("%q of %d bytes: read as %+v", c.name, c.size, h)
		}
		for k, v := range c.want {
			if h.PAXRecords[k] != v {
				t.Errorf("%q of %d bytes: %s is %q", c.name, c.size, k, h.PAXRecords[k])
			}
		}
	}
}

func TestRecordLengthCountsItself(t *testing.T) {
	for _, n := range []int{1, 80, 87, 88, 89, 90, 91, 92, 93, 100, 250} {
		r := string(appendRecord(nil, "path", strings.Repeat("n", n)))
		h := append(appendBlock(nil, "x", int64(len(r)), typeExtended), r...)
		h = append(h, make([]byte, padding(int64(len(r))))...)
		got, err := tar.NewReader(bytes.NewReader(appendBlock(h, "n", 0, typeRegular))).Next()
		if err != nil || len(got.Name) != n {
			t.Errorf("%q: %v", r, err)
		}
	}
}

// Any tar lists and unpacks an archive; the standard library's is one.
func TestArchiveTarReads(t *testing.T) {
	for name, s := range samples() {
		r := tar.NewReader(bytes.NewReader(s.archive(t)))
		want := []string{nameManifest}
		for _, e := range Entries(s.m) {
			want = append(want, e.Name)
		}
		for _, n := range append(want, nameEnd) {
			h, err := r.Next()
			if err != nil {
				t.Fatalf("%s: %s: %v", name, n, err)
			}
			b, err := io.ReadAll(r)
			if err != nil || h.Name != n || h.Typeflag != tar.TypeReg || h.Mode != 0o600 || h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" || h.ModTime.Unix() != 0 {
				t.Errorf("%s: %s is %+v, %v", name, n, h, err)
			}
			if f, ok := s.files[n]; ok && !bytes.Equal(b, f) {
				t.Errorf("%s: %s has other content", name, n)
			}
		}
		if h, err := r.Next(); err != io.EOF {
			t.Errorf("%s: behind the end: %+v, %v", name, h, err)
		}
	}
}

func TestTheMachinesTarReads(t *testing.T) {
	program, err := exec.LookPath("tar")
	if err != nil {
		t.Skip("SKIPPED: this machine has no tar")
	}
	for name, s := range samples() {
		dir := t.TempDir()
		b := s.archive(t)
		list := exec.Command(program, "-tf", "-")
		list.Stdin = bytes.NewReader(b)
		out, err := list.CombinedOutput()
		want := nameManifest + "\n"
		for _, e := range Entries(s.m) {
			want += e.Name + "\n"
		}
		if want += nameEnd + "\n"; err != nil || string(out) != want {
			t.Errorf("%s: tar lists\n%s%v", name, out, err)
		}
		unpack := exec.Command(program, "-C", dir, "-xf", "-")
		unpack.Stdin = bytes.NewReader(b)
		if out, err := unpack.CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("%s: tar says %s%v", name, out, err)
		}
		for n, f := range s.files {
			if got, err := os.ReadFile(filepath.Join(dir, n)); err != nil || !bytes.Equal(got, f) {
				t.Errorf("%s: %s has other content; %v", name, n, err)
			}
		}
	}
}
