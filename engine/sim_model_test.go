package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/schema"
)

// A model is what a database holds, as plain maps. It never changes: each step
// makes the next one.
type model struct {
	made     bool              // Init was acknowledged
	sequence uint64            // of the last operation
	schemas  []string          // "collection version", in order of registration
	docs     map[string]string // canonical documents by "collection version _id"
	removed  map[string]bool   // snapshots whose removal was acknowledged
	backup   *model            // what the backup holds that was made last
	previous *model            // what the generation holds that a restore replaced; nil if none is kept
}

func (m *model) clone() *model {
	c := *m
	c.schemas, c.docs, c.removed = slices.Clone(m.schemas), maps.Clone(m.docs), maps.Clone(m.removed)
	if c.docs == nil {
		c.docs = map[string]string{}
	}
	if c.removed == nil {
		c.removed = map[string]bool{}
	}
	return &c
}

// digest sums up the documents.
func (m *model) digest() string {
	var sum digest.Sum
	var h digest.Hasher
	for name, doc := range m.docs { // the sum does not depend on the order
		coll, version, id := splitName(name)
		sum = sum.Add(h.Document(coll, version, []byte(id), []byte(doc)))
	}
	return sum.String()
}

func splitName(name string) (coll, version, id string) {
	coll, rest, _ := strings.Cut(name, " ")
	version, id, _ = strings.Cut(rest, " ")
	return coll, version, id
}

// differs says how what was found is not m; "" if it is.
func (m *model) differs(found *model) string {
	switch {
	case !slices.Equal(m.schemas, found.schemas):
		return fmt.Sprintf("schemas %q, want %q", found.schemas, m.schemas)
	case m.sequence != found.sequence:
		return fmt.Sprintf("sequence %d, want %d", found.sequence, m.sequence)
	case len(m.docs) != len(found.docs):
		return fmt.Sprintf("%d documents, want %d", len(found.docs), len(m.docs))
	}
	for _, name := range slices.Sorted(maps.Keys(m.docs)) {
		if m.docs[name] != found.docs[name] {
			return fmt.Sprintf("document %q is %.80q, want %.80q", name, found.docs[name], m.docs[name])
		}
	}
	return ""
}

// observe reads everything: documents by a walk, and what walk, indexes, counts
// and digest say of each other.
func observe(db *engine.DB) (*model, error) {
	m := (&model{made: true, sequence: db.Sequence()}).clone()
	schemas, err := db.Schemas()
	if err != nil {
		return nil, err
	}
	for _, s := range schemas {
		m.schemas = append(m.schemas, s.ID+" "+s.Version)
		if err := m.observe(db, s); err != nil {
			return nil, fmt.Errorf("%s %s: %w", s.ID, s.Version, err)
		}
	}
	sum, err := db.Digest()
	if err != nil {
		return nil, err
	}
	if walked := m.digest(); walked != sum.String() {
		return nil, fmt.Errorf("the digest is %s, by a walk %s", sum, walked)
	}
	return m, nil
}

func (m *model) observe(db *engine.DB, s *schema.Schema) error {
	c, err := db.Collection(s.ID, s.Version)
	if err != nil {
		return err
	}
	it, err := c.Each(engine.EachOptions{})
	if err != nil {
		return err
	}
	defer it.Close()
	docs := map[string]string{}
	for it.Next() {
		docs[string(it.ID())] = string(it.Document())
	}
	if err := it.Err(); err != nil {
		return err
	}
	if n, err := c.Count(); err != nil || n != int64(len(docs)) {
		return fmt.Errorf("%d documents by count, %d by a walk, %w", n, len(docs), err)
	}
	for id, doc := range docs {
		m.docs[s.ID+" "+s.Version+" "+id] = doc
		if got, err := c.Get(id); err != nil || string(got) != doc {
			return fmt.Errorf("get %q: %.80q, by a walk %.80q, %w", id, got, doc, err)
		}
	}
	for _, field := range s.Indexes {
		if err := checkIndex(c, field, docs); err != nil {
			return fmt.Errorf("index %s: %w", field, err)
		}
	}
	return nil
}

// checkIndex compares what an index answers with what a walk found.
func checkIndex(c *engine.Collection, field string, docs map[string]string) error {
	for _, sort := range []string{field, "-" + field} {
		found, err := c.Find(ctx, engine.Query{Sort: sort, Limit: 10000, HasLimit: true})
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, doc := range found {
			id := idOf(doc)
			if docs[id] != string(doc) || seen[id] {
				return fmt.Errorf("sort %q gives %.80q", sort, doc)
			}
			seen[id] = true
		}
		if len(seen) != len(docs) {
			return fmt.Errorf("sort %q gives %d documents of %d", sort, len(seen), len(docs))
		}
	}
	return nil
}

// idOf cuts the _id out of a canonical document, whose first member it is.
func idOf(doc []byte) string {
	rest, _ := strings.CutPrefix(string(doc), `{"_id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}
