package segment

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/key"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// tinyPairs is two documents, a deleted one, and index entries of the same.
func tinyPairs() []pair {
	doc := func(id string) []byte { return key.AppendDocument(nil, 1, 1, []byte(id)) }
	age := func(v int64, id string) []byte {
		return key.AppendIndex(nil, 1, 1, 0, key.AppendInt(nil, v), []byte(id))
	}
	return []pair{
		{key: doc("u1"), value: []byte(`{"_id":"u1","age":30}`)},
		{key: doc("u2"), tombstone: true},
		{key: doc("u3"), value: []byte(`{"_id":"u3","age":31}`)},
		{key: age(30, "u1")},
		{key: age(30, "u2"), tombstone: true},
		{key: age(31, "u3")},
	}
}

// TestGolden compares a tiny segment with testdata/tiny.golden, and that with the
// page that explains the format.
func TestGolden(t *testing.T) {
	f, _ := build(t, testID, WriterOptions{}, tinyPairs())
	compareGolden(t, "testdata/tiny.golden", annotate(f.b))
}

// TestGoldenOfValues does so with a payload whose values are compressed one by one.
func TestGoldenOfValues(t *testing.T) {
	d := newDictionary([]byte(`","mag":1.25,"place":"4km W of Castaic, CA","time":"2026-02-03T04:05Z","type":"earthquake"}`))
	values := builder{fromFirst: true}
	var last []byte
	for _, v := range []string{
		`{"_id":"q2","mag":0.8,"place":"9km W of Ojai, CA","time":"2026-11-25T18:30Z","type":"earthquake"}`,
		`{"_id":"q3","mag":4.1,"place":"Guam","time":"2026-11-25T18:41Z","type":"earthquake"}`,
	} {
		k := key.AppendDocument(nil, 1, 1, []byte(v[8:10]))
		values.add(restartValues, commonPrefix(last, k), k, appendCompressed(nil, d, k, []byte(v)), false)
		last = k
	}
	payload := values.appendCompressed(nil)
	setDictionary(payload, handle{4096, 74})
	compareGolden(t, "testdata/values.golden", fmt.Sprintf("dictionary: %s\n\n%s", d.sample, annotateValues(payload)))
}

func annotateValues(payload []byte) string {
	d := &dump{b: payload}
	d.field(1, "values are compressed one by one")
	d.field(3, "restarts")
	d.field(8, "dictionary: offset")
	d.field(4, "dictionary: length")
	b, _ := parseBlock(payload)
	for range b.restarts {
		d.field(4, "restart: entry")
		d.field(4, "restart: value")
	}
	for _, n := range d.heads(&b) {
		d.sequences(d.off + n)
	}
	return d.String()
}

// heads prints the entries of a block, but for their values, whose lengths it returns.
func (d *dump) heads(b *block) (values []int) {
	var c cursor
	c.reset(*b)
	for more := c.first(); more; more = c.next() {
		n := c.e.valueEnd - c.e.value
		d.field(1, "shared")
		d.field(1, "not shared")
		d.field(1, "value: %d bytes, tombstone: %v", n, c.e.tombstone)
		d.field(c.e.next-c.e.key, "%q", b.keyRest(&c.e))
		values = append(values, n)
	}
	return values
}

// sequences prints a compressed value that ends at end.
func (d *dump) sequences(end int) {
	head, n := binary.Uvarint(d.b[d.off:])
	packed := head&headPacked != 0
	d.field(n, "_id left out: %v, then %d bytes%s", head&headLeftOut != 0, head>>headFlags, ifPacked(packed))
	for d.off < end {
		token := int(d.b[d.off])
		stored := storedLiterals(token>>4, packed)
		literals := d.b[d.off+1 : d.off+1+stored]
		text := fmt.Sprintf("%q", literals)
		if packed {
			room := make([]byte, 2*stored+8)
			unpack(room, literals)
			text = fmt.Sprintf("%q, packed", room[:token>>4])
		}
		if d.off+1+stored == end {
			d.field(1, "%d literals, the end", token>>4)
			d.field(stored, "%s", text)
			break
		}
		d.field(1, "%d literals, a match of %d or more", token>>4, token&15+matchMin)
		d.field(stored, "%s", text)
		offset := binary.LittleEndian.Uint16(d.b[d.off:])
		packed = offset&offsetPacked != 0
		d.field(2, "%d back%s", offset&^offsetPacked, ifPacked(packed))
		if token&15 == 15 {
			d.field(1, "%d more", d.b[d.off])
		}
	}
}

func ifPacked(packed bool) string {
	if packed {
		return "; the next literals are packed"
	}
	return ""
}

// compareGolden compares a dump with the file that is to hold it, and that with the page
// that explains the format.
func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the bytes of a segment changed; got\n%s", got)
	}
	page, err := os.ReadFile("../../docs/format/segment.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, append([]byte("```\n"), append(want, "```\n"...)...)) {
		t.Errorf("docs/format/segment.md does not quote %s", file)
	}
}

// A dump prints bytes with their meaning.
type dump struct {
	strings.Builder
	b   []byte
	off int
}

func (d *dump) field(n int, format string, args ...any) []byte {
	field := d.b[d.off : d.off+n]
	text := fmt.Sprintf(format, args...)
	for i := 0; i < n; i += 12 {
		part := field[i:min(i+12, n)]
		line := fmt.Sprintf("%4d  %-36s %s", d.off+i, fmt.Sprintf("% x", part), text)
		fmt.Fprintln(d, strings.TrimRight(line, " "))
		text = ""
	}
	d.off += n
	return field
}

func annotate(file []byte) string {
	d := &dump{b: file}
	for d.off < len(file)-footerBytes {
		d.block()
		fmt.Fprintln(d)
	}
	d.footer()
	return d.String()
}

func (d *dump) block() {
	kinds := []string{"", "documents", "index keys", "tree", "filter", "properties", "dictionary"}
	h := decodeHeader(d.b[d.off:])
	d.field(4, "checksum")
	d.field(4, "%d bytes stored", h.stored)
	d.field(4, "%d bytes decoded", h.raw)
	d.field(1, "kind: %s", kinds[h.kind])
	d.field(1, "codec: %s", []string{"raw", "LZ4"}[h.codec])
	d.field(1, "level")
	d.field(1, "zero")
	body := d.b[d.off : d.off+int(h.stored)]
	switch {
	case h.codec == codecLZ4:
		d.field(len(body), "compressed")
	case h.kind == kindFilter:
		d.field(len(body)-8, "lines")
		d.field(4, "keys")
		d.field(4, "bits for each key")
	case h.kind == kindProperties:
		d.field(1, "length")
		d.field(int(d.b[d.off-1]), "smallest key")
		d.field(1, "length")
		d.field(int(d.b[d.off-1]), "largest key")
	case h.kind == kindTree:
		d.entries(body[:len(body)-filterTrailerBytes])
		d.field(8, "filter offset")
		d.field(4, "filter length")
	default:
		d.entries(body)
	}
}

func (d *dump) entries(body []byte) {
	b, ok := parseBlock(body)
	if !ok {
		panic("a malformed block")
	}
	for _, n := range d.heads(&b) {
		if n > 0 {
			d.field(n, "value")
		}
	}
	for range b.restarts {
		d.field(4, "restart: entry")
		d.field(4, "restart: value")
	}
	d.field(4, "restarts")
}

func (d *dump) footer() {
	d.field(16, "uuid")
	for _, name := range strings.Split("number,bytes,entries,documents,document tombstones,index entries,index tombstones,bytes of documents,bytes of index keys,bytes of all else,root offset,properties offset", ",") {
		d.field(8, "%s: %d", name, binary.LittleEndian.Uint64(d.b[d.off:]))
	}
	for _, name := range []string{"root length", "properties length", "root level", "format version"} {
		d.field(4, "%s: %d", name, binary.LittleEndian.Uint32(d.b[d.off:]))
	}
	d.field(8, "%q", footerMagic)
	d.field(4, "checksum")
}

func TestDeterminism(t *testing.T) {
	pairs := benchPairs(3000)
	a, ia := build(t, testID, WriterOptions{}, pairs)
	// Another writer, after others used whatever is shared.
	build(t, testID, WriterOptions{BlockBytes: 100}, pairs[:500])
	b, ib := build(t, testID, WriterOptions{}, pairs)
	if !bytes.Equal(a.b, b.b) || ia != ib {
		t.Fatal("the same entries made different bytes")
	}
	// Pins what the golden is too small to show: compressed blocks.
	const want = "589066b8bfd39eddecedbdc50128c0c5f0fc0a8b3ab7372a628bc8a9d9d37100"
	if got := fmt.Sprintf("%x", sha256.Sum256(a.b)); got != want {
		t.Errorf("the bytes of a segment changed: SHA-256 %s", got)
	}
	c, _ := build(t, ID{testID.UUID, 8}, WriterOptions{}, pairs)
	if len(c.b) != len(a.b) {
		t.Fatal("the number of a segment changed its size")
	}
}

// TestHash pins the hash, which is part of the format.
func TestHash(t *testing.T) {
	for _, c := range []struct {
		key  string
		want uint64
	}{{"", 0xd8e772fe0e3ef8d7}, {"\x00", 0x58722030f7cf6999}, {"\x00\x00", 0x232a477922271a66}, {"a", 0x929f35e0137a644e}, {"12345678", 0x726a205801220735}, {"123456789", 0x4ad258c259e1a23c}, {"\x01\x00\x01\x00\x01u0000001234", 0x33095f5973599a27}} {
		if got := hash64([]byte(c.key)); got != c.want {
			t.Errorf("hash64(%q) = %#x, want %#x", c.key, got, c.want)
		}
	}
}

// TestFilterRate checks how many absent keys a filter lets through, with keys as
// alike as those of a collection.
func TestFilterRate(t *testing.T) {
	for _, n := range []int{1, 10, 1000, filterKeysMax} {
		var hashes []uint64
		for i := range n {
			hashes = append(hashes, hash64(benchKey(nil, i)))
		}
		filter := appendFilter(nil, hashes)
		if !checkFilter(filter) || filterKeys(filter) != uint32(n) {
			t.Fatal("the filter is not one")
		}
		for _, h := range hashes {
			if !mayContain(filter, h) {
				t.Fatal("a key is missing")
			}
		}
		passed := 0
		for i := range 100000 {
			if mayContain(filter, hash64(benchKey(nil, n+i))) {
				passed++
			}
		}
		t.Logf("%d keys: %.2f %% of absent keys pass", n, float64(passed)/1000)
		if passed > 2500 {
			t.Errorf("%d keys: %d of 100000 absent keys pass", n, passed)
		}
	}
}

func TestFileName(t *testing.T) {
	for _, c := range []struct {
		number uint64
		name   string
	}{{1, "000001.seg"}, {999999, "999999.seg"}, {1000000, "1000000.seg"}, {1<<64 - 1, "18446744073709551615.seg"}} {
		if got := FileName(c.number); got != c.name {
			t.Errorf("FileName(%d) = %q", c.number, got)
		}
		if n, ok := ParseFileName(c.name); !ok || n != c.number {
			t.Errorf("ParseFileName(%q) = %d, %v", c.name, n, ok)
		}
	}
	for _, name := range []string{"", ".seg", "1.seg", "0000001.seg", "00000x.seg", "+00001.seg", "000001.seg.tmp", "000001.SEG", "18446744073709551616.seg"} {
		if n, ok := ParseFileName(name); ok {
			t.Errorf("ParseFileName(%q) = %d", name, n)
		}
	}
}
