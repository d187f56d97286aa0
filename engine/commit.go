package engine

import (
	"context"
	"runtime"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/wal"
)

// groupBytesMax bounds what writers that share a record put into it, so that one
// of them does not wait for megabytes of the others. One transaction may be larger.
const groupBytesMax = 1 << 20

// A writer is what the leader of a group of writers works with. DB.writeMu guards it.
type writer struct {
	batch   wal.Batch
	pending overlay
	hasher  digest.Hasher
	old     schema.Encoded
	changes changes
	shared  bool // whether the record before was of several writers
}

// commit makes a transaction durable and visible, or tells why not. Whoever finds
// no leader leads: it takes the transactions that wait, writes them as one record,
// syncs, applies and wakes their callers. Writers that come meanwhile wait for the
// next record, whose leader is one of them.
func (db *DB) commit(t *transaction) error {
	db.queueMu.Lock()
	db.queue = append(db.queue, t)
	lead := !db.leading
	db.leading = true
	db.queueMu.Unlock()
	if !lead {
		<-t.wake
		if !t.lead {
			return t.err
		}
	}
	db.leadGroup()
	return t.err
}

// leadGroup commits the transactions at the head of the queue, the caller's among
// them, and hands the lead on.
func (db *DB) leadGroup() {
	db.writeMu.Lock()
	db.gather()
	group := db.takeGroup()
	db.writer.shared = len(group) > 1
	db.commitGroup(group)
	db.writeMu.Unlock()

	for _, t := range group[1:] { // group[0] is the caller's own
		t.wake <- struct{}{}
	}
	db.queueMu.Lock()
	defer db.queueMu.Unlock()
	if len(db.queue) > 0 {
		next := db.queue[0]
		next.lead = true
		next.wake <- struct{}{}
	} else {
		db.leading = false
	}
}

// gather lets the writers of the record before, who were just woken, run first, as long
// as that brings more into the queue: else they would all miss this record and wait for
// the next, and each sync would serve half of the writers. A writer that is alone, as
// the record before shows, does not look for others.
func (db *DB) gather() {
	if !db.writer.shared {
		return
	}
	for n := 0; ; runtime.Gosched() {
		db.queueMu.Lock()
		before := n
		n = len(db.queue)
		db.queueMu.Unlock()
		if n == before {
			return
		}
	}
}

// takeGroup takes as many transactions from the queue as may share a record, at
// least one.
func (db *DB) takeGroup() []*transaction {
	db.queueMu.Lock()
	defer db.queueMu.Unlock()
	n, bytes := 1, db.queue[0].bytes
	for n < len(db.queue) && bytes+db.queue[n].bytes <= groupBytesMax {
		bytes += db.queue[n].bytes
		n++
	}
	group := append([]*transaction(nil), db.queue[:n]...)
	rest := copy(db.queue, db.queue[n:])
	clear(db.queue[rest:])
	db.queue = db.queue[:rest]
	return group
}

// commitGroup commits transactions of one group and leaves each its error. The
// caller holds writeMu.
func (db *DB) commitGroup(group []*transaction) {
	if err := db.writable(); err != nil {
		failAll(group, err)
		return
	}
	for len(group) > 0 {
		n, err := db.room(group)
		if err != nil {
			group[0].err, group = err, group[1:]
			continue
		}
		db.commitRecord(group[:n])
		db.noteFill()
		group = group[n:]
	}
}

func failAll(group []*transaction, err error) {
	for _, t := range group {
		t.err = err
	}
}

// room returns how many transactions of the group go into the next record. If the
// first one passes the bound of the WAL, it makes room by a checkpoint, or says that
// there is none, or that its call was ended meanwhile.
func (db *DB) room(group []*transaction) (n int, err error) {
	if err := db.makeRoom(group[0].ctx, group[0].bytes); err != nil {
		return 0, err
	}
	payload := 0
	for n < len(group) && db.fits(payload+group[n].bytes) {
		payload += group[n].bytes
		n++
	}
	if n == 0 {
		return 0, dberr.New(dberr.InternalInvariant, "a new WAL has no room for a record that was measured to fit")
	}
	return n, nil
}

// walLimit returns how many bytes of the log may be used: it grows up to there, and one
// that is laid out further is not filled.
func (db *DB) walLimit() int64 { return db.opts.WALMaxSize }

// fits reports whether a record of the payload keeps below the limit, with room left
// for a seal.
func (db *DB) fits(payload int) bool {
	return wal.RecordBytes(payload) <= db.wal.Room(db.walLimit())
}

// makeRoom sees to it that a record of the payload fits: if it does not, it runs the
// checkpoint that a full WAL asks for, or says that there is no room.
func (db *DB) makeRoom(ctx context.Context, payload int) error {
	if db.fits(payload) {
		return nil
	}
	need, largest := wal.RecordBytes(payload), db.opts.WALMaxSize-wal.SealBytes-wal.HeaderBytes
	if need > largest {
		return dberr.New(dberr.WALFull, "the write takes a record of %d bytes; wal.max_size = %d has room for %d", need, db.opts.WALMaxSize, largest).
			WithHint("write fewer documents at once, or raise wal.max_size")
	}
	if db.opts.WALOnFull == OnFullReject {
		return dberr.New(dberr.WALFull, "the WAL has used %d of %d bytes and the write takes %d; wal.on_full is %q", db.wal.Used(), db.walLimit(), need, OnFullReject)
	}
	db.log.Info("wal.full", "used_bytes", db.wal.Used(), "limit_bytes", db.walLimit(), "needed_bytes", need)
	r, err := db.checkpoint(ctx)
	if err != nil {
		return err
	}
	db.checkpoints.automatic++
	db.log.Info("wal.checkpointed", "snapshot", r.Snapshot.ID, "documents_flushed", r.DocumentsFlushed, "bytes_written", r.BytesWritten, "duration_ms", r.Duration.Milliseconds())
	return nil
}

// commitRecord writes transactions as one record. Those that are refused leave no
// trace; if none is left there is no record.
func (db *DB) commitRecord(group []*transaction) {
	w := &db.writer
	first := db.wal.NextSequence()
	w.batch.Reset(first)
	w.pending.reset()
	sum := db.digest
	for _, t := range group {
		t.err = db.resolve(t, len(group) > 1)
		if t.err != nil {
			continue
		}
		for i := range t.ops {
			sum = t.ops[i].add(&w.batch, sum)
		}
	}
	if w.batch.Count() == 0 {
		return
	}
	laid := db.wal.Size()
	err := db.place(db.wal.Append(&w.batch, sum))
	if size := db.wal.Size(); size > laid {
		db.log.Debug("wal.grown", "bytes_before", laid, "bytes_after", size)
	}
	if err != nil {
		if db.wal.Failed() {
			db.fail(err)
		}
		// Also of those that were refused: what they were refused for may be a change
		// that comes before them in this record, and is not there.
		failAll(group, err)
		return
	}
	db.applyGroup(group, first, sum)
}

// add puts the operation into the record and returns the digest after it.
func (op *operation) add(b *wal.Batch, sum digest.Sum) digest.Sum {
	if !op.effective() {
		return sum
	}
	b.Add(wal.Op{Kind: op.kind, Collection: op.version.coll, Version: op.version.number, ID: op.id, Document: op.document})
	return op.after(sum)
}

// after returns the digest of a set of documents after the operation.
func (op *operation) after(sum digest.Sum) digest.Sum {
	if op.old != nil {
		sum = sum.Sub(op.old.digest)
	}
	if op.kind != wal.Delete {
		sum = sum.Add(op.digest)
	}
	return sum
}
