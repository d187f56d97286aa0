package command

import (
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine/document"
)

func TestBytesText(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 1<<20 - 1: "1.0 MiB", 64 << 20: "64.0 MiB",
		3 << 30: "3.0 GiB", 5 << 40: "5.0 TiB", 1 << 60: "1048576.0 TiB",
	} {
		if got := bytesText(n); got != want {
			t.Errorf("bytesText(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestDurationText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 us", 999 * time.Microsecond: "999 us", 1234 * time.Microsecond: "1.23 ms", 250 * time.Millisecond: "250 ms",
		1500 * time.Millisecond: "1.50 s", 90 * time.Second: "90.00 s",
	} {
		if got := durationText(d); got != want {
			t.Errorf("durationText(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestWriteMembers(t *testing.T) {
	v, err := document.Parse([]byte(`{"documents":3,"wal_size_bytes":65536,"small_bytes":7,"recovery_ms":1.25,"digest":"ab",
		"collections":{"user":{"documents":3,"versions":["v1","v2"]}},"none":{}}`), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	writeMembers(&b, v, "")
	want := `documents       3
wal_size_bytes  65536 (64.0 KiB)
small_bytes     7
recovery_ms     1.25
digest          ab
collections
  user
    documents  3
    versions   v1, v2
none            none
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestIndentJSON(t *testing.T) {
	in := `{"fields":{"_id":{"required":true,"type":"string"},"location":{"fields":{"lat":{"type":"float"},"lon":{"type":"float"}},"type":"object"}},"indexes":["location.lat"]}`
	v, err := document.Parse([]byte(in), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := string(indentJSON(nil, v, 0))
	want := `{
  "fields": {
    "_id": {"required":true,"type":"string"},
    "location": {
      "fields": {"lat":{"type":"float"},"lon":{"type":"float"}},
      "type": "object"
    }
  },
  "indexes": ["location.lat"]
}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	back, err := document.Parse([]byte(got), document.Options{})
	if err != nil || string(document.Append(nil, back)) != in {
		t.Errorf("it does not read back: %v", err)
	}
}
