package segment

import "encoding/binary"

// treeBlockEntriesMin is how many blocks a tree block lists at least, however long
// their keys, unless it is the last of its level; it bounds the height of the tree.
const treeBlockEntriesMin = 16

// A treeBuilder collects the entries of the open tree block of one level.
type treeBuilder struct {
	builder
	separator []byte // of the first entry: the block's own key one level up
	last      []byte
}

// room ends the open tree block that is to list a block with this separator, if
// it is full; level 0 of w.tree is level 1 of the tree. It is called before that block
// is written, so that a tree block lies right behind the blocks it lists. And since it
// is called only when one more block comes, a level that has ended a tree block always
// gets another: the root lists two blocks or more, or data blocks.
func (w *Writer) room(level int, separator []byte) error {
	if level == len(w.tree) {
		w.tree = append(w.tree, treeBuilder{})
	}
	if w.tree[level].full(len(separator), w.blockBytes) || level == 0 && w.filterFull() {
		return w.endTreeBlock(level)
	}
	return nil
}

// list adds a block to the open tree block of a level.
func (w *Writer) list(level int, separator []byte, h handle) {
	t := &w.tree[level]
	if t.entries == 0 {
		t.separator = append(t.separator[:0], separator...)
	}
	w.value = appendHandle(w.value[:0], h)
	t.add(restartTree, commonPrefix(t.last, separator), separator, w.value, false)
	t.last = append(t.last[:0], separator...)
}

func (t *treeBuilder) full(separatorBytes, blockBytes int) bool {
	return t.entries >= treeBlockEntriesMin &&
		t.sizeWith(separatorBytes+2*binary.MaxVarintLen64+filterTrailerBytes) > blockBytes
}

// filterFull reports whether the filter of the open level-1 block is large enough.
func (w *Writer) filterFull() bool {
	return w.listed >= filterKeysMax && w.tree[0].entries >= 2
}

// endTreeBlock writes the open block of a level and lists it one level up.
func (w *Writer) endTreeBlock(level int) error {
	separator := w.tree[level].separator
	if err := w.room(level+1, separator); err != nil {
		return err
	}
	h, err := w.emitTree(level)
	if err != nil {
		return err
	}
	w.list(level+1, separator, h)
	return nil
}

// emitTree writes the open block of a level, on level 1 with its filter.
func (w *Writer) emitTree(level int) (handle, error) {
	t := &w.tree[level]
	payload := t.payload()
	if level == 0 {
		filter, err := w.emitFilter()
		if err != nil {
			return handle{}, err
		}
		payload = binary.LittleEndian.AppendUint64(payload, uint64(filter.offset))
		payload = binary.LittleEndian.AppendUint32(payload, uint32(filter.bytes))
	}
	h, err := w.emit(kindTree, byte(level+1), payload)
	t.reset()
	t.last = t.last[:0]
	return h, err
}

// emitFilter writes the filter over the document keys that the open level-1 block
// lists; none if there are no such keys. Keys of the data block that is still to be
// listed stay for the next.
func (w *Writer) emitFilter() (handle, error) {
	if w.listed == 0 {
		return handle{}, nil
	}
	w.filter = appendFilter(w.filter[:0], w.hashes[:w.listed])
	w.hashes = append(w.hashes[:0], w.hashes[w.listed:]...)
	w.listed = 0
	return w.emit(kindFilter, 0, w.filter)
}

// endTree writes the open blocks of all levels, the highest as the root.
func (w *Writer) endTree() error {
	for level := 0; level < len(w.tree)-1; level++ {
		if err := w.endTreeBlock(level); err != nil {
			return err
		}
	}
	var err error
	w.foot.levels = len(w.tree)
	w.foot.root, err = w.emitTree(len(w.tree) - 1)
	return err
}
