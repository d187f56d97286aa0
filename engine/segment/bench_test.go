package segment

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/key"
)

// benchDocument returns a document of about 210 bytes, made from its number.
func benchDocument(rng *rand.Rand, i int) (id, city string, age int, doc []byte) {
	id, age, city = fmt.Sprintf("u%010d", i), 18+rng.IntN(80), fmt.Sprintf("city-%03d", rng.IntN(200))
	doc = fmt.Appendf(nil, `{"_id":%q,"age":%d,"city":%q,"created_at":"2026-%02d-%02dT%02d:%02d:%02dZ","email":"user%d@mail%d.example","name":"Name%x Family%x","score":%.4f,"tags":["t%d","t%d","t%d"]}`,
		id, age, city, 1+rng.IntN(12), 1+rng.IntN(28), rng.IntN(24), rng.IntN(60), rng.IntN(60), i, rng.IntN(50),
		rng.Uint32(), rng.Uint32(), rng.Float64()*1000, rng.IntN(100), rng.IntN(100), rng.IntN(100))
	return id, city, age, doc
}

// benchPairs returns n documents and their entries in two indexes, sorted.
func benchPairs(n int) []pair {
	rng := rand.New(rand.NewPCG(1, 2))
	pairs := make([]pair, 0, 3*n)
	for i := range n {
		id, city, age, doc := benchDocument(rng, i)
		pairs = append(pairs,
			pair{key: key.AppendDocument(nil, 1, 1, []byte(id)), value: doc},
			pair{key: key.AppendIndex(nil, 1, 1, 0, key.AppendInt(nil, int64(age)), []byte(id))},
			pair{key: key.AppendIndex(nil, 1, 1, 1, key.AppendString(nil, []byte(city)), []byte(id))})
	}
	sort.Slice(pairs, func(i, j int) bool { return string(pairs[i].key) < string(pairs[j].key) })
	return pairs
}

func BenchmarkWrite(b *testing.B) {
	pairs := benchPairs(30000)
	var bytes int64
	for _, p := range pairs {
		bytes += int64(len(p.key) + len(p.value))
	}
	f := &bytesFile{b: make([]byte, 0, bytes)}
	b.ReportAllocs()
	b.SetBytes(bytes)
	for b.Loop() {
		f.b = f.b[:0]
		w := NewWriter(f, testName, testID, WriterOptions{})
		for _, p := range pairs {
			if err := w.Add(p.key, p.value, p.tombstone); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Finish(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(pairs)), "ns/entry")
	b.ReportMetric(float64(len(f.b))/float64(bytes), "stored/raw")
}

// benchSegment is a segment of a million documents, without their indexes, made
// once.
var benchSegment = func() func(b *testing.B) *bytesFile {
	var f *bytesFile
	return func(b *testing.B) *bytesFile {
		if f != nil {
			return f
		}
		f = &bytesFile{b: make([]byte, 0, 200<<20)}
		rng := rand.New(rand.NewPCG(1, 2))
		w := NewWriter(f, testName, testID, WriterOptions{})
		for i := range benchDocuments {
			_, _, _, doc := benchDocument(rng, i)
			if err := w.Add(benchKey(nil, i), doc, false); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Finish(); err != nil {
			b.Fatal(err)
		}
		return f
	}
}()

const benchDocuments = 1_000_000

func benchKey(dst []byte, i int) []byte {
	dst = append(key.AppendDocumentPrefix(dst, 1, 1), "u0000000000"...)
	for p := len(dst) - 1; i > 0; p, i = p-1, i/10 {
		dst[p] += byte(i % 10)
	}
	return dst
}

func BenchmarkGet(b *testing.B) {
	f := benchSegment(b)
	for _, c := range []struct {
		name   string
		cache  int64
		absent string
		among  int // how many different keys are looked up
	}{
		{"warm", 512 << 20, "", benchDocuments}, {"hot", 512 << 20, "", 10000}, {"cold", 0, "", benchDocuments},
		{"absent", 512 << 20, "x", benchDocuments}, {"default-cache", 64 << 20, "", benchDocuments},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := open(b, f, testID, blockcache.New(c.cache))
			if c.cache > 256<<20 {
				it := s.NewIter()
				for ok := it.First(); ok; ok = it.Next() {
				}
				it.Close()
			}
			rng := rand.New(rand.NewPCG(3, 4))
			var k, v []byte
			b.ReportAllocs()
			for b.Loop() {
				k = append(benchKey(k[:0], rng.IntN(c.among)), c.absent...)
				var found bool
				var err error
				if v, _, found, err = s.Get(k, v[:0]); err != nil || found != (c.absent == "") {
					b.Fatal(found, err)
				}
			}
		})
	}
}

func BenchmarkIter(b *testing.B) {
	f := benchSegment(b)
	s := open(b, f, testID, blockcache.New(512<<20))
	rng := rand.New(rand.NewPCG(3, 4))
	it := s.NewIter()
	defer it.Close()
	var k []byte
	use := func() { benchSink += int(it.Key()[0]) + len(it.Value()) }
	for _, n := range []int{0, 100} {
		b.Run(fmt.Sprintf("SeekGE+%dNext", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k = benchKey(k[:0], rng.IntN(benchDocuments-200))
				it.SeekGE(k)
				for range n {
					it.Next()
					use()
				}
			}
		})
		b.Run(fmt.Sprintf("SeekLT+%dPrev", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k = benchKey(k[:0], 200+rng.IntN(benchDocuments-200))
				it.SeekLT(k)
				for range n {
					it.Prev()
					use()
				}
			}
		})
	}
	for _, c := range []struct {
		name string
		it   *Iter
	}{{"cached", it}, {"scan", s.NewScan()}} {
		b.Run("Next/"+c.name, func(b *testing.B) {
			for b.Loop() {
				if !c.it.Next() {
					c.it.First()
				}
			}
		})
	}
}

// benchSink keeps what benchmarks read from being optimized away.
var benchSink int

func BenchmarkVerify(b *testing.B) {
	f := benchSegment(b)
	s := open(b, f, testID, nil)
	b.SetBytes(int64(len(f.b)))
	for b.Loop() {
		if err := verify(s); err != nil {
			b.Fatal(err)
		}
	}
}
