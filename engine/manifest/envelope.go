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

type envelope[T any] struct {
	Kind   Kind   `json:"kind"`
	Format int    `json:"format"`
	Body   T      `json:"body"`
	SHA256 string `json:"sha256"`
}

const checksumLine = `  "sha256": "`

// encode returns the file's bytes. The body consists of strings, numbers, bools
// and slices and structs of them, so encoding cannot fail.
func encode[T any](kind Kind, body T) []byte {
	data, err := json.MarshalIndent(envelope[T]{kind, Format, body, ""}, "", "  ")
	if err != nil {
		panic("manifest: " + err.Error())
	}
	i := bytes.LastIndex(data, []byte(checksumLine))
	sum := sha256.Sum256(data[:i])
	return append(append(data[:i:i], checksumLine+hex.EncodeToString(sum[:])...), "\"\n}\n"...)
}

// decode reads a file of a kind; path is for errors.
func decode[T any](kind Kind, path string, data []byte) (T, error) {
	var e envelope[T]
	i := bytes.LastIndex(data, []byte(checksumLine))
	if i < 0 {
		return e.Body, damaged(path, int64(len(data)), "the line with the checksum is missing")
	}
	sum := sha256.Sum256(data[:i])
	if want := hex.EncodeToString(sum[:]); !bytes.HasPrefix(data[i+len(checksumLine):], []byte(want)) {
		return e.Body, damaged(path, int64(i), "the checksum of the %d bytes before is %s, which is not what is written here", i, want)
	}
	if err := checkHead(kind, path, data); err != nil {
		return e.Body, err
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return e.Body, damaged(path, 0, "not a %s file: %v", kind, err)
	}
	if again := encode(kind, e.Body); !bytes.Equal(again, data) {
		return e.Body, damaged(path, int64(firstDifference(again, data)), "not in the form that AeroDB writes")
	}
	return e.Body, nil
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
