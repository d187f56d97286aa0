package worker

import (
	"bufio"
	"errors"
	"math/rand/v2"
	"os"
	"time"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/users"
)

var errUnsupported = errors.New("not supported")

// An operation does a request's work and returns the time that the store took.
type operation func(store.Store, Request) (time.Duration, error)

var operations = map[string]operation{
	"insert":   func(s store.Store, r Request) (time.Duration, error) { return store.Run(s, inserts(r), 1) },
	"insert16": func(s store.Store, r Request) (time.Duration, error) { return store.Run(s, inserts(r), Writers) },
	"bulk":     bulk,
	"get":      func(s store.Store, r Request) (time.Duration, error) { return store.Run(s, gets(r), 1) },
	"city":     func(s store.Store, r Request) (time.Duration, error) { return store.Run(s, cities(r), 1) },
	"age":      func(s store.Store, r Request) (time.Duration, error) { return store.Run(s, ages(r), 1) },
	"mix":      func(s store.Store, r Request) (time.Duration, error) { return store.Run(s, changes(r), 1) },
	"script":   script,
	"snapshot": func(s store.Store, r Request) (time.Duration, error) {
		return maintain(s, func(s store.Snapshotter) error { return s.Snapshot(r.Path) })
	},
	"backup": func(s store.Store, r Request) (time.Duration, error) {
		return maintain(s, func(s store.Backuper) error { return s.Backup(r.Path) })
	},
	"restore": func(s store.Store, r Request) (time.Duration, error) {
		return maintain(s, func(s store.Restorer) error { return s.Restore(r.Path, r.To) })
	},
	"verify":  func(s store.Store, _ Request) (time.Duration, error) { return maintain(s, store.Verifier.Verify) },
	"settle":  func(s store.Store, _ Request) (time.Duration, error) { return maintain(s, store.Settler.Settle) },
	"tidy":    func(s store.Store, _ Request) (time.Duration, error) { return maintain(s, store.Tidier.Tidy) },
	"compact": func(s store.Store, _ Request) (time.Duration, error) { return maintain(s, store.Compacter.Compact) },
}

// maintain times what only some stores have.
func maintain[T any](s store.Store, f func(T) error) (time.Duration, error) {
	t, has := s.(T)
	if !has {
		return 0, errUnsupported
	}
	start := time.Now()
	err := f(t)
	return time.Since(start), err
}

func inserts(r Request) []store.Call {
	docs := users.Many(r.From, r.N)
	calls := make([]store.Call, r.N)
	for i := range calls {
		calls[i] = store.Call{Op: store.Insert, Docs: docs[i : i+1]}
	}
	return calls
}

func bulk(s store.Store, r Request) (spent time.Duration, err error) {
	for done := 0; done < r.N && err == nil; done += r.Batch {
		docs := users.Many(r.From+done, min(r.Batch, r.N-done))
		var d time.Duration
		d, err = store.Run(s, []store.Call{{Op: store.InsertMany, Docs: docs}}, 1)
		spent += d
	}
	return spent, err
}

func random(r Request) *rand.Rand { return rand.New(rand.NewPCG(r.Seed, 7)) }

// calls makes the calls of a request, one by one.
func calls(r Request, call func(*rand.Rand) store.Call) []store.Call {
	rng := random(r)
	all := make([]store.Call, r.N)
	for i := range all {
		all[i] = call(rng)
	}
	return all
}

func gets(r Request) []store.Call {
	return calls(r, func(rng *rand.Rand) store.Call {
		return store.Call{Op: store.Get, ID: users.ID(rng.IntN(r.Of)), Least: 1}
	})
}

func cities(r Request) []store.Call {
	return calls(r, func(rng *rand.Rand) store.Call {
		return store.Call{Op: store.City, City: users.City(rng.IntN(users.Cities)), Limit: Limit, Least: 1}
	})
}

func ages(r Request) []store.Call {
	return calls(r, func(rng *rand.Rand) store.Call {
		low := users.AgeMin + rng.IntN(users.Ages-1)
		return store.Call{Op: store.Age, Low: low, High: low + 1, Limit: Limit, Least: Limit}
	})
}

// changes is two replaces, a delete, and an insert of what was deleted, again and again,
// with other contents, each durable. The number of documents stays.
func changes(r Request) []store.Call {
	ops := [4]store.Op{store.Replace, store.Replace, store.Delete, store.Insert}
	number, i := 0, -1
	return calls(r, func(rng *rand.Rand) store.Call {
		if i++; i%4 != 3 {
			number = rng.IntN(r.Of)
		}
		doc := users.Variant(number, rng.Int())
		return store.Call{Op: ops[i%4], ID: doc.ID, Docs: []users.Doc{doc}}
	})
}

// script lets those who have a language of their own get the documents of a file of _ids.
func script(s store.Store, r Request) (time.Duration, error) {
	scripter, has := s.(store.Scripter)
	if !has {
		return 0, errUnsupported
	}
	file, err := os.Open(r.Path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var ids []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		ids = append(ids, lines.Text())
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return scripter.Script(ids)
}
