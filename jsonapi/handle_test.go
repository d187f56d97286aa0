package jsonapi

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/internal/conformance"
)

var update = flag.Bool("update", false, "rewrite the conformance file")

const userSchema = `{"schema_id":"user","schema_version":"v1","fields":{
	"_id":{"type":"string","required":true},"name":{"type":"string","required":true},
	"age":"int","score":"float","tags":{"type":"array","items":"string"}},
	"indexes":["age","name"]}`

func open(t testing.TB) *engine.DB {
	t.Helper()
	db := openWith(t, options(t))
	define(t, db, userSchema)
	return db
}

func options(t testing.TB) engine.Options {
	o := engine.DefaultOptions()
	o.Dir = t.TempDir() + "/data"
	o.Now = func() time.Time { return time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC) }
	o.Rand = rand.New(rand.NewSource(1))
	o.WALMaxSize = 1 << 20
	return o
}

// openWith makes a database, unless it is to be opened read-only, and opens it.
func openWith(t testing.TB, o engine.Options) *engine.DB {
	t.Helper()
	if !o.ReadOnly {
		if _, err := engine.Init(o); err != nil {
			t.Fatal(err)
		}
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
	return db
}

func define(t testing.TB, db *engine.DB, text string) {
	t.Helper()
	s, err := schema.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.DefineSchema(s); err != nil {
		t.Fatal(err)
	}
}

const conformanceFile = "testdata/conformance.txt"

// TestConformance answers the requests of the conformance file. The same file goes
// through the program and through Lua in cmd/aerodb.
func TestConformance(t *testing.T) {
	file, err := conformance.Read(conformanceFile)
	if err != nil {
		t.Fatal(err)
	}
	for i := range file.Sections {
		section := &file.Sections[i]
		t.Run(section.Name, func(t *testing.T) {
			conform(t, section, conformanceOptions(t, section.Settings))
		})
	}
	if *update {
		if err := file.Rewrite(conformanceFile); err != nil {
			t.Fatal(err)
		}
	}
}

// conformanceOptions reads the settings of a section.
func conformanceOptions(t *testing.T, settings []string) engine.Options {
	t.Helper()
	o := options(t)
	for _, setting := range settings {
		name, text, _ := strings.Cut(setting, "=")
		var size int
		fmt.Sscanf(strings.Replace(text, "KiB", "000", 1), "%d", &size)
		if strings.HasSuffix(text, "KiB") {
			size = size / 1000 * 1024
		}
		switch name {
		case "limits.document_size":
			o.DocumentSizeMax = size
		case "limits.query_limit":
			o.QueryLimitMax = size
		case "wal.max_size":
			o.WALMaxSize = int64(size)
		case "wal.on_full":
			o.WALOnFull = engine.OnFull(text)
		default:
			t.Fatalf("the setting %q is not known here", setting)
		}
	}
	return o
}

// conform runs a section: an answer that is wrong fails the test, or is noted with -update.
func conform(t *testing.T, section *conformance.Section, o engine.Options) {
	db := openWith(t, o)
	failed := 0
	for i := range section.Steps {
		switch step := &section.Steps[i]; step.Kind {
		case conformance.Schema:
			define(t, db, step.Text)
		case conformance.ReadOnly:
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			o.ReadOnly = true
			db = openWith(t, o)
		case conformance.Exit:
			if want := fmt.Sprint(min(failed, 1)); step.Text != want {
				t.Errorf("exit %s is asked for; %d requests failed", step.Text, failed)
			}
			failed = 0
		case conformance.Request:
			response, ok := Handle(context.Background(), db, []byte(step.Text))
			if ok != bytes.HasPrefix(response, []byte(`{"status":"ok"`)) {
				t.Errorf("%s: ok is %v of %s", step.Text, ok, response)
			}
			if _, err := document.Parse(response, document.Options{}); err != nil {
				t.Errorf("%s: the response is not JSON: %v", step.Text, err)
			}
			if !ok {
				failed++
			}
			if *update {
				step.Response = string(response)
			} else if string(response) != step.Response {
				t.Errorf("%s\n got %s\nwant %s", step.Text, response, step.Response)
			}
		}
	}
}

// FuzzHandle says that any line is answered with one line of JSON.
func FuzzHandle(f *testing.F) {
	file, err := conformance.Read(conformanceFile)
	if err != nil {
		f.Fatal(err)
	}
	for _, section := range file.Sections {
		for _, step := range section.Steps {
			f.Add([]byte(step.Text))
		}
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
