package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
)

var update = flag.Bool("update", false, "write the golden files")

func sample() Manifest {
	return Manifest{
		UUID: "6f9c1f0e-8a53-4c57-9d2a-0c5f6f0a9b11", Sequence: 1002, CreatedAt: "2026-02-04T11:30:00Z",
		Documents: 1000, Digest: digest.Sum{0: 0xab, 31: 1},
		WAL: &WAL{"00000000000000001003.wal", 1003}, Snapshot: "20260204T113000Z-1002", NextSegment: 3,
		Schemas:     []Schema{{"quake", "v1", 1, 1, "quake_v1.json", 210, strings.Repeat("0f", 32)}},
		Collections: []Collection{{1, digest.Sum{0: 0xab, 31: 1}, []Version{{1, 1000}}}},
		Segments:    []Segment{{2, 4096, 0xdeadbeef}, {1, 81920, 7}},
	}
}

func TestGolden(t *testing.T) {
	for name, data := range map[string][]byte{
		"CHECKPOINT":    sample().EncodeCheckpoint(),
		"manifest.json": sample().EncodeSnapshot(),
		"DATABASE":      Database{sample().UUID, "2026-02-01T08:00:00Z"}.Encode(),
		"CURRENT":       Current{Generation: "000001", UUID: sample().UUID}.Encode(),
	} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, want) {
			t.Errorf("%s is\n%s\nwant\n%s", name, data, want)
		}
	}
}

// docs/format/manifest.md shows these bytes; the page and the code cannot drift alone.
func TestPageQuotesTheGolden(t *testing.T) {
	page, err := os.ReadFile("../../docs/format/manifest.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"CHECKPOINT", "DATABASE", "CURRENT"} {
		golden, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(page, golden) {
			t.Errorf("docs/format/manifest.md does not quote engine/manifest/testdata/%s", name)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	got, err := DecodeCheckpoint("CHECKPOINT", sample().EncodeCheckpoint())
	if err != nil || !reflect.DeepEqual(got, sample()) {
		t.Errorf("got %+v, %v", got, err)
	}
	snap, err := DecodeSnapshot("manifest.json", sample().EncodeSnapshot())
	if err != nil || snap.WAL != nil || snap.Sequence != 1002 {
		t.Errorf("got %+v, %v", snap, err)
	}
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	data := sample().EncodeCheckpoint()
	for i := range data {
		for _, change := range []func(byte) byte{
			func(b byte) byte { return b ^ 1 }, func(b byte) byte { return b ^ 0x80 }, func(b byte) byte { return b ^ 0x20 },
			func(byte) byte { return 0 }, func(byte) byte { return 0xff }, func(byte) byte { return ' ' },
		} {
			bad := bytes.Clone(data)
			bad[i] = change(bad[i])
			if bad[i] == data[i] {
				continue
			}
			_, err := DecodeCheckpoint("CHECKPOINT", bad)
			if dberr.CodeOf(err) != dberr.StorageCorruption {
				t.Fatalf("byte %d changed from %q to %q: %v", i, data[i], bad[i], err)
			}
		}
	}
	for n := range data {
		if _, err := DecodeCheckpoint("CHECKPOINT", data[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes passed", n, len(data))
		}
	}
	if _, err := DecodeCheckpoint("CHECKPOINT", append(bytes.Clone(data), '\n')); err == nil {
		t.Error("a byte behind the end passed")
	}
}

func TestOneKindIsNotAnother(t *testing.T) {
	if _, err := DecodeSnapshot("manifest.json", sample().EncodeCheckpoint()); dberr.CodeOf(err) != dberr.StorageCorruption {
		t.Errorf("a CHECKPOINT passed as a snapshot's manifest: %v", err)
	}
}

func TestNewerFormatIsNamed(t *testing.T) {
	data := sample().EncodeCheckpoint()
	i := bytes.LastIndex(data, []byte(checksumLine))
	head := bytes.Replace(data[:i], []byte(`"format": 1`), []byte(`"format": 2`), 1)
	sum := sha256.Sum256(head)
	data = append(append(head, checksumLine+hex.EncodeToString(sum[:])...), "\"\n}\n"...)
	_, err := DecodeCheckpoint("CHECKPOINT", data)
	var e *dberr.Error
	if !errors.As(err, &e) || e.Code != dberr.RecoveryFailed || !strings.Contains(e.Message, "version 2") || !strings.Contains(e.Message, "version 1") {
		t.Errorf("got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sample().EncodeCheckpoint())
	f.Add(sample().EncodeSnapshot())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeCheckpoint("CHECKPOINT", data)
		if err == nil && !bytes.Equal(m.EncodeCheckpoint(), data) {
			t.Error("accepted what it would not write")
		}
		if err != nil && dberr.CodeOf(err) == "" {
			t.Errorf("an error without a code: %v", err)
		}
	})
}
