package segment

import (
	"bytes"
	"context"

	"github.com/aerodb/aerodb/engine/vfs"
)

// A BlockInfo describes one block of a file for an engineer.
type BlockInfo struct {
	Offset  int64
	Bytes   int64 // of the whole stored block, its header included
	Kind    string
	Level   int // of a tree block
	Codec   string
	Raw     int64 // bytes of the payload decoded
	Entries int64 // of a data block
	First   []byte
	Last    []byte // keys of a data block
}

var (
	kindNames  = map[byte]string{kindDocuments: "documents", kindIndexKeys: "index keys", kindTree: "tree", kindFilter: "filter", kindProperties: "properties", kindDictionary: "dictionary"}
	codecNames = map[byte]string{codecRaw: "raw", codecLZ4: "lz4", codecValues: "by value"}
)

// Inspect reads the segment file called full, of any name and any database's, gives
// each block to visit in the order of the file, and verifies what Verify does. What the
// file cannot know is whether it is the one that a manifest lists. After damage the
// error says where; the blocks before it were visited.
func Inspect(ctx context.Context, fsys vfs.FS, full, name string, visit func(BlockInfo) error) (ID, VerifyResult, error) {
	id, size, err := readID(fsys, full, name)
	if err != nil {
		return id, VerifyResult{}, err
	}
	s, err := Open(fsys, full, name, id, size, nil)
	if err != nil {
		return id, VerifyResult{}, err
	}
	defer s.Unref()
	v := inspection{visit: visit}
	c := s.NewCheck(ctx, nil)
	defer c.Close()
	c.block = v.begin
	for c.First(); c.Valid() && v.err == nil; c.Next() {
		v.see(c.Key())
	}
	if v.err == nil && c.Err() == nil {
		v.err = v.end()
	}
	if err := c.Err(); err != nil {
		return id, VerifyResult{}, err
	}
	return id, c.Result(), v.err
}

// An inspection gathers the entries of a data block before it is shown.
type inspection struct {
	visit func(BlockInfo) error
	data  BlockInfo // the data block whose entries come now; no Kind if there is none
	err   error
}

// begin takes the next block: what was gathered of the one before is complete.
func (v *inspection) begin(at handle, h header) {
	if v.err != nil {
		return
	}
	v.err = v.end()
	b := BlockInfo{Offset: at.offset, Bytes: at.bytes, Kind: kindNames[h.kind], Level: int(h.level), Codec: codecNames[h.codec], Raw: int64(h.raw)}
	if h.kind == kindDocuments || h.kind == kindIndexKeys {
		v.data = b
	} else if v.err == nil {
		v.err = v.visit(b)
	}
}

func (v *inspection) see(key []byte) {
	if v.data.Entries++; v.data.Entries == 1 {
		v.data.First = bytes.Clone(key)
	}
	v.data.Last = append(v.data.Last[:0], key...)
}

func (v *inspection) end() error {
	if v.data.Kind == "" {
		return v.err
	}
	b := v.data
	v.data = BlockInfo{}
	return v.visit(b)
}

// IsSegment reports whether a file that ends with tail says that it is a segment. Tail has
// footerBytes or more.
func IsSegment(tail []byte) bool {
	at := len(tail) - footerBytes + footerMagicAt
	return at >= footerMagicAt && bytes.HasPrefix(tail[at:], []byte(footerMagic))
}

// readID reads from the footer which segment a file says it is.
func readID(fsys vfs.FS, full, name string) (ID, int64, error) {
	f, err := fsys.OpenFile(full, vfs.O_RDONLY, 0)
	if err != nil {
		return ID{}, 0, vfs.Wrap(err, "segment.inspect", name)
	}
	defer f.Close() // nothing was written
	st, err := f.Stat()
	if err != nil {
		return ID{}, 0, vfs.Wrap(err, "segment.inspect", name)
	}
	s := source{file: f, name: name, size: st.Size()}
	if st.IsDir() || s.size < footerBytes {
		return ID{}, s.size, s.damage(0, "a segment of %d bytes; the footer alone has %d", s.size, footerBytes)
	}
	var b [footerBytes]byte
	if err := s.readFull(b[:], s.size-footerBytes); err != nil {
		return ID{}, s.size, err
	}
	foot, _, _ := parseFooter(b[:])
	return foot.id, s.size, nil
}
