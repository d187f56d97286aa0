package segment

import (
	"bytes"
	"context"
)

// A VerifyResult is what Verify found in a file.
type VerifyResult struct {
	Info          // counted, not copied from the footer; with the CRC32C of the file
	Blocks  int64 // footer not included
	Largest []byte
}

// Verify reads every byte of the file from the disk, past the cache, and checks
// that it is exactly what a Writer makes of the entries it holds: the checksum of
// every block, the order of the keys, the tree, that each filter is the one of its
// keys, the properties, the counts. It returns at the first thing that is wrong.
// What it cannot know is whether the file is the right one: the caller compares the
// CRC32C with the one that Finish returned.
//
// Progress, if not nil, is called now and then with the number of bytes read so
// far. When ctx ends, Verify ends with ScriptInterrupted.
func (s *Segment) Verify(ctx context.Context, progress func(bytes int64)) (VerifyResult, error) {
	s.file.DropCache()
	c := s.NewCheck(ctx, progress)
	defer c.Close()
	for c.First(); c.Valid(); c.Next() {
	}
	if err := c.Err(); err != nil {
		return VerifyResult{}, err
	}
	return c.Result(), nil
}

// DropCache asks the kernel to forget cached pages of the file, so that what is read
// next comes from the disk.
func (s *Segment) DropCache() { s.file.DropCache() }

// A verifier follows a file from its first block to its last and repeats what the
// writer did.
type verifier struct {
	s       *Segment
	in      stream
	counted footer
	blocks  int64
	header  header // of the present block
	payload []byte // the same, reused

	data     entries // last is the last key of all so far
	tree     entries
	smallest []byte
	hashes   []uint64     // of document keys since the last filter
	filter   handle       // not yet named by a level-1 block
	unlisted [][]unlisted // by level, 0 for data: blocks not yet listed one level up
	value    []byte       // of the entry, if it is not stored as it is
	// dictionary is the last one, unused if no block was seen that needs it.
	dictionary keptDictionary
	unused     bool
	ended      bool // the properties block was seen
	finished   bool // so was the footer
}

// unlisted is a block, and the key that it must be listed with.
type unlisted struct {
	h         handle
	separator []byte
}

// block reads the next block and verifies it, but for the entries of a data block,
// which are for the caller to walk.
func (v *verifier) block() (here handle, kind byte, err error) {
	at := v.in.offset
	stored, err := v.in.block(v.s.size - footerBytes)
	if err != nil {
		return handle{}, 0, err
	}
	h := decodeHeader(stored)
	v.header = h
	if v.payload, err = v.s.decode(stored, at, h.kind, h.level, reuse(v.payload)); err != nil {
		return handle{}, 0, err
	}
	v.blocks++
	here = handle{at, int64(len(stored))}
	if v.ended {
		return here, 0, v.s.damage(at, "a block after the properties block")
	}
	switch {
	case h.kind == kindTree && h.level > 0 && h.level <= levelsMax:
		err = v.node(here, int(h.level))
	case h.level != 0:
		err = v.s.damage(at, "block of unknown kind %d, level %d", h.kind, h.level)
	case h.kind == kindDocuments || h.kind == kindIndexKeys:
	case h.kind == kindFilter:
		err = v.checkFilter(here)
	case h.kind == kindDictionary:
		err = v.checkDictionary(here)
	case h.kind == kindProperties:
		err = v.properties(here)
	default:
		err = v.s.damage(at, "block of unknown kind %d, level %d", h.kind, h.level)
	}
	return here, h.kind, err
}

// list notes a block that the level above must list.
func (v *verifier) list(level int, h handle, separator []byte) {
	for len(v.unlisted) <= level {
		v.unlisted = append(v.unlisted, nil)
	}
	v.unlisted[level] = append(v.unlisted[level], unlisted{h, bytes.Clone(separator)})
}

// checkFilter verifies a filter block: it must be the filter of the keys above it.
func (v *verifier) checkFilter(h handle) error {
	want := appendFilter(nil, v.hashes)
	if len(v.hashes) == 0 || v.filter.bytes != 0 || !bytes.Equal(v.payload, want) {
		return v.s.damage(h.offset, "the filter is not that of the %d document keys before it", len(v.hashes))
	}
	v.filter, v.hashes = h, v.hashes[:0]
	return nil
}

// checkDictionary keeps a dictionary block for those behind it.
func (v *verifier) checkDictionary(h handle) error {
	if v.unused || v.filter.bytes != 0 || v.s.foot.version < 2 {
		return v.s.damage(h.offset, "a dictionary where none belongs")
	}
	v.dictionary, v.unused = keptDictionary{h, bytes.Clone(v.payload)}, true
	v.counted.documentBytes += h.bytes
	return nil
}

// node verifies a tree block: it must list the blocks of the level below since the
// last one, all and in order.
func (v *verifier) node(h handle, level int) error {
	n, err := v.s.parseNode(h, level, v.payload)
	if err != nil {
		return err
	}
	if level > len(v.unlisted) {
		return v.s.damage(h.offset, "tree block of level %d over no blocks", level)
	}
	children := v.unlisted[level-1]
	if level > 1 && v.filter.bytes > 0 || level == 1 && (n.filter != v.filter || len(v.hashes) > 0) {
		return v.s.damage(h.offset, "tree block of level %d with a filter at %d; the one before it is at %d", level, n.filter.offset, v.filter.offset)
	}
	v.filter = handle{}
	if err := v.children(&n, h, children); err != nil {
		return err
	}
	v.list(level, h, children[0].separator)
	v.unlisted[level-1] = children[:0]
	return nil
}

// children verifies that a tree block lists these blocks and no others.
func (v *verifier) children(n *node, h handle, want []unlisted) error {
	v.tree.last = v.tree.last[:0]
	interval := restartTree
	if v.s.foot.version < 2 {
		interval = restartEntries
	}
	err := v.tree.first(v.s, n.block, h, interval)
	i := 0
	for more := true; more && err == nil; i++ {
		c := unlisted{}
		if i < len(want) {
			c = want[i]
		}
		e := v.tree.e
		child, ok := decodeHandle(n.valueOf(&e))
		if !ok || e.tombstone || child != c.h || !bytes.Equal(v.tree.key, c.separator) {
			return v.s.damage(h.offset, "entry %d of a tree block of level %d points to %d, expected %d", i, n.level, child.offset, c.h.offset)
		}
		more, err = v.tree.next(v.s, h)
	}
	if err == nil && i != len(want) {
		err = v.s.damage(h.offset, "tree block lists %d blocks, expected %d", i, len(want))
	}
	return err
}

// properties verifies the properties block.
func (v *verifier) properties(h handle) error {
	if v.unused || v.filter.bytes > 0 || !bytes.Equal(v.payload, appendProperties(nil, v.smallest, v.data.last)) {
		return v.s.damage(h.offset, "the properties block is not the one that belongs here")
	}
	v.counted.properties, v.ended = h, true
	return nil
}

// end verifies the footer against all that was counted.
func (v *verifier) end() error {
	at := v.s.size - footerBytes
	if v.in.offset != at {
		return v.s.damage(v.in.offset, "blocks end here; the footer begins at %d", at)
	}
	b, err := v.in.take(footerBytes)
	if err != nil {
		return err
	}
	if foot, bad := decodeFooter(b, v.s.size, v.s.foot.id); bad != nil {
		return v.s.damage(at+int64(bad.at), "%s", bad.what)
	} else if foot != v.s.foot {
		return v.s.damage(at, "the footer is not the one the file was opened with")
	}
	for level, blocks := range v.unlisted {
		if root := level == len(v.unlisted)-1; root && len(blocks) == 1 {
			v.counted.root, v.counted.levels = blocks[0].h, level
		} else if len(blocks) > 0 {
			return v.s.damage(blocks[0].h.offset, "a block of level %d that the tree does not list", level)
		}
	}
	if v.counted != v.s.foot {
		return v.s.damage(at, "footer and blocks differ: %d entries, root at %d; found %d, %d",
			v.s.foot.entries(), v.s.foot.root.offset, v.counted.entries(), v.counted.root.offset)
	}
	return nil
}
