package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/wal"
)

// logDamage logs an error that says that something is wrong with the files, with its
// place. Other errors, and nil, are the caller's to tell.
func (db *DB) logDamage(name string, err error) {
	if err == nil {
		return
	}
	e := dberr.From(err)
	if e.Severity() != dberr.Fatal {
		return
	}
	db.log.Error(name, "code", string(e.Code), "file", e.Path, "offset", e.Offset, "message", e.Message)
}

// nearFull is the part of the log that is told of when it is used.
const nearFull = 0.8

// noteFill tells once for each log that it is nearly full. The caller holds writeMu.
func (db *DB) noteFill() {
	if db.nearFull == db.wal || float64(db.wal.Used()) < nearFull*float64(db.walLimit()) {
		return
	}
	db.nearFull = db.wal
	level := slog.LevelInfo
	if db.opts.WALOnFull == OnFullReject {
		level = slog.LevelWarn // nothing will make room by itself
	}
	db.log.Log(context.Background(), level, "wal.near_full", "used_bytes", db.wal.Used(), "limit_bytes", db.walLimit())
}

// slowClock is the time if slow operations are looked for.
func (db *DB) slowClock() time.Time {
	if db.opts.SlowOperation <= 0 {
		return time.Time{}
	}
	return db.opts.Now()
}

// writeNames names the operations as the log does.
var writeNames = [...]string{wal.Insert: "insert", wal.Replace: "replace"}

// logSlow tells of an operation that took long. The start is slowClock's.
func (c *Collection) logSlow(op string, documents int, start time.Time, more ...any) {
	if start.IsZero() {
		return
	}
	took := c.db.opts.Now().Sub(start)
	if took < c.db.opts.SlowOperation {
		return
	}
	args := append([]any{"op", op, "schema_id", c.ID(), "schema_version", c.Version(), "documents", documents, "duration_ms", took.Milliseconds()}, more...)
	c.db.log.Warn("operation.slow", args...)
}
