package fair

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/aero"
	"github.com/aerodb/aerodb/bench/store/badger"
	"github.com/aerodb/aerodb/bench/store/bbolt"
	"github.com/aerodb/aerodb/bench/store/buntdb"
	"github.com/aerodb/aerodb/bench/store/limit"
	"github.com/aerodb/aerodb/bench/store/pebble"
	"github.com/aerodb/aerodb/bench/store/sqlite"
	"github.com/aerodb/aerodb/bench/users"
)

const documents = 2000

var subjects = []struct {
	name string
	open store.Open
}{
	{"aerodb", aero.Open}, {"sqlite", sqlite.Open}, {"bbolt", bbolt.Open}, {"pebble", pebble.Open},
	{"badger", badger.Open}, {"buntdb", buntdb.Open}, {"limit", limit.Open},
}

// TestAllAnswerAlike gives every subject the same 2,000 documents by every way of
// writing that the benchmark has, and wants the same answers to the same queries as a
// plain model gives: after the writes, after each kind of maintenance, and after opening
// again.
func TestAllAnswerAlike(t *testing.T) {
	want := model()
	if len(want) < documents || len(want[0]) == 0 {
		t.Fatal("the model answers nothing")
	}
	for _, subject := range subjects {
		t.Run(subject.name, func(t *testing.T) {
			dir := t.TempDir()
			s := mustOpen(t, subject.open, dir)
			must(t, write(s))
			compare(t, "written", s, want)
			maintain(t, s)
			compare(t, "maintained", s, want)
			must(t, s.Close())
			if subject.name == "limit" {
				return
			}
			s = mustOpen(t, subject.open, dir)
			compare(t, "opened again", s, want)
			must(t, s.Close())
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustOpen(t *testing.T, open store.Open, dir string) store.Store {
	t.Helper()
	s, err := open(dir)
	must(t, err)
	return s
}

// final returns document i as write leaves it, or false if it is deleted.
func final(i int) (users.Doc, bool) {
	switch i % 10 {
	case 3:
		return users.Variant(i, i+documents), true
	case 7:
		return users.Doc{}, false
	}
	return users.Make(i), true
}

func write(s store.Store) error {
	for i := range 200 {
		if err := s.Insert(users.Make(i)); err != nil {
			return err
		}
	}
	if err := insertShared(s, users.Many(200, 800)); err != nil {
		return err
	}
	for i := 1000; i < documents; i += 250 {
		if err := s.InsertMany(users.Many(i, 250)); err != nil {
			return err
		}
	}
	for i := range documents {
		doc, there := final(i)
		var err error
		switch {
		case !there:
			err = s.Delete(users.ID(i))
		case i%10 == 3:
			err = s.Replace(doc)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func insertShared(s store.Store, docs []users.Doc) error {
	const writers = 16
	s.Share(writers)
	defer s.Share(1)
	var wait sync.WaitGroup
	failed := make([]error, writers)
	for w := range writers {
		wait.Go(func() {
			for i := w; i < len(docs); i += writers {
				failed[w] = errors.Join(failed[w], s.Insert(docs[i]))
			}
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}

func maintain(t *testing.T, s store.Store) {
	t.Helper()
	out := t.TempDir()
	if s, has := s.(store.Settler); has {
		must(t, s.Settle())
	}
	if s, has := s.(store.Snapshotter); has {
		must(t, s.Snapshot(filepath.Join(out, "snapshot")))
	}
	if s, has := s.(store.Backuper); has {
		must(t, s.Backup(filepath.Join(out, "backup")))
	}
	if s, has := s.(store.Verifier); has {
		must(t, s.Verify())
	}
	if s, has := s.(store.Compacter); has {
		must(t, s.Compact())
	}
}

// An answer is decoded documents: canonical form and the given one are the same.
type answer []map[string]any

func decode(t *testing.T, docs ...[]byte) (a answer) {
	t.Helper()
	for _, doc := range docs {
		if doc == nil {
			continue
		}
		var m map[string]any
		must(t, json.Unmarshal(doc, &m))
		a = append(a, m)
	}
	return a
}

// ask puts all queries: each document, each city, each pair of ages, with two limits.
func ask(t *testing.T, s store.Store) (answers []answer) {
	t.Helper()
	for i := range documents + 1 {
		doc, err := s.Get(users.ID(i))
		must(t, err)
		answers = append(answers, decode(t, doc))
	}
	for _, limit := range []int{3, 100} {
		for i := range users.Cities {
			docs, err := s.City(users.City(i), limit)
			must(t, err)
			answers = append(answers, decode(t, docs...))
		}
		for low := users.AgeMin; low < users.AgeMin+users.Ages; low++ {
			docs, err := s.Age(low, low+1, limit)
			must(t, err)
			answers = append(answers, decode(t, docs...))
		}
	}
	return answers
}

func compare(t *testing.T, when string, s store.Store, want []answer) {
	t.Helper()
	for i, got := range ask(t, s) {
		if !reflect.DeepEqual(got, want[i]) {
			t.Fatalf("%s: answer %d is\n%v\nwant\n%v", when, i, got, want[i])
		}
	}
}
