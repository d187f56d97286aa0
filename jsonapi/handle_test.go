package jsonapi

import (
	"bytes"
	"context"
	"flag"
	"math/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
)

var update = flag.Bool("update", false, "rewrite the golden file")

const userSchema = `{"schema_id":"user","schema_version":"v1","fields":{
	"_id":{"type":"string","required":true},"name":{"type":"string","required":true},
	"age":"int","score":"float","tags":{"type":"array","items":"string"}},
	"indexes":["age","name"]}`

func open(t testing.TB) *engine.DB {
	t.Helper()
	o := engine.DefaultOptions()
	o.Dir = t.TempDir() + "/data"
	o.Now = func() time.Time { return time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC) }
	o.Rand = rand.New(rand.NewSource(1))
	o.WALMaxSize = 1 << 20
	if _, err := engine.Init(o); err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s, err := schema.Parse([]byte(userSchema))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.DefineSchema(s); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestConformance sends testdata/requests.txt, one request a line, and compares the
// responses with the golden file.
func TestConformance(t *testing.T) {
	requests, err := os.ReadFile("testdata/requests.txt")
	if err != nil {
		t.Fatal(err)
	}
	db := open(t)
	var got bytes.Buffer
	for line := range strings.SplitSeq(strings.TrimSpace(string(requests)), "\n") {
		if strings.HasPrefix(line, "# ") || line == "" {
			got.WriteString(line + "\n")
			continue
		}
		response, ok := Handle(context.Background(), db, []byte(line))
		if ok != bytes.HasPrefix(response, []byte(`{"status":"ok"`)) {
			t.Errorf("%s: ok is %v of %s", line, ok, response)
		}
		if _, err := document.Parse(response, document.Options{}); err != nil {
			t.Errorf("%s: the response is not JSON: %v", line, err)
		}
		got.WriteString("> " + line + "\n< " + string(response) + "\n")
	}
	if *update {
		if err := os.WriteFile("testdata/requests.golden", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/requests.golden")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got\n%s\nwant\n%s", got.Bytes(), want)
	}
}

// FuzzHandle says that any line is answered with one line of JSON.
func FuzzHandle(f *testing.F) {
	requests, err := os.ReadFile("testdata/requests.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.SplitSeq(string(requests), "\n") {
		f.Add([]byte(line))
	}
	db := open(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		response, _ := Handle(context.Background(), db, line)
		if bytes.ContainsAny(response, "\n\r") {
			t.Errorf("%q: more than one line: %q", line, response)
		}
		v, err := document.Parse(response, document.Options{})
		if err != nil {
			t.Fatalf("%q: %q: %v", line, response, err)
		}
		if status, _ := v.Get("status"); status.Str() != "ok" && status.Str() != "error" {
			t.Errorf("%q: %q", line, response)
		}
	})
}
