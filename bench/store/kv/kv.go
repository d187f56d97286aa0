// Package kv makes a Store of an ordered key-value store.
//
//	d <_id>                   the document
//	a <age, one byte> <_id>   nothing
//	c <city> 0 <_id>          nothing
package kv

import (
	"github.com/aerodb/aerodb/bench/users"
)

// An Engine is an ordered key-value store.
type Engine interface {
	Share(writers int)
	// Commit makes a batch durable, whole or not at all.
	Commit(Batch) error
	// View calls f with a reader of one state of the store.
	View(f func(Reader) error) error
	Close() error
}

// A Batch is the changes of one commit: Deletes, then Sets.
type Batch struct {
	Deletes [][]byte
	Sets    []Pair
}

// A Pair is a key and its value, both of which the engine may keep.
type Pair struct{ Key, Value []byte }

// A Reader reads one state. What it returns is valid during the View.
type Reader interface {
	// Get returns nil if there is no such key.
	Get(key []byte) ([]byte, error)
	// Scan calls f with the keys from low to before high until it returns false.
	Scan(low, high []byte, f func(key []byte) bool) error
}

// A Store is a store.Store over an Engine. Embed it.
type Store struct{ E Engine }

func docKey(id string) []byte { return append([]byte{'d'}, id...) }

func ageKey(age int, id string) []byte { return append([]byte{'a', byte(age)}, id...) }

func cityKey(city, id string) []byte {
	return append(append(append([]byte{'c'}, city...), 0), id...)
}

func (b *Batch) add(doc users.Doc) {
	b.Sets = append(b.Sets, Pair{docKey(doc.ID), doc.JSON}, Pair{ageKey(doc.Age, doc.ID), []byte{}}, Pair{cityKey(doc.City, doc.ID), []byte{}})
}

// Share implements store.Store.
func (s Store) Share(writers int) { s.E.Share(writers) }

// Close implements store.Store.
func (s Store) Close() error { return s.E.Close() }

// Insert implements store.Store.
func (s Store) Insert(doc users.Doc) error {
	var b Batch
	b.add(doc)
	return s.E.Commit(b)
}

// InsertMany implements store.Store.
func (s Store) InsertMany(docs []users.Doc) error {
	b := Batch{Sets: make([]Pair, 0, 3*len(docs))}
	for _, doc := range docs {
		b.add(doc)
	}
	return s.E.Commit(b)
}

// Replace implements store.Store. Index entries that stay are not written again.
func (s Store) Replace(doc users.Doc) error {
	old, err := s.Get(doc.ID)
	if err != nil {
		return err
	}
	age, city := users.Fields(old)
	b := Batch{Sets: []Pair{{docKey(doc.ID), doc.JSON}}}
	if age != doc.Age {
		b.Deletes = append(b.Deletes, ageKey(age, doc.ID))
		b.Sets = append(b.Sets, Pair{ageKey(doc.Age, doc.ID), []byte{}})
	}
	if city != doc.City {
		b.Deletes = append(b.Deletes, cityKey(city, doc.ID))
		b.Sets = append(b.Sets, Pair{cityKey(doc.City, doc.ID), []byte{}})
	}
	return s.E.Commit(b)
}

// Delete implements store.Store.
func (s Store) Delete(id string) error {
	old, err := s.Get(id)
	if err != nil {
		return err
	}
	age, city := users.Fields(old)
	return s.E.Commit(Batch{Deletes: [][]byte{docKey(id), ageKey(age, id), cityKey(city, id)}})
}

// Get implements store.Store.
func (s Store) Get(id string) (doc []byte, err error) {
	err = s.E.View(func(r Reader) error {
		value, err := r.Get(docKey(id))
		if value != nil {
			doc = append([]byte(nil), value...)
		}
		return err
	})
	return doc, err
}

// City implements store.Store.
func (s Store) City(city string, limit int) ([][]byte, error) {
	low := cityKey(city, "")
	high := append([]byte(nil), low...)
	high[len(high)-1]++
	return s.find(low, high, limit)
}

// Age implements store.Store.
func (s Store) Age(low, high, limit int) ([][]byte, error) {
	return s.find(ageKey(low, ""), ageKey(high+1, ""), limit)
}

// find returns the documents that the index entries from low to before high name. An
// _id is the last idLen bytes of an entry.
func (s Store) find(low, high []byte, limit int) (docs [][]byte, err error) {
	const idLen = len("u0000000000")
	err = s.E.View(func(r Reader) error {
		ids := make([]byte, 0, limit*(idLen+1))
		err := r.Scan(low, high, func(key []byte) bool {
			ids = append(append(ids, 'd'), key[len(key)-idLen:]...)
			return len(ids) < limit*(idLen+1)
		})
		for ; err == nil && len(ids) > 0; ids = ids[idLen+1:] {
			var doc []byte
			if doc, err = r.Get(ids[: idLen+1 : idLen+1]); err == nil {
				docs = append(docs, append([]byte(nil), doc...))
			}
		}
		return err
	})
	return docs, err
}
