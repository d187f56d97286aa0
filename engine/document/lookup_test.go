package document

import (
	"bytes"
	"testing"
)

const lookupDocument = `{"\u0001":1,"\"q\"":2,"a":{"b":{"c":[1,{"x":"]}"}]},"bb":"x\"y\\"},"ab":-1.5,"location":{"lat":34.4945,"lon":-118.6},"n":null,"t":true,"é":"ü"}`

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		path, want string
		ok         bool
	}{
		{"\x01", "1", true}, {`"q"`, "2", true}, {"a.b.c", `[1,{"x":"]}"}]`, true}, {"a.bb", `"x\"y\\"`, true},
		{"ab", "-1.5", true}, {"location.lat", "34.4945", true}, {"location.lon", "-118.6", true},
		{"n", "null", true}, {"t", "true", true}, {"é", `"ü"`, true}, {"a", `{"b":{"c":[1,{"x":"]}"}]},"bb":"x\"y\\"}`, true},
		{"", "", false}, {"zz", "", false}, {"a.b.d", "", false}, {"ab.c", "", false}, {"a.b.c.x", "", false},
		{"location.", "", false}, {"locatio", "", false}, {"locationn", "", false}, {`"q`, "", false}, {`"q"x`, "", false}, {"\x02", "", false},
	} {
		got, ok := Lookup([]byte(lookupDocument), c.path)
		if string(got) != c.want || ok != c.ok {
			t.Errorf("Lookup(%q) = %s, %v, want %s, %v", c.path, got, ok, c.want, c.ok)
		}
	}
	if v, err := Parse([]byte(lookupDocument), Options{}); err != nil || string(Append(nil, v)) != lookupDocument {
		t.Errorf("the fixture is not canonical: %v", err)
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	doc := []byte(lookupDocument)
	for _, path := range []string{"location.lon", `"q"`, "a.b.c", "missing"} {
		if n := testing.AllocsPerRun(100, func() { Lookup(doc, path) }); n != 0 {
			t.Errorf("Lookup of %s allocates %g times", path, n)
		}
	}
}

// Any prefix of a document is no document; reading one must end all the same.
func TestLookupOfCutDocument(t *testing.T) {
	doc := []byte(lookupDocument)
	for n := range doc {
		for _, path := range []string{"é", "a.b.c", `"q"`} {
			Lookup(bytes.Clone(doc[:n]), path)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	doc := []byte(`{"_id":"u0000001234","age":42,"city":"city-017","created_at":"2026-02-04T11:30:00Z","email":"ada.1234@example.org","name":"Ada Lovelace","score":73.25,"tags":["alpha","beta","gamma"]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := Lookup(doc, "score"); !ok {
			b.Fatal("score is not found")
		}
	}
}
