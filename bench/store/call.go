package store

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerodb/aerodb/bench/users"
)

// An Op names a method of Store.
type Op string

// What a Call can be.
const (
	Insert     Op = "insert"
	InsertMany Op = "insert_many"
	Replace    Op = "replace"
	Delete     Op = "delete"
	Get        Op = "get"
	City       Op = "city"
	Age        Op = "age"
)

// A Call is one call of a Store. Least is how many documents it must find.
type Call struct {
	Op                      Op
	ID                      string
	City                    string
	Low, High, Limit, Least int
	Docs                    []users.Doc
}

// On does the call. A read that finds too little is an error.
func (c *Call) On(s Store) error {
	var docs [][]byte
	var err error
	switch c.Op {
	case Insert:
		return s.Insert(c.Docs[0])
	case InsertMany:
		return s.InsertMany(c.Docs)
	case Replace:
		return s.Replace(c.Docs[0])
	case Delete:
		return s.Delete(c.ID)
	case Get:
		doc, err := s.Get(c.ID)
		if err == nil && doc == nil && c.Least > 0 {
			err = fmt.Errorf("there is no document %s", c.ID)
		}
		return err
	case City:
		docs, err = s.City(c.City, c.Limit)
	case Age:
		docs, err = s.Age(c.Low, c.High, c.Limit)
	}
	if err == nil && len(docs) < c.Least {
		err = fmt.Errorf("%s: %d documents, want %d", c.Op, len(docs), c.Least)
	}
	return err
}

// A Runner does calls inside the database, in the database's own language, and says how
// long that took without their way there.
type Runner interface {
	Run(calls []Call, writers int) (time.Duration, error)
}

// Run does the calls with so many writers at once, and returns how long it took.
func Run(s Store, calls []Call, writers int) (time.Duration, error) {
	if r, runs := s.(Runner); runs {
		return r.Run(calls, writers)
	}
	if writers > 1 {
		s.Share(writers)
		defer s.Share(1)
	}
	start := time.Now()
	err := run(s, calls, writers)
	return time.Since(start), err
}

func run(s Store, calls []Call, writers int) error {
	if writers == 1 {
		for i := range calls {
			if err := calls[i].On(s); err != nil {
				return err
			}
		}
		return nil
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	failed := make([]error, writers)
	for w := range writers {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(calls)) && failed[w] == nil; i = next.Add(1) - 1 {
				failed[w] = calls[i].On(s)
			}
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}
