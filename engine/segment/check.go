package segment

import (
	"bytes"
	"context"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
)

// A Check walks the entries of a segment from the first to the last and verifies the
// file on the way, as Verify says. It reads the file from front to back, past the
// cache, and decodes each block once: whoever wants the entries and the proof that the
// file is whole gets both for one reading.
//
// What it shows is proven only once Next has returned false and Err is nil: that a
// filter or a tree block is wrong shows behind the entries it covers. It is for one
// goroutine at a time.
type Check struct {
	ctx      context.Context
	progress func(bytes int64)
	v        verifier
	leaf     handle // the data block whose entries are being shown
	space    byte   // of its keys
	valid    bool
	err      error

	block func(handle, header) // if not nil, is told of each block before its entries
}

// NewCheck returns a Check on no entry; First begins. It holds a reference to the
// segment until Close. Progress, if not nil, is called after each block with the
// number of bytes read so far. When ctx ends, the walk ends with ScriptInterrupted.
func (s *Segment) NewCheck(ctx context.Context, progress func(bytes int64)) *Check {
	s.Ref()
	return &Check{ctx: ctx, progress: progress, v: verifier{s: s, in: stream{source: &s.source}, counted: footer{id: s.foot.id, bytes: s.size, version: s.foot.version}}}
}

// First moves to the first entry. A Check goes through its file once, so First may be
// called once.
func (c *Check) First() bool { return c.Next() }

// Next moves to the next entry.
func (c *Check) Next() bool {
	if c.err != nil || c.v.finished {
		return false
	}
	c.valid, c.err = c.next()
	return c.valid
}

func (c *Check) next() (bool, error) {
	v := &c.v
	if c.valid {
		more, err := v.data.next(v.s, c.leaf)
		if err != nil {
			return false, err
		}
		if more {
			err = v.entry(c.leaf, c.space)
			return err == nil, err
		}
	}
	for v.in.offset < v.s.size-footerBytes {
		if err := c.ctx.Err(); err != nil {
			return false, dberr.New(dberr.ScriptInterrupted, "verifying was interrupted: %w", err).In(v.s.name)
		}
		h, kind, err := v.block()
		if err != nil {
			return false, err
		}
		c.report()
		if c.block != nil {
			c.block(h, v.header)
		}
		if kind != kindDocuments && kind != kindIndexKeys {
			continue
		}
		c.leaf, c.space = h, key.SpaceDocument
		if kind == kindIndexKeys {
			c.space = key.SpaceIndex
		}
		if err := v.leaf(h, c.space); err != nil {
			return false, err
		}
		return true, nil
	}
	if err := v.end(); err != nil {
		return false, err
	}
	c.report()
	v.finished = true
	return false, nil
}

func (c *Check) report() {
	if c.progress != nil {
		c.progress(c.v.in.offset)
	}
}

// Valid reports whether the walk stands on an entry.
func (c *Check) Valid() bool { return c.valid }

// Key returns the key of the entry, valid until the next move.
func (c *Check) Key() []byte { return c.v.data.key }

// Value returns the value of the entry, valid until the next move.
func (c *Check) Value() []byte {
	if c.v.data.b.dictionary.bytes > 0 {
		return c.v.value
	}
	return c.v.data.b.valueOf(&c.v.data.e)
}

// Tombstone reports whether the entry is a tombstone.
func (c *Check) Tombstone() bool { return c.v.data.e.tombstone }

// Err returns the first thing that is wrong with the file, nil if it was found whole
// or there is more to see.
func (c *Check) Err() error { return c.err }

// Close drops the reference to the segment.
func (c *Check) Close() { c.v.s.Unref() }

// Result tells what was found, once Next has returned false and Err is nil.
func (c *Check) Result() VerifyResult {
	info := c.v.counted.info()
	info.CRC32C = c.v.in.checksum
	return VerifyResult{info, c.v.blocks, c.v.data.last}
}

// entries walks a block and verifies what search relies on: that restarts are where
// they belong and that all other entries share all they can with the one before.
type entries struct {
	cursor
	interval int    // entries between restarts
	i        int    // number of the entry in its block
	shared   int    // bytes that it has in common with last
	last     []byte // the key before, of the block before if it is the first
}

// first moves to the first entry of b, the block at h, with a restart at every so many.
func (w *entries) first(s *Segment, b block, h handle, interval int) error {
	w.reset(b)
	w.interval = interval
	w.i = -1
	_, err := w.step(s, h, w.cursor.first())
	return err
}

// next moves to the next entry of the block, false at its end.
func (w *entries) next(s *Segment, h handle) (bool, error) {
	w.last = append(w.last[:w.shared], w.key[w.shared:]...)
	return w.step(s, h, w.cursor.next())
}

// step verifies what a move of the cursor came to.
func (w *entries) step(s *Segment, h handle, more bool) (bool, error) {
	if w.bad {
		return false, s.malformed(h, "data")
	}
	if !more {
		if w.i/w.interval != w.b.restarts-1 || w.e.valueEnd != w.b.tail {
			return false, s.damage(h.offset, "a block of %d restarts and %d bytes of values; %d entries have %d", w.b.restarts, w.b.tail-w.b.end, w.i+1, w.e.valueEnd-w.b.end)
		}
		return false, nil
	}
	w.i++
	w.shared = commonPrefix(w.last, w.key)
	want := w.shared
	restart := w.i%w.interval == 0
	switch {
	case restart && w.i == 0:
		want = 0
	case restart:
		want = commonPrefix(w.b.first, w.key)
	}
	switch {
	case restart && !restartIs(&w.b, w.i/w.interval, &w.e):
		return false, s.damage(h.offset, "restart %d of a block is out of place", w.i/w.interval)
	case w.e.shared != want:
		return false, s.damage(h.offset, "entry %d of a block shares %d bytes of its key, expected %d", w.i, w.e.shared, want)
	}
	return true, nil
}

// rises reports whether the key is greater than the one before.
func (w *entries) rises() bool {
	n := w.shared
	return n < len(w.key) && (n == len(w.last) || w.key[n] > w.last[n])
}

// restartIs reports whether restart i of b points to e.
func restartIs(b *block, i int, e *entry) bool {
	if i >= b.restarts {
		return false
	}
	off, value := b.restart(i)
	return off == e.off && value == e.value
}

// leaf verifies a data block and moves to its first entry.
func (v *verifier) leaf(h handle, space byte) error {
	var b block
	err := v.s.parseLeaf(h, v.payload, &b)
	if err != nil {
		return err
	}
	if v.filter.bytes != 0 {
		return v.s.damage(h.offset, "a data block between a filter and its tree block")
	}
	if b.dictionary != v.dictionary.at && (b.dictionary.bytes > 0 || v.unused) {
		return v.s.damage(h.offset, "a data block with a dictionary at %d; the one before it is at %d", b.dictionary.offset, v.dictionary.at.offset)
	}
	if b.dictionary.bytes > 0 && b.version2 != (v.s.foot.version == 2) {
		return v.s.damage(h.offset, "values as another version than %d of the format has them", v.s.foot.version)
	}
	v.unused = false
	if space == key.SpaceIndex {
		v.counted.indexBytes += h.bytes
	} else {
		v.counted.documentBytes += h.bytes
	}
	interval := restartEntries
	if b.dictionary.bytes > 0 {
		interval = restartValues
	}
	if err := v.data.first(v.s, b, h, interval); err != nil {
		return err
	}
	v.list(0, h, v.data.key[:min(v.data.shared+1, len(v.data.key))])
	return v.entry(h, space)
}

// entry verifies the entry that the data cursor stands on.
func (v *verifier) entry(h handle, space byte) error {
	k := v.data.key
	if len(k) == 0 || k[0] != space || len(k) > KeyBytesMax || !v.data.rises() {
		return v.s.damage(h.offset, "key %x out of order after %x", k, v.data.last)
	}
	if v.data.e.tombstone && v.data.e.value != v.data.e.valueEnd {
		return v.s.damage(h.offset, "a tombstone with a value")
	}
	if b := &v.data.b; b.dictionary.bytes > 0 && !v.data.e.tombstone {
		value, ok := b.appendUncompressed(reuse(v.value), k, b.valueOf(&v.data.e), v.dictionary.sample)
		if !ok {
			return v.s.malformed(h, "data")
		}
		v.value = value
	} else {
		v.value = v.value[:0]
	}
	if v.counted.entries() == 0 {
		v.smallest = bytes.Clone(k)
	}
	v.counted.count(space, v.data.e.tombstone)
	if space == key.SpaceDocument {
		v.hashes = append(v.hashes, hash64(k))
	}
	return nil
}
