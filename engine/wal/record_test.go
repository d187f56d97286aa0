package wal

import (
	"bytes"
	"fmt"
	"testing"
)

// documentFor returns the length of the document that makes a payload of n bytes
// of one insert.
func documentFor(n int) int {
	for d := max(0, n-20); ; d++ {
		op := insert(0, d)
		if opBytes(&op) == n {
			return d
		}
		if opBytes(&op) > n {
			panic(fmt.Sprint("no document makes a payload of ", n))
		}
	}
}

// TestRecordSizes reads records back whose payload ends around each edge.
func TestRecordSizes(t *testing.T) {
	sizes := []int{9, 10, 446, 447, 448, 449, 450, 511, 512, 513, 448 + 510, 448 + 511, 448 + 512,
		448 + 2*511 - 1, 448 + 2*511, 448 + 2*511 + 1, 5 << 10, 1 << 20, readBytes - 64, 3<<20 + 7}
	o, f := flatOptions(nil)
	l := create(t, o, 16<<20)
	for i, n := range sizes {
		before := l.Used()
		op := insert(i, documentFor(n))
		appendOps(t, l, op)
		if l.Used()-before != RecordBytes(n) || l.Used()%sectorBytes != 0 {
			t.Fatalf("a payload of %d bytes takes %d, RecordBytes says %d", n, l.Used()-before, RecordBytes(n))
		}
	}
	h, report, err := readFlat(f.b)
	if err != nil {
		t.Fatal(err)
	}
	if len(h) != len(sizes) || report.Used != l.Used() || report.LastSequence != uint64(len(sizes)) {
		t.Fatalf("%d records, %+v", len(h), report)
	}
	for i, r := range h {
		if want := insert(i, documentFor(sizes[i])); r.Payload != sizes[i] || !sameOp(r.Ops[0], want) {
			t.Errorf("the record of %d bytes is not what was written", sizes[i])
		}
	}
}

func TestRecordBytes(t *testing.T) {
	for _, test := range []struct{ payload, want int64 }{
		{0, 512}, {1, 512}, {448, 512}, {449, 1024}, {448 + 511, 1024}, {448 + 512, 1536}, {448 + 1022, 1536}, {448 + 1023, 2048},
		{PayloadBytesMax, 512 * (1 + (PayloadBytesMax-448+510)/511)},
	} {
		if got := RecordBytes(int(test.payload)); got != test.want {
			t.Errorf("RecordBytes(%d) = %d, expected %d", test.payload, got, test.want)
		}
	}
}

// TestBatchReuse checks that nothing of a batch is in the next one.
func TestBatchReuse(t *testing.T) {
	var b, fresh Batch
	b.Reset(1)
	b.Add(insert(1, 3000))
	long := bytes.Clone(b.frame(0, digestAt(1)))
	b.Reset(1)
	b.Add(insert(2, 600))
	fresh.Reset(1)
	fresh.Add(insert(2, 600))
	if got, want := b.frame(0, digestAt(1)), fresh.frame(0, digestAt(1)); !bytes.Equal(got, want) {
		t.Error("a reused batch gives other bytes than a fresh one")
	}
	b.Reset(1)
	b.Add(insert(1, 3000))
	b.frame(0, digestAt(1))
	if !bytes.Equal(b.frame(0, digestAt(1)), long) {
		t.Error("a batch framed twice gives other bytes")
	}
	b.frame(0, digestAt(1))
	b.Add(insert(3, 5))
	if b.Len() != len(encodeOps([]Op{insert(1, 3000), insert(3, 5)})) || b.Count() != 2 || b.First() != 1 {
		t.Errorf("Len %d, Count %d, First %d", b.Len(), b.Count(), b.First())
	}
}

func TestBatchLetsGo(t *testing.T) {
	var b Batch
	b.Reset(1)
	b.Add(insert(1, batchBytesKept))
	b.Reset(1)
	if cap(b.record) > batchBytesKept {
		t.Errorf("an empty batch holds %d bytes", cap(b.record))
	}
	b.Add(insert(1, 1000))
	kept := cap(b.record)
	b.Reset(1)
	if cap(b.record) != kept {
		t.Errorf("a small buffer was not kept: %d of %d bytes", cap(b.record), kept)
	}
}
