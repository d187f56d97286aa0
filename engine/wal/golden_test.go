package wal

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the goldens; then read the diff")

// A dumper prints bytes under the names of the package comment.
type dumper struct {
	strings.Builder
	b   []byte
	off int
}

func (d *dumper) field(n int, name, note string) []byte {
	b := d.b[d.off : d.off+n]
	shown := fmt.Sprintf("% x", b)
	switch {
	case n > 1 && bytes.Equal(b, bytes.Repeat(b[:1], n)):
		shown = fmt.Sprintf("%02x * %d", b[0], n)
	case n > 16:
		shown = fmt.Sprintf("% x .. % x", b[:6], b[n-6:])
	}
	if note == "string" {
		note = fmt.Sprintf("%q", b)
	}
	if note == "number" {
		var p [8]byte
		copy(p[:], b)
		note = fmt.Sprint(binary.LittleEndian.Uint64(p[:]))
	}
	d.WriteString(strings.TrimRight(fmt.Sprintf("%6d  %-5d %-47s %-15s %s", d.off, n, shown, name, note), " ") + "\n")
	d.off += n
	return b
}

func (d *dumper) title(s string) { fmt.Fprintf(d, "\n%s\n", s) }

func (d *dumper) fileHeader(title string) {
	d.title(title)
	d.field(8, "magic", "string")
	d.field(4, "format version", "number")
	d.field(4, "crc", "")
	d.field(16, "uuid", "")
	d.field(8, "laid out", "number")
	d.field(8, "first sequence", "number")
	d.field(32, "base digest", "")
	d.field(432, "zero", "")
}

// recordHeader prints one and returns the length of the payload.
func (d *dumper) recordHeader() int {
	d.field(1, "stamp", "")
	d.field(3, "magic", "string")
	d.field(1, "type", "number")
	d.field(3, "zero", "")
	d.field(4, "header crc", "")
	d.field(4, "body crc", "")
	n := binary.LittleEndian.Uint32(d.field(4, "payload", "number"))
	d.field(4, "operations", "number")
	d.field(8, "first sequence", "number")
	d.field(32, "digest", "")
	return int(n)
}

// ops prints the operations of a payload that lies in one sector.
func (d *dumper) ops(count int) {
	for range count {
		op, n, err := decodeOp(d.b[d.off:])
		if err != nil {
			panic(err)
		}
		d.field(n-len(op.ID)-len(op.Document), "op head", fmt.Sprintf("%s, collection %d, version %d, lengths %d and %d",
			op.Kind, op.Collection, op.Version, len(op.ID), len(op.Document)))
		d.field(len(op.ID), "id", "string")
		if len(op.Document) > 0 {
			d.field(len(op.Document), "document", "string")
		}
	}
}

func (d *dumper) padding() { d.field((sectorBytes-d.off%sectorBytes)%sectorBytes, "zero", "") }

// goldenLog has a record of each shape.
func goldenLog(t *testing.T) []byte {
	o, f := flatOptions(nil)
	l := create(t, o, 4096)
	appendOps(t, l,
		Op{Kind: Schema, Collection: 1, Version: 2, ID: []byte("user"), Document: []byte(`{"schema_id":"user"}`)},
		Op{Kind: Insert, Collection: 1, Version: 2, ID: []byte("a"), Document: []byte(`{"_id":"a","age":30}`)},
		Op{Kind: Replace, Collection: 1, Version: 2, ID: []byte("a"), Document: []byte(`{"_id":"a","age":31}`)},
		Op{Kind: Delete, Collection: 1, Version: 2, ID: []byte("a")})
	appendOps(t, l, Op{Kind: Insert, Collection: 300, Version: 1, ID: []byte("b"), Document: bytes.Repeat([]byte("x"), 1000)})
	if err := l.Seal(l.Digest()); err != nil {
		t.Fatal(err)
	}
	return f.b
}

// goldenGrown is such a log after one more record, which did not fit.
func goldenGrown(t *testing.T) []byte {
	o, f := flatOptions(goldenLog(t))
	o.SizeMax = 64 << 10
	l, _, err := Open(o, FileName(1), new(history).replay, false)
	if err != nil {
		t.Fatal(err)
	}
	appendOps(t, l, insert(1, 2000))
	return f.b
}

func TestGoldenBytes(t *testing.T) {
	d := dumper{b: goldenLog(t)}
	d.fileHeader("file header")
	d.title("a commit of four operations")
	d.recordHeader()
	d.ops(4)
	d.padding()
	d.title("a commit of one long operation, three sectors")
	n := d.recordHeader()
	d.field(7, "op head", "insert, collection 300, version 1, lengths 1 and 1000")
	d.field(1, "id", "string")
	d.field(firstPayloadBytes-8, "document", "its first 440 bytes")
	d.field(1, "stamp", "")
	d.field(511, "document", "the next 511")
	d.field(1, "stamp", "")
	d.field(n-firstPayloadBytes-511, "document", "the rest")
	d.padding()
	d.title("a seal")
	d.recordHeader()
	d.padding()
	d.title("never written")
	d.field(len(d.b)-d.off, "zero", "")
	d.b, d.off = goldenGrown(t), 0
	d.fileHeader("the same header, once the log has grown by a step")

	const golden = "testdata/layout.txt"
	got := strings.TrimPrefix(d.String(), "\n")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the bytes are\n%s\nexpected\n%s", got, want)
	}
}

func TestDocsQuoteGolden(t *testing.T) {
	golden, err := os.ReadFile("testdata/layout.txt")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/format/wal.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, append(append([]byte("```text\n"), golden...), "```\n"...)) {
		t.Error("docs/format/wal.md does not quote testdata/layout.txt; copy it there")
	}
}

// TestGoldenOpens guards the promise that files once written stay readable.
func TestGoldenOpens(t *testing.T) {
	h, report, err := readFlat(goldenLog(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(h) != 3 || report.Records != 2 || report.Ops != 5 || report.LastSequence != 5 || !report.Sealed || report.Used != 3072 ||
		report.Rule != CleanEnd || report.TornBytes != 0 || report.Digest != digestAt(5) {
		t.Errorf("%d records, report %+v", len(h), report)
	}
}
