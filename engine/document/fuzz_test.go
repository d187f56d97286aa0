package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

// FuzzParse: what Parse takes, encoding/json takes too and means the same by it,
// and its canonical form is a fixed point; what Parse refuses has a position.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		lookupDocument, `{"a":1,"a":2}`, `[1e400]`, `"\ud83d\ude00"`, `"\ud800"`, `-0.0`, `9223372036854775808`, `[1e-400,5e-324]`,
		"\"\xff\"", `{"b":[{},[],""],"a":null}`, `123456789012345678901234567890`, `0.1234567890123456789`, `1e21`, `[[[[1]]]]`, `{"":{"":0}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Parse(data, Options{})
		if err != nil {
			var s *SyntaxError
			if !errors.As(err, &s) || s.Offset < 0 || s.Offset > int64(len(data)) || s.Reason == "" {
				t.Fatalf("%q: %#v", data, err)
			}
			return
		}
		canonical := Append(nil, v)
		again, err := Parse(canonical, Options{})
		if err != nil {
			t.Fatalf("%q: canonical %s: %v", data, canonical, err)
		}
		if twice := Append(nil, again); !bytes.Equal(twice, canonical) {
			t.Fatalf("%q: %s becomes %s", data, canonical, twice)
		}
		if SkipCanonical(canonical, 0) != len(canonical) {
			t.Fatalf("%s: skipped to %d of %d", canonical, SkipCanonical(canonical, 0), len(canonical))
		}
		if ours, theirs := generic(t, canonical), generic(t, data); !bytes.Equal(ours, theirs) {
			t.Fatalf("%q: encoding/json reads %s from it, and %s from its canonical form", data, theirs, ours)
		}
	})
}

// generic is what encoding/json makes of data, floats rounded as it does.
func generic(t *testing.T, data []byte) []byte {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%q: encoding/json: %v", data, err)
	}
	out, err := json.Marshal(positiveZeros(v))
	if err != nil {
		t.Fatalf("%q: encoding/json: %v", data, err)
	}
	return out
}

func positiveZeros(v any) any {
	switch v := v.(type) {
	case float64:
		return v + 0
	case []any:
		for i := range v {
			v[i] = positiveZeros(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = positiveZeros(v[name])
		}
	}
	return v
}

// FuzzLookup: no bytes make Lookup panic; in a canonical document it finds what
// Get finds.
func FuzzLookup(f *testing.F) {
	f.Add([]byte(lookupDocument), "location.lat")
	f.Add([]byte(`{"a\"b":1}`), `a"b`)
	f.Add([]byte(`{"\ud8`), "\x01")
	f.Fuzz(func(t *testing.T, data []byte, path string) {
		Lookup(data, path)
		v, err := Parse(data, Options{})
		if err != nil || bytes.Contains([]byte(path), []byte(".")) {
			return
		}
		raw, ok := Lookup(Append(nil, v), path)
		want, found := v.Get(path)
		if ok != found || ok && !bytes.Equal(raw, Append(nil, want)) {
			t.Fatalf("%s: %q: got %s, %v, want %s, %v", Append(nil, v), path, raw, ok, Append(nil, want), found)
		}
	})
}
