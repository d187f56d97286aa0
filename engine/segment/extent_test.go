package segment

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A stretch is some keys of one prefix.
type stretch struct {
	prefix     []byte
	keys       int
	valueBytes int
}

func stored(version uint16, n, valueBytes int) stretch {
	return stretch{key.AppendDocumentPrefix(nil, 1, version), n, valueBytes}
}

func indexed(version, index uint16, n int) stretch {
	return stretch{key.AppendIndexPrefix(nil, 1, version, index), n, 0}
}

// alike returns stretches whose values are compressed one by one, and others.
func alike() []stretch {
	return []stretch{stored(1, 3000, -1), stored(2, 10, 9), stored(3, 4000, -1), stored(4, 700, 80), stored(5, 60, -1), indexed(1, 0, 3000), indexed(3, 0, 4000)}
}

// pairsOf returns the keys of stretches, which are in order, with values that hardly
// compress, or with documents if their length is -1.
func pairsOf(rng *rand.Rand, list []stretch) []pair {
	var pairs []pair
	for _, s := range list {
		for i := range s.keys {
			p := pair{key: fmt.Appendf(bytes.Clone(s.prefix), "%06d", i), value: make([]byte, max(s.valueBytes, 0))}
			if s.valueBytes < 0 {
				_, _, _, p.value = benchDocument(rng, i)
			}
			for j := 0; j < s.valueBytes; j++ {
				p.value[j] = byte(rng.Uint32())
			}
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// Extents are those that a walk over all blocks finds, but for blocks that two share.
func TestExtents(t *testing.T) {
	for name, list := range map[string][]stretch{
		"empty":           nil,
		"one document":    {stored(1, 1, 10)},
		"one block each":  {stored(1, 9, 10), indexed(1, 0, 9), indexed(1, 1, 9), indexed(1, 2, 9)},
		"documents only":  {stored(1, 500, 100), stored(2, 300, 20)},
		"indexes only":    {indexed(1, 0, 700), indexed(3, 1, 20), indexed(3, 2, 2000)},
		"many of each":    {stored(1, 3000, 80), stored(2, 10, 9), stored(3, 4000, 300), indexed(1, 0, 3000), indexed(1, 1, 3000), indexed(2, 0, 10), indexed(3, 0, 4000)},
		"alike":           alike(),
		"small and large": {stored(1, 1, 5000), stored(2, 20000, 3), indexed(1, 0, 1), indexed(2, 0, 20000)},
	} {
		for _, block := range []int{200, 1 << 10, BlockBytesDefault} {
			t.Run(fmt.Sprintf("%s, blocks of %d", name, block), func(t *testing.T) {
				f, info := build(t, testID, WriterOptions{BlockBytes: block}, pairsOf(rand.New(rand.NewPCG(1, 2)), list))
				s := open(t, f, testID, nil)
				got, err := s.Extents()
				if err != nil {
					t.Fatal(err)
				}
				checkExtents(t, got, list, info, walkedExtents(t, f, list), block)
			})
		}
	}
}

// A walked is the stretch of one prefix as a walk finds it: the bytes of blocks that it
// has for itself, and of those that it shares.
type walked struct{ own, shared int64 }

func walkedExtents(t *testing.T, f *bytesFile, list []stretch) map[string]walked {
	t.Helper()
	found := map[string]walked{}
	dictionary := int64(0) // bytes of the one before the next block
	_, _, err := Inspect(t.Context(), bytesFS{file: f}, testName, testName, func(b BlockInfo) error {
		if b.Kind == kindNames[kindDictionary] {
			dictionary = b.Bytes
		}
		if b.Entries == 0 {
			return nil
		}
		b.Bytes += dictionary
		dictionary = 0
		var in []string // the prefixes that the block has keys of
		for _, s := range list {
			next := key.AppendSuccessor(nil, s.prefix)
			if bytes.Compare(b.First, next) < 0 && bytes.Compare(b.Last, s.prefix) > 0 {
				in = append(in, string(s.prefix))
			}
		}
		for _, p := range in {
			w := found[p]
			if len(in) == 1 {
				w.own += b.Bytes
			} else {
				w.shared += b.Bytes
			}
			found[p] = w
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func checkExtents(t *testing.T, got []Extent, list []stretch, info Info, want map[string]walked, block int) {
	t.Helper()
	if len(got) != len(list) {
		t.Fatalf("%d extents, want %d", len(got), len(list))
	}
	var documents, indexes int64
	for i, e := range got {
		if !bytes.Equal(e.Prefix, list[i].prefix) {
			t.Errorf("extent %d is of % x, want % x", i, e.Prefix, list[i].prefix)
		}
		if e.Prefix[0] == key.SpaceDocument {
			documents += e.Bytes
		} else {
			indexes += e.Bytes
		}
		// The blocks of the tree between data blocks are spread evenly. Where blocks are
		// tiny these are many.
		w, part := want[string(e.Prefix)], int64(50)
		if block < 1<<10 {
			part = 10
		}
		if slack := w.own/part + 1; e.Bytes < w.own-slack || e.Bytes > w.own+w.shared+slack || e.Bytes <= 0 {
			t.Errorf("% x has %d bytes; a walk finds %d of its own and %d shared", e.Prefix, e.Bytes, w.own, w.shared)
		}
	}
	if documents != info.DocumentBytes || indexes != info.IndexBytes {
		t.Errorf("%d and %d bytes, the footer says %d and %d", documents, indexes, info.DocumentBytes, info.IndexBytes)
	}
}

// A shared block is divided by what each has of it.
func TestExtentsShareABlock(t *testing.T) {
	f, info := build(t, testID, WriterOptions{}, pairsOf(rand.New(rand.NewPCG(1, 2)), []stretch{indexed(1, 0, 10), indexed(1, 1, 90)}))
	list, err := open(t, f, testID, nil).Extents()
	if err != nil {
		t.Fatal(err)
	}
	if part := float64(list[0].Bytes) / float64(info.IndexBytes); part < 0.08 || part > 0.13 {
		t.Errorf("10 of 100 entries have %d of %d bytes", list[0].Bytes, info.IndexBytes)
	}
}

// A countedFile counts reads.
type countedFile struct {
	*bytesFile
	reads int
}

func (f *countedFile) ReadAt(p []byte, off int64) (int, error) {
	f.reads++
	return f.bytesFile.ReadAt(p, off)
}

// What it costs follows the number of extents, not what they hold; and it leaves no
// trace in the cache.
func TestExtentsAreCheap(t *testing.T) {
	var list []stretch
	for v := range uint16(20) {
		list = append(list, stored(v, 2000, 20))
	}
	for v := range uint16(20) {
		list = append(list, indexed(v, 0, 2000))
	}
	file, _ := build(t, testID, WriterOptions{BlockBytes: 512}, pairsOf(rand.New(rand.NewPCG(1, 2)), list))
	cache := blockcache.New(1 << 20)
	s := open(t, file, testID, cache)
	counted := &countedFile{bytesFile: file}
	s.file = counted
	got, err := s.Extents()
	if err != nil || len(got) != len(list) {
		t.Fatalf("%d extents: %v", len(got), err)
	}
	// Down the tree, and to the block behind.
	if most := len(list)*(s.foot.levels+2) + s.foot.levels; counted.reads > most || counted.reads < len(list) {
		t.Errorf("%d reads for %d extents in a tree of %d levels", counted.reads, len(list), s.foot.levels)
	}
	if st := cache.Stats(); st.Bytes != 0 || st.Hits+st.Misses != 0 {
		t.Errorf("the cache was used: %+v", st)
	}
	if s.Unref(); file.closes != 1 {
		t.Errorf("the file was closed %d times", file.closes)
	}
}

// A damaged file gives the same answer or says where it is damaged.
func TestExtentsOfDamage(t *testing.T) {
	f, _ := build(t, testID, WriterOptions{BlockBytes: 200}, pairsOf(rand.New(rand.NewPCG(1, 2)), []stretch{stored(1, 60, 20), stored(2, 9, 20), indexed(1, 0, 60), indexed(2, 0, 9)}))
	want, err := open(t, f, testID, nil).Extents()
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	whole := bytes.Clone(f.b)
	for i := range whole {
		f.b = bytes.Clone(whole)
		f.b[i] ^= 0x40
		s, err := Open(bytesFS{file: f}, testName, testName, testID, int64(len(f.b)), nil)
		var got []Extent
		if err == nil {
			got, err = s.Extents()
		}
		if err != nil {
			refused++
			isDamage(t, err, len(f.b))
			continue
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("byte %d flipped: %v, want %v", i, got, want)
		}
	}
	if refused < len(whole)/10 || refused == len(whole) {
		t.Errorf("%d of %d flips were noticed", refused, len(whole))
	}
}

var _ vfs.File = (*countedFile)(nil)
