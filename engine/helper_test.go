package engine_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
)

var ctx = context.Background()

// clock is an injected clock: it goes one second a look, from a fixed day.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.now = c.now.Add(time.Second)
	return c.now
}

// seeded is an injected source of randomness.
func seeded(seed uint64) io.Reader {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	return rand.NewChaCha8(key)
}

// testOptions are small and deterministic, on a file system in memory.
func testOptions(fs vfs.FS) engine.Options {
	return engine.Options{Dir: "data", FS: fs, Now: newClock().Now, Rand: seeded(1), WALMaxSize: 256 << 10, CacheSize: 1 << 20}
}

func mustInit(t testing.TB, o engine.Options) {
	t.Helper()
	if _, err := engine.Init(o); err != nil {
		t.Fatal(err)
	}
}

func mustOpen(t testing.TB, o engine.Options) *engine.DB {
	t.Helper()
	db, err := engine.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// newDB makes and opens a database in memory.
func newDB(t testing.TB) (*engine.DB, engine.Options) {
	t.Helper()
	o := testOptions(vfs.NewMem())
	mustInit(t, o)
	db := mustOpen(t, o)
	t.Cleanup(func() { _ = db.Close() })
	return db, o
}

func mustSchema(t testing.TB, text string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const personV1 = `{"schema_id":"person","schema_version":"v1","fields":{"_id":{"type":"string","required":true},
	"name":{"type":"string","required":true},"age":{"type":"int"},"score":{"type":"float"},"member":{"type":"bool"},
	"home":{"type":"object","fields":{"city":{"type":"string"}}}},"indexes":["age","home.city","score","member"]}`

const personV2 = `{"schema_id":"person","schema_version":"v2","fields":{"_id":{"type":"string","required":true},
	"name":{"type":"string","required":true},"age":{"type":"int"},"score":{"type":"float"},"member":{"type":"bool"},"email":{"type":"string"},
	"home":{"type":"object","fields":{"city":{"type":"string"},"zip":{"type":"string"}}}},"indexes":["age","home.city","score","member","email"]}`

// people registers the schema and returns a handle on it.
func people(t testing.TB, db *engine.DB) *engine.Collection {
	t.Helper()
	if _, err := db.DefineSchema(mustSchema(t, personV1)); err != nil {
		t.Fatal(err)
	}
	c, err := db.Collection("person", "v1")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustDo(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code dberr.Code) {
	t.Helper()
	if dberr.CodeOf(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func digestOf(t testing.TB, db *engine.DB) string {
	t.Helper()
	d, err := db.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func join(docs [][]byte) string { return string(bytes.Join(docs, []byte(" "))) }
