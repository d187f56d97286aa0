// Package users makes the documents of the benchmark from their numbers, the same ones
// that the engine's own benchmarks use, and reads back the two fields that are indexed.
package users

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// Schema is the documents' schema, for those who validate: two indexes.
const Schema = `{"schema_id":"user","schema_version":"v1","fields":{"_id":{"type":"string","required":true},
	"email":{"type":"string","required":true},"name":{"type":"string","required":true},"age":{"type":"int","required":true},
	"city":{"type":"string","required":true},"created_at":{"type":"string","required":true},"score":{"type":"float"},
	"tags":{"type":"array","items":"string"}},"indexes":["age","city"]}`

// The documents have this many cities, and ages from AgeMin to AgeMin+Ages-1.
const (
	Cities = 200
	AgeMin = 18
	Ages   = 80
)

var (
	firstNames = []string{"Ada", "Bela", "Cyrus", "Dora", "Emil", "Frida", "Gus", "Hana", "Ivo", "Juno", "Karl", "Lena", "Milo", "Nora", "Otto", "Pia"}
	lastNames  = []string{"Abel", "Brandt", "Costa", "Dvorak", "Ek", "Fischer", "Garcia", "Horvat", "Ito", "Jansen", "Kovacs", "Lind", "Moreau", "Novak"}
	tagNames   = []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"}
)

// A Doc is a document and what a store without a schema must be told about it.
type Doc struct {
	ID   string
	Age  int
	City string
	JSON []byte
}

// ID returns the _id of document i.
func ID(i int) string { return fmt.Sprintf("u%010d", i) }

// City returns the name of city i, 0 <= i < Cities.
func City(i int) string { return fmt.Sprintf("city-%03d", i) }

// Make returns document i.
func Make(i int) Doc { return Variant(i, i) }

// Variant returns a document with the _id of document i and all else from the seed.
func Variant(i, seed int) Doc { return Read(appendUser(nil, i, seed)) }

// Read returns the document of a text that this package made, and keeps the text.
func Read(text []byte) Doc {
	age, city := Fields(text)
	_, rest, _ := bytes.Cut(text, []byte(`"_id":"`))
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	return Doc{ID: string(id), Age: age, City: city, JSON: text}
}

// Many returns the documents from, from+1 ... from+n-1.
func Many(from, n int) []Doc {
	docs := make([]Doc, n)
	for i := range docs {
		docs[i] = Make(from + i)
	}
	return docs
}

func appendUser(dst []byte, i, seed int) []byte {
	r := rand.New(rand.NewPCG(uint64(seed), 42))
	first, last := firstNames[r.IntN(len(firstNames))], lastNames[r.IntN(len(lastNames))]
	return fmt.Appendf(dst, `{"_id":"u%010d","email":"%s.%s%d@example.com","name":"%s %s","age":%d,"city":"city-%03d","created_at":"2026-%02d-%02dT%02d:%02d:%02dZ","score":%.4f,"tags":["%s","%s","%s"]}`,
		i, first, last, r.IntN(100000), first, last, AgeMin+r.IntN(Ages), r.IntN(Cities), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.Float64()*1000,
		tagNames[r.IntN(len(tagNames))], tagNames[r.IntN(len(tagNames))], tagNames[r.IntN(len(tagNames))])
}

// Fields returns the indexed fields of a document that this package made. It searches
// for them instead of parsing, which spares the peers that must read the old document
// before they can take its index entries away.
func Fields(doc []byte) (age int, city string) {
	_, rest, _ := bytes.Cut(doc, []byte(`"age":`))
	digits, rest, _ := bytes.Cut(rest, []byte(`,"city":"`))
	name, _, found := bytes.Cut(rest, []byte(`"`))
	age, err := strconv.Atoi(string(digits))
	if err != nil || !found {
		panic("not a document of this package: " + string(doc))
	}
	return age, string(name)
}
