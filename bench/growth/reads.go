package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aerodb/aerodb/bench/store/aero"
	"github.com/aerodb/aerodb/bench/users"
	"github.com/aerodb/aerodb/bench/worker"
)

// start gets one document of a database that was just opened.
func start(s *aero.Store, job *Job, o *Outcome) error {
	doc, err := s.Get(users.ID(job.Of / 2))
	o.Values["open"] = milliseconds(time.Since(job.start))
	o.Values["replayed"] = float64(s.DB().Recovery().Ops)
	o.Document = string(doc)
	return err
}

// reads times random gets and both queries. A part of them before those that count fills
// the cache.
func reads(s *aero.Store, job *Job, o *Outcome) error {
	rng := rand.New(rand.NewPCG(job.Seed, 7))
	for _, op := range []struct {
		name string
		n    int
		draw func() func() (documents int, err error)
	}{
		{"get", job.Settings.Gets, func() func() (int, error) {
			id := users.ID(rng.IntN(job.Of))
			return func() (int, error) {
				doc, err := s.Get(id)
				return min(1, len(doc)), err
			}
		}},
		{"city", job.Settings.Queries, func() func() (int, error) {
			city := users.City(rng.IntN(users.Cities))
			return func() (int, error) {
				docs, err := s.City(city, worker.Limit)
				return len(docs), err
			}
		}},
		{"age", job.Settings.Queries, func() func() (int, error) {
			low := users.AgeMin + rng.IntN(users.Ages-1)
			return func() (int, error) {
				docs, err := s.Age(low, low+1, worker.Limit)
				return len(docs), err
			}
		}},
	} {
		for i := -op.n / 4; i < op.n; i++ {
			call, into := op.draw(), o
			if i < 0 {
				into = &Outcome{Each: map[string][]float64{}}
			}
			documents := 0
			err := into.time(op.name, func() (err error) {
				documents, err = call()
				return err
			})
			if err != nil {
				return err
			}
			if documents == 0 && (op.name == "get" || job.Of >= 100*users.Cities) {
				return fmt.Errorf("%s returned nothing", op.name)
			}
		}
	}
	return nil
}
