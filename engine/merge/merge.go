// Package merge walks several sorted runs as one. The runs are given newest first,
// and an entry of a newer run hides all older ones of its key.
//
// It is how a reader sees memtable and segments together, and how a checkpoint
// joins segments.
package merge

import "bytes"

// An Iterator walks one run of entries in key order. The memtable's, a segment's
// and this package's iterators are such. Key and Value are valid until the next
// move. After a failed move Valid is false and Err tells whether that is the end
// of the run or an error.
type Iterator interface {
	First() bool
	Last() bool
	SeekGE(key []byte) bool // to the first key >= key
	SeekLT(key []byte) bool // to the last key < key
	Next() bool
	Prev() bool
	Valid() bool
	Key() []byte
	Value() []byte
	Tombstone() bool
	Err() error
	Close()
}

// Iter is the merged walk. It shows each key once, as its newest entry, tombstones
// included; see Live for a walk without them.
//
// The number of runs is small (it grows with the logarithm of the data), so the
// next entry is found by looking at each run, without a heap.
type Iter struct {
	runs    []Iterator // newest first
	first   int        // position of runs[0] for the caller
	at      int        // the run whose entry is shown, -1 for none
	forward bool
	key     []byte // copy of the shown key, for turning around
	err     error
}

// New returns a merged iterator, on no entry. Closing it closes the runs.
func New(runs ...Iterator) *Iter { return &Iter{runs: runs, at: -1} }

// First moves to the first key.
func (it *Iter) First() bool {
	for _, r := range it.runs {
		r.First()
	}
	return it.smallest()
}

// Last moves to the last key.
func (it *Iter) Last() bool {
	for _, r := range it.runs {
		r.Last()
	}
	return it.largest()
}

// SeekGE moves to the first key >= key.
func (it *Iter) SeekGE(key []byte) bool {
	for _, r := range it.runs {
		r.SeekGE(key)
	}
	return it.smallest()
}

// SeekLT moves to the last key < key.
func (it *Iter) SeekLT(key []byte) bool {
	for _, r := range it.runs {
		r.SeekLT(key)
	}
	return it.largest()
}

// Next moves to the next key.
func (it *Iter) Next() bool {
	if it.at < 0 {
		return false
	}
	if len(it.runs) == 1 {
		if it.runs[0].Next() {
			it.forward = true
			return true
		}
		return it.smallest()
	}
	it.key = append(it.key[:0], it.Key()...)
	for _, r := range it.runs {
		if !it.forward {
			r.SeekGE(it.key) // r stood before the key
		}
		if r.Valid() && bytes.Equal(r.Key(), it.key) {
			r.Next()
		}
	}
	return it.smallest()
}

// Prev moves to the previous key.
func (it *Iter) Prev() bool {
	if it.at < 0 {
		return false
	}
	if len(it.runs) == 1 {
		it.runs[0].Prev()
		return it.largest()
	}
	it.key = append(it.key[:0], it.Key()...)
	for _, r := range it.runs {
		switch {
		case it.forward:
			r.SeekLT(it.key)
		case r.Valid() && bytes.Equal(r.Key(), it.key):
			r.Prev()
		}
	}
	return it.largest()
}

// smallest shows the smallest key the runs stand on, of its newest run.
func (it *Iter) smallest() bool { return it.pick(true) }

// largest shows the largest key the runs stand on, of its newest run.
func (it *Iter) largest() bool { return it.pick(false) }

func (it *Iter) pick(forward bool) bool {
	it.forward, it.at = forward, -1
	var best []byte
	for i, r := range it.runs {
		if !r.Valid() {
			if err := r.Err(); err != nil {
				it.err, it.at = err, -1
				return false
			}
			continue
		}
		k := r.Key()
		if it.at >= 0 {
			if c := bytes.Compare(k, best); c == 0 || (c > 0) == forward {
				continue
			}
		}
		it.at, best = i, k
	}
	return it.at >= 0
}

// Valid reports whether the iterator is on an entry.
func (it *Iter) Valid() bool { return it.at >= 0 }

// Key returns the shown key.
func (it *Iter) Key() []byte { return it.runs[it.at].Key() }

// Value returns the shown value.
func (it *Iter) Value() []byte { return it.runs[it.at].Value() }

// Tombstone reports whether the newest entry of the key says it was deleted.
func (it *Iter) Tombstone() bool { return it.runs[it.at].Tombstone() }

// Run returns the position of the run that holds the shown entry.
func (it *Iter) Run() int { return it.first + it.at }

// Err returns the first error a run met. After an error the iterator is not valid.
func (it *Iter) Err() error { return it.err }

// Close closes the runs.
func (it *Iter) Close() {
	for _, r := range it.runs {
		r.Close()
	}
	it.runs, it.at = nil, -1
}

// Live is a merged walk over the keys that exist: tombstones are passed over.
type Live struct{ Iter }

// NewLive returns a walk over the keys that exist, on no entry. First is the position that
// Run says of the first run, for a caller who leaves out runs that have nothing.
func NewLive(first int, runs ...Iterator) *Live { return &Live{Iter{runs: runs, first: first, at: -1}} }

func (it *Live) onward(ok bool) bool {
	for ok && it.Tombstone() {
		ok = it.Iter.Next()
	}
	return ok
}

func (it *Live) backward(ok bool) bool {
	for ok && it.Tombstone() {
		ok = it.Iter.Prev()
	}
	return ok
}

// First moves to the first key.
func (it *Live) First() bool { return it.onward(it.Iter.First()) }

// Last moves to the last key.
func (it *Live) Last() bool { return it.backward(it.Iter.Last()) }

// SeekGE moves to the first key >= key.
func (it *Live) SeekGE(key []byte) bool { return it.onward(it.Iter.SeekGE(key)) }

// SeekLT moves to the last key < key.
func (it *Live) SeekLT(key []byte) bool { return it.backward(it.Iter.SeekLT(key)) }

// Next moves to the next key.
func (it *Live) Next() bool { return it.onward(it.Iter.Next()) }

// Prev moves to the previous key.
func (it *Live) Prev() bool { return it.backward(it.Iter.Prev()) }
