package merge

import "bytes"

// A Run is what Forward needs of an Iterator: a walk from the first entry to the last.
type Run interface {
	First() bool
	Next() bool
	Valid() bool
	Key() []byte
	Value() []byte
	Tombstone() bool
	Err() error
	Close()
}

// Forward is the merged walk from the first key to the last, for whoever wants all of
// it: a compaction, a verification. It shows what Iter shows, tombstones included, and
// costs less: as long as the run it stands in stays below the others, a step is one
// comparison. Forward is a Run itself.
type Forward struct {
	runs  []Run // newest first
	at    int   // the run whose entry is shown, -1 for none
	bound []byte
	alone bool // no other run has more: there is no bound
	err   error
}

// NewForward returns a walk over runs, newest first, on no entry. Closing it closes
// them.
func NewForward(runs ...Run) *Forward { return &Forward{runs: runs, at: -1} }

// First moves to the first key. It may be called once.
func (f *Forward) First() bool {
	for _, r := range f.runs {
		r.First()
	}
	return f.pick()
}

// Next moves to the next key.
func (f *Forward) Next() bool {
	if f.at < 0 {
		return false
	}
	r := f.runs[f.at]
	if r.Next() && (f.alone || bytes.Compare(r.Key(), f.bound) < 0) {
		return true
	}
	return f.pick()
}

// pick shows the smallest key the runs stand on, of its newest run. Older runs that
// stand on the same key are moved past it: what they have is hidden. So the bound, the
// smallest key of the other runs, is greater than the one shown.
func (f *Forward) pick() bool {
	f.at = -1
	var best []byte
	for i, r := range f.runs {
		if f.at >= 0 && r.Valid() && bytes.Equal(r.Key(), best) {
			r.Next()
		}
		if r.Valid() {
			if f.at < 0 || bytes.Compare(r.Key(), best) < 0 {
				f.at, best = i, r.Key()
			}
		} else if err := r.Err(); err != nil {
			f.err, f.at = err, -1
			return false
		}
	}
	f.alone = true
	for i, r := range f.runs {
		if i != f.at && r.Valid() && (f.alone || bytes.Compare(r.Key(), f.bound) < 0) {
			f.alone, f.bound = false, r.Key()
		}
	}
	return f.at >= 0
}

// Valid reports whether the walk is on an entry.
func (f *Forward) Valid() bool { return f.at >= 0 }

// Key returns the shown key.
func (f *Forward) Key() []byte { return f.runs[f.at].Key() }

// Value returns the shown value.
func (f *Forward) Value() []byte { return f.runs[f.at].Value() }

// Tombstone reports whether the newest entry of the key says it was deleted.
func (f *Forward) Tombstone() bool { return f.runs[f.at].Tombstone() }

// Run returns the position of the run that holds the shown entry.
func (f *Forward) Run() int { return f.at }

// Err returns the first error a run met. After an error the walk is on no entry.
func (f *Forward) Err() error { return f.err }

// Close closes the runs.
func (f *Forward) Close() {
	for _, r := range f.runs {
		r.Close()
	}
	f.runs, f.at = nil, -1
}
