package backup

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"testing"

	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
)

// endless is content of any size that needs no memory.
type endless struct{ size int64 }

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	n := max(0, min(int64(len(p)), e.size-off))
	clear(p[:n])
	if int(n) < len(p) {
		return int(n), io.EOF
	}
	return int(n), nil
}

func (endless) Close() error { return nil }

// zeroSample is a state of segments of the size each, all zeros.
func zeroSample(count int, size int64) *sample {
	s := newSample(nil)
	var crc uint32
	for zeros, n := make([]byte, bufferBytes), size; n > 0; {
		p := zeros[:min(n, bufferBytes)]
		crc, n = crc32c.Update(crc, p), n-int64(len(p))
	}
	for i := range count {
		s.m.Segments = append(s.m.Segments, manifest.Segment{Number: uint64(count - i), Bytes: size, CRC32C: crc})
	}
	return s
}

func (s *sample) openZeros(e Entry) (Content, error) {
	if f, ok := s.files[e.Name]; ok {
		return content{bytes.NewReader(f), new(int)}, nil
	}
	return endless{e.Bytes}, nil
}

// A backup streams from one database into another with the memory of its buffers.
func TestMemoryIsFlat(t *testing.T) {
	s := zeroSample(3, 32<<20+7)
	r, w := io.Pipe()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	go func() {
		_, err := Write(context.Background(), w, s.m, s.openZeros, nil)
		w.CloseWithError(err)
	}()
	info, _, err := Read(context.Background(), r, nil, Options{})
	if err != nil || info.Bytes != Bytes(s.m) {
		t.Fatalf("%d bytes: %v", info.Bytes, err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4*bufferBytes+1<<20 {
		t.Errorf("%d bytes were allocated for an archive of %d", used, info.Bytes)
	}
}

func TestSameBytesOnAnyNumberOfProcessors(t *testing.T) {
	s := samples()["large"]
	want := s.archive(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, n := range []int{1, 8} {
		runtime.GOMAXPROCS(n)
		if !bytes.Equal(s.archive(t), want) {
			t.Errorf("other bytes on %d processors", n)
		}
		if _, _, err := read(want); err != nil {
			t.Errorf("on %d processors: %v", n, err)
		}
	}
}

// What Read accepts is what Write makes of it, but for zeros at the end.
func FuzzRead(f *testing.F) {
	for _, s := range []*sample{newSample(nil), newSample([]string{"quake v1", long}, 100, 512)} {
		b := s.archive(f)
		f.Add(b)
		f.Add(b[:len(b)-700])
		f.Add(append(b, make([]byte, 512)...))
		b = bytes.Clone(b)
		b[len(b)/2] ^= 1
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, info, err := read(data)
		if err != nil {
			if dberr.CodeOf(err) != dberr.BackupInvalid {
				t.Fatal(err)
			}
			return
		}
		again := (&sample{got.m, got.committed}).archive(t)
		if rest, ok := bytes.CutPrefix(data, again); !ok || !allZero(rest) || info.Bytes != int64(len(data)) {
			t.Error("accepted what Write would not make")
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	s := zeroSample(4, 64<<20)
	b.SetBytes(Bytes(s.m))
	for b.Loop() {
		if _, err := Write(context.Background(), io.Discard, s.m, s.openZeros, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	s := zeroSample(4, 64<<20)
	var archive bytes.Buffer
	archive.Grow(int(Bytes(s.m)))
	if _, err := Write(context.Background(), &archive, s.m, s.openZeros, nil); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(Bytes(s.m))
	for b.Loop() {
		if _, _, err := Read(context.Background(), bytes.NewReader(archive.Bytes()), nil, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
