package segment

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"sort"
	"testing"

	"github.com/pierrec/lz4/v4"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/key"
)

// alikePairs returns documents of three versions, those of the first and the last alike
// enough to be compressed one by one: n of each, with tombstones and odd values among
// them, and entries of an index.
func alikePairs(rng *rand.Rand, n int) []pair {
	var pairs []pair
	for version := range uint16(3) {
		for i := range n {
			id, _, age, doc := benchDocument(rng, rng.IntN(1e9))
			if rng.IntN(20) == 0 { // a key that goes on where others end
				longer := id + fmt.Sprint("-", rng.IntN(1000))
				doc, id = bytes.Replace(doc, []byte(id), []byte(longer), 1), longer
			}
			p := pair{key: key.AppendDocument(nil, 1, version, []byte(id)), value: doc}
			switch odd := rng.IntN(50); {
			case version == 1 && i > 8:
				continue
			case odd < 5:
				p.value, p.tombstone = nil, true
			case odd == 5:
				p.value = []byte{}
			case odd == 6:
				p.value = binary.LittleEndian.AppendUint64(nil, rng.Uint64())
			case odd == 7:
				p.value = bytes.Repeat(doc, 1+rng.IntN(40))
			case odd == 8: // an _id that is not the key's
				p.value = bytes.Replace(doc, []byte(id), []byte("u1"), 1)
			case version == 2:
				p.value = fmt.Appendf(nil, `{"_id":%q,"depth_km":%d,"place":"%dkm N of here"}`, id, rng.IntN(700), rng.IntN(90))
			}
			pairs = append(pairs, p, pair{key: key.AppendIndex(nil, 1, version, 0, key.AppendInt(nil, int64(age)), []byte(id))})
		}
	}
	sort.Slice(pairs, func(i, j int) bool { return bytes.Compare(pairs[i].key, pairs[j].key) < 0 })
	return pairs
}

// blocksOf counts the blocks of a file by kind, and the data blocks by codec.
func blocksOf(t *testing.T, f *bytesFile) map[string]int {
	t.Helper()
	found := map[string]int{}
	_, _, err := Inspect(t.Context(), bytesFS{file: f}, testName, testName, func(b BlockInfo) error {
		found[b.Kind]++
		if b.Kind == kindNames[kindDocuments] {
			found[b.Codec]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestModelOfValues is TestModel with values that are compressed one by one.
func TestModelOfValues(t *testing.T) {
	for seed, c := range []struct{ block, n int }{{0, 30}, {0, 3000}, {1 << 10, 2000}, {16 << 10, 2000}} {
		rng := rand.New(rand.NewPCG(uint64(seed), 3))
		pairs := alikePairs(rng, c.n)
		f, info := build(t, testID, WriterOptions{BlockBytes: c.block}, pairs)
		blocks := blocksOf(t, f)
		t.Logf("seed %d: %v", seed, blocks)
		if blocks["by value"] == 0 || c.n > 100 && blocks["dictionary"] < 2 {
			t.Fatalf("seed %d: no values are compressed one by one: %v", seed, blocks)
		}
		for _, cache := range []*blockcache.Cache{nil, blockcache.New(20 << 10), blockcache.New(64 << 20)} {
			s := open(t, f, testID, cache)
			checkAll(t, rng, s, info, pairs)
			if found := s.Survey(t.Context()); len(found) > 0 {
				t.Fatal(found)
			}
		}
	}
}

// One dictionary serves documents that stay alike, however many; where they change, the
// next ones get another.
func TestDictionaries(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var pairs []pair
	for i := range 20000 {
		_, _, _, doc := benchDocument(rng, i)
		pairs = append(pairs, pair{key: benchKey(nil, i), value: doc})
	}
	f, _ := build(t, testID, WriterOptions{}, pairs)
	if blocks := blocksOf(t, f); blocks["dictionary"] != 1 || blocks["by value"] != blocks["documents"] {
		t.Fatalf("20000 documents that are alike: %v", blocks)
	}
	alike := len(f.b)
	for i := 10000; i < len(pairs); i++ {
		pairs[i].value = fmt.Appendf(nil, `{"_id":"u%010d","measured":[%d,%d,%d],"unit":"millisievert","where":"place %d"}`, i, rng.IntN(1e6), rng.IntN(1e6), rng.IntN(1e6), rng.IntN(1e4))
	}
	f, _ = build(t, testID, WriterOptions{}, pairs)
	if blocks := blocksOf(t, f); blocks["dictionary"] < 2 || blocks["dictionary"] > 3 || len(f.b) > alike {
		t.Fatalf("documents that change half way: %v, %d bytes, %d when they do not change", blocks, len(f.b), alike)
	}
}

// sweepPairs are the pairs of sweepValues, and of testdata/version2.seg.
func sweepPairs() []pair {
	rng := rand.New(rand.NewPCG(5, 5))
	var pairs []pair
	for version := range uint16(2) {
		for i := range 20 {
			id, _, _, doc := benchDocument(rng, i)
			p := pair{key: key.AppendDocument(nil, 1, version, []byte(id)), value: doc}
			if i == 7 {
				p.value, p.tombstone = nil, true
			}
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// sweepValues is small, yet has two dictionaries and values compressed with each.
func sweepValues(t *testing.T) (*bytesFile, []pair) {
	t.Helper()
	pairs := sweepPairs()
	f, _ := build(t, testID, WriterOptions{BlockBytes: 1 << 10}, pairs)
	if blocks := blocksOf(t, f); blocks["dictionary"] != 2 || blocks["by value"] < 4 {
		t.Fatal(blocks)
	}
	return f, pairs
}

func TestFlippedBytesOfValues(t *testing.T) {
	f, pairs := sweepValues(t)
	t.Logf("%d bytes", len(f.b))
	for i, old := range f.b {
		f.b[i] = old ^ (1 << (i % 8))
		checkDamaged(t, f, len(f.b), pairs)
		f.b[i] = old
	}
}

// firstValue returns where in a payload whose values are compressed the first one is.
func firstValue(payload []byte) int {
	b, _ := parseBlock(payload)
	return len(payload) - len(b.data) + b.end
}

// What a bug could write with good checksums is refused by verify.
func TestVerifyRefusesDictionaries(t *testing.T) {
	good, _ := sweepValues(t)
	var dictionaries, values []int // where the blocks are
	for at := 0; at < len(good.b)-footerBytes; {
		h := decodeHeader(good.b[at:])
		switch {
		case h.kind == kindDictionary:
			dictionaries = append(dictionaries, at)
		case h.codec == codecValues:
			values = append(values, at)
		}
		at += headerBytes + int(h.stored)
	}
	last := values[len(values)-1] + headerBytes
	for name, change := range map[string]func(b []byte){
		"the dictionary of another block": func(b []byte) { setDictionary(b[last:], placeAt(good.b[values[0]+headerBytes+4:])) },
		"a place where none is":           func(b []byte) { setDictionary(b[last:], handle{int64(values[0]), 100}) },
		"a value of another length":       func(b []byte) { b[last+firstValue(good.b[last:])] += 1 << headFlags },
		"another sample":                  func(b []byte) { clear(b[dictionaries[1]+headerBytes:][:40]) },
		"a codec that is not so":          func(b []byte) { b[last-3] = codecRaw },
		"a dictionary that is none":       func(b []byte) { b[dictionaries[0]+12] = kindFilter },
		"dictionaries in version 1":       func(b []byte) { b[len(b)-footerBytes+footerVersionAt] = 1 },
		"values of version 3 in 2":        func(b []byte) { b[len(b)-footerBytes+footerVersionAt] = 2 },
		"values of version 2 in 3":        func(b []byte) { b[last] = compressedValues2 },
	} {
		f := &bytesFile{b: bytes.Clone(good.b)}
		change(f.b)
		seal(f.b)
		s := open(t, f, testID, nil)
		err := verify(s)
		if err == nil {
			t.Fatalf("%s: it is verified", name)
		}
		isDamage(t, err, len(f.b))
		if name == "another sample" {
			continue // a sample is like any other: only the documents show that it is wrong
		}
		_ = s.Survey(t.Context())
		s.Unref()
	}
}

// Segments that were written before there were dictionaries, and before the _id was left
// out of what is compressed with them, are read as they were.
func TestOldVersions(t *testing.T) {
	for version, pairs := range map[uint32][]pair{1: benchPairs(60), 2: sweepPairs()} {
		b, err := os.ReadFile(fmt.Sprintf("testdata/version%d.seg", version))
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, &bytesFile{b: b}, testID, blockcache.New(1<<20))
		if s.foot.version != version {
			t.Fatalf("version %d, want %d", s.foot.version, version)
		}
		checkWalks(t, s.NewIter(), pairs)
		checkGets(t, rand.New(rand.NewPCG(1, 1)), s, pairs)
		checkShown(t, s, pairs)
		if err := verify(s); err != nil {
			t.Fatal(err)
		}
		if found := s.Survey(t.Context()); len(found) > 0 {
			t.Fatal(found)
		}
	}
}

// keyOf returns the key of a document: of its _id, if it has one, else of any.
func keyOf(value []byte) []byte {
	id := []byte("none")
	if rest, ok := bytes.CutPrefix(value, []byte(documentHead)); ok {
		id, _, _ = bytes.Cut(rest, []byte(`"`))
	}
	return key.AppendDocument(nil, 1, 1, id)
}

// toLZ4 makes a block in the LZ4 format of what compress appended, literal by literal. It
// reports false if src is cut off.
func toLZ4(src []byte, packed bool) (dst []byte, ok bool) {
	for i := 0; i < len(src); {
		token := src[i]
		i++
		length := func(n int) int {
			for more := n == 15; more && i < len(src); i++ {
				n, more = n+int(src[i]), src[i] == 255
			}
			return n
		}
		n := length(int(token >> 4))
		dst = appendLength(append(dst, token), n)
		for j := range n {
			at := i + j
			if packed {
				at = i + j/2
			}
			if at >= len(src) {
				return nil, false
			}
			c := src[at]
			if packed {
				c = symbols[c>>(j%2*4)&15]
			}
			dst = append(dst, c)
		}
		if packed {
			n = (n + 1) / 2
		}
		if i += n; i >= len(src) {
			break
		}
		if i+2 > len(src) {
			return nil, false
		}
		packed = src[i+1]&0x80 != 0
		dst = append(dst, src[i], src[i+1]&0x7f)
		i += 2
		from := i
		length(int(token & 15))
		if dst = append(dst, src[from:i]...); i >= len(src) {
			dst = append(dst, 0) // an end without literals
		}
	}
	return dst, true
}

// Literals that are packed come back as they were, however many, and no others are packed.
func TestLiterals(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for n := range 40 {
		for range 50 {
			literals := make([]byte, n)
			for i := range literals {
				literals[i] = symbols[rng.IntN(len(symbols))]
			}
			if packable(literals) != (n > 1) {
				t.Fatalf("%q: packable: %v", literals, n <= 1)
			}
			packed := appendPacked(nil, literals)
			got := make([]byte, n+slack)
			unpack(got, packed)
			if string(got[:n]) != string(literals) || len(packed) != storedLiterals(n, true) {
				t.Fatalf("%q came back as %q, %d bytes packed", literals, got[:n], len(packed))
			}
			if n > 0 {
				literals[rng.IntN(n)] = "+;<SU x\x00\xff"[rng.IntN(9)]
				if packable(literals) {
					t.Fatalf("%q is to be packed", literals)
				}
			}
		}
	}
}

// FuzzValue compresses any value with any sample: the same must come back, by our
// decompressor and, of what it stands for in the LZ4 format, by that of the library.
func FuzzValue(f *testing.F) {
	rng := rand.New(rand.NewPCG(6, 6))
	_, _, _, sample := benchDocument(rng, 1)
	_, _, _, value := benchDocument(rng, 2)
	f.Add(sample, value)
	f.Add(sample, sample)
	f.Add(sample, bytes.Repeat(value, 400))
	f.Add(bytes.Repeat([]byte("ab"), 200), bytes.Repeat([]byte("ab"), 300))
	f.Add([]byte{}, []byte("short"))
	f.Fuzz(func(t *testing.T, sample, value []byte) {
		sample = sample[:min(len(sample), dictionaryBytesMax)]
		d, k := newDictionary(sample), keyOf(value)
		stored := appendCompressed([]byte("before"), d, k, value)[len("before"):]
		if len(stored) > len(value)+1 {
			t.Fatalf("%d bytes became %d", len(value), len(stored))
		}
		got, ok := new(block).appendUncompressed([]byte("x"), k, stored, sample)
		if !ok || !bytes.Equal(got[1:], value) {
			t.Fatalf("%q came back as %q, %v", value, got, ok)
		}
		compressed := d.compress([]byte{0}, bitPlace{0, 1}, value)
		same, ok := toLZ4(compressed[1:], compressed[0] == 1)
		want := make([]byte, len(value))
		if n, err := lz4.UncompressBlockWithDict(same, want, sample); len(value) > 0 && (err != nil || !ok || !bytes.Equal(want[:n], value)) {
			t.Fatalf("the library makes %d bytes of it: %v", n, err)
		}
	})
}

// FuzzUncompress gives the decompressor anything. It must not panic, nor write behind the
// room it has; where it succeeds, the library must, with the same result.
func FuzzUncompress(f *testing.F) {
	rng := rand.New(rand.NewPCG(7, 7))
	_, _, _, sample := benchDocument(rng, 1)
	d := newDictionary(sample)
	for i := range 5 {
		_, _, _, value := benchDocument(rng, i)
		f.Add(d.compress([]byte{0}, bitPlace{0, 1}, value)[1:], sample, len(value))
	}
	f.Add(append([]byte{0xf0, 200}, bytes.Repeat([]byte{'a'}, 215)...), []byte{}, 10) // literals far beyond the value
	f.Add([]byte{0x1f, 'a', 1, 0, 200, 0x50, 'b', 'c', 'd', 'e', 'f'}, []byte{}, 225) // a match of itself
	f.Add([]byte{0x0f, 3, 0, 10, 0x50, 'b', 'c', 'd', 'e', 'f'}, []byte("xyz"), 34)   // one that begins in the dictionary
	f.Fuzz(func(t *testing.T, src, dict []byte, n int) {
		n, dict = min(max(n, 0), 1<<16), dict[:min(len(dict), dictionaryBytesMax)]
		for _, packed := range []bool{false, true} {
			for _, flags := range []uint16{0, offsetPacked} {
				dst := bytes.Repeat([]byte{0xa5}, n+slack+8)
				ok := uncompress(dst[:n+slack], n, src, dict, packed && flags != 0, flags)
				if !bytes.Equal(dst[n+slack:], bytes.Repeat([]byte{0xa5}, 8)) {
					t.Fatal("it wrote behind its room")
				}
				same, whole := src, true
				if flags != 0 {
					same, whole = toLZ4(src, packed)
				}
				want := make([]byte, n)
				m, err := lz4.UncompressBlockWithDict(same, want, dict)
				if ok && n > 0 && (err != nil || !whole || m != n || !bytes.Equal(want, dst[:n])) {
					t.Fatalf("%q, the library %q, %d, %v", dst[:n], want, m, err)
				}
			}
		}
	})
}
