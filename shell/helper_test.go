package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/engine/vfs"
)

// clock ticks a millisecond a reading, so that output does not depend on the machine.
func clock() func() time.Time {
	now := time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
}

var testScript = runs.NewScript("test.lua", "/", nil)

type fixture struct {
	*Session
	out *bytes.Buffer
	dir string // beside the database, for files

	asked  []string // what confirm asked
	answer error    // what it is told
	slept  []time.Duration
}

// newSession opens a fresh database in memory; the files of scripts are real.
func newSession(t *testing.T) *fixture {
	t.Helper()
	return newSessionIn(t, vfs.NewMem(), "data", t.TempDir())
}

// newDiskSession opens a fresh database on the real file system, for what moves
// files between the database and its surroundings.
func newDiskSession(t *testing.T) *fixture {
	t.Helper()
	dir := t.TempDir()
	return newSessionIn(t, vfs.OS, dir+"/data", dir)
}

func newSessionIn(t *testing.T, fsys vfs.FS, data, dir string) *fixture {
	t.Helper()
	options := engine.DefaultOptions()
	options.FS = fsys
	options.Dir = data
	options.Now = clock()
	options.Rand = rand.New(rand.NewSource(1))
	options.WALMaxSize = 1 << 20
	if _, err := engine.Init(options); err != nil {
		t.Fatal(err)
	}
	reopen := func(ctx context.Context) (*engine.DB, error) { return engine.Open(ctx, options) }
	db, err := reopen(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{out: &bytes.Buffer{}, dir: dir}
	scratches := 0
	f.Session = New(Env{
		Stdin: strings.NewReader(""), Stdout: f.out, Stderr: io.Discard,
		FS: vfs.OS, Open: func(name string) (fs.File, error) { return os.Open(name) },
		Now: clock(), Seed: 1, Database: options,
		Confirm: func(question string) error { f.asked = append(f.asked, question); return f.answer },
		Sleep:   func(_ context.Context, d time.Duration) error { f.slept = append(f.slept, d); return nil },
		Scratch: func(what string) (string, error) {
			scratches++
			return fmt.Sprintf("%s/%s-%d", dir, what, scratches), nil
		},
	}, db, reopen)
	if err := f.Journal(Runbook{Script: testScript}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// run runs a chunk that has the string dir, a directory for files.
func (f *fixture) run(source string) error {
	_, err := f.Run(context.Background(), "test.lua", "local dir = ... or '"+f.dir+"'; "+source, nil)
	return err
}

// mustRun fails the test with everything a person would see.
func (f *fixture) mustRun(t *testing.T, source string) {
	t.Helper()
	if err := f.run(source); err != nil {
		t.Fatal(report(err))
	}
}

func report(err error) string {
	var failure *Failure
	if !errors.As(err, &failure) {
		return err.Error()
	}
	var b strings.Builder
	failure.Report(&b)
	return b.String()
}

const people = `
db.define_schema{
  schema_id = "users", schema_version = "v1",
  fields = {
    _id = {type = "string", required = true},
    name = {type = "string", required = true},
    age = "int", score = "float", active = "bool",
    tags = {type = "array", items = "string"},
    address = {type = "object", fields = {city = {type = "string", required = true}, numbers = {type = "array", items = "int"}}},
  },
  indexes = {"age", "name", "address.city"},
}
db.users:insert_many{
  {_id = "alice", name = "Alice", age = 30, score = 1.5, active = true, tags = {"a", "b"}, address = {city = "Bern", numbers = {}}},
  {_id = "bob", name = "Bob", age = 17},
}
`
