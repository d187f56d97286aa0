// Package engine is AeroDB: a deterministic single-node document database in one
// directory. It is what a Go program imports; it knows no Lua, no terminal and no
// configuration file, and prints nothing.
//
//	db, err := engine.Open(ctx, options)
//	users, err := db.Collection("users", "v1")
//	err = users.Insert([]byte(`{"_id":"1","name":"Ada"}`))
//	err = db.Close()
//
// # How it works
//
// A write is validated and brought into canonical form (package schema), joins the
// next record of the write-ahead log (package wal), is synced, applied to the
// memtable (package memtable), made visible and acknowledged, in that order. Writers
// that arrive while a record is being synced share the next one, whose leader lets those
// of the record before, just woken, join first.
//
// A checkpoint writes the memtable to a new immutable segment (package segment),
// merges segments by a rule that looks at nothing but their sizes, links what is
// live into a snapshot folder, starts a new log, and replaces CHECKPOINT by rename.
// Whatever the log held is then in segments, and the log is dropped.
//
// Opening reads CHECKPOINT and the footers of the segments it lists, and replays the
// log behind them: its cost follows the log, not the data. While one goroutine reads,
// checks and hashes records, a second puts what was gathered of them into the memtable.
//
// A reader holds a view: the memtable, the segments and a sequence number, none of
// which change under it. Documents and index entries live in one key space (package
// key), and an index entry is written again with every version of its document, so
// both always lie in the same run.
//
// # Rules that hold everywhere
//
// No goroutine works on the data unless a call waits for it. Time and randomness
// come in through Options. All file access goes through Options.FS. After a failed
// sync the database refuses all work until it is reopened. Every error is a
// *dberr.Error.
//
// # Locks
//
// writeMu is held by whoever changes the database: the leader of a group of writers,
// a checkpoint, a snapshot, a schema registration, Close. It is held across the sync
// on purpose: acknowledged order is durable order. viewMu guards the pointer to the
// current state and the visible sequence; it is held for a few instructions and never
// while anything is read or written. queueMu guards the queue of waiting writers.
// Order: writeMu before viewMu, writeMu before queueMu; viewMu and queueMu are never
// held together.
package engine
