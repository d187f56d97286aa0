package fair

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/aero"
	"github.com/aerodb/aerodb/bench/store/badger"
	"github.com/aerodb/aerodb/bench/store/bbolt"
	"github.com/aerodb/aerodb/bench/store/buntdb"
	"github.com/aerodb/aerodb/bench/store/clover"
	"github.com/aerodb/aerodb/bench/store/limit"
	"github.com/aerodb/aerodb/bench/store/pebble"
	"github.com/aerodb/aerodb/bench/store/redis"
	"github.com/aerodb/aerodb/bench/store/sqlite"
	"github.com/aerodb/aerodb/bench/store/tarantool"
	"github.com/aerodb/aerodb/bench/users"
)

const documents = 2000

var subjects = []struct {
	name  string
	open  store.Open
	needs string // a program on the PATH
}{
	{"aerodb", aero.Open, ""}, {"sqlite", sqlite.Open, ""}, {"bbolt", bbolt.Open, ""}, {"pebble", pebble.Open, ""},
	{"badger", badger.Open, ""}, {"buntdb", buntdb.Open, ""}, {"clover", clover.Open, ""},
	{"redis", redis.Open, redis.Program}, {"tarantool", tarantool.Open, tarantool.Program}, {"limit", limit.Open, ""},
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
			if subject.needs != "" {
				if _, err := exec.LookPath(subject.needs); err != nil {
					t.Skipf("%s is not installed: %v", subject.needs, err)
				}
			}
			dir := t.TempDir()
			s := mustOpen(t, subject.open, dir)
			must(t, write(s))
			compare(t, "written", s, want)
			shortReads(t, s)
			maintain(t, s)
			compare(t, "maintained", s, want)
			restore(t, subject.open, s, want)
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
	insert := func(i int) store.Call {
		return store.Call{Op: store.Insert, Docs: []users.Doc{users.Make(i)}}
	}
	if err := do(s, 1, 0, 200, 1, insert); err != nil {
		return err
	}
	if err := do(s, 16, 200, 1000, 1, insert); err != nil {
		return err
	}
	err := do(s, 1, 1000, documents, 250, func(i int) store.Call {
		return store.Call{Op: store.InsertMany, Docs: users.Many(i, 250)}
	})
	if err != nil {
		return err
	}
	err = do(s, 1, 3, documents, 10, func(i int) store.Call {
		doc, _ := final(i)
		return store.Call{Op: store.Replace, Docs: []users.Doc{doc}}
	})
	if err != nil {
		return err
	}
	return do(s, 1, 7, documents, 10, func(i int) store.Call { return store.Call{Op: store.Delete, ID: users.ID(i)} })
}

// do does a call for each of from, from+step ... before to, as the benchmark would.
func do(s store.Store, writers, from, to, step int, call func(i int) store.Call) error {
	var calls []store.Call
	for i := from; i < to; i += step {
		calls = append(calls, call(i))
	}
	_, err := store.Run(s, calls, writers)
	return err
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
	if s, has := s.(store.Tidier); has {
		must(t, s.Tidy())
	}
}

// TestTidyLeavesOneSnapshot wants that what "on disk, compacted and closed" counts has no copy
// of the data before.
func TestTidyLeavesOneSnapshot(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, aero.Open, dir)
	for i := range 3 {
		must(t, s.Insert(users.Make(i)))
		must(t, s.(store.Snapshotter).Snapshot(""))
	}
	count := func() int {
		names, err := filepath.Glob(filepath.Join(dir, "data", "snapshots", "*"))
		must(t, err)
		return len(names)
	}
	before := count()
	must(t, s.(store.Tidier).Tidy())
	if before < 2 || count() != 1 {
		t.Errorf("%d snapshots before, %d after", before, count())
	}
	must(t, s.Close())
}

// shortReads wants an error from a call that finds less than it must: what is fast because
// it finds nothing must not count.
func shortReads(t *testing.T, s store.Store) {
	t.Helper()
	for _, c := range []store.Call{
		{Op: store.Get, ID: users.ID(documents), Least: 1},
		{Op: store.City, City: "none", Limit: 100, Least: 1},
		{Op: store.Age, Low: users.AgeMin, High: users.AgeMin + 1, Limit: 3, Least: 4},
	} {
		if _, err := store.Run(s, []store.Call{c}, 1); err == nil {
			t.Errorf("%s: a read that finds too little passes", c.Op)
		}
		c.Least = 0
		if _, err := store.Run(s, []store.Call{c}, 1); err != nil {
			t.Errorf("%s that may find nothing: %v", c.Op, err)
		}
	}
}

// restore restores a backup into a new directory and opens it there.
func restore(t *testing.T, open store.Open, s store.Store, want []answer) {
	t.Helper()
	restorer, has := s.(store.Restorer)
	if !has {
		return
	}
	backup, dir := filepath.Join(t.TempDir(), "backup"), t.TempDir()
	must(t, s.(store.Backuper).Backup(backup))
	must(t, restorer.Restore(backup, dir))
	restored := mustOpen(t, open, dir)
	compare(t, "restored", restored, want)
	must(t, restored.Close())
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
