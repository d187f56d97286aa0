// Package limit is what the hardware gives a program that does nothing else, behind the
// benchmark's Store: a preallocated file that is written and synced, one pread a get,
// and ready maps in memory. It is no database: it cannot be opened again.
package limit

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/users"
	"golang.org/x/sys/unix"
)

const (
	sector  = 512
	logSize = 64 << 20
)

// A Store is a log, a file of documents and two maps.
type Store struct {
	log, docs *os.File
	end, free int64
	buffer    []byte

	mu     sync.Mutex // guards wait
	wait   []*pending
	commit sync.Mutex // held by whoever writes for the group

	// recent is what was written and not settled; a document without JSON is deleted.
	recent []users.Doc
	places map[string]place
	cities map[string][]users.Doc // each in order of _id
	ages   map[int][]users.Doc
}

type place struct {
	doc    users.Doc
	offset int64
}

type pending struct {
	doc  users.Doc
	done chan error
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	zeros := make([]byte, 1<<20)
	for range logSize / len(zeros) {
		if _, err := log.Write(zeros); err != nil {
			return nil, err
		}
	}
	docs, err := os.Create(filepath.Join(dir, "docs"))
	if err != nil {
		return nil, err
	}
	return &Store{log: log, docs: docs, places: map[string]place{}}, log.Sync()
}

// commitAll writes documents to the log, in whole sectors, and syncs it.
func (s *Store) commitAll(docs ...users.Doc) error {
	s.buffer = s.buffer[:0]
	for _, doc := range docs {
		s.buffer = append(s.buffer, doc.JSON...)
	}
	s.buffer = append(s.buffer, make([]byte, sector-len(s.buffer)%sector)...)
	n := int64(len(s.buffer))
	if s.end+n > logSize {
		s.end = 0
	}
	if _, err := s.log.WriteAt(s.buffer, s.end); err != nil {
		return err
	}
	s.end += n
	s.recent = append(s.recent, docs...)
	return unix.Fdatasync(int(s.log.Fd()))
}

// Share implements store.Store.
func (s *Store) Share(int) {}

// Insert implements store.Store: the first that waits writes for all that wait once the
// write before is done.
func (s *Store) Insert(doc users.Doc) error {
	p := &pending{doc, make(chan error, 1)}
	s.mu.Lock()
	s.wait = append(s.wait, p)
	leads := len(s.wait) == 1
	s.mu.Unlock()
	if !leads {
		return <-p.done
	}
	s.commit.Lock()
	defer s.commit.Unlock()
	s.mu.Lock()
	group := s.wait
	s.wait = nil
	s.mu.Unlock()
	docs := make([]users.Doc, len(group))
	for i, q := range group {
		docs[i] = q.doc
	}
	err := s.commitAll(docs...)
	for _, q := range group {
		q.done <- err
	}
	return err
}

// InsertMany implements store.Store.
func (s *Store) InsertMany(docs []users.Doc) error { return s.commitAll(docs...) }

// Replace implements store.Store.
func (s *Store) Replace(doc users.Doc) error { return s.commitAll(doc) }

// Delete implements store.Store.
func (s *Store) Delete(id string) error { return s.commitAll(users.Doc{ID: id}) }

// Settle implements store.Settler: it makes the file and the maps that reads look at.
func (s *Store) Settle() error {
	var text []byte
	for _, doc := range s.recent {
		if doc.JSON == nil {
			delete(s.places, doc.ID)
			continue
		}
		s.places[doc.ID] = place{doc, s.free + int64(len(text))}
		text = append(text, doc.JSON...)
	}
	_, err := s.docs.WriteAt(text, s.free)
	s.free += int64(len(text))
	s.recent = nil
	s.cities, s.ages = map[string][]users.Doc{}, map[int][]users.Doc{}
	for _, p := range s.places {
		s.cities[p.doc.City] = append(s.cities[p.doc.City], p.doc)
		s.ages[p.doc.Age] = append(s.ages[p.doc.Age], p.doc)
	}
	byID := func(a, b users.Doc) int { return cmp.Compare(a.ID, b.ID) }
	for _, docs := range s.cities {
		slices.SortFunc(docs, byID)
	}
	for _, docs := range s.ages {
		slices.SortFunc(docs, byID)
	}
	return err
}

func (s *Store) settled() error {
	if len(s.recent) == 0 {
		return nil
	}
	return s.Settle()
}

// Get implements store.Store.
func (s *Store) Get(id string) ([]byte, error) {
	if err := s.settled(); err != nil {
		return nil, err
	}
	p, found := s.places[id]
	if !found {
		return nil, nil
	}
	doc := make([]byte, len(p.doc.JSON))
	_, err := s.docs.ReadAt(doc, p.offset)
	return doc, err
}

// City implements store.Store.
func (s *Store) City(city string, limit int) ([][]byte, error) {
	if err := s.settled(); err != nil {
		return nil, err
	}
	return take(nil, s.cities[city], limit), nil
}

// Age implements store.Store.
func (s *Store) Age(low, high, limit int) (docs [][]byte, err error) {
	if err := s.settled(); err != nil {
		return nil, err
	}
	for age := low; age <= high; age++ {
		docs = take(docs, s.ages[age], limit)
	}
	return docs, nil
}

func take(docs [][]byte, from []users.Doc, limit int) [][]byte {
	for _, doc := range from[:min(limit-len(docs), len(from))] {
		docs = append(docs, slices.Clone(doc.JSON))
	}
	return docs
}

// Close implements store.Store.
func (s *Store) Close() error { return errors.Join(s.log.Close(), s.docs.Close()) }
