// Package aero is AeroDB behind the benchmark's Store, with its default options.
package aero

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/users"
	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
)

var ctx = context.Background()

// A Store is an open AeroDB.
type Store struct {
	db *engine.DB
	c  *engine.Collection
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	o := engine.DefaultOptions()
	o.Dir = filepath.Join(dir, "data")
	s, err := OpenWith(o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// OpenWith opens the database in Options.Dir, and makes it if there is none.
func OpenWith(o engine.Options) (*Store, error) {
	db, err := engine.Open(ctx, o)
	var e *dberr.Error
	if errors.As(err, &e) && e.Code == dberr.DatabaseNotFound {
		db, err = create(o)
	}
	if err != nil {
		return nil, err
	}
	c, err := db.Collection("user", "v1")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{db, c}, nil
}

func create(o engine.Options) (*engine.DB, error) {
	if _, err := engine.Init(o); err != nil {
		return nil, err
	}
	db, err := engine.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	s, err := schema.Parse([]byte(users.Schema))
	if err == nil {
		_, err = db.DefineSchema(s)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// DB returns the database itself, for what Store does not ask.
func (s *Store) DB() *engine.DB { return s.db }

// Share implements store.Store.
func (s *Store) Share(int) {}

// Close implements store.Store.
func (s *Store) Close() error { return s.db.Close() }

// Insert implements store.Store.
func (s *Store) Insert(doc users.Doc) error { return s.c.Insert(doc.JSON) }

// InsertMany implements store.Store.
func (s *Store) InsertMany(docs []users.Doc) error {
	texts := make([][]byte, len(docs))
	for i := range docs {
		texts[i] = docs[i].JSON
	}
	return s.c.InsertMany(texts)
}

// Replace implements store.Store.
func (s *Store) Replace(doc users.Doc) error { return s.c.Replace(doc.JSON) }

// Delete implements store.Store.
func (s *Store) Delete(id string) error {
	_, err := s.c.Delete(id)
	return err
}

// Get implements store.Store.
func (s *Store) Get(id string) ([]byte, error) { return s.c.Get(id) }

// City implements store.Store.
func (s *Store) City(city string, limit int) ([][]byte, error) {
	return s.c.Find(ctx, engine.Query{Filter: fmt.Appendf(nil, `{"city":%q}`, city), Sort: "_id", Limit: int64(limit), HasLimit: true})
}

// Age implements store.Store.
func (s *Store) Age(low, high, limit int) ([][]byte, error) {
	return s.c.Find(ctx, engine.Query{Filter: fmt.Appendf(nil, `{"age":{"$gte":%d,"$lte":%d}}`, low, high), Sort: "age", Limit: int64(limit), HasLimit: true})
}

// Snapshot implements store.Snapshotter. It lies among the snapshots of the data
// directory, whatever the path.
func (s *Store) Snapshot(string) error {
	_, err := s.db.Snapshot(ctx)
	return err
}

// Backup implements store.Backuper.
func (s *Store) Backup(path string) error {
	_, err := s.db.BackupFile(ctx, path, false, nil)
	return err
}

// Settle implements store.Settler.
func (s *Store) Settle() error {
	_, err := s.db.Checkpoint(ctx)
	return err
}

// Verify implements store.Verifier.
func (s *Store) Verify() error {
	r, err := s.db.Verify(ctx, nil)
	if err == nil && !r.OK() {
		err = fmt.Errorf("%v", r.Problems)
	}
	return err
}

// Compact implements store.Compacter.
func (s *Store) Compact() error {
	_, err := s.db.Compact(ctx, nil)
	return err
}

// Tidy implements store.Tidier: of the snapshots it leaves the newest, which is the current
// checkpoint's and has no file of its own but its manifest.
func (s *Store) Tidy() error {
	snapshots, err := s.db.Snapshots()
	for i := 0; i < len(snapshots)-1 && err == nil; i++ {
		_, err = s.db.RemoveSnapshot(snapshots[i].ID)
	}
	return err
}

// Restore implements store.Restorer. The engine verifies everything before it ends.
func (s *Store) Restore(backup, dir string) error {
	f, err := os.Open(backup)
	if err != nil {
		return err
	}
	o := engine.DefaultOptions()
	o.Dir = filepath.Join(dir, "data")
	_, err = engine.Restore(ctx, o, f, engine.RestoreOptions{})
	return errors.Join(err, f.Close())
}
