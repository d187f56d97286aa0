package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// sealed is a file of a kind with any body under a right checksum, so that what is
// behind the checksum is looked at.
func sealed(kind string, format int, body []byte) []byte {
	quoted, _ := json.Marshal(kind)
	head := []byte("{\n  \"kind\": ")
	head = append(head, quoted...)
	head = append(head, ",\n  \"format\": "...)
	number, _ := json.Marshal(format)
	head = append(append(head, number...), ",\n  \"body\": "...)
	head = append(append(head, body...), ",\n"...)
	sum := sha256.Sum256(head)
	return append(append(head, checksumLine+hex.EncodeToString(sum[:])...), "\"\n}\n"...)
}

// bodyOf returns the body of a file that AeroDB wrote.
func bodyOf(data []byte) []byte {
	_, rest, _ := bytes.Cut(data, []byte("\n  \"body\": "))
	i := bytes.LastIndex(rest, []byte(",\n"+checksumLine))
	return rest[:i]
}

// decoders are all kinds of files; each returns what the file says, written again.
var decoders = map[Kind]func([]byte) ([]byte, error){
	KindDatabase:   func(b []byte) ([]byte, error) { v, err := DecodeDatabase("f", b); return v.Encode(), err },
	KindCurrent:    func(b []byte) ([]byte, error) { v, err := DecodeCurrent("f", b); return v.Encode(), err },
	KindCheckpoint: func(b []byte) ([]byte, error) { v, err := DecodeCheckpoint("f", b); return v.EncodeCheckpoint(), err },
	KindSnapshot:   func(b []byte) ([]byte, error) { v, err := DecodeSnapshot("f", b); return v.EncodeSnapshot(), err },
	KindBackup:     func(b []byte) ([]byte, error) { v, err := DecodeBackup("f", b); return v.Encode(), err },
	KindBackupEnd:  func(b []byte) ([]byte, error) { v, err := DecodeBackupEnd("f", b); return v.Encode(), err },
}

// FuzzSealed: of a file whose checksum is right each decoder takes what it would
// write itself, byte by byte, of its own kind and format, and refuses the rest with a
// code and a file.
func FuzzSealed(f *testing.F) {
	f.Add("checkpoint", 1, bodyOf(sample().EncodeCheckpoint()))
	f.Fuzz(func(t *testing.T, kind string, format int, body []byte) {
		data := sealed(kind, format, body)
		for k, decode := range decoders {
			again, err := decode(slices.Clone(data))
			if err == nil {
				if string(k) != kind || format != Format || !bytes.Equal(again, data) {
					t.Fatalf("a %q file of format %d passed as a %q file:\n%s", kind, format, k, data)
				}
				continue
			}
			if e := dberr.From(err); e.Path != "f" || e.Code != dberr.StorageCorruption && (e.Code != dberr.RecoveryFailed || format == Format) {
				t.Fatalf("%q as %q: %v", data, k, err)
			}
		}
	})
}
