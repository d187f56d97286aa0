package manifest

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
)

func sampleBackup() Backup {
	s := sample()
	return Backup{
		Database: Database{s.UUID, "2026-02-01T08:00:00Z"}, Sequence: 1005, Documents: 1001, Digest: digest.Sum{0: 0xab, 31: 2},
		Checkpoint: BackupCheckpoint{Sequence: s.Sequence, Documents: s.Documents, Digest: s.Digest, Schemas: 1, Collections: s.Collections},
		WAL:        BackupWAL{"00000000000000001003.wal", 1003, 67108864, 2048, strings.Repeat("1e", 32)},
		Schemas:    s.Schemas, Segments: s.Segments,
	}
}

func sampleBackupEnd() BackupEnd { return BackupEnd{91648, strings.Repeat("2d", 32)} }

func TestBackupGolden(t *testing.T) {
	for name, data := range map[string][]byte{"backup-manifest.json": sampleBackup().Encode(), "backup-end.json": sampleBackupEnd().Encode()} {
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

func TestBackupRoundTrip(t *testing.T) {
	if got, err := DecodeBackup("manifest.json", sampleBackup().Encode()); err != nil || !reflect.DeepEqual(got, sampleBackup()) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := DecodeBackupEnd("end.json", sampleBackupEnd().Encode()); err != nil || got != sampleBackupEnd() {
		t.Errorf("got %+v, %v", got, err)
	}
	// Of nothing, lists are [] and never null, or one state would have two manifests.
	empty := Backup{Schemas: []Schema{}, Segments: []Segment{}, Checkpoint: BackupCheckpoint{Collections: []Collection{}}}
	if !bytes.Equal(Backup{}.Encode(), empty.Encode()) || bytes.Contains(empty.Encode(), []byte("null")) {
		t.Errorf("the manifest of nothing is\n%s", Backup{}.Encode())
	}
}

func TestBackupKindsDiffer(t *testing.T) {
	if _, err := DecodeSnapshot("manifest.json", sampleBackup().Encode()); dberr.CodeOf(err) != dberr.StorageCorruption {
		t.Errorf("a backup's manifest passed as a snapshot's: %v", err)
	}
	if _, err := DecodeBackup("manifest.json", sample().EncodeSnapshot()); dberr.CodeOf(err) != dberr.StorageCorruption {
		t.Errorf("a snapshot's manifest passed as a backup's: %v", err)
	}
	if _, err := DecodeBackup("manifest.json", sampleBackupEnd().Encode()); dberr.CodeOf(err) != dberr.StorageCorruption {
		t.Errorf("a closing record passed as a manifest: %v", err)
	}
}

func FuzzDecodeBackup(f *testing.F) {
	f.Add(sampleBackup().Encode())
	f.Add(sampleBackupEnd().Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := DecodeBackup("manifest.json", data)
		if err == nil && !bytes.Equal(b.Encode(), data) {
			t.Error("accepted what it would not write")
		}
		e, err2 := DecodeBackupEnd("end.json", data)
		if err2 == nil && !bytes.Equal(e.Encode(), data) {
			t.Error("accepted what it would not write")
		}
		if err == nil && err2 == nil || err != nil && dberr.CodeOf(err) == "" || err2 != nil && dberr.CodeOf(err2) == "" {
			t.Errorf("two kinds, or an error without a code: %v, %v", err, err2)
		}
	})
}
