package engine

import (
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/segment"
)

// sizes are what the live segments hold, in bytes by the prefix of the keys: of the
// documents of each version and of the entries of each of its indexes.
type sizes map[string]int64

func (s sizes) documents(v *version) int64 {
	return s[string(key.AppendDocumentPrefix(nil, v.coll, v.number))]
}

func (s sizes) index(v *version, i int) int64 {
	return s[string(key.AppendIndexPrefix(nil, v.coll, v.number, uint16(i)))]
}

// sizes adds up the extents of the live segments. A segment never changes, so each is
// asked once. The caller holds writeMu.
func (db *DB) sizes() (sizes, error) {
	total := sizes{}
	known := make(map[*segment.Segment][]segment.Extent, len(db.state.segments))
	for _, seg := range db.state.segments {
		list, found := db.extents[seg]
		if !found {
			var err error
			if list, err = seg.Extents(); err != nil {
				return nil, err
			}
		}
		known[seg] = list
		for _, e := range list {
			total[string(e.Prefix)] += e.Bytes
		}
	}
	db.extents = known
	return total, nil
}

// addCollections adds what is known of each collection. Sizes inform only: if what they
// are read from is damaged, that is logged, and they are absent.
func (db *DB) addCollections(s *Stats) {
	bytes, err := db.sizes()
	if err != nil {
		db.log.Warn("stats.sizes_unknown", "error", err.Error())
	}
	for _, col := range db.catalog.Load().collections {
		c := CollectionStats{Name: col.name, Digest: *col.digest, SizesKnown: err == nil}
		for _, v := range col.versions {
			n := VersionStats{Version: v.schema.Version, Documents: v.documents.Load(), DocumentBytes: bytes.documents(v)}
			for i, field := range v.schema.Indexes {
				n.Indexes = append(n.Indexes, IndexStats{field, bytes.index(v, i)})
			}
			c.Versions = append(c.Versions, n)
			c.Documents += n.Documents
			c.Indexes = v.schema.Indexes
			s.SchemaCount++
		}
		s.DocumentCount += c.Documents
		s.Collections = append(s.Collections, c)
	}
}

// DocumentBytes returns the bytes of documents, of all versions.
func (c *CollectionStats) DocumentBytes() int64 {
	var n int64
	for i := range c.Versions {
		n += c.Versions[i].DocumentBytes
	}
	return n
}

// IndexSizes returns the bytes of each index of the newest version, which has those of
// all versions before; theirs are counted too.
func (c *CollectionStats) IndexSizes() []IndexStats {
	var list []IndexStats
	for _, field := range c.Indexes {
		sum := IndexStats{Field: field}
		for i := range c.Versions {
			for _, x := range c.Versions[i].Indexes {
				if x.Field == field {
					sum.Bytes += x.Bytes
				}
			}
		}
		list = append(list, sum)
	}
	return list
}
