// Package bbolt is bbolt behind the benchmark's Store, with its default options.
package bbolt

import (
	"bytes"
	"os"
	"path/filepath"
	"time"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/kv"
	"go.etcd.io/bbolt"
)

var bucket = []byte("all")

type engine struct {
	db     *bbolt.DB
	commit func(func(*bbolt.Tx) error) error
}

// A Store is an open bbolt.
type Store struct {
	kv.Store
	e *engine
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	db, err := bbolt.Open(filepath.Join(dir, "bolt.db"), 0o600, nil)
	if err != nil {
		return nil, err
	}
	e := &engine{db: db}
	e.Share(1)
	if !e.made() {
		err = db.Update(func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucketIfNotExists(bucket)
			return err
		})
	}
	return &Store{kv.Store{E: e}, e}, err
}

func (e *engine) made() (yes bool) {
	_ = e.db.View(func(tx *bbolt.Tx) error { yes = tx.Bucket(bucket) != nil; return nil })
	return yes
}

// Share lets concurrent writers share a transaction, as soon as all of them wait.
func (e *engine) Share(writers int) {
	e.commit = e.db.Update
	if writers > 1 {
		e.db.MaxBatchSize, e.db.MaxBatchDelay = writers, time.Millisecond
		e.commit = e.db.Batch
	}
}

func (e *engine) Commit(b kv.Batch) error {
	return e.commit(func(tx *bbolt.Tx) error {
		all := tx.Bucket(bucket)
		for _, key := range b.Deletes {
			if err := all.Delete(key); err != nil {
				return err
			}
		}
		for _, p := range b.Sets {
			if err := all.Put(p.Key, p.Value); err != nil {
				return err
			}
		}
		return nil
	})
}

type reader struct{ *bbolt.Bucket }

func (e *engine) View(f func(kv.Reader) error) error {
	return e.db.View(func(tx *bbolt.Tx) error { return f(reader{tx.Bucket(bucket)}) })
}

func (r reader) Get(key []byte) ([]byte, error) { return r.Bucket.Get(key), nil }

func (r reader) Scan(low, high []byte, f func([]byte) bool) error {
	c := r.Cursor()
	for key, _ := c.Seek(low); key != nil && bytes.Compare(key, high) < 0; key, _ = c.Next() {
		if !f(key) {
			break
		}
	}
	return nil
}

func (e *engine) Close() error { return e.db.Close() }

// Snapshot implements store.Snapshotter: a copy, since bbolt has nothing else.
func (s *Store) Snapshot(path string) error { return s.Backup(path) }

// Backup implements store.Backuper.
func (s *Store) Backup(path string) error {
	return store.WriteSynced(path, func(f *os.File) error {
		return s.e.db.View(func(tx *bbolt.Tx) error { _, err := tx.WriteTo(f); return err })
	})
}

// Verify implements store.Verifier.
func (s *Store) Verify() error {
	return s.e.db.View(func(tx *bbolt.Tx) (err error) {
		for e := range tx.Check() {
			err = e
		}
		return err
	})
}

// Compact implements store.Compacter: into a new file, which takes the old one's place.
func (s *Store) Compact() error {
	name := s.e.db.Path()
	to, err := bbolt.Open(name+".compact", 0o600, nil)
	if err != nil {
		return err
	}
	if err := bbolt.Compact(to, s.e.db, 64<<10); err != nil {
		return err
	}
	if err := to.Close(); err != nil {
		return err
	}
	if err := s.e.db.Close(); err != nil {
		return err
	}
	if err := os.Rename(name+".compact", name); err != nil {
		return err
	}
	s.e.db, err = bbolt.Open(name, 0o600, nil)
	if err == nil {
		s.e.Share(1)
	}
	return err
}

// Restore implements store.Restorer: a backup is a database.
func (s *Store) Restore(backup, dir string) error {
	return store.RestoreFile(backup, dir, "bolt.db", Open)
}
