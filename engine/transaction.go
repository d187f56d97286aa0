package engine

import (
	"context"
	"encoding/binary"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/wal"
)

// An operation is one change of one document, validated and encoded before it
// waits for the log.
type operation struct {
	kind     wal.OpKind
	version  *version // the version the caller named
	id       []byte
	document []byte     // canonical; nil for a deletion
	values   [][]byte   // encoded index values of the document, in the order of version.indexes
	digest   digest.Sum // of the document
	from     *version   // of a move: where the document must be, as it is; otherwise nil

	old *stored // the document that is replaced or deleted; found under the write lock
}

// stored is a document as it is before an operation.
type stored struct {
	version  *version
	document []byte
	values   [][]byte
	digest   digest.Sum
}

// A transaction is the operations of one call: all are in one record, or none.
type transaction struct {
	ctx     context.Context // of the call: it ends the transaction until its record is written
	ops     []operation
	bytes   int  // an upper bound of what the operations take in a record
	applied int  // operations that change something: those that are effective
	lead    bool // set when woken to lead the next group, not because it is done
	err     error
	wake    chan struct{}
}

const opOverheadBytes = 32 // kind, numbers and lengths of an operation in a record: less than this

func newTransaction(ctx context.Context, ops []operation) *transaction {
	t := &transaction{ctx: ctx, ops: ops, wake: make(chan struct{}, 1)}
	for i := range ops {
		t.bytes += opOverheadBytes + len(ops[i].id) + len(ops[i].document)
	}
	return t
}

// overlay is what the transactions of a group that come before have changed: the
// log does not hold it yet, so views do not show it.
type overlay struct {
	entries map[string]*stored // by collection and _id; nil says deleted
	undo    []undo
	key     []byte
}

type undo struct {
	key string
	old *stored
	had bool
}

func (o *overlay) reset() {
	clear(o.entries)
	o.undo = o.undo[:0]
}

func (o *overlay) makeKey(coll uint16, id []byte) []byte {
	o.key = append(binary.BigEndian.AppendUint16(o.key[:0], coll), id...)
	return o.key
}

func (o *overlay) get(coll uint16, id []byte) (s *stored, known bool) {
	if len(o.entries) == 0 {
		return nil, false
	}
	s, known = o.entries[string(o.makeKey(coll, id))]
	return s, known
}

func (o *overlay) set(coll uint16, id []byte, s *stored) {
	if o.entries == nil {
		o.entries = map[string]*stored{}
	}
	k := string(o.makeKey(coll, id))
	old, had := o.entries[k]
	o.undo = append(o.undo, undo{k, old, had})
	o.entries[k] = s
}

// begin marks where the next transaction starts.
func (o *overlay) begin() { o.undo = o.undo[:0] }

// rollback takes back what was set since begin.
func (o *overlay) rollback() {
	for i := len(o.undo) - 1; i >= 0; i-- {
		u := o.undo[i]
		if u.had {
			o.entries[u.key] = u.old
		} else {
			delete(o.entries, u.key)
		}
	}
	o.undo = o.undo[:0]
}

// errExists is the refusal of an insert.
func errExists(v *version, id []byte, in *version) error {
	e := dberr.New(dberr.DocumentExists, "collection %q has a document %q", v.collection, id)
	if in != v {
		e.Message += " (of version " + in.schema.Version + ")"
	}
	return e.With("_id", string(id)).With("schema_id", v.collection)
}

// errNotFound is the refusal of a replace; in is where the document is, if it is
// in a newer version than the caller's.
func errNotFound(v *version, id []byte, in *version) error {
	if in != nil {
		return dberr.New(dberr.DocumentNotFound, "document %q of collection %q belongs to version %q, which is newer than %q", id, v.collection, in.schema.Version, v.schema.Version).
			With("_id", string(id)).With("schema_id", v.collection).WithHint("replace it under version %q, so that no field is lost", in.schema.Version)
	}
	return dberr.New(dberr.DocumentNotFound, "collection %q has no document %q", v.collection, id).With("_id", string(id)).With("schema_id", v.collection)
}
