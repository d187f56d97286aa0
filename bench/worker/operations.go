package worker

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/users"
)

var errUnsupported = errors.New("not supported")

// An operation does a request's work and returns the time that the store took.
type operation func(store.Store, Request) (time.Duration, error)

var operations = map[string]operation{
	"insert":   insert,
	"insert16": insertShared,
	"bulk":     bulk,
	"get":      get,
	"city":     city,
	"age":      age,
	"mix":      mix,
	"snapshot": func(s store.Store, r Request) (time.Duration, error) {
		return maintain(s, func(s store.Snapshotter) error { return s.Snapshot(r.Path) })
	},
	"backup": func(s store.Store, r Request) (time.Duration, error) {
		return maintain(s, func(s store.Backuper) error { return s.Backup(r.Path) })
	},
	"verify":  func(s store.Store, _ Request) (time.Duration, error) { return maintain(s, store.Verifier.Verify) },
	"settle":  func(s store.Store, _ Request) (time.Duration, error) { return maintain(s, store.Settler.Settle) },
	"compact": func(s store.Store, _ Request) (time.Duration, error) { return maintain(s, store.Compacter.Compact) },
}

// since times f.
func since(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}

// maintain times what only some stores have.
func maintain[T any](s store.Store, f func(T) error) (time.Duration, error) {
	t, has := s.(T)
	if !has {
		return 0, errUnsupported
	}
	return since(func() error { return f(t) })
}

func insert(s store.Store, r Request) (time.Duration, error) {
	docs := users.Many(r.From, r.N)
	return since(func() error {
		for _, doc := range docs {
			if err := s.Insert(doc); err != nil {
				return err
			}
		}
		return nil
	})
}

func insertShared(s store.Store, r Request) (time.Duration, error) {
	docs := users.Many(r.From, r.N)
	s.Share(Writers)
	defer s.Share(1)
	return since(func() error {
		var next atomic.Int64
		var wait sync.WaitGroup
		failed := make([]error, Writers)
		for w := range Writers {
			wait.Go(func() {
				for i := next.Add(1) - 1; i < int64(len(docs)) && failed[w] == nil; i = next.Add(1) - 1 {
					failed[w] = s.Insert(docs[i])
				}
			})
		}
		wait.Wait()
		return errors.Join(failed...)
	})
}

func bulk(s store.Store, r Request) (spent time.Duration, err error) {
	for done := 0; done < r.N && err == nil; done += r.Batch {
		docs := users.Many(r.From+done, min(r.Batch, r.N-done))
		var d time.Duration
		d, err = since(func() error { return s.InsertMany(docs) })
		spent += d
	}
	return spent, err
}

func random(r Request) *rand.Rand { return rand.New(rand.NewPCG(r.Seed, 7)) }

func get(s store.Store, r Request) (time.Duration, error) {
	rng := random(r)
	ids := make([]string, r.N)
	for i := range ids {
		ids[i] = users.ID(rng.IntN(r.Of))
	}
	return since(func() error {
		for _, id := range ids {
			if doc, err := s.Get(id); err != nil || len(doc) == 0 {
				return fmt.Errorf("get %s: %d bytes, %v", id, len(doc), err)
			}
		}
		return nil
	})
}

func city(s store.Store, r Request) (time.Duration, error) {
	rng := random(r)
	return since(func() error {
		for range r.N {
			if docs, err := s.City(users.City(rng.IntN(users.Cities)), Limit); err != nil || len(docs) == 0 {
				return fmt.Errorf("city: %d documents, %v", len(docs), err)
			}
		}
		return nil
	})
}

func age(s store.Store, r Request) (time.Duration, error) {
	rng := random(r)
	return since(func() error {
		for range r.N {
			low := users.AgeMin + rng.IntN(users.Ages-1)
			if docs, err := s.Age(low, low+1, Limit); err != nil || len(docs) != Limit {
				return fmt.Errorf("age: %d documents, %v", len(docs), err)
			}
		}
		return nil
	})
}

// mix is two replaces, a delete, and an insert of what was deleted, again and again, with
// other contents, each durable. The number of documents stays.
func mix(s store.Store, r Request) (time.Duration, error) {
	rng := random(r)
	docs := make([]users.Doc, r.N)
	number := 0
	for i := range docs {
		if i%4 != 3 {
			number = rng.IntN(r.Of)
		}
		docs[i] = users.Variant(number, rng.Int())
	}
	return since(func() (err error) {
		for i, doc := range docs {
			switch i % 4 {
			case 2:
				err = s.Delete(doc.ID)
			case 3:
				err = s.Insert(doc)
			default:
				err = s.Replace(doc)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
