// Package badger is Badger behind the benchmark's Store: SyncWrites, a block cache of
// the size of AeroDB's, and otherwise its default options. It compacts in the background
// only: what can be asked for (Flatten) does nothing to a database of this shape.
package badger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/kv"
	"github.com/dgraph-io/badger/v4"
)

type engine struct{ db *badger.DB }

// A Store is an open Badger.
type Store struct {
	kv.Store
	db *badger.DB
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	o := badger.DefaultOptions(filepath.Join(dir, "badger")).WithSyncWrites(true).WithBlockCacheSize(64 << 20).WithLogger(nil)
	db, err := badger.Open(o)
	if err != nil {
		return nil, err
	}
	return &Store{kv.Store{E: engine{db}}, db}, nil
}

// Share does nothing: Badger's writer shares syncs by itself.
func (e engine) Share(int) {}

func (e engine) Commit(b kv.Batch) error {
	return e.db.Update(func(tx *badger.Txn) error {
		for _, key := range b.Deletes {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		for _, p := range b.Sets {
			if err := tx.Set(p.Key, p.Value); err != nil {
				return err
			}
		}
		return nil
	})
}

type reader struct{ tx *badger.Txn }

func (e engine) View(f func(kv.Reader) error) error {
	return e.db.View(func(tx *badger.Txn) error { return f(reader{tx}) })
}

func (r reader) Get(key []byte) ([]byte, error) {
	item, err := r.tx.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return item.ValueCopy(nil)
}

func (r reader) Scan(low, high []byte, f func([]byte) bool) error {
	it := r.tx.NewIterator(badger.IteratorOptions{Prefix: low[:1]})
	defer it.Close()
	for it.Seek(low); it.Valid() && bytes.Compare(it.Item().Key(), high) < 0; it.Next() {
		if !f(it.Item().Key()) {
			break
		}
	}
	return nil
}

func (e engine) Close() error { return e.db.Close() }

// Snapshot implements store.Snapshotter: a copy, since Badger has nothing else.
func (s *Store) Snapshot(path string) error { return s.Backup(path) }

// Backup implements store.Backuper.
func (s *Store) Backup(path string) error {
	return store.WriteSynced(path, func(f *os.File) error { _, err := s.db.Backup(f, 0); return err })
}

// Verify implements store.Verifier.
func (s *Store) Verify() error { return s.db.VerifyChecksum() }

// Restore implements store.Restorer.
func (s *Store) Restore(backup, dir string) error {
	f, err := os.Open(backup)
	if err != nil {
		return err
	}
	restored, err := Open(dir)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	db := restored.(*Store).db
	err = db.Load(f, 256) // as many batches in flight as Badger's own tool has
	if err == nil {
		err = db.VerifyChecksum()
	}
	return errors.Join(err, restored.Close(), f.Close())
}
