// Package pebble is Pebble behind the benchmark's Store: Sync, a block cache of the size
// of AeroDB's, a bloom filter, and otherwise its default options.
package pebble

import (
	"context"
	"errors"
	"log"
	"path/filepath"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/kv"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
)

type quiet struct{}

func (quiet) Infof(string, ...any)         {}
func (quiet) Errorf(f string, args ...any) { log.Printf("pebble: "+f, args...) }
func (quiet) Fatalf(f string, args ...any) { log.Fatalf("pebble: "+f, args...) }

type engine struct{ db *pebble.DB }

// A Store is an open Pebble.
type Store struct {
	kv.Store
	db *pebble.DB
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	o := &pebble.Options{CacheSize: 64 << 20, Logger: quiet{}, FormatMajorVersion: pebble.FormatNewest}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	db, err := pebble.Open(filepath.Join(dir, "pebble"), o)
	if err != nil {
		return nil, err
	}
	return &Store{kv.Store{E: engine{db}}, db}, nil
}

// Share does nothing: Pebble's commit pipeline shares syncs by itself.
func (e engine) Share(int) {}

func (e engine) Commit(b kv.Batch) error {
	batch := e.db.NewBatch()
	for _, key := range b.Deletes {
		if err := batch.Delete(key, nil); err != nil {
			return err
		}
	}
	for _, p := range b.Sets {
		if err := batch.Set(p.Key, p.Value, nil); err != nil {
			return err
		}
	}
	return errors.Join(batch.Commit(pebble.Sync), batch.Close())
}

// reader reads the newest state: nothing else writes during a read of the benchmark, and
// a snapshot would cost Pebble extra.
type reader struct {
	db   *pebble.DB
	last []byte
}

func (e engine) View(f func(kv.Reader) error) error { return f(&reader{db: e.db}) }

func (r *reader) Get(key []byte) ([]byte, error) {
	value, closer, err := r.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.last = append(r.last[:0], value...)
	return r.last, closer.Close()
}

func (r *reader) Scan(low, high []byte, f func([]byte) bool) error {
	it, err := r.db.NewIter(&pebble.IterOptions{LowerBound: low, UpperBound: high})
	if err != nil {
		return err
	}
	for it.First(); it.Valid() && f(it.Key()); it.Next() {
	}
	return errors.Join(it.Error(), it.Close())
}

func (e engine) Close() error { return e.db.Close() }

// Snapshot implements store.Snapshotter: hard links.
func (s *Store) Snapshot(path string) error { return s.db.Checkpoint(path, pebble.WithFlushedWAL()) }

// Verify implements store.Verifier.
func (s *Store) Verify() error { return s.db.CheckLevels(nil) }

// Compact implements store.Compacter.
func (s *Store) Compact() error {
	if err := s.db.Flush(); err != nil {
		return err
	}
	return s.db.Compact(context.Background(), []byte{0}, []byte{255}, true)
}
