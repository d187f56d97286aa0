package engine

import (
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/memtable"
	"github.com/aerodb/aerodb/engine/merge"
	"github.com/aerodb/aerodb/engine/segment"
)

// A state is a memtable over a list of segments. The list never changes; a
// checkpoint installs another state.
type state struct {
	table    *memtable.Table
	segments []*segment.Segment // newest first; the state holds one reference on each
	views    int                // open views and one for being current; DB.viewMu guards it
}

// A view is what a reader sees: a state at a sequence. It stays as it is while
// writers and checkpoints go on, and must be released.
type view struct {
	db      *DB
	state   *state
	visible uint64
}

// acquire returns a view of what is visible now.
func (db *DB) acquire() (view, error) {
	if err := db.usable(); err != nil {
		return view{}, err
	}
	db.viewMu.Lock()
	defer db.viewMu.Unlock()
	if db.state == nil {
		return view{}, errClosed()
	}
	db.state.views++
	return view{db, db.state, db.visible}, nil
}

// release gives the view back. The last release of a state that is not current any
// more closes segments that no other state has.
func (v view) release() { v.db.releaseState(v.state) }

func (db *DB) releaseState(s *state) {
	db.viewMu.Lock()
	s.views--
	last := s.views == 0
	db.viewMu.Unlock()
	if last {
		for _, seg := range s.segments {
			seg.Unref()
		}
	}
}

// install makes a state of segments and an empty memtable current, with a reference
// on each segment, and lets go of the state before. The memory of its memtable is
// used again if nobody has a view of it.
func (db *DB) install(segments []*segment.Segment) {
	next := &state{segments: segments, views: 1}
	for _, seg := range segments {
		seg.Ref()
	}
	db.viewMu.Lock()
	old := db.state
	if old.views == 1 {
		next.table = old.table
		next.table.Reset()
	} else {
		next.table = memtable.New()
	}
	db.state = next
	db.viewMu.Unlock()
	db.releaseState(old)
}

// get appends the newest visible value of a key to dst.
func (v view) get(k, dst []byte) (value []byte, found bool, err error) {
	return v.search(k, dst, false)
}

// search looks a key up in the memtable and in one segment after the other, newest
// first. If it is likely to be somewhere, the filter of the oldest is not asked.
func (v view) search(k, dst []byte, likely bool) (value []byte, found bool, err error) {
	if value, dead, found := v.state.table.Get(k, v.visible); found {
		if dead {
			return dst, false, nil
		}
		return append(dst, value...), true, nil
	}
	oldest := len(v.state.segments) - 1
	for i, seg := range v.state.segments {
		var dead bool
		if likely && i == oldest {
			value, dead, found, err = seg.Fetch(k, dst)
		} else {
			value, dead, found, err = seg.Get(k, dst)
		}
		if err != nil {
			return dst, false, err
		}
		if found {
			return value, !dead, nil
		}
	}
	return dst, false, nil
}

// walk returns a merged walk over the keys that exist, on no entry. A memtable with nothing
// in it, as after a checkpoint, is left out: each step would look at it.
func (v view) walk() *merge.Live {
	runs := make([]merge.Iterator, 0, 1+len(v.state.segments))
	first := 1
	if v.state.table.Count() > 0 {
		first = 0
		runs = append(runs, v.state.table.NewIter(v.visible))
	}
	for _, seg := range v.state.segments {
		runs = append(runs, seg.NewIter())
	}
	return merge.NewLive(first, runs...)
}

// getInRun appends the value of a key that lies in the given run of walk. An index
// entry and its document always lie in the same run.
func (v view) getInRun(run int, k, dst []byte) (value []byte, found bool, err error) {
	if run == 0 {
		value, dead, found := v.state.table.Get(k, v.visible)
		return append(dst, value...), found && !dead, nil
	}
	value, dead, found, err := v.state.segments[run-1].Get(k, dst)
	return value, found && !dead, err
}

// lookups is getInRun for many keys, one after the other, of which all should be there.
type lookups struct {
	view     view
	segments []segment.Lookup // as the state has them; made when first needed
}

func (l *lookups) get(run int, k, dst []byte) (value []byte, found bool, err error) {
	if run == 0 {
		return l.view.getInRun(run, k, dst)
	}
	if l.segments == nil {
		l.segments = make([]segment.Lookup, len(l.view.state.segments))
		for i, s := range l.view.state.segments {
			l.segments[i].Reset(s)
		}
	}
	value, dead, found, err := l.segments[run-1].Get(k, dst)
	return value, found && !dead, err
}

// document appends the document of an _id in one version to dst.
func (v view) document(ver *version, id, dst []byte) (doc []byte, found bool, err error) {
	var buf [128]byte
	return v.search(key.AppendDocument(buf[:0], ver.coll, ver.number, id), dst, false)
}

// fetch is document for a reader: whoever reads a document mostly has its _id from
// somewhere, so it is likely to be there. A writer has many that are new.
func (v view) fetch(ver *version, id, dst []byte) (doc []byte, found bool, err error) {
	var buf [128]byte
	return v.search(key.AppendDocument(buf[:0], ver.coll, ver.number, id), dst, true)
}
