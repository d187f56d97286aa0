package engine

import (
	"bytes"
	"context"
	"slices"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/merge"
	"github.com/aerodb/aerodb/engine/segment"
)

// DiffIDsMax is how many ids of each kind a diff names.
const DiffIDsMax = 10

// DiffResult is what differs between two states, A and B.
type DiffResult struct {
	A, B        State
	Collections []CollectionDiff // that differ, by name
}

// Equal reports whether the states hold the same documents.
func (r *DiffResult) Equal() bool { return len(r.Collections) == 0 }

// CollectionDiff is what differs in one collection.
type CollectionDiff struct {
	Name    string
	Added   Differing // in B and not in A
	Changed Differing // in both, with other content or under another version
	Removed Differing // in A and not in B
}

// Differing counts documents and names the first of them.
type Differing struct {
	Count int64
	IDs   []string // at most DiffIDsMax, in the order they were met
}

func (d *Differing) add(id []byte) {
	d.Count++
	if len(d.IDs) < DiffIDsMax {
		d.IDs = append(d.IDs, string(id))
	}
}

// Value returns the result as users see it.
func (r DiffResult) Value() document.Value {
	var o, collections object
	o.add("equal", document.BoolValue(r.Equal()))
	o.add("a", r.A.value())
	o.add("b", r.B.value())
	for _, c := range r.Collections {
		var d object
		for _, kind := range []struct {
			name string
			d    Differing
		}{{"added", c.Added}, {"changed", c.Changed}, {"removed", c.Removed}} {
			d.num(kind.name, kind.d.Count)
			d.strings(kind.name+"_ids", kind.d.IDs)
		}
		collections.add(c.Name, d.value())
	}
	o.add("collections", collections.value())
	return o.value()
}

func (s State) value() document.Value {
	var o object
	o.str("uuid", s.UUID)
	o.num("sequence", int64(s.Sequence))
	o.num("documents", s.Documents)
	o.digest("digest", s.Digest)
	return o.value()
}

// State returns the state of the database.
func (db *DB) State() (State, error) {
	if err := db.usable(); err != nil {
		return State{}, err
	}
	db.viewMu.Lock()
	defer db.viewMu.Unlock()
	s := State{UUID: db.identity.UUID, Sequence: db.visible, Digest: db.digest}
	for _, col := range db.catalog.Load().collections {
		for _, v := range col.versions {
			s.Documents += v.documents.Load()
		}
	}
	return s, nil
}

// Diff compares two open databases. Collections of equal digest are not looked at.
// If both are states of one database, the segments they share are not read either:
// what differs must have an entry in a run that only one of them has. So the cost
// follows what was written between the two, as long as no merge came in between;
// else it follows the data.
func Diff(ctx context.Context, a, b *DB) (DiffResult, error) {
	d := &differ{ctx: ctx}
	var err error
	if d.result.A, err = a.State(); err == nil {
		d.result.B, err = b.State()
	}
	if err != nil {
		return DiffResult{}, err
	}
	if d.a, err = a.acquire(); err != nil {
		return DiffResult{}, err
	}
	defer d.a.release()
	if d.b, err = b.acquire(); err != nil {
		return DiffResult{}, err
	}
	defer d.b.release()
	err = d.run()
	return d.result, err
}

// A differ compares two views.
type differ struct {
	ctx    context.Context
	a, b   view
	result DiffResult
	steps  int
}

func (d *differ) run() error {
	x, y := d.a.db.catalog.Load(), d.b.db.catalog.Load()
	names := append(x.names(), y.names()...)
	slices.Sort(names)
	shared := d.shared(x, y)
	for _, name := range slices.Compact(names) {
		c := collectionPair{differ: d, diff: CollectionDiff{Name: name}, a: x.byName[name], b: y.byName[name]}
		if c.same() {
			continue
		}
		var err error
		if shared > 0 && c.a != nil && c.b != nil {
			err = c.walkOwnRuns(shared)
		} else {
			err = c.walkAll()
		}
		if err != nil {
			return err
		}
		if c.diff.Added.Count+c.diff.Changed.Count+c.diff.Removed.Count > 0 {
			d.result.Collections = append(d.result.Collections, c.diff)
		}
	}
	return nil
}

// shared returns how many of the oldest segments are the same files in both views.
// The numbers in their keys must mean the same.
func (d *differ) shared(x, y *catalog) (n int) {
	if d.a.db.uuid != d.b.db.uuid {
		return 0
	}
	for i := range min(len(x.files), len(y.files)) {
		if x.files[i] != y.files[i] {
			return 0
		}
	}
	s, t := d.a.db.manifest.Segments, d.b.db.manifest.Segments
	for n < min(len(s), len(t), len(d.a.state.segments), len(d.b.state.segments)) && s[len(s)-1-n] == t[len(t)-1-n] {
		n++
	}
	return n
}

func (d *differ) step() error {
	if d.steps++; d.steps%interruptEvery == 0 {
		return interrupted(d.ctx)
	}
	return nil
}

// A collectionPair is one collection on both sides; either may be missing.
type collectionPair struct {
	*differ
	diff CollectionDiff
	a, b *collection
}

// same reports whether the digests are equal.
func (c *collectionPair) same() bool {
	sum := func(db *DB, col *collection) (s [32]byte) {
		if col != nil {
			db.viewMu.Lock()
			defer db.viewMu.Unlock()
			s = *col.digest
		}
		return s
	}
	return sum(c.differ.a.db, c.a) == sum(c.differ.b.db, c.b)
}

// walkOwnRuns compares the documents that have an entry in a run that is not among
// the shared ones.
func (c *collectionPair) walkOwnRuns(shared int) error {
	it := merge.New(append(ownRuns(c.differ.a, shared), ownRuns(c.differ.b, shared)...)...)
	defer it.Close()
	versions := max(len(c.a.versions), len(c.b.versions))
	for n := range versions {
		prefix := key.AppendDocumentPrefix(nil, c.a.number, uint16(n+1))
		for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
			if err := c.compareKey(uint16(n+1), it.Key()[len(prefix):]); err != nil {
				return err
			}
		}
		if err := it.Err(); err != nil {
			return err
		}
	}
	return nil
}

// ownRuns returns the memtable and the segments of a view but the oldest ones.
func ownRuns(v view, shared int) []merge.Iterator {
	runs := []merge.Iterator{v.state.table.NewIter(v.visible)}
	for _, s := range v.state.segments[:len(v.state.segments)-shared] {
		runs = append(runs, scan(s))
	}
	return runs
}

func scan(s *segment.Segment) merge.Iterator { return s.NewScan() }

// compareKey compares one version's document of an id on both sides. A document
// that moved between versions is met once a version; it counts where A has it.
func (c *collectionPair) compareKey(number uint16, id []byte) error {
	if err := c.step(); err != nil {
		return err
	}
	x, err := documentAt(c.differ.a, c.a, number, id)
	if err != nil {
		return err
	}
	y, err := documentAt(c.differ.b, c.b, number, id)
	if err != nil || x == nil && y == nil {
		return err
	}
	switch {
	case x != nil && y != nil:
		if !bytes.Equal(x, y) {
			c.diff.Changed.add(id)
		}
		return nil
	case x != nil:
		elsewhere, err := heldElsewhere(c.differ.b, c.b, number, id)
		if elsewhere {
			c.diff.Changed.add(id)
		} else if err == nil {
			c.diff.Removed.add(id)
		}
		return err
	}
	elsewhere, err := heldElsewhere(c.differ.a, c.a, number, id)
	if err == nil && !elsewhere {
		c.diff.Added.add(id)
	}
	return err
}

// documentAt returns the document of an id in a version, nil for none.
func documentAt(v view, col *collection, number uint16, id []byte) ([]byte, error) {
	if int(number) > len(col.versions) {
		return nil, nil
	}
	doc, found, err := v.document(col.versions[number-1], id, []byte{})
	if !found {
		doc = nil
	}
	return doc, err
}

// heldElsewhere reports whether another version has a document of the id.
func heldElsewhere(v view, col *collection, number uint16, id []byte) (bool, error) {
	for _, ver := range col.versions {
		if ver.number == number {
			continue
		}
		if found, err := v.exists(ver, id); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// walkAll walks the collection on both sides, in the order of _id.
func (c *collectionPair) walkAll() error {
	x, y := newCollectionWalk(c.differ.a, c.a), newCollectionWalk(c.differ.b, c.b)
	defer x.close()
	defer y.close()
	x.next()
	y.next()
	for x.valid() || y.valid() {
		if err := c.step(); err != nil {
			return err
		}
		order := bytes.Compare(x.id, y.id)
		if !x.valid() {
			order = 1
		} else if !y.valid() {
			order = -1
		}
		switch {
		case order < 0:
			c.diff.Removed.add(x.id)
		case order > 0:
			c.diff.Added.add(y.id)
		case x.version() != y.version() || !bytes.Equal(x.document(), y.document()):
			c.diff.Changed.add(x.id)
		}
		if order <= 0 {
			x.next()
		}
		if order >= 0 {
			y.next()
		}
	}
	if err := x.err(); err != nil {
		return err
	}
	return y.err()
}
