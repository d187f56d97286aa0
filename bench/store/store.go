// Package store is what the benchmark asks of a database: AeroDB and each peer stand
// behind one Store.
//
// What holds for all of them: a write is durable when it returns; a document and its two
// index entries (age, city) are one commit; a read returns the bytes of documents that
// the caller may keep (inside Tarantool, tuples). What AeroDB does on top (validation,
// canonical form, the check that an _id is new, checksums, the digest) it does here too.
// The peers are spared it: they are handed the indexed fields, and those that can
// overwrite without looking do.
package store

import (
	"time"

	"github.com/aerodb/aerodb/bench/users"
)

// A Store is an open database. Insert alone is called from many goroutines, and only
// after Share.
type Store interface {
	// Share says that from now on so many writers insert at once; 1 takes it back.
	Share(writers int)
	Insert(doc users.Doc) error
	InsertMany(docs []users.Doc) error
	// Replace and Delete are given documents that are there.
	Replace(doc users.Doc) error
	Delete(id string) error
	// Get returns nil for an _id that is not there.
	Get(id string) ([]byte, error)
	// City returns the documents of a city, in order of _id.
	City(city string, limit int) ([][]byte, error)
	// Age returns the documents with low <= age <= high, in order of age, then _id.
	Age(low, high, limit int) ([][]byte, error)
	Close() error
}

// Open opens the database in a directory that exists, and makes it if there is none.
type Open func(dir string) (Store, error)

// What only some of them have. Paths name files or directories that are not there yet.
type (
	// A Snapshotter makes the cheapest consistent copy it knows that opens on its own.
	Snapshotter interface{ Snapshot(path string) error }
	// A Backuper writes everything to one file, synced.
	Backuper interface{ Backup(path string) error }
	// A Restorer makes a database of a backup in a directory that is empty, as Open would
	// find it, synced, checks all it can, and closes it. It leaves its own database alone.
	Restorer interface {
		Restore(backup, dir string) error
	}
	// A Verifier reads and checks all it can.
	Verifier interface{ Verify() error }
	// A Settler gets ready for reads: AeroDB writes what its memtable holds to segments, so
	// that a small database is read as a large one is; the limit makes its maps.
	Settler interface{ Settle() error }
	// A Compacter gives back the space of what is dead.
	Compacter interface{ Compact() error }
	// A Tidier removes the copies of its Snapshots that lie in its own directory. Who keeps
	// them elsewhere, where Snapshot was told to, has nothing of the kind.
	Tidier interface{ Tidy() error }
	// A Scripter gets documents one by one in a loop of its own language, as tables of that
	// language, and says how long the loop took.
	Scripter interface {
		Script(ids []string) (time.Duration, error)
	}
	// A Served database is a process of its own. Its memory counts, the client's does not.
	Served interface{ Process() int }
)
