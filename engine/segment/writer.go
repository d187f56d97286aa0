package segment

import (
	"encoding/binary"

	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/pierrec/lz4/v4"
)

// WriterOptions shape a segment. The zero value is right for a database.
type WriterOptions struct {
	// BlockBytes is about how long the payload of a data or tree block gets, before
	// compression: DocumentBlockBytes or BlockBytesDefault if 0, by the kind of the block,
	// else kept between BlockBytesMin and Max for all. An entry that is larger gets a block
	// of its own. Smaller blocks make a lookup that must read from disk cheaper and the
	// tree and the file larger.
	BlockBytes int
}

// Info describes a segment.
type Info struct {
	Number uint64
	Bytes  int64  // size of the file
	CRC32C uint32 // of the whole file, unsalted; 0 where only the footer was read

	Documents          int64 // document keys with a value
	DocumentTombstones int64
	IndexEntries       int64 // index keys with a value
	IndexTombstones    int64

	DocumentBytes int64 // blocks of documents, dictionaries included; the three sum up to Bytes
	IndexBytes    int64 // blocks of index keys
	OverheadBytes int64 // tree, filters, properties, footer
}

// Entries returns the number of keys.
func (i Info) Entries() int64 {
	return i.Documents + i.DocumentTombstones + i.IndexEntries + i.IndexTombstones
}

const outBytes = 256 << 10 // one write

// A Writer writes one segment. It is for one goroutine at a time.
type Writer struct {
	file vfs.File
	name string
	salt uint32
	foot footer
	err  error // the first failure; final

	blockBytes int     // of blocks of index keys and of the tree
	docBytes   int     // of blocks of documents
	data       builder // the open data block
	separator  []byte  // between the block before and the open one
	section    []byte  // of the open block: what its first key has in common with those of its collection
	smallest   []byte
	last       []byte // the last key added
	tree       []treeBuilder
	hashes     []uint64 // of document keys since the last filter
	listed     int      // how many of hashes lie in blocks that the tree lists
	hashed     int      // how many of them lie in the open data block
	filled     *batch   // ended data blocks
	packing    *batch   // those before, being compressed; nil if none are
	packer     packer   // decides how they are compressed
	presses    [2]press // compress them: the caller's, and that of the goroutine beside it
	dictionary handle   // the last one written

	out      []byte // bytes of the file from written on
	written  int64
	checksum uint32 // CRC32C of the file's first written bytes
	lz4      lz4.Compressor
	packed   []byte // scratch for compressed blocks of the tree
	value    []byte // scratch for handles
	filter   []byte // scratch for filters
}

// NewWriter returns a writer to f, an empty file. Name stands for the file in
// errors. Nothing is synced before Finish; after an error the file is worthless and
// the caller removes it. Close must be called, whatever happened before.
func NewWriter(f vfs.File, name string, id ID, o WriterOptions) *Writer {
	blockBytes, docBytes := BlockBytesDefault, DocumentBlockBytes
	if o.BlockBytes != 0 {
		blockBytes = min(max(o.BlockBytes, BlockBytesMin), BlockBytesMax)
		docBytes = blockBytes
	}
	return &Writer{
		file: f, name: name, salt: id.salt(),
		foot:       footer{id: id, version: FormatVersion},
		blockBytes: blockBytes, docBytes: docBytes,
		filled: newBatch(),
		out:    make([]byte, 0, outBytes+4*BlockBytesDefault),
	}
}

// Close ends the Writer's work, finished or not. It does not close the file.
func (w *Writer) Close() { w.abandon() }

// Add adds a key, which must be greater than the one before, with its value or as
// a tombstone, which has none. Both slices are the caller's again when it returns.
// A key out of order or beyond a limit is a bug of the caller: InternalInvariant.
func (w *Writer) Add(k, value []byte, tombstone bool) error {
	if w.err != nil {
		return w.err
	}
	shared := commonPrefix(w.last, k)
	if w.err = w.checkEntry(k, value, tombstone, shared); w.err != nil {
		return w.err
	}
	limit := w.blockBytes
	if k[0] == key.SpaceDocument {
		limit = w.docBytes
	}
	if w.data.entries > 0 && (k[0] != w.last[0] || w.data.sizeWith(len(k)-shared+len(value)) > limit) {
		if w.err = w.endData(); w.err != nil {
			return w.err
		}
	}
	switch {
	case w.foot.entries() == 0:
		w.smallest = append(w.smallest, k...)
		fallthrough
	case w.data.entries == 0:
		w.separator = append(w.separator[:0], k[:shared+1]...)
		w.section = append(w.section[:0], k[:prefixBytes(k)]...)
	}
	w.data.add(restartEntries, shared, k, value, tombstone)
	w.last = append(w.last[:shared], k[shared:]...)
	w.foot.count(k[0], tombstone)
	if k[0] == key.SpaceDocument {
		w.hashes = append(w.hashes, hash64(k))
		w.hashed++
	}
	return nil
}

func (w *Writer) checkEntry(k, value []byte, tombstone bool, shared int) error {
	switch {
	case len(k) == 0 || k[0] != key.SpaceDocument && k[0] != key.SpaceIndex:
		return w.invariant("a key of no known space: %x", k)
	case len(k) > KeyBytesMax:
		return w.invariant("a key of %d bytes; at most %d fit", len(k), KeyBytesMax)
	case len(value) > ValueBytesMax:
		return w.invariant("a value of %d bytes; at most %d fit", len(value), ValueBytesMax)
	case tombstone && len(value) > 0:
		return w.invariant("a tombstone with a value of %d bytes", len(value))
	case shared == len(k) || shared < len(w.last) && k[shared] < w.last[shared]:
		return w.invariant("key %x does not sort after %x", k, w.last)
	}
	return nil
}

func (w *Writer) invariant(format string, args ...any) error {
	return dberr.New(dberr.InternalInvariant, format, args...).In(w.name).WithOp("segment.write")
}

// endData lays the open data block into the batch.
func (w *Writer) endData() error {
	d := w.filled.next()
	d.kind = kindDocuments
	if w.last[0] == key.SpaceIndex {
		d.kind = kindIndexKeys
	}
	d.separator = append(d.separator, w.separator...)
	d.section = append(d.section, w.section...)
	d.entries, d.values = w.data.entries, len(w.data.values)
	d.payload = w.data.take(d.payload)
	d.hashes, w.hashed = w.hashed, 0
	w.filled.bytes += len(d.payload)
	if w.filled.full() {
		return w.submit()
	}
	return nil
}

// Finish writes what is left and the footer, and syncs the file's bytes. The
// caller closes the file and makes its name durable.
func (w *Writer) Finish() (Info, error) {
	if w.err == nil {
		w.err = w.finish()
	}
	if w.err != nil {
		return Info{}, w.err
	}
	w.err = w.invariant("the segment is finished")
	info := w.foot.info()
	info.CRC32C = w.checksum
	return info, nil
}

func (w *Writer) finish() error {
	if w.foot.entries() > 0 {
		if err := w.endData(); err != nil {
			return err
		}
		if err := w.writeRest(); err != nil {
			return err
		}
		if err := w.endTree(); err != nil {
			return err
		}
		var err error
		if w.foot.properties, err = w.emit(kindProperties, 0, appendProperties(nil, w.smallest, w.last)); err != nil {
			return err
		}
	}
	w.foot.bytes = w.offset() + footerBytes
	w.out = w.foot.append(w.out)
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.file.Datasync(); err != nil {
		return w.ioError(err)
	}
	return nil
}

// offset returns where the next byte goes.
func (w *Writer) offset() int64 { return w.written + int64(len(w.out)) }

// emit compresses a block and appends it to the file.
func (w *Writer) emit(kind, level byte, payload []byte) (handle, error) {
	w.packed = pack(&w.lz4, reuse(w.packed), kind, payload)
	if len(w.packed) == 0 {
		return w.put(kind, level, codecRaw, len(payload), payload)
	}
	return w.put(kind, level, codecLZ4, len(payload), w.packed)
}

// put appends a block to the file, whose payload of raw bytes that codec made body of.
func (w *Writer) put(kind, level, codec byte, raw int, body []byte) (handle, error) {
	h := header{stored: uint32(len(body)), raw: uint32(raw), kind: kind, codec: codec, level: level}
	offset, start := w.offset(), len(w.out)
	w.out = append(append(w.out, make([]byte, headerBytes)...), body...)
	stored := w.out[start:]
	h.encode(stored)
	binary.LittleEndian.PutUint32(stored, blockChecksum(w.salt, offset, stored))
	at := handle{offset, int64(len(stored))}
	if len(w.out) < outBytes {
		return at, nil
	}
	return at, w.flush()
}

// flush writes out.
func (w *Writer) flush() error {
	if _, err := w.file.WriteAt(w.out, w.written); err != nil {
		return w.ioError(err)
	}
	w.file.StartWriteback(w.written, int64(len(w.out)))
	w.checksum = crc32c.Update(w.checksum, w.out)
	w.written += int64(len(w.out))
	if w.out = reuse(w.out); w.out == nil {
		w.out = make([]byte, 0, outBytes+4*BlockBytesDefault)
	}
	return nil
}

func (w *Writer) ioError(err error) error { return vfs.Wrap(err, "segment.write", w.name) }
