package segment

import (
	"context"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
)

// Survey returns an error for each block that cannot be read, in the order in which
// the tree leads to them, for a person who wants to know how much is lost. What lies
// beneath a tree block that cannot be read is not looked for. It reads the disk as
// Verify does and checks each block by itself only; Verify is what tells whether a
// segment is whole. An error that is not about a block, such as ScriptInterrupted,
// ends the list.
func (s *Segment) Survey(ctx context.Context) []error {
	s.file.DropCache()
	v := survey{s: s, ctx: ctx, left: s.size / headerBytes}
	if s.foot.levels > 0 {
		v.node(s.foot.root, s.foot.levels)
		v.read(s.foot.properties, kindProperties, 0)
	}
	return v.found
}

type survey struct {
	s     *Segment
	ctx   context.Context
	buf   []byte
	value []byte
	left  int64          // how many blocks the file can have, less those read
	dict  keptDictionary // the last one; no sample if it cannot be read
	found []error
	ended bool
}

// read reads a block and notes what is wrong with it.
func (v *survey) read(h handle, kind, level byte) ([]byte, bool) {
	if v.ended {
		return nil, false
	}
	if err := v.ctx.Err(); err != nil {
		v.ended = true
		v.note(dberr.New(dberr.ScriptInterrupted, "the survey was interrupted: %w", err).In(v.s.name))
		return nil, false
	}
	if v.left--; v.left < 0 {
		v.ended = true
		v.note(v.s.damage(h.offset, "the tree leads to more blocks than the file has"))
		return nil, false
	}
	buf := reuse(v.buf)
	if level > 0 {
		buf = nil // a node is needed until its children are done
	}
	payload, err := v.s.read(h, kind, level, buf)
	if err != nil {
		v.note(err)
		return nil, false
	}
	if level == 0 {
		v.buf = payload
	}
	return payload, true
}

func (v *survey) note(err error) { v.found = append(v.found, err) }

// node surveys a tree block and all beneath it.
func (v *survey) node(h handle, level int) {
	payload, ok := v.read(h, kindTree, byte(level))
	if !ok {
		return
	}
	n, err := v.s.parseNode(h, level, payload)
	if err != nil {
		v.note(err)
		return
	}
	if n.filter.bytes > 0 {
		v.read(n.filter, kindFilter, 0)
	}
	var c cursor
	c.reset(n.block)
	for more := c.first(); more && !v.ended; more = c.next() {
		child, err := v.s.child(&n, &c.e)
		switch {
		case err != nil:
			v.note(err)
			return
		case level > 1:
			v.node(child, level-1)
		default:
			v.leaf(child)
		}
	}
	if c.bad {
		v.note(v.s.malformed(h, "tree"))
	}
}

// leaf surveys a data block.
func (v *survey) leaf(h handle) {
	payload, ok := v.read(h, kindData, 0)
	if !ok {
		return
	}
	var b block
	err := v.s.parseLeaf(h, payload, &b)
	if err != nil {
		v.note(err)
		return
	}
	sample, readable := v.dictionary(b.dictionary)
	var c cursor
	c.reset(b)
	for more := c.first(); more; more = c.next() {
		if len(c.key) == 0 || c.key[0] != key.SpaceDocument && c.key[0] != key.SpaceIndex {
			c.bad = true
			break
		}
		if !readable || b.dictionary.bytes == 0 || c.e.tombstone {
			continue
		}
		if v.value, readable = b.appendUncompressed(reuse(v.value), c.key, b.valueOf(&c.e), sample); !readable {
			c.bad = true
			break
		}
	}
	if c.bad {
		v.note(v.s.malformed(h, "data"))
	}
}

// dictionary reads the dictionary of a data block, if it has one, once for all blocks in
// a row that have the same.
func (v *survey) dictionary(h handle) (sample []byte, ok bool) {
	if h.bytes == 0 {
		return nil, true
	}
	if v.dict.at != h {
		buf := v.buf
		v.buf = nil // the data block lies there
		sample, _ = v.read(h, kindDictionary, 0)
		v.dict, v.buf = keptDictionary{h, sample}, buf
	}
	return v.dict.sample, v.dict.sample != nil
}
