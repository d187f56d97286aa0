package segment

import (
	"sync/atomic"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A Segment is an open segment. It is safe for concurrent use as long as the
// caller holds a reference.
type Segment struct {
	source
	foot    footer
	cache   *blockcache.Cache
	cacheID uint64
	root    atomic.Pointer[guidedNode] // once read, kept: every lookup begins there
	// nodesRead is how many tree blocks were read to be searched, of the first ones.
	nodesRead atomic.Int32
	// dict is the dictionary last used: most segments have one, or a few that are used in
	// turns of very many documents.
	dict atomic.Pointer[keptDictionary]
	refs atomic.Int64
}

// Open opens the file path of fs, which must be the segment id of wantBytes bytes.
// It reads the footer only. Name stands for the file in errors. Blocks are read
// through cache, which may be nil. The caller holds one reference.
func Open(fs vfs.FS, path, name string, id ID, wantBytes int64, cache *blockcache.Cache) (*Segment, error) {
	f, err := fs.OpenFile(path, vfs.O_RDONLY, 0)
	if err != nil {
		return nil, openError(err, name)
	}
	s := &Segment{source: source{file: f, name: name, size: wantBytes, salt: id.salt()}, cache: cache, cacheID: cache.NewFile()}
	if err := s.readFooter(id); err != nil {
		f.Close() // nothing was written; the error that matters is err
		return nil, err
	}
	s.refs.Store(1)
	return s, nil
}

// openError makes a missing file damage: whoever opens a segment knows that it
// must be there.
func openError(err error, name string) error {
	if vfs.IsNotExist(err) {
		return dberr.New(dberr.StorageCorruption, "the segment is missing: %w", err).In(name).WithOp("segment.open")
	}
	return vfs.Wrap(err, "segment.open", name)
}

func (s *Segment) readFooter(id ID) error {
	st, err := s.file.Stat()
	switch {
	case err != nil:
		return vfs.Wrap(err, "segment.open", s.name)
	case st.IsDir() || st.Size() != s.size:
		return s.damage(min(st.Size(), s.size), "a file of %d bytes, expected %d", st.Size(), s.size)
	case s.size < footerBytes:
		return s.damage(0, "a segment of %d bytes; the footer alone has %d", s.size, footerBytes)
	}
	var b [footerBytes]byte
	at := s.size - footerBytes
	if err := s.readFull(b[:], at); err != nil {
		return err
	}
	foot, bad := decodeFooter(b[:], s.size, id)
	if bad != nil {
		return s.damage(at+int64(bad.at), "%s", bad.what).WithHint("%s", bad.hint)
	}
	s.foot = foot
	return nil
}

// Info returns what the footer knows: all but the CRC32C.
func (s *Segment) Info() Info { return s.foot.info() }

// ID returns the identity of the segment.
func (s *Segment) ID() ID { return s.foot.id }

// Name returns the name that errors use.
func (s *Segment) Name() string { return s.name }

// Ref takes a reference.
func (s *Segment) Ref() { s.refs.Add(1) }

// Unref drops a reference. The last one closes the file and gives its blocks in
// the cache back.
func (s *Segment) Unref() {
	if s.refs.Add(-1) == 0 {
		s.cache.EvictFile(s.cacheID)
		s.file.Close() // it was only read
	}
}

// Bounds returns the smallest and the largest key; nil if there are none.
func (s *Segment) Bounds() (smallest, largest []byte, err error) {
	if s.foot.levels == 0 {
		return nil, nil, nil
	}
	payload, err := s.read(s.foot.properties, kindProperties, 0, nil)
	if err != nil {
		return nil, nil, err
	}
	smallest, largest, ok := decodeProperties(payload)
	if !ok {
		return nil, nil, s.malformed(s.foot.properties, "properties")
	}
	return smallest, largest, nil
}

// Get looks up key. If the segment has it, found is true and the value, or a
// tombstone, is what it has; the value is appended to dst. A document key that the
// segment lacks mostly costs no data block: the filter knows.
func (s *Segment) Get(k, dst []byte) (value []byte, tombstone, found bool, err error) {
	at, ok, err := s.dataBlock(k, true)
	if err != nil || !ok {
		return dst, false, false, err
	}
	return s.getIn(at, k, dst)
}

// Fetch is Get for a key that is likely there: it does not ask the filter, so a key
// that is not there costs a data block.
func (s *Segment) Fetch(k, dst []byte) (value []byte, tombstone, found bool, err error) {
	at, ok, err := s.dataBlock(k, false)
	if err != nil || !ok {
		return dst, false, false, err
	}
	return s.getIn(at, k, dst)
}

// getIn looks up k in the data block at a place.
func (s *Segment) getIn(at handle, k, dst []byte) (value []byte, tombstone, found bool, err error) {
	var b block
	if err := s.leaf(at, &b); err != nil {
		return dst, false, false, err
	}
	p := place{exact: true}
	if !b.seek(k, &p) {
		return dst, false, false, s.malformed(at, "data")
	}
	if !p.equal {
		return dst, false, false, nil
	}
	if value, err = s.appendValue(dst, at, &b, &p.at, k); err != nil {
		return dst, false, false, err
	}
	return value, p.at.tombstone, true, nil
}

// dataBlock returns where the only data block is that may hold k; false if none may,
// for all that the tree and, if it is to be asked, the filter know.
func (s *Segment) dataBlock(k []byte, filter bool) (at handle, ok bool, err error) {
	if s.foot.levels == 0 {
		return at, false, nil
	}
	at = s.foot.root
	for level := s.foot.levels; level > 0; level-- {
		n, err := s.guided(at, level)
		if err != nil {
			return at, false, err
		}
		if filter && level == 1 && len(k) > 0 && k[0] == key.SpaceDocument {
			if may, err := s.mayContain(n.guide.filter(), k); err != nil || !may {
				return at, false, err
			}
		}
		near := 0
		if at, ok, err = s.childOf(&n, k, &near); err != nil || !ok {
			return at, false, err
		}
	}
	return at, true, nil
}

// mayContain asks the filter, which is nowhere if there are no document keys.
func (s *Segment) mayContain(filter handle, k []byte) (bool, error) {
	if filter.bytes == 0 {
		return false, nil
	}
	payload, err := s.cached(filter, kindFilter, 0)
	if err != nil {
		return false, err
	}
	if !checkFilter(payload) {
		return false, s.malformed(filter, "filter")
	}
	return mayContain(payload, hash64(k)), nil
}
