package engine

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sync/atomic"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/query"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/suggest"
)

// A catalog is the set of registered schemas. It does not change: registering makes
// the next catalog, which shares everything but the collection that grew.
type catalog struct {
	collections []*collection // collection number n is at n-1
	byName      map[string]*collection
	files       []manifest.Schema // in order of registration
}

// A collection is all versions of one schema_id.
type collection struct {
	name     string
	number   uint16
	versions []*version // version number n is at n-1
	digest   *digest.Sum
	// digest is of the visible documents of all versions; DB.viewMu guards what it
	// points to.
}

// A version is one registered schema and what is known of its documents.
type version struct {
	collection string
	coll       uint16
	number     uint16
	schema     *schema.Schema
	encoder    *schema.Encoder // of what is written
	stored     *schema.Encoder // of what is there: without the limit on a document's size
	indexes    []query.Index
	documents  atomic.Int64 // visible documents; written under DB.writeMu
}

func newCatalog() *catalog { return &catalog{byName: map[string]*collection{}} }

// find returns a version by names; an empty version name means the newest.
func (c *catalog) find(id, name string) (*collection, *version, error) {
	if id == "" {
		return nil, nil, dberr.New(dberr.SchemaRequired, "no schema is named")
	}
	col, ok := c.byName[id]
	if !ok {
		e := dberr.New(dberr.SchemaUnknown, "no schema %q is registered", id).With("schema_id", id)
		if near := suggest.Nearest(id, c.names()); near != "" {
			return nil, nil, e.WithHint("did you mean %q?", near)
		}
		return nil, nil, e
	}
	if name == "" {
		return col, col.versions[len(col.versions)-1], nil
	}
	for _, v := range col.versions {
		if v.schema.Version == name {
			return col, v, nil
		}
	}
	return nil, nil, dberr.New(dberr.SchemaVersionUnknown, "schema %q has no version %q; it has %s", id, name, col.versionNames()).
		With("schema_id", id).With("schema_version", name)
}

func (c *catalog) names() []string {
	names := make([]string, len(c.collections))
	for i, col := range c.collections {
		names[i] = col.name
	}
	return names
}

func (c *collection) versionNames() string {
	s := ""
	for i, v := range c.versions {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%q", v.schema.Version)
	}
	return s
}

func (c *catalog) collection(number uint16) *collection {
	if number == 0 || int(number) > len(c.collections) {
		return nil
	}
	return c.collections[number-1]
}

func (c *catalog) version(coll, number uint16) *version {
	col := c.collection(coll)
	if col == nil || number == 0 || int(number) > len(col.versions) {
		return nil
	}
	return col.versions[number-1]
}

// numbers returns the numbers that a new schema version gets.
func (c *catalog) numbers(s *schema.Schema) (coll, number uint16, err error) {
	col, ok := c.byName[s.ID]
	if !ok {
		if len(c.collections) == math.MaxUint16 {
			return 0, 0, dberr.New(dberr.SchemaInvalid, "a database has at most %d collections", math.MaxUint16)
		}
		return uint16(len(c.collections) + 1), 1, nil
	}
	if len(col.versions) == math.MaxUint16 {
		return 0, 0, dberr.New(dberr.SchemaInvalid, "a collection has at most %d versions", math.MaxUint16)
	}
	return col.number, uint16(len(col.versions) + 1), nil
}

// with returns the catalog with one more version, whose numbers must be the next.
func (c *catalog) with(s *schema.Schema, file manifest.Schema, documentMax int) (*catalog, error) {
	coll, number, err := c.numbers(s)
	if err != nil {
		return nil, err
	}
	if coll != file.Collection || number != file.Version {
		return nil, dberr.New(dberr.RecoveryInconsistent, "schema %q version %q has the numbers %d and %d, expected %d and %d",
			s.ID, s.Version, file.Collection, file.Version, coll, number).In(file.File)
	}
	v := &version{collection: s.ID, coll: coll, number: number, schema: s, encoder: schema.NewEncoder(s, documentMax)}
	v.stored = v.encoder.Unlimited()
	for i, field := range s.Indexes {
		v.indexes = append(v.indexes, query.Index{Field: field, Type: v.encoder.IndexType(i)})
	}
	next := &catalog{slices.Clone(c.collections), maps.Clone(c.byName), append(slices.Clip(c.files), file)}
	col := &collection{name: s.ID, number: coll, digest: new(digest.Sum)}
	if old, ok := c.byName[s.ID]; ok {
		*col = *old
		next.collections[coll-1] = col
	} else {
		next.collections = append(next.collections, col)
	}
	col.versions = append(slices.Clip(col.versions), v)
	next.byName[s.ID] = col
	return next, nil
}
