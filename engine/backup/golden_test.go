package backup

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/manifest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// tiny is the archive that the page of the format shows.
func tiny() *sample {
	return newSample([]string{"quake v1", "MEASUREMENTS_OF_THE_OPEN_SEA_SURFACE v1"}, 700)
}

// TestGolden compares a tiny archive with testdata, and that with the page that
// explains the format.
func TestGolden(t *testing.T) {
	s := tiny()
	b := s.archive(t)
	list := pieces(s, b)
	text := len(s.m.Encode())
	end := list[len(list)-2]
	endText := end.bytes[blockBytes : blockBytes+sizeOf(end.bytes)]
	page, err := os.ReadFile("../../docs/format/backup.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{
		"entries":       layout(list),
		"header":        dumpHeader(b[:blockBytes]),
		"manifest.json": b[blockBytes : blockBytes+text],
		"end.json":      endText,
	} {
		file := "testdata/" + name
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("the bytes of an archive changed: %s is\n%s", name, got)
		}
		if !bytes.Contains(page, slices.Concat([]byte("\n"), want, []byte("```\n"))) {
			t.Errorf("docs/format/backup.md does not quote engine/backup/%s", file)
		}
	}
	// All of it, besides what is shown.
	const want = "46257db12d5e1f2a030ca3fb303b02aa7fd610a0acaeb298c4758d7a5c187be4"
	if got := hexSum(b); got != want {
		t.Errorf("the bytes of an archive changed: SHA-256 %s", got)
	}
	record, err := manifest.DecodeBackupEnd(nameEnd, endText)
	if err != nil || record.Bytes != int64(end.at) || record.SHA256 != hexSum(b[:record.Bytes]) {
		t.Errorf("the closing record is %+v, %v: not of the %d bytes before it", record, err, end.at)
	}
}

// layout lists what an archive consists of.
func layout(list []piece) []byte {
	var b bytes.Buffer
	at := 0
	line := func(n int, what string) {
		if n > 0 {
			fmt.Fprintf(&b, "%6d %5d  %s\n", at, n, what)
		}
		at += n
	}
	for _, p := range list {
		if p.name == "" {
			line(len(p.bytes), "zeros")
			continue
		}
		block := p.bytes
		if block[156] == typeExtended {
			n := int(sizeOf(block))
			line(blockBytes, fmt.Sprintf("extended header %q", fullName(block)))
			line(n, fmt.Sprintf("%q", block[blockBytes:blockBytes+n]))
			line(int(padding(int64(n))), "zeros")
			block = block[2*blockBytes:]
		}
		size := int(sizeOf(block))
		line(blockBytes, fmt.Sprintf("header %q", fullName(block)))
		line(size, "content")
		line(int(padding(int64(size))), "zeros")
	}
	return b.Bytes()
}

// dumpHeader prints the fields of a header block.
func dumpHeader(block []byte) []byte {
	var b bytes.Buffer
	at := 0
	for _, f := range fields {
		v := block[at : at+f.bytes]
		shown := bytes.TrimRight(v, "\x00")
		hex := fmt.Sprintf("% x", v[:min(len(shown)+1, len(v))])
		if len(shown)+1 < len(v) {
			hex = strings.TrimSpace(fmt.Sprintf("% x 00 * %d", shown, len(v)-len(shown)))
		}
		fmt.Fprintf(&b, "%3d  %3d  %-47s %-12s  %q\n", at, f.bytes, hex, f.name, shown)
		at += f.bytes
	}
	return b.Bytes()
}
