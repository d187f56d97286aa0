package engine

import (
	"context"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/segment"
)

// A provenRun walks a segment from its first entry to its last and proves on the way
// that the file is whole and the one that the manifest lists. It fails where it finds
// something wrong, at the latest at its end: then the checksum of the whole is known.
// It is a merge.Run.
type provenRun struct {
	*segment.Check
	name string
	want manifest.Segment
	err  error
}

// newProvenRun returns a run over s, on no entry. Read is told how many more bytes of
// the file were read.
func newProvenRun(ctx context.Context, s *segment.Segment, want manifest.Segment, read func(bytes int64)) *provenRun {
	before := int64(0)
	return &provenRun{name: s.Name(), want: want, Check: s.NewCheck(ctx, func(bytes int64) {
		read(bytes - before)
		before = bytes
	})}
}

// First implements merge.Run.
func (r *provenRun) First() bool { return r.settle(r.Check.First()) }

// Next implements merge.Run.
func (r *provenRun) Next() bool { return r.settle(r.Check.Next()) }

func (r *provenRun) settle(more bool) bool {
	if more || r.err != nil {
		return more
	}
	if r.err = r.Check.Err(); r.err == nil {
		r.err = wrongSum(r.Result().CRC32C, r.want, r.name)
	}
	return false
}

// Err implements merge.Run.
func (r *provenRun) Err() error { return r.err }

// wrongSum returns the error of a segment whose checksum is not the one listed.
func wrongSum(found uint32, want manifest.Segment, name string) error {
	if found == want.CRC32C {
		return nil
	}
	return dberr.New(dberr.StorageCorruption, "the checksum of the whole file is %08x, the manifest says %08x", found, want.CRC32C).At(name, 0).
		WithHint("put the right file back, or restore from a backup")
}
