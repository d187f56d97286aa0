// Package schema says what a document may hold, and encodes the documents that
// do.
//
// A schema is written as JSON:
//
//	{"schema_id":"quake","schema_version":"v1",
//	 "fields":{
//	   "_id":      {"type":"string","required":true},
//	   "mag":      {"type":"float"},
//	   "location": {"type":"object","fields":{"lat":{"type":"float","required":true}}},
//	   "types":    {"type":"array","items":{"type":"string"}}},
//	 "indexes":["mag","location.lat"]}
//
// The types are string, int (64 bits), float (64 bits), bool, object with
// declared fields, and array with items of one type. A field that is not
// required may be missing; no field may be null. _id is declared in every
// schema, as a required string. Only string, int, float and bool fields outside
// of arrays can be indexed; _id always is.
//
// Short forms are taken and normalised away: a type's name for a whole optional
// field ("age":"int") or for items ("items":"string"), element for items, an
// index listed twice, _id among the indexes.
//
// What Canonical writes is the same for equal schemas; it is stored and compared.
//
// An Encoder is compiled from a schema. In one pass over a document it checks
// it, writes its canonical form and encodes the values of its indexes. What it
// asks of numbers:
//
//	int    an integer literal, without fraction and exponent, that fits 64 bits
//	float  any number literal; an integer literal only if a float64 holds it
//	       exactly, or if it is the canonical form of a float64, so that what is
//	       exported can be imported
package schema
