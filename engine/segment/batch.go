package segment

import (
	"slices"
	"sync/atomic"

	"github.com/pierrec/lz4/v4"
)

// Compressing takes more than half of the time of writing a segment. So data blocks wait
// in a batch until it is full, and are compressed beside the caller, who fills the next
// one meanwhile, and then helps with what is left. They are written, and listed in the
// tree, by the caller and in order: neither the bytes of a file nor the calls that write it
// depend on who was faster.

const (
	// batchBlocksMax and batchBytesMax bound a batch. Two are in memory at a time.
	batchBlocksMax = 64
	batchBytesMax  = 128 << 10
)

// A dataBlock is a data block that is filled and not yet written.
type dataBlock struct {
	kind      byte
	hashes    int // of its document keys: the next so many of Writer.hashes
	entries   int
	values    int    // bytes of its values
	separator []byte // between the block before and this one
	section   []byte // what its first key has in common with all of its collection and version
	payload   []byte

	dict *dictionary // to compress its values with; nil if it is compressed in whole

	// What a press makes of it:
	codec        byte
	packed       []byte // payload compressed; empty if that does not save enough
	packedValues int    // bytes of its values compressed one by one
	// sample is a dictionary that must be written before this block, if it is not nil.
	sample []byte
}

// A batch is a list of data blocks that are compressed together. Its buffers are reused.
type batch struct {
	blocks []dataBlock
	bytes  int           // of their payloads
	begun  atomic.Int64  // how many blocks someone has begun to compress, or more
	packed chan struct{} // gets one when the goroutine beside the caller finds no more
}

func newBatch() *batch { return &batch{packed: make(chan struct{}, 1)} }

// next returns the next block, emptied, with the buffers of an earlier use.
func (b *batch) next() *dataBlock {
	b.blocks = slices.Grow(b.blocks, 1)[:len(b.blocks)+1]
	d := &b.blocks[len(b.blocks)-1]
	*d = dataBlock{separator: d.separator[:0], section: d.section[:0], payload: reuse(d.payload), packed: reuse(d.packed)}
	return d
}

func (b *batch) full() bool { return len(b.blocks) >= batchBlocksMax || b.bytes >= batchBytesMax }

func (b *batch) reset() { b.blocks, b.bytes = b.blocks[:0], 0 }

// pack compresses a payload into dst's memory. The result is empty if that would not save
// an eighth. Filters look random and are not tried.
func pack(c *lz4.Compressor, dst []byte, kind byte, payload []byte) []byte {
	if kind == kindFilter || len(payload) < compressBytesMin {
		return dst[:0]
	}
	room := len(payload) - len(payload)/8
	dst = slices.Grow(dst[:0], room)[:room]
	// An error says that it does not fit, which is no failure.
	n, err := c.CompressBlock(payload, dst)
	if err != nil {
		return dst[:0]
	}
	return dst[:n]
}

// submit has the filled batch compressed beside the caller, and writes the one before it.
func (w *Writer) submit() error {
	before := w.settle()
	filled := w.filled
	w.packing = filled
	w.packer.begin(filled)
	go func() {
		w.presses[1].pack(filled)
		filled.packed <- struct{}{}
	}()
	if before == nil {
		w.filled = newBatch()
		return nil
	}
	w.filled = before
	return w.writeBatch(before)
}

// settle ends the batch that is being compressed, and returns it; nil if none is.
func (w *Writer) settle() *batch {
	b := w.packing
	if b != nil {
		w.presses[0].pack(b)
		<-b.packed
		w.packer.end(b)
		w.packing = nil
	}
	return b
}

// abandon waits until nobody compresses any more, and forgets what is not done.
func (w *Writer) abandon() {
	if b := w.packing; b != nil {
		b.begun.Store(int64(len(b.blocks)))
		<-b.packed
		w.packing = nil
	}
}

// writeBatch writes compressed blocks, lists them in the tree, and empties the batch.
func (w *Writer) writeBatch(b *batch) error {
	for i := range b.blocks {
		if err := w.writeData(&b.blocks[i]); err != nil {
			return err
		}
	}
	b.reset()
	return nil
}

// writeRest writes all blocks that wait.
func (w *Writer) writeRest() error {
	if before := w.settle(); before != nil {
		if err := w.writeBatch(before); err != nil {
			return err
		}
	}
	w.packer.begin(w.filled)
	w.presses[0].pack(w.filled)
	w.packer.end(w.filled)
	return w.writeBatch(w.filled)
}

func (w *Writer) writeData(d *dataBlock) error {
	if err := w.room(0, d.separator); err != nil {
		return err
	}
	if d.sample != nil {
		h, err := w.emit(kindDictionary, 0, d.sample)
		if err != nil {
			return err
		}
		w.dictionary, w.foot.documentBytes = h, w.foot.documentBytes+h.bytes
	}
	body, raw := d.packed, len(d.payload)
	switch d.codec {
	case codecRaw:
		body = d.payload
	case codecValues:
		setDictionary(body, w.dictionary)
		raw = len(body)
	}
	h, err := w.put(d.kind, 0, d.codec, raw, body)
	if err != nil {
		return err
	}
	if d.kind == kindDocuments {
		w.foot.documentBytes += h.bytes
	} else {
		w.foot.indexBytes += h.bytes
	}
	w.list(0, d.separator, h)
	w.listed += d.hashes
	return nil
}
