// Package buntdb is BuntDB behind the benchmark's Store: SyncPolicy Always, and otherwise
// its default options. Index entries are keys of their own as with the other key-value
// stores: an index of BuntDB's own parses JSON at every comparison.
package buntdb

import (
	"errors"
	"os"
	"path/filepath"
	"unsafe"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/kv"
	"github.com/tidwall/buntdb"
)

type engine struct{ db *buntdb.DB }

// A Store is an open BuntDB.
type Store struct {
	kv.Store
	db *buntdb.DB
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	db, err := buntdb.Open(filepath.Join(dir, "bunt.db"))
	if err != nil {
		return nil, err
	}
	var c buntdb.Config
	if err := db.ReadConfig(&c); err != nil {
		return nil, err
	}
	c.SyncPolicy = buntdb.Always
	return &Store{kv.Store{E: engine{db}}, db}, db.SetConfig(c)
}

// Share does nothing: BuntDB knows no group commit.
func (e engine) Share(int) {}

// str makes a string of bytes that nobody changes any more.
func str(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (e engine) Commit(b kv.Batch) error {
	return e.db.Update(func(tx *buntdb.Tx) error {
		for _, key := range b.Deletes {
			if _, err := tx.Delete(str(key)); err != nil {
				return err
			}
		}
		for _, p := range b.Sets {
			if _, _, err := tx.Set(str(p.Key), str(p.Value), nil); err != nil {
				return err
			}
		}
		return nil
	})
}

type reader struct{ tx *buntdb.Tx }

func (e engine) View(f func(kv.Reader) error) error {
	return e.db.View(func(tx *buntdb.Tx) error { return f(reader{tx}) })
}

func (r reader) Get(key []byte) ([]byte, error) {
	value, err := r.tx.Get(str(key))
	if errors.Is(err, buntdb.ErrNotFound) {
		return nil, nil
	}
	return unsafe.Slice(unsafe.StringData(value), len(value)), err
}

func (r reader) Scan(low, high []byte, f func([]byte) bool) error {
	return r.tx.AscendRange("", str(low), str(high), func(key, _ string) bool {
		return f(unsafe.Slice(unsafe.StringData(key), len(key)))
	})
}

func (e engine) Close() error { return e.db.Close() }

// Snapshot implements store.Snapshotter: a copy, since BuntDB has nothing else.
func (s *Store) Snapshot(path string) error { return s.Backup(path) }

// Backup implements store.Backuper.
func (s *Store) Backup(path string) error {
	return store.WriteSynced(path, func(f *os.File) error { return s.db.Save(f) })
}

// Compact implements store.Compacter.
func (s *Store) Compact() error { return s.db.Shrink() }

// Restore implements store.Restorer: a backup is a database, and opening it reads it all.
func (s *Store) Restore(backup, dir string) error {
	return store.RestoreFile(backup, dir, "bunt.db", Open)
}
