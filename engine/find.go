package engine

import (
	"bytes"
	"context"
	"slices"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/merge"
	"github.com/aerodb/aerodb/engine/query"
)

// Query is a filter, a sort and a limit; see package query.
type Query = query.Query

// Plan says what a query will do and why; see package query.
type Plan = query.Plan

// Explain returns the plan of a query without running it.
func (c *Collection) Explain(q Query) (Plan, error) {
	if err := c.db.usable(); err != nil {
		return Plan{}, err
	}
	compiled, err := query.Compile(c.version.indexes, q, c.db.opts.QueryLimitMax)
	if err != nil {
		return Plan{}, err
	}
	return compiled.Plan, nil
}

// Find returns the canonical JSON of the documents that a query asks for. The bytes are
// the caller's; documents of one answer may lie in one piece of memory.
func (c *Collection) Find(ctx context.Context, q Query) ([][]byte, error) {
	compiled, err := query.Compile(c.version.indexes, q, c.db.opts.QueryLimitMax)
	if err != nil {
		return nil, err
	}
	v, err := c.db.acquire()
	if err != nil {
		return nil, err
	}
	defer v.release()
	start := c.db.slowClock()
	f := &finder{out: make([][]byte, 0, min(compiled.Limit, firstDocuments)), view: v, lookups: lookups{view: v}, version: c.version, query: compiled, ctx: ctx}
	if compiled.SortRest != query.NoSort {
		f.top = &top{limit: compiled.Limit, down: compiled.SortDown}
	}
	if err := f.run(); err != nil {
		c.db.logDamage("damage.found", err)
		return nil, err
	}
	docs := f.documents()
	if !start.IsZero() {
		c.logSlow("find", len(docs), start, "chosen_index", compiled.Plan.ChosenIndex)
	}
	return docs, nil
}

// firstDocuments is how many documents an answer has room for at first.
const firstDocuments = 128

// A finder runs one query over one view.
type finder struct {
	view    view
	version *version
	query   *query.Compiled
	ctx     context.Context
	walk    *merge.Live
	lookups lookups
	prefix  []byte // of the keys of the chosen index
	out     [][]byte
	copies  chunk // what out lies in
	top     *top  // if the documents are sorted in memory
	steps   int
	key     []byte
	value   []byte
	doc     []byte
	group   []entry // entries of one value, for a walk backward
}

// An entry is an index entry met on a walk backward.
type entry struct {
	run int
	id  []byte
}

func (f *finder) documents() [][]byte {
	if f.top != nil {
		return f.top.documents()
	}
	return f.out
}

func (f *finder) run() error {
	scan := &f.query.Scan
	if scan.Empty() {
		return nil
	}
	f.walk = f.view.walk()
	defer f.walk.Close()
	v := f.version
	if scan.Index < 0 {
		f.prefix = key.AppendDocumentPrefix(nil, v.coll, v.number)
	} else {
		f.prefix = key.AppendIndexPrefix(nil, v.coll, v.number, uint16(scan.Index))
	}
	low := slices.Concat(f.prefix, scan.Low)
	high := key.AppendSuccessor(nil, f.prefix)
	if scan.High != nil {
		high = slices.Concat(f.prefix, scan.High)
	}
	switch {
	case !f.query.Reverse:
		return f.forward(low, high)
	case scan.Index < 0 || f.query.IDsDown:
		return f.backward(low, high)
	}
	return f.backwardByValue(low, high)
}

// forward takes entries from low on.
func (f *finder) forward(low, high []byte) error {
	for ok := f.walk.SeekGE(low); ok && bytes.Compare(f.walk.Key(), high) < 0; ok = f.walk.Next() {
		if done, err := f.take(f.walk.Run(), f.walk.Key()); done || err != nil {
			return err
		}
	}
	return f.walk.Err()
}

// backward takes entries from below high down.
func (f *finder) backward(low, high []byte) error {
	for ok := f.walk.SeekLT(high); ok && bytes.Compare(f.walk.Key(), low) >= 0; ok = f.walk.Prev() {
		if done, err := f.take(f.walk.Run(), f.walk.Key()); done || err != nil {
			return err
		}
	}
	return f.walk.Err()
}

// groupMax is how many entries of one value a walk backward keeps, to take them
// in the order of _id. A larger group is read again, forward.
const groupMax = 256

// backwardByValue takes values from the greatest down, the entries of one value by
// ascending _id.
func (f *finder) backwardByValue(low, high []byte) error {
	var value []byte // prefix and value of the group
	for ok := f.walk.SeekLT(high); ok && bytes.Compare(f.walk.Key(), low) >= 0; {
		k := f.walk.Key()
		n := f.valueLen(k)
		if n < 0 {
			return f.broken(k)
		}
		value = append(value[:0], k[:n]...)
		f.group = f.group[:0]
		for ok && bytes.HasPrefix(f.walk.Key(), value) && len(f.group) < groupMax {
			f.group = append(f.group, entry{f.walk.Run(), bytes.Clone(f.walk.Key())})
			ok = f.walk.Prev()
		}
		if !ok && f.walk.Err() != nil {
			break // the group is not whole: what is missing comes first in the answer
		}
		take, more := f.keptGroup, ok && bytes.HasPrefix(f.walk.Key(), value)
		if more {
			take = f.largeGroup
		}
		if done, err := take(value); done || err != nil {
			return err
		}
		if more {
			ok = f.walk.SeekLT(value)
		}
	}
	return f.walk.Err()
}

// keptGroup takes the kept entries, which were met backward.
func (f *finder) keptGroup([]byte) (done bool, err error) {
	for _, e := range slices.Backward(f.group) {
		if done, err = f.take(e.run, e.id); done || err != nil {
			return done, err
		}
	}
	return false, nil
}

// largeGroup takes the entries of one value, too many to be kept, from its first on.
func (f *finder) largeGroup(value []byte) (done bool, err error) {
	for ok := f.walk.SeekGE(value); ok && bytes.HasPrefix(f.walk.Key(), value); ok = f.walk.Next() {
		if done, err = f.take(f.walk.Run(), f.walk.Key()); done || err != nil {
			return done, err
		}
	}
	return false, f.walk.Err()
}

// valueLen returns the length of prefix and value in an index key, -1 if it is none.
func (f *finder) valueLen(k []byte) int {
	n := key.ValueLen(k[len(f.prefix):], f.version.indexes[f.query.Scan.Index].Type)
	if n < 0 {
		return -1
	}
	return len(f.prefix) + n
}

func (f *finder) broken(k []byte) error {
	return dberr.New(dberr.StorageCorruption, "index %q of collection %q has an entry that is not one: % x", f.query.Scan.Field, f.version.collection, k)
}

// interruptEvery is how many entries pass between looks at the context.
const interruptEvery = 1024

// take looks at one entry of the chosen index and keeps its document if it matches.
// It reports whether the answer is complete.
func (f *finder) take(run int, k []byte) (done bool, err error) {
	f.steps++
	if f.steps%interruptEvery == 0 {
		if err := interrupted(f.ctx); err != nil {
			return false, err
		}
	}
	dst := f.doc[:0]
	if f.top == nil {
		f.copies.more = f.query.Limit - len(f.out)
		dst = f.copies.room()
	}
	doc, id, err := f.fetch(run, k, dst)
	if err != nil {
		return false, err
	}
	for i := range f.query.Rest {
		p := &f.query.Rest[i]
		if err := f.encode(doc, id, p.Index); err != nil {
			return false, err
		}
		if !p.Matches(f.value) {
			return false, nil
		}
	}
	if f.top == nil {
		f.out = append(f.out, f.copies.adopt(doc))
		return len(f.out) == f.query.Limit, nil
	}
	f.doc = doc
	if err := f.encode(doc, id, f.query.SortRest); err != nil {
		return false, err
	}
	f.top.offer(f.value, id, doc)
	return false, nil
}

// fetch appends the document of an entry of the chosen index to dst. The id is valid until
// the walk moves.
func (f *finder) fetch(run int, k, dst []byte) (doc, id []byte, err error) {
	if f.query.Scan.Index < 0 {
		id = k[len(f.prefix):]
		if f.walk.Valid() && bytes.Equal(f.walk.Key(), k) {
			return append(dst, f.walk.Value()...), id, nil
		}
	} else {
		n := f.valueLen(k)
		if n < 0 {
			return nil, nil, f.broken(k)
		}
		id = k[n:]
	}
	f.key = key.AppendDocument(f.key[:0], f.version.coll, f.version.number, id)
	doc, found, err := f.lookups.get(run, f.key, dst)
	if err != nil {
		return nil, nil, err
	}
	if !found {
		return nil, nil, dberr.New(dberr.StorageCorruption, "index %q of collection %q has an entry for document %q, which is not in the same run", f.query.Scan.Field, f.version.collection, id).
			WithHint("keep a copy of the directory, then restore from a backup")
	}
	return doc, id, nil
}

// encode leaves in f.value the encoded value of an indexed field, or the _id.
func (f *finder) encode(doc, id []byte, index int) (err error) {
	if index < 0 {
		f.value = append(f.value[:0], id...)
		return nil
	}
	f.value, err = f.version.encoder.AppendIndexValue(f.value[:0], doc, index)
	return err
}

// interrupted returns an error if the caller has given up.
func interrupted(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return dberr.New(dberr.ScriptInterrupted, "interrupted: %w", err)
	}
	return nil
}
