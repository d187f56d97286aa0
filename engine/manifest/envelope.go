package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/aerodb/aerodb/engine/dberr"
)

// Format is the version of the on-disk format that this package writes. A database
// of a newer format is refused.
const Format = 1

// FileBytesMax bounds a manifest: what a million segments would not fill.
const FileBytesMax = 64 << 20

// Kind says which of the files an envelope is.
type Kind string

// The kinds.
const (
	KindDatabase   Kind = "database"
	KindCurrent    Kind = "current"
	KindCheckpoint Kind = "checkpoint"
	KindSnapshot   Kind = "snapshot"
)

type envelope struct {
	Kind   Kind    `json:"kind"`
	Format int     `json:"format"`
	Body   members `json:"body"`
	SHA256 string  `json:"sha256"`
}

const checksumLine = `  "sha256": "`

// encode returns the file's bytes.
func encode(kind Kind, body members) []byte {
	head := encodeHead(kind, body)
	return appendTail(head, sha256.Sum256(head))
}

// encodeHead returns what the checksum is of.
func encodeHead(kind Kind, body members) []byte {
	f := &form{writing: true, data: make([]byte, 0, 2048)}
	f.head(kind, body)
	return f.data
}

func appendTail(dst []byte, sum [sha256.Size]byte) []byte {
	dst = hex.AppendEncode(append(dst, checksumLine...), sum[:])
	return append(dst, "\"\n}\n"...)
}

// head is what comes before the line with the checksum.
func (f *form) head(kind Kind, body members) {
	text, format := string(kind), Format
	f.open("{")
	f.string("kind", &text)
	number(f, "format", &format)
	f.name("body")
	f.object(body)
	f.literal(",\n")
	f.bad = f.bad || text != string(kind) || format != Format
}

// decode reads a file of a kind; path is for errors.
func decode[T any, P body[T]](kind Kind, path string, data []byte) (T, error) {
	var content, none T
	i := bytes.LastIndex(data, []byte(checksumLine))
	if i < 0 {
		return none, damaged(path, int64(len(data)), "the line with the checksum is missing")
	}
	sum := sha256.Sum256(data[:i])
	if want := hex.EncodeToString(sum[:]); !bytes.HasPrefix(data[i+len(checksumLine):], []byte(want)) {
		return none, damaged(path, int64(i), "the checksum of the %d bytes before is %s, which is not what is written here", i, want)
	}
	f := &form{data: data[:i]}
	f.head(kind, P(&content))
	if !f.bad && bytes.Equal(appendTail(encodeHead(kind, P(&content)), sum), data) {
		return content, nil
	}
	return none, notInForm(kind, path, data, P(new(T)))
}

// notInForm says what is wrong with a file whose checksum is right. It fills the body, which
// must be empty, with what encoding/json finds there.
func notInForm(kind Kind, path string, data []byte, body members) error {
	if err := checkHead(kind, path, data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, &envelope{Body: body}); err != nil {
		return damaged(path, 0, "not a %s file: %v", kind, err)
	}
	return damaged(path, int64(firstDifference(encode(kind, body), data)), "not in the form that AeroDB writes")
}

// checkHead refuses a file of another kind or format.
func checkHead(kind Kind, path string, data []byte) error {
	if bytes.HasPrefix(data, fmt.Appendf(nil, "{\n  \"kind\": %q,\n  \"format\": %d,\n", kind, Format)) {
		return nil
	}
	var head struct {
		Kind   Kind `json:"kind"`
		Format int  `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return damaged(path, 0, "not JSON: %v", err)
	}
	if head.Kind != kind {
		return damaged(path, 0, "this is a %q file, expected a %q file", head.Kind, kind)
	}
	if head.Format != Format {
		return dberr.New(dberr.RecoveryFailed, "the file has format version %d; this program reads version %d", head.Format, Format).
			In(path).WithHint("use a version of aerodb that reads format %d", head.Format)
	}
	return nil
}

func damaged(path string, offset int64, format string, args ...any) error {
	return dberr.New(dberr.StorageCorruption, format, args...).At(path, offset).WithOp("manifest.read")
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
