package backup

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

var long = strings.Repeat("Ä", 20) + " v1" // a file name of 131 bytes

func samples() map[string]*sample {
	return map[string]*sample{
		"empty":      newSample(nil),
		"small":      newSample([]string{"quake v1", "quake v2"}, 1000, 512, 1),
		"long names": newSample([]string{long, "user v1"}, 700),
		"large":      newSample([]string{"quake v1"}, 3<<20+1, 1<<20-512, 5),
	}
}

func TestRoundTrip(t *testing.T) {
	for name, s := range samples() {
		b := s.archive(t)
		got, info, err := read(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if info.Bytes != int64(len(b)) || fmt.Sprintf("%x", info.SHA256) != hexSum(b) {
			t.Errorf("%s: Read says %d bytes with SHA-256 %x", name, info.Bytes, info.SHA256)
		}
		want := map[string][]byte{nameDatabase: s.m.Database.Encode()}
		for name, b := range s.files {
			want[name] = b
		}
		if !reflect.DeepEqual(got.committed, want) || len(got.aborted) > 0 || !bytes.Equal(got.m.Encode(), s.m.Encode()) {
			t.Errorf("%s: what was read is not what was written: %q", name, got.created)
		}
		again := (&sample{got.m, got.committed}).archive(t)
		if !bytes.Equal(again, b) {
			t.Errorf("%s: a backup of the backup has other bytes", name)
		}
	}
}

func TestReadTakesAnyPieces(t *testing.T) {
	b := samples()["large"].archive(t)
	for _, r := range []io.Reader{iotest.HalfReader(bytes.NewReader(b)), iotest.DataErrReader(bytes.NewReader(b)), struct{ io.Reader }{bytes.NewReader(b)}} {
		if _, _, err := Read(context.Background(), r, nil, Options{}); err != nil {
			t.Error(err)
		}
	}
}

func TestProgress(t *testing.T) {
	s := samples()["large"]
	check := func(seen []int64) {
		t.Helper()
		for i := 1; i < len(seen); i++ {
			if seen[i] <= seen[i-1] {
				t.Errorf("%v does not rise", seen)
			}
		}
		if len(seen) < 4 || seen[len(seen)-1] != Bytes(s.m) {
			t.Errorf("%v ends before %d", seen, Bytes(s.m))
		}
	}
	var b bytes.Buffer
	var written, read []int64
	if _, err := Write(context.Background(), &b, s.m, s.open, func(n int64) { written = append(written, n) }); err != nil {
		t.Fatal(err)
	}
	check(written)
	if _, _, err := Read(context.Background(), &b, nil, Options{Progress: func(n int64) { read = append(read, n) }}); err != nil {
		t.Fatal(err)
	}
	check(read[:len(read)-1])
}

// Every byte changed in turn, cuts, and bytes more: all of it is noticed.
func TestEveryChangedByteIsNoticed(t *testing.T) {
	b := newSample([]string{long}, 300).archive(t)
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1 << (i % 8)
		refused(t, bad, fmt.Sprintf("byte %d changed from %q to %q", i, b[i], bad[i]))
	}
	for n := range b {
		if n%13 == 0 || (n+1)%blockBytes <= 2 {
			refused(t, b[:n], fmt.Sprintf("the first %d of %d bytes", n, len(b)))
		}
	}
	refused(t, append(bytes.Clone(b), 1), "a byte more")
}
