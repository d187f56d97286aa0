// Package sqlite is SQLite behind the benchmark's Store: WAL, synchronous=FULL, a
// page cache of the size of AeroDB's, prepared statements, one connection.
package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/users"
	_ "github.com/mattn/go-sqlite3" // the driver
)

const tables = `
CREATE TABLE IF NOT EXISTS user(id TEXT PRIMARY KEY, age INTEGER NOT NULL, city TEXT NOT NULL, json BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS user_age ON user(age, id);
CREATE INDEX IF NOT EXISTS user_city ON user(city, id);`

// A Store is an open SQLite database.
type Store struct {
	db                                      *sql.DB
	insert, replace, delete, get, city, age *sql.Stmt
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "sqlite.db")+"?_journal_mode=WAL&_synchronous=FULL&_cache_size=-65536")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &Store{db: db}
	if _, err := db.Exec(tables); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&s.insert, "INSERT INTO user(id, age, city, json) VALUES(?, ?, ?, ?)"},
		{&s.replace, "UPDATE user SET age = ?2, city = ?3, json = ?4 WHERE id = ?1"},
		{&s.delete, "DELETE FROM user WHERE id = ?"},
		{&s.get, "SELECT json FROM user WHERE id = ?"},
		{&s.city, "SELECT json FROM user WHERE city = ? ORDER BY id LIMIT ?"},
		{&s.age, "SELECT json FROM user WHERE age BETWEEN ? AND ? ORDER BY age, id LIMIT ?"},
	} {
		if *p.to, err = db.Prepare(p.text); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return s, nil
}

// Share implements store.Store: writers wait for the one connection.
func (s *Store) Share(int) {}

// Close implements store.Store.
func (s *Store) Close() error { return s.db.Close() }

// Insert implements store.Store.
func (s *Store) Insert(doc users.Doc) error {
	_, err := s.insert.Exec(doc.ID, doc.Age, doc.City, doc.JSON)
	return err
}

// InsertMany implements store.Store.
func (s *Store) InsertMany(docs []users.Doc) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	insert := tx.Stmt(s.insert)
	for _, doc := range docs {
		if _, err := insert.Exec(doc.ID, doc.Age, doc.City, doc.JSON); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// Replace implements store.Store.
func (s *Store) Replace(doc users.Doc) error {
	_, err := s.replace.Exec(doc.ID, doc.Age, doc.City, doc.JSON)
	return err
}

// Delete implements store.Store.
func (s *Store) Delete(id string) error {
	_, err := s.delete.Exec(id)
	return err
}

// Get implements store.Store.
func (s *Store) Get(id string) (doc []byte, err error) {
	err = s.get.QueryRow(id).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return doc, err
}

// City implements store.Store.
func (s *Store) City(city string, limit int) ([][]byte, error) {
	return collect(s.city.Query(city, limit))
}

// Age implements store.Store.
func (s *Store) Age(low, high, limit int) ([][]byte, error) {
	return collect(s.age.Query(low, high, limit))
}

func collect(rows *sql.Rows, err error) (docs [][]byte, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var doc []byte
		if err := rows.Scan(&doc); err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, rows.Err()
}

// Snapshot implements store.Snapshotter: a copy, since SQLite has nothing else.
func (s *Store) Snapshot(path string) error { return s.Backup(path) }

// Backup implements store.Backuper.
func (s *Store) Backup(path string) error {
	if _, err := s.db.Exec("VACUUM INTO ?", path); err != nil {
		return err
	}
	return store.SyncFile(path)
}

// Verify implements store.Verifier.
func (s *Store) Verify() error {
	var answer string
	if err := s.db.QueryRow("PRAGMA integrity_check").Scan(&answer); err != nil {
		return err
	}
	if answer != "ok" {
		return fmt.Errorf("integrity_check: %s", answer)
	}
	return nil
}

// Compact implements store.Compacter.
func (s *Store) Compact() error {
	_, err := s.db.Exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// Restore implements store.Restorer: a backup is a database.
func (s *Store) Restore(backup, dir string) error {
	return store.RestoreFile(backup, dir, "sqlite.db", Open)
}
