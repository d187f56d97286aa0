package backup

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// refused reads an archive that must be BackupInvalid, at a place in it.
func refused(t *testing.T, b []byte, what string) (*memory, *dberr.Error) {
	t.Helper()
	s, _, err := read(b)
	var e *dberr.Error
	if !errors.As(err, &e) || e.Code != dberr.BackupInvalid || e.Path != "b.tar" || !e.HasOffset || e.Offset < 0 || e.Offset > int64(len(b)) {
		t.Fatalf("%s: %v", what, err)
	}
	if strings.Contains(e.Message, "%!") || strings.Contains(e.Message, "\n") {
		t.Fatalf("%s: %v", what, err)
	}
	if len(s.aborted) > 1 || len(s.created) != len(s.committed)+len(s.aborted) {
		t.Fatalf("%s: of %d files %d were committed, %d aborted", what, len(s.created), len(s.committed), len(s.aborted))
	}
	return s, e
}

// A piece is an entry with its header and padding, and where it begins.
type piece struct {
	name  string
	at    int
	bytes []byte
}

// pieces cuts an archive into its entries; the last one has the name "".
func pieces(s *sample, b []byte) (list []piece) {
	at := 0
	add := func(name string, n int) {
		list = append(list, piece{name, at, bytes.Clone(b[at : at+n])})
		at += n
	}
	add(nameManifest, int(entryBytes(nameManifest, int64(len(s.m.Encode())))))
	for _, e := range Entries(s.m) {
		add(e.Name, int(entryBytes(e.Name, e.Bytes)))
	}
	add(nameEnd, len(b)-at-endBytes)
	add("", endBytes)
	return list
}

func join(list []piece) (b []byte) {
	for _, p := range list {
		b = append(b, p.bytes...)
	}
	return b
}

// Headers that are not the one that belongs there, each with a right checksum.
var hostileHeaders = []struct {
	what    string
	change  func(block []byte)
	message string
}{
	{"absolute", setName("/etc/passwd"), `"/etc/passwd" is found here`},
	{"dot dot", setName("segments/../../x"), `"segments/../../x" is found here`},
	{"leading dot", setName("./segments/000002.seg"), `"./segments/000002.seg" is found here`},
	{"backslash", setName(`segments\000002.seg`), `"segments\\000002.seg" is found here`},
	{"upper case", setName("segments/000002.SEG"), `"segments/000002.SEG" is found here`},
	{"NUL", setName("segments/000002.seg\x00x"), "the header's name is"},
	{"no name", setName(""), `"" is found here`},
	{"100 bytes", setName(strings.Repeat("n", 100)), "nnn"},
	{"prefix", set(345, "../../"), `"../..//segments/000002.seg" is found here`},
	{"prefix of 155 bytes", set(345, strings.Repeat("p", 155)), "ppp"},
	{"another entry", setName("segments/000001.seg"), `"segments/000001.seg" is found here`},
	{"a second manifest", setName(nameManifest), `"manifest.json" is found here`},
	{"old file", set(156, "\x00"), "a file of the old format"},
	{"hard link", setLink('1', "/etc/passwd"), "a hard link; expected a regular file"},
	{"symbolic link", setLink('2', "/etc"), "a symbolic link"},
	{"character device", set(156, "3"), "a character device"},
	{"block device", set(156, "4"), "a block device"},
	{"directory", set(156, "5"), "a directory"},
	{"fifo", set(156, "6"), "a fifo"},
	{"contiguous file", set(156, "7"), "a contiguous file"},
	{"GNU sparse", set(156, "S"), "a GNU sparse file"},
	{"GNU long name", set(156, "L"), "a GNU long name"},
	{"GNU long link name", set(156, "K"), "a GNU long link name"},
	{"extended header", set(156, "x"), "an extended header"},
	{"global extended header", set(156, "g"), "a global extended header"},
	{"unknown type", set(156, "Z"), `of unknown type 'Z'`},
	{"setuid", set(100, "0004600"), `the header's mode is "0004600", expected "0000600"`},
	{"readable by all", set(100, "0000644"), `the header's mode is "0000644"`},
	{"owner", set(108, "0001750"), `the header's uid is "0001750"`},
	{"group", set(116, "0001750"), `the header's gid is "0001750"`},
	{"one byte more", set(124, "00000001751"), `the header's size is "00000001751", expected "00000001750"`},
	{"terabytes", set(124, "\x80\x00\x00\x00\x00\x00\xff\x00\x00\x00\x00\x00"), "the header's size is"},
	{"negative", set(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "the header's size is"},
	{"size with blanks", set(124, "       1750 "), "the header's size is"},
	{"size in other digits", set(124, "0000000x750"), "the header's size is"},
	{"time", set(136, "00000000001"), `the header's mtime is "00000000001"`},
	{"link name of a file", set(157, "/etc"), "the header's link name is \"/etc\", expected \"\""},
	{"GNU format", set(257, "ustar  \x00"), "the header's magic is"},
	{"version", set(263, "01"), "the header's version is"},
	{"user name", set(265, "root"), "the header's user name is"},
	{"group name", set(297, "root"), "the header's group name is"},
	{"device", set(329, "0000010"), "the header's device major is"},
	{"minor device", set(337, "0000010"), "the header's device minor is"},
	{"padding", set(500, "hidden"), "the header's padding is"},
	{"zeros", func(b []byte) { clear(b) }, "missing: the archive ends here"},
}

func set(at int, s string) func([]byte) { return func(b []byte) { copy(b[at:], s) } }

func setName(name string) func([]byte) {
	return func(b []byte) { clear(b[:nameBytes]); copy(b, name) }
}

func setLink(kind byte, target string) func([]byte) {
	return func(b []byte) { b[156] = kind; copy(b[157:], target) }
}

// fixChecksum makes the changed header of an entry consistent.
func fixChecksum(entry []byte) {
	copy(entry[148:], fmt.Sprintf("%06o\x00 ", checksum(entry[:blockBytes])))
}

func TestHostileHeaders(t *testing.T) {
	s := newSample([]string{"quake v1"}, 1, 1000, 512)
	b := s.archive(t)
	const name = "segments/000002.seg"
	for _, c := range hostileHeaders {
		list := pieces(s, b)
		i := slices.IndexFunc(list, func(p piece) bool { return p.name == name })
		c.change(list[i].bytes[:blockBytes])
		if c.what != "zeros" {
			fixChecksum(list[i].bytes)
		}
		sink, e := refused(t, join(list), c.what)
		if !strings.HasPrefix(e.Message, "entry "+name+": ") || !strings.Contains(e.Message, c.message) || e.Offset != int64(list[i].at) {
			t.Errorf("%s: %v, expected %q at %d", c.what, e, c.message, list[i].at)
		}
		if len(sink.created) != i-1 || slices.Contains(sink.created, name) {
			t.Errorf("%s: %q were created", c.what, sink.created)
		}
		list[i].bytes[148] ^= 1
		if _, e := refused(t, join(list), c.what); !strings.Contains(e.Message, "the header is damaged") {
			t.Errorf("%s with a wrong checksum: %v", c.what, e)
		}
	}
}

// A checksum that is right and written in another of tar's ways is not ours.
func TestChecksumsForm(t *testing.T) {
	s := newSample(nil, 10)
	list := pieces(s, s.archive(t))
	copy(list[2].bytes[148:], fmt.Sprintf("%07o\x00", checksum(list[2].bytes[:blockBytes])))
	if _, e := refused(t, join(list), "checksum"); !strings.Contains(e.Message, "written otherwise") {
		t.Error(e)
	}
}

func TestFirstHeader(t *testing.T) {
	s := newSample(nil)
	for _, c := range hostileHeaders {
		list := pieces(s, s.archive(t))
		c.change(list[0].bytes[:blockBytes])
		if c.what != "zeros" {
			fixChecksum(list[0].bytes)
		}
		if c.what == "a second manifest" {
			continue // it is the first
		}
		if sink, _ := refused(t, join(list), c.what); sink.committed != nil {
			t.Errorf("%s: Begin was called", c.what)
		}
	}
	gzip := "\x1f\x8b\x08" + strings.Repeat("z", 600)
	if _, e := refused(t, []byte(gzip), "gzip"); !strings.Contains(e.Hint, "decompress") {
		t.Errorf("a compressed file: %v; %s", e, e.Hint)
	}
}

func TestHostileOrder(t *testing.T) {
	s := newSample([]string{"quake v1", long}, 100, 200)
	foreign := newSample([]string{"quake v1", long}, 100, 200)
	foreign.m.Database.UUID = "00000000-0000-4000-8000-000000000000"
	whole := s.archive(t)
	list := pieces(s, whole)
	other := pieces(foreign, foreign.archive(t))
	xattr := append(appendBlock(nil, "PaxHeaders.0/x", 23, typeExtended), append([]byte("23 SCHILY.xattr.user=x\n"), make([]byte, 512-23)...)...)
	for what, b := range map[string][]byte{
		"swapped segments":           join(slices.Concat(list[:4], list[5:6], list[4:5], list[6:])),
		"log before segments":        join(slices.Concat(list[:4], list[6:7], list[4:6], list[7:])),
		"manifest second":            join(slices.Concat(list[1:2], list[:1], list[2:])),
		"no manifest":                join(list[1:]),
		"two manifests":              join(slices.Concat(list[:1], list)),
		"no identity":                join(slices.Concat(list[:1], list[2:])),
		"a schema missing":           join(slices.Concat(list[:3], list[4:])),
		"a segment missing":          join(slices.Concat(list[:4], list[5:])),
		"a segment twice":            join(slices.Concat(list[:5], list[4:])),
		"no log":                     join(slices.Concat(list[:6], list[7:])),
		"no end":                     join(slices.Concat(list[:7], list[8:])),
		"an entry more":              join(slices.Concat(list[:7], list[5:6], list[7:])),
		"an entry behind the end":    join(slices.Concat(list[:8], list[5:6], list[8:])),
		"end twice":                  join(slices.Concat(list[:8], list[7:])),
		"xattr":                      join(slices.Concat(list[:5], []piece{{bytes: xattr}}, list[5:])),
		"identity of another":        join(slices.Concat(list[:1], other[1:2], list[2:])),
		"end of another":             join(slices.Concat(list[:7], other[7:])),
		"manifest of another":        join(slices.Concat(other[:1], list[1:])),
		"no zeros":                   join(list[:8]),
		"one block of zeros":         whole[:len(whole)-512],
		"two archives":               slices.Concat(whole, whole),
		"nothing":                    nil,
		"zeros":                      make([]byte, 10240),
		"a text":                     []byte("not a backup"),
		"a database's file":          s.m.Database.Encode(),
		"one header, then the zeros": slices.Concat(list[0].bytes[:512], make([]byte, 20480)),
	} {
		refused(t, b, what)
	}
}

func TestWhatFollows(t *testing.T) {
	s := newSample(nil, 100)
	b := s.archive(t)
	room := recordBytes - len(b)%recordBytes
	full := slices.Concat(b, make([]byte, room))
	for n := range 3 {
		_, info, err := read(full[:len(full)-n*512])
		if err != nil || info.Bytes != int64(len(full)-n*512) || info.SHA256 != sha256.Sum256(full[:len(full)-n*512]) {
			t.Errorf("zeros up to a record's end, less %d blocks: %+v, %v", n, info, err)
		}
	}
	refused(t, append(full, 0), "a zero behind the record")
	refused(t, append(full, 1), "a byte behind the record")
	full[len(full)-1] = 1
	refused(t, full, "a byte in the record")

	exact := slices.Concat(b, make([]byte, 5))
	if _, info, err := read(exact); err != nil || info.Bytes != int64(len(exact)) {
		t.Errorf("five zeros: %v", err)
	}
}
