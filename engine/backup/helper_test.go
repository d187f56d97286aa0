package backup

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/wal"
)

const uuid = "6f9c1f0e-8a53-4c57-9d2a-0c5f6f0a9b11"

// A sample is a manifest and what it describes, by the names of entries.
type sample struct {
	m     manifest.Backup
	files map[string][]byte
}

// newSample returns a state of the schemas ("id version") and of segments of the
// sizes, with a log of 1024 bytes.
func newSample(schemas []string, sizes ...int) *sample {
	s := &sample{files: map[string][]byte{}}
	s.m = manifest.Backup{Database: manifest.Database{UUID: uuid, CreatedAt: "2026-02-01T08:00:00Z"},
		Sequence: 1005, Documents: 1002, Digest: digest.Sum{31: 2}}
	s.m.Checkpoint = manifest.BackupCheckpoint{Sequence: 1003, Documents: 1000, Digest: digest.Sum{31: 1}, Schemas: min(1, len(schemas)),
		Collections: []manifest.Collection{{Number: 1, Digest: digest.Sum{31: 1}, Versions: []manifest.Version{{Number: 1, Documents: 1000}}}}}
	for i, name := range schemas {
		id, version, _ := strings.Cut(name, " ")
		file := schema.FileName(id, version)
		text := fmt.Appendf(nil, `{"schema_id":%q,"schema_version":%q}`, id, version)
		s.files[dirSchemas+file] = text
		s.m.Schemas = append(s.m.Schemas, manifest.Schema{SchemaID: id, SchemaVersion: version, Collection: uint16(i + 1), Version: 1, File: file})
	}
	for i, n := range sizes {
		number := uint64(len(sizes) - i)
		s.files[dirSegments+segment.FileName(number)] = pattern(int(number), n)
		s.m.Segments = append(s.m.Segments, manifest.Segment{Number: number})
	}
	s.m.WAL = manifest.BackupWAL{File: wal.FileName(1004), FirstSequence: 1004, FileBytes: 65536}
	s.files[dirWAL+s.m.WAL.File] = pattern(9, 1024)
	s.seal()
	return s
}

// pattern returns n bytes that repeat at no power of two.
func pattern(seed, n int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "segment %d, as good as any bytes. ", seed), n/20+1)[:n]
}

// seal puts the sizes and checksums of the files into the manifest.
func (s *sample) seal() {
	for i := range s.m.Schemas {
		text := s.files[dirSchemas+s.m.Schemas[i].File]
		s.m.Schemas[i].Bytes, s.m.Schemas[i].SHA256 = int64(len(text)), hexSum(text)
	}
	for i := range s.m.Segments {
		b := s.files[dirSegments+segment.FileName(s.m.Segments[i].Number)]
		s.m.Segments[i].Bytes, s.m.Segments[i].CRC32C = int64(len(b)), crc32c.Checksum(b)
	}
	log := s.files[dirWAL+s.m.WAL.File]
	s.m.WAL.UsedBytes, s.m.WAL.SHA256 = int64(len(log)), hexSum(log)
}

type content struct {
	*bytes.Reader
	closed *int
}

func (c content) Close() error { *c.closed++; return nil }

func (s *sample) open(e Entry) (Content, error) {
	return content{bytes.NewReader(s.files[e.Name]), new(int)}, nil
}

// archive writes the sample.
func (s *sample) archive(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	info, err := Write(context.Background(), &b, s.m, s.open, nil)
	if err != nil {
		t.Fatal(err)
	}
	if info.Bytes != int64(b.Len()) || info.Bytes != Bytes(s.m) || fmt.Sprintf("%x", info.SHA256) != hexSum(b.Bytes()) {
		t.Fatalf("%d bytes were written, Write says %d with SHA-256 %x, Bytes says %d", b.Len(), info.Bytes, info.SHA256, Bytes(s.m))
	}
	return b.Bytes()
}

// A memory is a Sink that keeps what it is given.
type memory struct {
	m         manifest.Backup
	created   []string
	committed map[string][]byte
	aborted   []string
}

func (s *memory) Begin(m manifest.Backup) error {
	s.m, s.committed = m, map[string][]byte{}
	return nil
}

func (s *memory) Create(e Entry) (File, error) {
	s.created = append(s.created, e.Name)
	return &memoryFile{sink: s, name: e.Name}, nil
}

type memoryFile struct {
	bytes.Buffer
	sink *memory
	name string
}

func (f *memoryFile) Commit() error {
	f.sink.committed[f.name] = f.Bytes()
	return nil
}

func (f *memoryFile) Abort() { f.sink.aborted = append(f.sink.aborted, f.name) }

// read reads an archive into memory.
func read(b []byte) (*memory, Info, error) {
	s := &memory{}
	info, _, err := Read(context.Background(), bytes.NewReader(b), s, Options{Path: "b.tar"})
	return s, info, err
}
