package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/schema"
)

// Manifests that nobody should believe, in archives whose every sum is right.
var hostileManifests = []struct {
	what    string
	change  func(m *manifest.Backup)
	message string
}{
	{"schema file out of the folder", func(m *manifest.Backup) { m.Schemas[0].File = "../../x.json" }, `has the file "../../x.json"`},
	{"absolute schema file", func(m *manifest.Backup) { m.Schemas[0].File = "/etc/passwd" }, `has the file "/etc/passwd"`},
	{"schema file with NUL", func(m *manifest.Backup) { m.Schemas[0].File = "quake_v1.json\x00" }, `has the file`},
	{"schema file of another schema", func(m *manifest.Backup) { m.Schemas[0].File = "quake_v9.json" }, `has the file`},
	{"schema without an id", func(m *manifest.Backup) { m.Schemas[0].SchemaID, m.Schemas[0].File = "", schema.FileName("", "v1") }, `schema ""`},
	{"schema without a version", func(m *manifest.Backup) {
		m.Schemas[0].SchemaVersion, m.Schemas[0].File = "", schema.FileName("quake", "")
	}, `version ""`},
	{"schema with a long name", func(m *manifest.Backup) {
		m.Schemas[0].SchemaID = strings.Repeat("q", 300)
		m.Schemas[0].File = schema.FileName(m.Schemas[0].SchemaID, "v1")
	}, `has the file`},
	{"schema twice", func(m *manifest.Backup) { m.Schemas[1] = m.Schemas[0] }, `the schema file "quake_v1.json" twice`},
	{"schema of no bytes", func(m *manifest.Backup) { m.Schemas[0].Bytes = 0 }, "has 0 bytes"},
	{"schema of a gigabyte", func(m *manifest.Backup) { m.Schemas[0].Bytes = 1 << 30 }, "has 1073741824 bytes"},
	{"schema without a sum", func(m *manifest.Backup) { m.Schemas[0].SHA256 = "" }, "is no SHA-256"},
	{"schema with a sum in capitals", func(m *manifest.Backup) { m.Schemas[0].SHA256 = strings.ToUpper(m.Schemas[0].SHA256) }, "is no SHA-256"},
	{"segment twice", func(m *manifest.Backup) { m.Segments[1] = m.Segments[0] }, "lists segment 2 twice"},
	{"segment 0", func(m *manifest.Backup) { m.Segments[0].Number = 0 }, "segment 0"},
	{"segment of no bytes", func(m *manifest.Backup) { m.Segments[0].Bytes = 0 }, "segment 2 of 0 bytes"},
	{"segment of less", func(m *manifest.Backup) { m.Segments[0].Bytes = -512 }, "segment 2 of -512 bytes"},
	{"segment of all there is", func(m *manifest.Backup) { m.Segments[0].Bytes = 1<<63 - 1 }, "segment 2 of 9223372036854775807 bytes"},
	{"segments that overflow", func(m *manifest.Backup) { m.Segments[0].Bytes, m.Segments[1].Bytes = 1<<49, 1<<49+1 }, "more than the limit"},
	{"log elsewhere", func(m *manifest.Backup) { m.WAL.File = "../00000000000000001004.wal" }, "its log is called"},
	{"log of another sequence", func(m *manifest.Backup) { m.WAL.File = "00000000000000001003.wal" }, "its log is called"},
	{"log from the start", func(m *manifest.Backup) { m.WAL.FirstSequence = 0 }, "its log begins with sequence 0"},
	{"log with a gap before it", func(m *manifest.Backup) { m.WAL.FirstSequence = 1005 }, "its log begins with sequence 1005"},
	{"log without a header", func(m *manifest.Backup) { m.WAL.UsedBytes = 511 }, "its log uses 511"},
	{"log of less", func(m *manifest.Backup) { m.WAL.UsedBytes = -1 }, "its log uses -1"},
	{"log larger than its file", func(m *manifest.Backup) { m.WAL.FileBytes = 512 }, "its log uses 1024 of 512"},
	{"log of all there is", func(m *manifest.Backup) { m.WAL.FileBytes = 1<<63 - 1 }, "more than the limit"},
	{"log without a sum", func(m *manifest.Backup) { m.WAL.SHA256 = strings.Repeat("x", 64) }, "is no SHA-256"},
	{"checkpoint of the future", func(m *manifest.Backup) { m.Checkpoint.Sequence = 1006 }, "its checkpoint is of sequence 1006"},
	{"checkpoint with more schemas", func(m *manifest.Backup) { m.Checkpoint.Schemas = 3 }, "its checkpoint has 3 of 2 schemas"},
	{"checkpoint with fewer than no schemas", func(m *manifest.Backup) { m.Checkpoint.Schemas = -1 }, "its checkpoint has -1 of 2 schemas"},
	{"two states at once", func(m *manifest.Backup) { m.Sequence = m.Checkpoint.Sequence }, "two states of sequence 1003"},
	{"fewer than no documents", func(m *manifest.Backup) { m.Documents = -1 }, "fewer than no documents"},
}

func TestHostileManifests(t *testing.T) {
	for _, c := range hostileManifests {
		s := newSample([]string{"quake v1", "quake v2"}, 100, 200)
		c.change(&s.m)
		b := alone(s.m)
		sink, e := refused(t, b, c.what)
		if !strings.HasPrefix(e.Message, "entry manifest.json: ") || !strings.Contains(e.Message, c.message) || e.Offset != blockBytes {
			t.Errorf("%s: %v, expected %q", c.what, e, c.message)
		}
		if sink.committed != nil {
			t.Errorf("%s: Begin was called", c.what)
		}
		// What Read refuses, Write does not make.
		var out bytes.Buffer
		if _, err := Write(context.Background(), &out, s.m, s.open, nil); dberr.CodeOf(err) != dberr.BackupFailed || !strings.Contains(err.Error(), c.message) || out.Len() > 0 {
			t.Errorf("%s: Write wrote %d bytes: %v", c.what, out.Len(), err)
		}
	}
}

// alone is the beginning of an archive, up to the end of the manifest.
func alone(m manifest.Backup) []byte { return wrapped(nameManifest, m.Encode()) }

func TestLimits(t *testing.T) {
	s := newSample([]string{"quake v1"}, 1000, 2000)
	b := s.archive(t)
	text := int64(len(s.m.Encode()))
	unpacked := UnpackedBytes(s.m)
	if want := int64(len(s.m.Database.Encode())) + s.m.Schemas[0].Bytes + 3000 + s.m.WAL.FileBytes; unpacked != want {
		t.Fatalf("UnpackedBytes is %d, expected %d", unpacked, want)
	}
	for _, c := range []struct {
		limits Limits
		ok     bool
	}{
		{Limits{ManifestBytes: text}, true}, {Limits{ManifestBytes: text - 1}, false},
		{Limits{Entries: 5}, true}, {Limits{Entries: 4}, false},
		{Limits{Bytes: unpacked}, true}, {Limits{Bytes: unpacked - 1}, false}, {Limits{Bytes: 1}, false},
	} {
		sink := &memory{}
		_, _, err := Read(context.Background(), bytes.NewReader(b), sink, Options{Limits: c.limits})
		if c.ok != (err == nil) || !c.ok && (dberr.CodeOf(err) != dberr.BackupInvalid || sink.committed != nil) {
			t.Errorf("%+v: %v", c.limits, err)
		}
	}
}

// Sizes that lie are believed only as far as bytes come: a terabyte that is claimed
// costs nothing.
func TestClaimedTerabytes(t *testing.T) {
	s := newSample(nil, 1000)
	s.m.Segments[0].Bytes = 1 << 40
	list := Entries(s.m)
	b := slices.Concat(alone(s.m), wrapped(nameDatabase, s.m.Database.Encode()), header(list[1].Name, list[1].Bytes), make([]byte, 5000))
	huge := slices.Concat(header(nameManifest, ManifestBytesMax), make([]byte, 512))
	larger := slices.Concat(header(nameManifest, ManifestBytesMax+1), make([]byte, 512))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sink, e := refused(t, b, "a terabyte")
	if !strings.Contains(e.Message, "cut off here") || e.Offset != int64(len(b)) || sink.m.Segments[0].Bytes != 1<<40 || !slices.Equal(sink.aborted, []string{list[1].Name}) {
		t.Errorf("%v; aborted %q", e, sink.aborted)
	}
	if _, e := refused(t, huge, "a manifest of the largest size"); !strings.Contains(e.Message, "cut off") {
		t.Error(e)
	}
	if _, e := refused(t, larger, "a larger manifest"); !strings.Contains(e.Message, "more than the limit") {
		t.Error(e)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 6*bufferBytes {
		t.Errorf("%d bytes were allocated for nothing", used)
	}
}

func TestNewerFormatIsNamed(t *testing.T) {
	text := newSample(nil).m.Encode()
	i := bytes.LastIndex(text, []byte("  \"sha256\": \""))
	head := bytes.Replace(text[:i], []byte(`"format": 1`), []byte(`"format": 7`), 1)
	text = slices.Concat(head, []byte("  \"sha256\": \""+hexSum(head)+"\"\n}\n"))
	_, e := refused(t, wrapped(nameManifest, text), "a newer format")
	if !strings.Contains(e.Message, "version 7") || !strings.Contains(e.Message, "version 1") || !strings.Contains(e.Hint, "7") {
		t.Errorf("%v; %s", e, e.Hint)
	}
}

// No manifest, whatever it says, makes Read panic, take more than the limits, or
// name a file that is not where it belongs.
func FuzzManifest(f *testing.F) {
	for _, c := range hostileManifests {
		s := newSample([]string{"quake v1", "quake v2"}, 100, 200)
		c.change(&s.m)
		body, err := json.Marshal(s.m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var m manifest.Backup
		if json.Unmarshal(body, &m) != nil {
			return
		}
		sink := &memory{}
		_, _, err := Read(context.Background(), bytes.NewReader(alone(m)), sink, Options{Limits: Limits{Bytes: 1 << 30, Entries: 100}})
		if dberr.CodeOf(err) != dberr.BackupInvalid {
			t.Fatalf("the beginning of an archive passed: %v", err)
		}
		if sink.committed == nil {
			return
		}
		if n := UnpackedBytes(m); n < 0 || n > 1<<30 {
			t.Errorf("%d bytes passed", n)
		}
		seen := map[string]bool{}
		for _, e := range Entries(m) {
			dir := path.Dir(e.Name)
			if !fs.ValidPath(e.Name) || strings.ContainsAny(e.Name, "\\\x00:") || seen[e.Name] || !slices.Contains([]string{".", "schemas", "segments", "wal"}, dir) || len(path.Base(e.Name)) > 250 {
				t.Errorf("%q passed", e.Name)
			}
			seen[e.Name] = true
		}
	})
}
