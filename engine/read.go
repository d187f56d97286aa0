package engine

import (
	"runtime"

	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/merge"
)

// Get returns the canonical JSON of a document, nil if this version has none of
// that _id. The bytes are the caller's.
func (c *Collection) Get(id string) ([]byte, error) {
	doc, found, err := c.AppendGet(nil, id)
	if err != nil || !found {
		return nil, err
	}
	return doc, nil
}

// AppendGet appends the canonical JSON of a document to dst and reports whether this
// version has one of that _id. Where it has none, or fails, it returns dst as it was.
// What lies between the end of the result and its capacity is overwritten.
func (c *Collection) AppendGet(dst []byte, id string) (doc []byte, found bool, err error) {
	v, err := c.db.acquire()
	if err != nil {
		return dst, false, err
	}
	defer v.release()
	doc, found, err = v.fetch(c.version, []byte(id), dst)
	c.db.logDamage("damage.found", err)
	if err != nil || !found {
		return dst, false, err
	}
	return doc, true, nil
}

// Count returns the number of documents of this version.
func (c *Collection) Count() (int64, error) {
	if err := c.db.usable(); err != nil {
		return 0, err
	}
	// A record is counted under viewMu, one document after the other: never a part of it.
	c.db.viewMu.Lock()
	defer c.db.viewMu.Unlock()
	return c.version.documents.Load(), nil
}

// exists reports whether a version has a document of the _id.
func (v view) exists(ver *version, id []byte) (bool, error) {
	var kbuf [128]byte
	_, found, err := v.get(key.AppendDocument(kbuf[:0], ver.coll, ver.number, id), nil)
	return found, err
}

// EachOptions says which documents Each walks.
type EachOptions struct {
	After string // begin behind this _id; empty means at the beginning
	Limit int64  // at most so many documents; 0 means all
}

// Each walks the documents of this version in the order of _id over a stable view:
// writes and checkpoints that come later do not show. Close gives the view back.
func (c *Collection) Each(o EachOptions) (*Iterator, error) {
	v, err := c.db.acquire()
	if err != nil {
		return nil, err
	}
	hold := &held{view: v, walk: v.walk()}
	it := &Iterator{hold: hold, db: c.db, left: o.Limit, bounded: o.Limit > 0}
	it.prefix = key.AppendDocumentPrefix(nil, c.version.coll, c.version.number)
	it.start = it.prefix
	if o.After != "" {
		it.start = append(append([]byte(nil), it.prefix...), o.After...)
		it.start = append(it.start, 0)
	}
	// A walk that is dropped half way, as a Lua loop that breaks does, must not hold
	// files open for ever.
	it.cleanup = runtime.AddCleanup(it, (*held).close, hold)
	return it, nil
}

// An Iterator walks documents. It is for one goroutine at a time.
type Iterator struct {
	hold    *held
	db      *DB
	cleanup runtime.Cleanup
	prefix  []byte
	start   []byte
	started bool
	bounded bool
	left    int64
	err     error
}

// held is what an iterator holds open.
type held struct {
	view view
	walk *merge.Live // nil when closed
}

func (h *held) close() {
	if h.walk != nil {
		h.walk.Close()
		h.walk = nil
		h.view.release()
	}
}

// Next moves to the next document and reports whether there is one.
func (it *Iterator) Next() bool {
	if it.hold.walk == nil || it.err != nil || it.bounded && it.left == 0 {
		return false
	}
	if it.err = it.db.usable(); it.err != nil {
		return false
	}
	w := it.hold.walk
	ok := false
	if it.started {
		ok = w.Next()
	} else {
		ok = w.SeekGE(it.start)
		it.started = true
	}
	it.left--
	if !ok {
		it.err = w.Err()
		it.db.logDamage("damage.found", it.err)
		return false
	}
	if k := w.Key(); len(k) < len(it.prefix) || string(k[:len(it.prefix)]) != string(it.prefix) {
		it.left, it.bounded = 0, true
		return false
	}
	return true
}

// ID returns the _id of the document; it is valid until Next or Close.
func (it *Iterator) ID() []byte { return it.hold.walk.Key()[len(it.prefix):] }

// Document returns the canonical JSON of the document; it is valid until Next or
// Close.
func (it *Iterator) Document() []byte { return it.hold.walk.Value() }

// Err returns the error that ended the walk, nil at its end.
func (it *Iterator) Err() error { return it.err }

// Close gives the view back. Closing twice is harmless.
func (it *Iterator) Close() {
	it.cleanup.Stop()
	it.hold.close()
}
