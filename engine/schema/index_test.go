package schema

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
)

func TestIndexValuesOfEncode(t *testing.T) {
	enc := mustEncoder(t, fixtureSchema)
	var e Encoded
	// The order of the schema's Indexes: " b f i o.f o.p.i o.s s
	types := []key.Type{key.String, key.Bool, key.Float, key.Int, key.Float, key.Int, key.String, key.String}
	for i, want := range types {
		if got := enc.IndexType(i); got != want {
			t.Errorf("index %d is of type %d, want %d", i, got, want)
		}
	}
	missing := key.AppendMissing(nil)
	check := func(in string, want ...[]byte) {
		t.Helper()
		if err := enc.Encode(&e, []byte(in)); err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if len(e.Values) != len(want) {
			t.Fatalf("%s: %d values", in, len(e.Values))
		}
		for i := range want {
			if !bytes.Equal(e.Values[i], want[i]) {
				t.Errorf("%s: value %d is %s, want %s", in, i, hex.EncodeToString(e.Values[i]), hex.EncodeToString(want[i]))
			}
		}
	}
	check(`{"_id":"x"}`, missing, missing, missing, missing, missing, missing, missing, missing)
	check(`{"s":"a\u0000b","o":{"s":"","p":{"i":-7},"f":-2.5},"i":5,"f":3,"b":true,"_id":"x","\"":"q"}`,
		key.AppendString(nil, []byte("q")), key.AppendBool(nil, true), key.AppendFloat(nil, 3), key.AppendInt(nil, 5),
		key.AppendFloat(nil, -2.5), key.AppendInt(nil, -7), key.AppendString(nil, nil), key.AppendString(nil, []byte("a\x00b")))
	check(`{"_id":"x","o":{"f":1e21},"b":false}`,
		missing, key.AppendBool(nil, false), missing, missing, key.AppendFloat(nil, 1e21), missing, missing, missing)
}

// IndexValues trusts its input but must survive any.
func TestIndexValuesOfDamage(t *testing.T) {
	enc := mustEncoder(t, fixtureSchema)
	var e Encoded
	whole := []byte(`{"\"":"\\","_id":"a\"b","b":true,"f":1.5,"i":7,"o":{"f":1,"p":{"i":2},"s":"t"},"s":"\u0000"}`)
	if err := enc.IndexValues(&e, whole); err != nil || string(e.ID) != `a"b` || !bytes.Equal(e.Document, whole) {
		t.Fatalf("%q, %v", e.ID, err)
	}
	for n := range whole {
		enc.IndexValues(&e, bytes.Clone(whole[:n])) // any answer, no panic
		for i := range enc.Schema().Indexes {
			enc.AppendIndexValue(nil, bytes.Clone(whole[:n]), i)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"_id":5}`, `{"_id":""}`, `{"_id":"1","i":"x"}`, `{"_id":"1","i":1.5}`, `{"_id":"1","b":1}`, `{"_id":"1","o":5}`, `{"_id":"1","f":1x}`} {
		if err := enc.IndexValues(&e, []byte(bad)); dberr.CodeOf(err) != dberr.StorageCorruption {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := enc.AppendIndexValue(nil, []byte(`{"_id":"1","i":"x"}`), 3); dberr.CodeOf(err) != dberr.StorageCorruption {
		t.Errorf("AppendIndexValue: %v", err)
	}
}
