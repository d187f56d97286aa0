// Package clover is clover behind the benchmark's Store, over bbolt, with its default
// options. Its ids must be UUIDs: the digits of an _id are made the last group of one, which
// keeps their order. A document has the two indexed fields and the text of the whole as a
// third, which is kinder to clover than to have it encode and decode eight.
package clover

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/users"
	"github.com/ostafen/clover/v2"
	"github.com/ostafen/clover/v2/document"
	"github.com/ostafen/clover/v2/query"
)

const collection = "user"

var byAge = query.SortOption{Field: "age", Direction: 1}

// A Store is an open clover database.
type Store struct{ db *clover.DB }

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	db, err := clover.Open(dir)
	if err != nil {
		return nil, err
	}
	made, err := db.HasCollection(collection)
	if err == nil && !made {
		err = errors.Join(db.CreateCollection(collection), index(db))
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{db}, nil
}

func index(db *clover.DB) error {
	return errors.Join(db.CreateIndex(collection, "age"), db.CreateIndex(collection, "city"))
}

func uuid(id string) string { return "00000000-0000-0000-0000-00" + id[1:] }

func wrap(doc users.Doc) *document.Document {
	d := document.NewDocument()
	d.Set(document.ObjectIdField, uuid(doc.ID))
	d.Set("age", doc.Age)
	d.Set("city", doc.City)
	d.Set("json", string(doc.JSON))
	return d
}

func unwrap(d *document.Document) []byte { return []byte(d.Get("json").(string)) }

// Share implements store.Store: writers wait for each other.
func (s *Store) Share(int) {}

// Close implements store.Store.
func (s *Store) Close() error { return s.db.Close() }

// Insert implements store.Store.
func (s *Store) Insert(doc users.Doc) error { return s.db.Insert(collection, wrap(doc)) }

// InsertMany implements store.Store.
func (s *Store) InsertMany(docs []users.Doc) error {
	all := make([]*document.Document, len(docs))
	for i := range docs {
		all[i] = wrap(docs[i])
	}
	return s.db.Insert(collection, all...)
}

// Replace implements store.Store.
func (s *Store) Replace(doc users.Doc) error {
	return s.db.ReplaceById(collection, uuid(doc.ID), wrap(doc))
}

// Delete implements store.Store.
func (s *Store) Delete(id string) error { return s.db.DeleteById(collection, uuid(id)) }

// Get implements store.Store.
func (s *Store) Get(id string) ([]byte, error) {
	d, err := s.db.FindById(collection, uuid(id))
	if err != nil || d == nil {
		return nil, err
	}
	return unwrap(d), nil
}

// City implements store.Store. The index has the _ids of a city in order; to sort by _id
// clover would read them all.
func (s *Store) City(city string, limit int) ([][]byte, error) {
	return s.find(query.NewQuery(collection).Where(query.Field("city").Eq(city)).Limit(limit))
}

// Age implements store.Store.
func (s *Store) Age(low, high, limit int) ([][]byte, error) {
	age := query.Field("age")
	return s.find(query.NewQuery(collection).Where(age.GtEq(low).And(age.LtEq(high))).Sort(byAge).Limit(limit))
}

func (s *Store) find(q *query.Query) ([][]byte, error) {
	found, err := s.db.FindAll(q)
	docs := make([][]byte, len(found))
	for i, d := range found {
		docs[i] = unwrap(d)
	}
	return docs, err
}

// Backup implements store.Backuper: a file of JSON, which is all that clover has.
func (s *Store) Backup(path string) error {
	if err := s.db.ExportCollection(collection, path); err != nil {
		return err
	}
	return store.SyncFile(path)
}

// Restore implements store.Restorer, in batches: clover's own import takes over a minute for
// a hundred thousand documents.
func (s *Store) Restore(backup, dir string) error {
	f, err := os.Open(backup)
	if err != nil {
		return err
	}
	defer f.Close()
	var docs []users.Doc
	objects := json.NewDecoder(bufio.NewReader(f))
	if _, err := objects.Token(); err != nil {
		return err
	}
	restored, err := Open(dir)
	if err != nil {
		return err
	}
	for err == nil && objects.More() {
		var o struct{ JSON string }
		if err = objects.Decode(&o); err != nil {
			break
		}
		docs = append(docs, users.Read([]byte(o.JSON)))
		if len(docs) == 1000 || !objects.More() {
			err = restored.InsertMany(docs)
			docs = docs[:0]
		}
	}
	return errors.Join(err, restored.Close())
}
