package wal

import (
	"math"
	"slices"

	"github.com/aerodb/aerodb/engine/dberr"
)

// batchBytesKept is the largest buffer that a batch keeps for its next use, so
// that one large commit does not hold memory for ever.
const batchBytesKept = 4 << 20

// A Batch is the operations of one record, encoded as they are added straight
// into the sectors of the record, so that appending is a single write. The zero
// Batch is empty; Reset readies it. A batch may be appended again after a failure.
type Batch struct {
	first   uint64
	count   uint32
	payload int
	broken  string // why the batch cannot be written
	record  []byte // the header's room, then the body up to the last operation
}

// Reset empties b for operations that start at the sequence first.
func (b *Batch) Reset(first uint64) {
	record := b.record
	if cap(record) > batchBytesKept {
		record = nil
	}
	*b = Batch{first: first, record: slices.Grow(record[:0], sectorBytes)[:recordHeaderBytes]}
}

// Add encodes op. It copies what op points to.
func (b *Batch) Add(op Op) {
	n := opBytes(&op)
	switch {
	case b.broken != "":
		return
	case len(b.record) == 0:
		b.broken = "it was not reset"
	case !op.Kind.valid():
		b.broken = "it holds an operation of unknown kind"
	case n > PayloadBytesMax-b.payload:
		b.broken = "its operations are larger than the limit of a record"
	case b.first > math.MaxUint64-uint64(b.count)-1:
		b.broken = "its sequence numbers pass the end of their range"
	}
	if b.broken != "" {
		return
	}
	var head [opHeadBytesMax]byte
	b.write(appendOpHead(head[:0], &op))
	b.write(op.ID)
	b.write(op.Document)
	b.payload += n
	b.count++
}

// write appends p to the body, stamping each sector that it enters.
func (b *Batch) write(p []byte) {
	b.record = slices.Grow(b.record, len(p)+len(p)/nextPayloadBytes+1)
	for len(p) > 0 {
		at := len(b.record) % sectorBytes
		if at == 0 {
			b.record = append(b.record, stampNext)
			at = 1
		}
		n := min(sectorBytes-at, len(p))
		b.record = append(b.record, p[:n]...)
		p = p[n:]
	}
}

// Len returns the bytes of the encoded operations.
func (b *Batch) Len() int { return b.payload }

// Count returns the number of operations.
func (b *Batch) Count() int { return int(b.count) }

// First returns the sequence of the first operation.
func (b *Batch) First() uint64 { return b.first }

// check names the mistake of a caller that batch cannot be written for.
func (b *Batch) check() error {
	switch {
	case b.broken != "":
		return dberr.New(dberr.InternalInvariant, "a batch cannot be written: %s", b.broken).WithOp(opAppend)
	case b.count == 0:
		return dberr.New(dberr.InternalInvariant, "a batch cannot be written: it is empty").WithOp(opAppend)
	}
	return nil
}

// frame returns the whole record, ready to be written.
func (b *Batch) frame(salted uint32, digest [32]byte) []byte {
	record := b.record
	if rest := len(record) % sectorBytes; rest != 0 {
		record = append(record, zeroBlock[:sectorBytes-rest]...)
		b.record = record[:len(b.record)]
	}
	h := recordHeader{kind: typeCommit, payload: uint32(b.payload), count: b.count, first: b.first, digest: digest}
	h.put(record, salted)
	return record
}

// sealRecord returns the record that ends a log cleanly.
func sealRecord(salted uint32, next uint64, digest [32]byte) []byte {
	record := make([]byte, sectorBytes)
	h := recordHeader{kind: typeSeal, first: next, digest: digest}
	h.put(record, salted)
	return record
}
