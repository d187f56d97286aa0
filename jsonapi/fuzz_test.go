package jsonapi

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/aerodb/aerodb/engine/document"
)

// wanted is a request as encoding/json reads it.
type wanted struct {
	Op       string          `json:"op"`
	ID       string          `json:"schema_id"`
	Version  string          `json:"schema_version"`
	Document json.RawMessage `json:"document"`
	Key      string          `json:"_id"`
	Limit    json.Number     `json:"limit"`
}

// FuzzRequest: a request that is answered with ok is one that encoding/json reads the
// same, and does what it says: a document written is found, one deleted is not, a
// question asked twice is answered with the same bytes and changes nothing.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"op":"insert","schema_id":"user","schema_version":"v1","document":{"_id":"f","name":"x"}}`))
	db := open(f)
	ask := func(line []byte) ([]byte, bool) { return Handle(context.Background(), db, line) }
	f.Fuzz(func(t *testing.T, line []byte) {
		before, err := db.Digest()
		if err != nil {
			t.Fatal(err)
		}
		response, ok := ask(line)
		after, _ := db.Digest()
		if !ok {
			var e struct{ Status, Code, Severity, Message string }
			if json.Unmarshal(response, &e) != nil || e.Status != "error" || e.Code == "" || e.Message == "" || e.Severity != "REJECT" || after != before {
				t.Fatalf("%q: %s; the digest changed: %v", line, response, after != before)
			}
			return
		}
		var w wanted
		if err := json.Unmarshal(line, &w); err != nil || w.ID != "user" || w.Version != "v1" {
			t.Fatalf("%q: %s, though encoding/json reads %+v, %v", line, response, w, err)
		}
		switch w.Op {
		case "insert", "update":
			checkWritten(t, ask, line, w)
		case "delete":
			if found := lookUp(t, ask, w.Key); len(found) != 0 {
				t.Fatalf("%q: it is there still: %s", line, found)
			}
		case "query", "explain":
			if again, _ := ask(line); !bytes.Equal(again, response) || after != before {
				t.Fatalf("%q: %s, then %s", line, response, again)
			}
		default:
			t.Fatalf("%q: op %q passed", line, w.Op)
		}
	})
}

// lookUp returns the documents of an _id, none or one.
func lookUp(t *testing.T, ask func([]byte) ([]byte, bool), id string) (found []json.RawMessage) {
	t.Helper()
	query := append([]byte(`{"op":"query","schema_id":"user","schema_version":"v1","filter":{"_id":`), document.AppendQuoted(nil, id)...)
	response, ok := ask(append(query, `},"limit":2}`...))
	var r struct{ Data []json.RawMessage }
	if err := json.Unmarshal(response, &r); err != nil || !ok || len(r.Data) > 1 {
		t.Fatalf("%q: %s, %v", id, response, err)
	}
	return r.Data
}

// checkWritten looks a document up, compares what encoding/json reads of it, and
// deletes it, so that the next input finds an empty database.
func checkWritten(t *testing.T, ask func([]byte) ([]byte, bool), line []byte, w wanted) {
	t.Helper()
	var sent, kept map[string]any
	if err := json.Unmarshal(w.Document, &sent); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	id, _ := sent["_id"].(string)
	found := lookUp(t, ask, id)
	if len(found) != 1 || json.Unmarshal(found[0], &kept) != nil || !reflect.DeepEqual(sent, kept) {
		t.Fatalf("%q: kept as %s", line, found)
	}
	gone := append([]byte(`{"op":"delete","schema_id":"user","schema_version":"v1","_id":`), document.AppendQuoted(nil, id)...)
	if response, ok := ask(append(gone, '}')); !ok {
		t.Fatalf("%q: %s", line, response)
	}
}
