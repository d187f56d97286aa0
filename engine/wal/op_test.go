package wal

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

func encodeOps(ops []Op) []byte {
	var b []byte
	for _, op := range ops {
		b = append(append(appendOpHead(b, &op), op.ID...), op.Document...)
	}
	return b
}

func TestOpsRoundTrip(t *testing.T) {
	ops := []Op{
		{Kind: Insert, Collection: 1, Version: 1, ID: []byte("a"), Document: []byte(`{"_id":"a"}`)},
		{Kind: Replace, Collection: math.MaxUint16, Version: math.MaxUint16, ID: bytes.Repeat([]byte("i"), 300), Document: bytes.Repeat([]byte("d"), 70000)},
		{Kind: Delete, Collection: 127, Version: 128, ID: []byte("a")},
		{Kind: Schema, Document: []byte("{}")},
		{Kind: Schema},
	}
	payload := encodeOps(ops)
	n := 0
	for i := range ops {
		n += opBytes(&ops[i])
	}
	if n != len(payload) {
		t.Fatalf("opBytes says %d, encoded are %d", n, len(payload))
	}
	got, err := decodeOps(nil, payload, uint32(len(ops)))
	if err != nil || !slices.EqualFunc(got, ops, sameOp) {
		t.Fatalf("got %v, %v", got, err)
	}
	for i := range payload {
		if _, err := decodeOps(nil, payload[:i], uint32(len(ops))); err == nil {
			t.Fatalf("a payload cut to %d of %d bytes was accepted", i, len(payload))
		}
	}
}

func TestOpsRefused(t *testing.T) {
	good := encodeOps([]Op{insert(1, 3)})
	for _, test := range []struct {
		name    string
		payload []byte
		count   uint32
		want    error
	}{
		{"none though one is stated", nil, 1, errOpCount},
		{"more stated than bytes", good, math.MaxUint32, errOpCount},
		{"one more than stated", append(slices.Clone(good), good...), 1, errOpCount},
		{"kind 0", []byte{0, 1, 1, 0, 0}, 1, errOpKind},
		{"kind 5", []byte{5, 1, 1, 0, 0}, 1, errOpKind},
		{"collection not minimal", []byte{1, 0x81, 0, 1, 0, 0}, 1, errOpNumber},
		{"collection 65536", []byte{1, 0x80, 0x80, 4, 1, 0, 0}, 1, errOpNumber},
		{"version 65536", []byte{1, 1, 0x80, 0x80, 4, 0, 0}, 1, errOpNumber},
		{"document of 2^32 bytes", []byte{1, 1, 1, 0, 0x80, 0x80, 0x80, 0x80, 0x10}, 1, errOpNumber},
		{"number of 11 bytes", append([]byte{1}, bytes.Repeat([]byte{0x80}, 11)...), 1, errOpNumber},
		{"number without an end", []byte{1, 1, 1, 1, 0x80}, 1, errOpShort},
		{"id past the end", []byte{1, 1, 1, 1, 0}, 1, errOpShort},
		{"lengths of 4 GiB", []byte{1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x0f}, 1, errOpShort},
	} {
		if _, err := decodeOps(nil, test.payload, test.count); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, expected %v", test.name, err, test.want)
		}
	}
}

func TestOpKindNames(t *testing.T) {
	var got string
	for k := range Schema + 2 {
		got += fmt.Sprint(k, " ")
	}
	if want := "unknown insert replace delete schema unknown "; got != want {
		t.Errorf("got %q, expected %q", got, want)
	}
}

func FuzzOps(f *testing.F) {
	f.Add(encodeOps([]Op{insert(1, 3), insert(2, 300)}), uint32(2))
	f.Add(encodeOps([]Op{{Kind: Delete, Collection: 300, ID: []byte("x")}, {Kind: Schema, Document: []byte("{}")}}), uint32(2))
	f.Add([]byte{1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0}, uint32(1))
	f.Add([]byte{1, 0x80, 0, 1, 0, 0}, uint32(1))
	f.Fuzz(func(t *testing.T, payload []byte, count uint32) {
		ops, err := decodeOps(nil, payload, count)
		if err != nil {
			return
		}
		if again := encodeOps(ops); len(ops) != int(count) || !bytes.Equal(again, payload) {
			t.Fatalf("%x decodes to %d operations that encode to %x", payload, len(ops), again)
		}
	})
}
