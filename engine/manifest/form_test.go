package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"pgregory.net/rapid"
)

// listsNotNil makes no list an empty one: in a file they are the same.
func listsNotNil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			listsNotNil(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			listsNotNil(v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			listsNotNil(v.Index(i))
		}
	}
}

// sameAsJSON wants the form to be what encoding/json makes of the struct, and to read it
// back: a member that one of the two forgets, misspells or puts elsewhere shows.
func sameAsJSON[T any, P body[T]](t *rapid.T) {
	content := rapid.Make[T]().Draw(t, "content")
	listsNotNil(reflect.ValueOf(&content))
	if m, is := any(&content).(*Manifest); is && m.WAL == nil {
		m.WAL = &WAL{}
	}
	data := encode(KindCheckpoint, P(&content))
	want, err := json.MarshalIndent(envelope{KindCheckpoint, Format, P(&content), ""}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = want[:bytes.LastIndex(want, []byte(checksumLine))]
	if !bytes.HasPrefix(data, want) || len(data) != len(want)+len(checksumLine)+64+len("\"\n}\n") {
		t.Fatalf("the file is\n%s\nencoding/json begins it with\n%s", data, want)
	}
	f := &form{data: want}
	var got T
	if f.head(KindCheckpoint, P(&got)); f.bad || len(f.data) > 0 {
		t.Fatalf("%d bytes were not read of\n%s", len(f.data), data)
	}
	// What is no text becomes text on the way out, so it is written again to compare.
	if again := encode(KindCheckpoint, P(&got)); !bytes.Equal(again, data) {
		t.Fatalf("read and written again it is\n%s\nwant\n%s", again, data)
	}
}

func TestFormIsThatOfEncodingJSON(t *testing.T) {
	rapid.Check(t, sameAsJSON[Database])
	rapid.Check(t, sameAsJSON[Current])
	rapid.Check(t, sameAsJSON[Manifest])
	rapid.Check(t, sameAsJSON[Backup])
	rapid.Check(t, sameAsJSON[BackupEnd])
}

// What encoding/json makes of a file whose checksum is right decides how it is refused.
func TestOtherFormsAreNamed(t *testing.T) {
	good := string(bodyOf(sample().EncodeCheckpoint()))
	for _, test := range []struct{ old, new, want string }{
		{`"sequence": 1002`, `"sequence": 01002`, "not a checkpoint file: invalid character"},
		{`"sequence": 1002`, `"sequence": -1`, "not a checkpoint file: json: cannot unmarshal number -1"},
		{`"sequence": 1002`, `"sequence": 1e3`, "not a checkpoint file: json: cannot unmarshal number 1e3"},
		{`"sequence": 1002`, `"sequence": "1002"`, "not a checkpoint file: json: cannot unmarshal string"},
		{`"collection": 1`, `"collection": 65537`, "not a checkpoint file: json: cannot unmarshal number 65537"},
		{`"documents": 1000,`, `"documents": 1000 ,`, "not in the form"},
		{`"documents": 1000,`, `"documents": -0,`, "not in the form"},
		{`"quake"`, `"qu\u0061ke"`, "not in the form"},
		{`"quake"`, `"qu<ke"`, "not in the form"},
		{`"quake"`, "\"qu\xffke\"", "not in the form"},
		{`"uuid"`, `"UUID"`, "not in the form"},
		{`"next_segment": 3`, `"next_segment": 0`, "not in the form"},
		{`"snapshot": "20260204T113000Z-1002"`, `"snapshot": ""`, "not in the form"},
		{`"schemas": [`, `"schemas": [],` + "\n" + `    "schemas": [`, "not in the form"},
	} {
		body := strings.Replace(good, test.old, test.new, 1)
		if body == good {
			t.Fatalf("%q is not in the sample", test.old)
		}
		_, err := DecodeCheckpoint("CHECKPOINT", sealed("checkpoint", Format, []byte(body)))
		if e := dberr.From(err); err == nil || e.Code != dberr.StorageCorruption || !strings.HasPrefix(e.Message, test.want) {
			t.Errorf("%s: %v, want %q", test.new, err, test.want)
		}
	}
}

// A list of any length is read; what ends in the middle of one is not.
func TestLists(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		m := sample()
		m.Segments = make([]Segment, n)
		for i := range m.Segments {
			m.Segments[i] = Segment{uint64(n - i), 1, 2}
		}
		got, err := DecodeCheckpoint("CHECKPOINT", m.EncodeCheckpoint())
		if err != nil || fmt.Sprint(got.Segments) != fmt.Sprint(m.Segments) {
			t.Errorf("%d segments: %v, %d came back", n, err, len(got.Segments))
		}
	}
}
