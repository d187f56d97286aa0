package jsonapi

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/internal/conformance"
)

// rejected are the codes that a request can earn by itself, every one of which the
// conformance file shows.
var rejected = []dberr.Code{
	dberr.SchemaRequired, dberr.SchemaUnknown, dberr.SchemaVersionUnknown, dberr.SchemaVersionRequired, dberr.SchemaValidationFailed,
	dberr.DocumentExists, dberr.DocumentNotFound, dberr.DocumentTooLarge,
	dberr.QueryInvalid, dberr.QueryUnbounded, dberr.QueryUnindexedField, dberr.QueryLimitRequired, dberr.QuerySortNotIndexed,
	dberr.DatabaseReadOnly, dberr.WALFull,
}

func TestConformanceShowsEveryCode(t *testing.T) {
	file, err := conformance.Read(conformanceFile)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[dberr.Code]bool{}
	for _, section := range file.Sections {
		for _, step := range section.Steps {
			if _, rest, found := strings.Cut(step.Response, `"code":"`); found {
				code, _, _ := strings.Cut(rest, `"`)
				shown[dberr.Code(code)] = true
			}
		}
	}
	for _, code := range rejected {
		if !shown[code] {
			t.Errorf("no request of the file earns %s", code)
		}
		delete(shown, code)
	}
	for code := range shown {
		t.Errorf("the file shows %s, which is not among the codes of requests", code)
	}
}

// A world that fails, and what a request is told of it.
var failures = []struct {
	code    dberr.Code
	request string
	fault   func(op vfs.Op) error
}{
	{dberr.WALAppendFailed, writing, failing(vfs.KindWrite, ".wal", syscall.EIO)},
	{dberr.WALFsyncFailed, writing, failing(vfs.KindSync, ".wal", syscall.EIO)},
	{dberr.StorageNoSpace, large, failing(vfs.KindCreate, ".seg", syscall.ENOSPC)}, // of the checkpoint that a full log asks for
	{dberr.StorageIOError, reading, failing(vfs.KindRead, ".seg", syscall.EIO)},
	{dberr.StorageCorruption, reading, nil},
}

const (
	writing = `{"op":"insert","schema_id":"user","schema_version":"v1","document":{"_id":"2","name":"secret"}}`
	reading = `{"op":"query","schema_id":"user","schema_version":"v1","filter":{"_id":"1"},"limit":1}`
)

// large needs more room than the log of failingDatabase has left.
var large = strings.Replace(writing, `"secret"`, `"secret","tags":["`+strings.Repeat("x", 10<<10)+`"]`, 1)

func failing(kind, suffix string, err error) func(vfs.Op) error {
	return func(op vfs.Op) error {
		if op.Kind == kind && strings.HasSuffix(op.Path, suffix) {
			return err
		}
		return nil
	}
}

// What fails inside is told by its code and what the code means. File, offset and cause
// are in the log, and nothing of a document is in either.
func TestFailuresLeakNothing(t *testing.T) {
	for _, f := range failures {
		t.Run(string(f.code), func(t *testing.T) {
			var log bytes.Buffer
			mem := vfs.NewMem()
			db := failingDatabase(t, mem, &log, f.fault)
			response, ok := Handle(context.Background(), db, []byte(f.request))
			entry, _ := dberr.Lookup(f.code)
			want := `{"status":"error","code":"` + string(f.code) + `","severity":"` + string(entry.Severity) + `","message":"` + entry.Meaning + `"}`
			if ok || string(response) != want {
				t.Errorf("got %s, want %s", response, want)
			}
			if text := log.String(); !strings.Contains(text, "msg=request.failed") || !strings.Contains(text, "code="+string(f.code)) || strings.Contains(text, "secret") {
				t.Errorf("the log says %s", text)
			}
			if f.code == dberr.WALFsyncFailed {
				response, _ = Handle(context.Background(), db, []byte(reading))
				if !bytes.Contains(response, []byte(dberr.DatabaseFailed)) || bytes.Contains(response, []byte("wal")) {
					t.Errorf("after a failed sync: %s", response)
				}
			}
		})
	}
}

// failingDatabase opens a database with one document in a segment, on a file system that
// fails from then on; without a fault, the segment is damaged.
func failingDatabase(t *testing.T, mem *vfs.Mem, log *bytes.Buffer, fault func(vfs.Op) error) *engine.DB {
	t.Helper()
	o := options(t)
	o.FS, o.Logger = mem, slog.New(slog.NewTextHandler(log, nil))
	o.WALMaxSize = engine.WALSizeMin
	db := openWith(t, o)
	define(t, db, userSchema)
	if response, ok := Handle(context.Background(), db, []byte(strings.Replace(writing, `"2"`, `"1"`, 1))); !ok {
		t.Fatalf("%s", response)
	}
	if _, err := db.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if fault == nil {
		damageSegment(t, mem, o.Dir)
	}
	db, err := engine.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mem.SetFault(nil); db.Close() })
	if response, ok := Handle(context.Background(), db, []byte(strings.Replace(large, `"2"`, `"3"`, 1))); !ok {
		t.Fatalf("%s", response)
	}
	mem.SetFault(fault)
	return db
}

// damageSegment flips a bit of the first block of the only segment.
func damageSegment(t *testing.T, mem *vfs.Mem, dir string) {
	t.Helper()
	folder := dir + "/generations/000001/segments"
	entries, err := mem.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	name := folder + "/" + entries[0].Name()
	f, err := mem.OpenFile(name, vfs.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b [1]byte
	f.ReadAt(b[:], 20)
	b[0] ^= 1
	if _, err := f.WriteAt(b[:], 20); err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// An interrupted query says so, in words of the API.
func TestInterruptedRequest(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("/some/path"))
	response, ok := Handle(ctx, db, []byte(`{"op":"query","schema_id":"user","schema_version":"v1","sort":"age","limit":1}`))
	if ok && !bytes.Equal(response, []byte(`{"status":"ok","data":[]}`)) || !ok && !bytes.Contains(response, []byte(dberr.ScriptInterrupted)) || bytes.Contains(response, []byte("/some")) {
		t.Errorf("%s", response)
	}
}

// The page of the API lists the codes that it can give, and no other.
func TestPageListsTheCodes(t *testing.T) {
	want := slices.Clone(rejected)
	for _, f := range failures {
		want = append(want, f.code)
	}
	want = append(want, dberr.DatabaseFailed, dberr.CheckpointFailed, dberr.ScriptInterrupted, dberr.InternalInvariant)
	page, err := os.ReadFile("../docs/JSON_API.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []dberr.Code
	for line := range strings.Lines(string(page)) {
		if rest, found := strings.CutPrefix(line, "| `AERO_"); found {
			name, _, _ := strings.Cut(rest, "`")
			got = append(got, dberr.Code("AERO_"+name))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the page lists %v, the API gives %v", got, want)
	}
}
