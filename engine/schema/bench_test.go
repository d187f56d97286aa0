package schema

import (
	"fmt"
	"testing"
)

const userSchema = `{"schema_id":"user","schema_version":"v1","fields":{
	"_id":{"type":"string","required":true},"email":{"type":"string","required":true},"name":{"type":"string","required":true},
	"age":{"type":"int","required":true},"city":{"type":"string"},"created_at":{"type":"string"},"score":{"type":"float"},
	"tags":{"type":"array","items":{"type":"string"}}},"indexes":["age","city"]}`

// userDocuments are documents as PEERS describes them: about 210 bytes, members
// not in canonical order.
func userDocuments(n int) [][]byte {
	docs := make([][]byte, n)
	for i := range docs {
		docs[i] = fmt.Appendf(nil, `{"_id":"u%010d","email":"user.%d@mail-%d.example.com","name":"Person Number %d","age":%d,"city":"city-%03d","created_at":"2026-02-%02dT11:%02d:00Z","score":%d.%d,"tags":["tag-%d","alpha-%d","beta"]}`,
			i, i, i%7, i, 18+i%80, i*31%200, 1+i%28, i%60, i%100, 1+i%9, i%50, i%9)
	}
	return docs
}

func mustEncoder(t testing.TB, schema string) *Encoder {
	t.Helper()
	s, err := Parse([]byte(schema))
	if err != nil {
		t.Fatal(err)
	}
	return NewEncoder(s, 16<<20)
}

func benchmarkEncode(b *testing.B, canonical bool) {
	enc, docs, size := mustEncoder(b, userSchema), userDocuments(1000), 0
	var e Encoded
	for i := range docs {
		if err := enc.Encode(&e, docs[i]); err != nil {
			b.Fatal(err)
		}
		if canonical {
			docs[i] = append([]byte(nil), e.Document...)
		}
		size += len(docs[i])
	}
	b.SetBytes(int64(size / len(docs)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := enc.Encode(&e, docs[i%len(docs)]); err != nil {
			b.Fatal(err)
		}
	}
}

// Members as a client writes them.
func BenchmarkEncode(b *testing.B) { benchmarkEncode(b, false) }

// Members in order already.
func BenchmarkEncodeCanonical(b *testing.B) { benchmarkEncode(b, true) }

// canonicalDocuments are userDocuments as they are stored.
func canonicalDocuments(b *testing.B, enc *Encoder) [][]byte {
	b.Helper()
	docs := userDocuments(1000)
	var e Encoded
	for i := range docs {
		if err := enc.Encode(&e, docs[i]); err != nil {
			b.Fatal(err)
		}
		docs[i] = append([]byte(nil), e.Document...)
	}
	return docs
}

func BenchmarkCheck(b *testing.B) {
	enc := mustEncoder(b, userSchema)
	docs := canonicalDocuments(b, enc)
	var e Encoded
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if !enc.Check(&e, docs[i%len(docs)]) {
			b.Fatalf("%s is refused", docs[i%len(docs)])
		}
	}
}

func BenchmarkIndexValues(b *testing.B) {
	enc := mustEncoder(b, userSchema)
	docs := canonicalDocuments(b, enc)
	var e Encoded
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := enc.IndexValues(&e, docs[i%len(docs)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendIndexValue(b *testing.B) {
	enc := mustEncoder(b, userSchema)
	var e Encoded
	if err := enc.Encode(&e, userDocuments(1)[0]); err != nil {
		b.Fatal(err)
	}
	var value []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if value, err = enc.AppendIndexValue(value[:0], e.Document, 1); err != nil {
			b.Fatal(err)
		}
	}
}
