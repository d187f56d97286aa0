package engine_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

const userV1 = `{"schema_id":"user","schema_version":"v1","fields":{"_id":{"type":"string","required":true},
	"email":{"type":"string","required":true},"name":{"type":"string","required":true},"age":{"type":"int","required":true},
	"city":{"type":"string","required":true},"created_at":{"type":"string","required":true},"score":{"type":"float"},
	"tags":{"type":"array","items":"string"}},"indexes":["age","city"]}`

var (
	firstNames = []string{"Ada", "Bela", "Cyrus", "Dora", "Emil", "Frida", "Gus", "Hana", "Ivo", "Juno", "Karl", "Lena", "Milo", "Nora", "Otto", "Pia"}
	lastNames  = []string{"Abel", "Brandt", "Costa", "Dvorak", "Ek", "Fischer", "Garcia", "Horvat", "Ito", "Jansen", "Kovacs", "Lind", "Moreau", "Novak"}
	tagNames   = []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"}
)

// appendUser appends the document of PEERS' workloads that belongs to number i:
// about 210 bytes.
func appendUser(dst []byte, i int) []byte {
	r := rand.New(rand.NewPCG(uint64(i), 42))
	first, last := firstNames[r.IntN(len(firstNames))], lastNames[r.IntN(len(lastNames))]
	return fmt.Appendf(dst, `{"_id":"u%010d","email":"%s.%s%d@example.com","name":"%s %s","age":%d,"city":"city-%03d","created_at":"2026-%02d-%02dT%02d:%02d:%02dZ","score":%.4f,"tags":["%s","%s","%s"]}`,
		i, first, last, r.IntN(100000), first, last, 18+r.IntN(80), r.IntN(200), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.Float64()*1000,
		tagNames[r.IntN(len(tagNames))], tagNames[r.IntN(len(tagNames))], tagNames[r.IntN(len(tagNames))])
}

func users(n int) [][]byte {
	docs := make([][]byte, n)
	for i := range docs {
		docs[i] = appendUser(nil, i)
	}
	return docs
}

// openUsers makes a database with the collection of users, which the end of the test
// closes, if it is not closed by then.
func openUsers(t testing.TB, o engine.Options) (*engine.DB, *engine.Collection) {
	t.Helper()
	mustInit(t, o)
	db := mustOpen(t, o)
	_, err := db.DefineSchema(mustSchema(t, userV1))
	mustDo(t, err)
	c, err := db.Collection("user", "v1")
	mustDo(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db, c
}

// openDisk makes a database with the default options on the real disk.
func openDisk(b *testing.B) (*engine.DB, *engine.Collection, engine.Options) {
	b.Helper()
	o := engine.DefaultOptions()
	o.Dir = filepath.Join(b.TempDir(), "data")
	db, c := openUsers(b, o)
	return db, c, o
}

// BenchmarkInsert measures one durable insert beside what the disk gives: a write
// of one sector to a preallocated file and a sync, in the same run, in turns.
func BenchmarkInsert(b *testing.B) {
	_, c, o := openDisk(b)
	docs := users(b.N)
	raw, err := vfs.OS.OpenFile(filepath.Join(filepath.Dir(o.Dir), "raw"), vfs.O_RDWR|vfs.O_CREATE, 0o600)
	mustDo(b, err)
	mustDo(b, vfs.WriteZeros(raw, 0, 64<<20))
	mustDo(b, raw.Datasync())
	sector := make([]byte, 512)
	var engineTime, rawTime time.Duration
	const turn = 50
	b.ResetTimer()
	for i := 0; i < b.N; i += turn {
		n := min(turn, b.N-i)
		start := time.Now()
		for j := range n {
			mustDo(b, c.Insert(docs[i+j]))
		}
		engineTime += time.Since(start)
		start = time.Now()
		for j := range n {
			copy(sector, docs[i+j])
			_, err := raw.WriteAt(sector, int64((i+j)%(64<<11))*512)
			mustDo(b, err)
			mustDo(b, raw.Datasync())
		}
		rawTime += time.Since(start)
	}
	b.ReportMetric(float64(b.N)/engineTime.Seconds(), "inserts/s")
	b.ReportMetric(float64(b.N)/rawTime.Seconds(), "raw/s")
	b.ReportMetric(rawTime.Seconds()/engineTime.Seconds(), "ratio")
}

// BenchmarkInsertInMemory measures what a single insert costs without a disk, on a file
// system in memory. Noise of a disk hides changes of a microsecond.
func BenchmarkInsertInMemory(b *testing.B) {
	_, c, _ := openMemory(b)
	docs := users(b.N)
	b.ReportAllocs()
	b.ResetTimer()
	for _, doc := range docs {
		mustDo(b, c.Insert(doc))
	}
}

// BenchmarkConcurrentInsert measures 16 writers that each wait for their own insert.
func BenchmarkConcurrentInsert(b *testing.B) {
	_, c, _ := openDisk(b)
	docs := users(b.N)
	var next atomic.Int64
	var wait sync.WaitGroup
	b.ResetTimer()
	for range 16 {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				if err := c.Insert(docs[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "inserts/s")
}

// BenchmarkBulkLoad loads b.N documents in batches of 1000 with default options and
// reports the rate and the peak of the heap.
func BenchmarkBulkLoad(b *testing.B) {
	// As a program has it that sets nothing; the tests of this package let more garbage gather.
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	db, c, _ := openDisk(b)
	const batch = 1000
	docs := make([][]byte, 0, batch)
	var spent time.Duration
	b.ResetTimer()
	for i := 0; i < b.N; i += batch {
		docs = docs[:0]
		for j := i; j < min(i+batch, b.N); j++ {
			docs = append(docs, appendUser(nil, j))
		}
		start := time.Now()
		mustDo(b, c.InsertMany(docs))
		spent += time.Since(start)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/spent.Seconds(), "docs/s")
	s, err := db.Stats()
	mustDo(b, err)
	b.ReportMetric(float64(s.StorageSizeBytes)/float64(b.N), "disk_B/doc")
	b.ReportMetric(peakRSS(b)/(1<<20), "peakRSS_MiB")
}

func peakRSS(b *testing.B) float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	var kib float64
	for line := range splitLines(data) {
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); err == nil {
			break
		}
	}
	return kib * 1024
}

func splitLines(data []byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		start := 0
		for i, c := range data {
			if c == '\n' {
				if !yield(string(data[start:i])) {
					return
				}
				start = i + 1
			}
		}
	}
}

// load fills a database on disk with n users, checkpoints and closes it.
func load(b *testing.B, n int) engine.Options {
	b.Helper()
	db, c, o := openDisk(b)
	for i := 0; i < n; i += 1000 {
		docs := make([][]byte, 0, 1000)
		for j := i; j < min(i+1000, n); j++ {
			docs = append(docs, appendUser(nil, j))
		}
		mustDo(b, c.InsertMany(docs))
	}
	_, err := db.Checkpoint(ctx)
	mustDo(b, err)
	mustDo(b, db.Close())
	runtime.GC()
	return o
}

// BenchmarkOpen opens a cleanly closed database, gets one document and closes it.
// Opening must not follow the size of the data.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("documents=%d", n), func(b *testing.B) {
			o := load(b, n)
			b.ResetTimer()
			for range b.N {
				db := mustOpen(b, o)
				c, err := db.Collection("user", "v1")
				mustDo(b, err)
				doc, err := c.Get(fmt.Sprintf("u%010d", n/2))
				if err != nil || doc == nil {
					b.Fatal(err)
				}
				mustDo(b, db.Close())
			}
		})
	}
}

// BenchmarkReplay opens a database whose log holds 50,000 operations, none of them in a
// segment: inserts in records of 100 on the disk; and in memory, since so many syncs of a
// disk would take longer than all the rest, inserts one by one, and as many replaces as
// inserts.
func BenchmarkReplay(b *testing.B) {
	const n = 50_000
	many := func(b *testing.B, c *engine.Collection, docs [][]byte) {
		for i := 0; i < len(docs); i += 100 {
			mustDo(b, c.InsertMany(docs[i:i+100]))
		}
	}
	b.Run("records-of-100", func(b *testing.B) {
		db, c, o := openDisk(b)
		many(b, c, users(n))
		benchmarkReplay(b, db, o, n)
	})
	b.Run("single", func(b *testing.B) {
		db, c, o := openMemory(b)
		for _, doc := range users(n) {
			mustDo(b, c.Insert(doc))
		}
		benchmarkReplay(b, db, o, n)
	})
	b.Run("replaces", func(b *testing.B) {
		db, c, o := openMemory(b)
		docs := users(n / 2)
		many(b, c, docs)
		rng := rand.New(rand.NewPCG(1, 1))
		for range docs {
			mustDo(b, c.Replace(docs[rng.IntN(len(docs))]))
		}
		benchmarkReplay(b, db, o, n)
	})
}

func benchmarkReplay(b *testing.B, db *engine.DB, o engine.Options, n int64) {
	mustDo(b, db.Close())
	b.ResetTimer()
	for range b.N {
		db := mustOpen(b, o)
		if ops := db.Recovery().Ops; ops < n {
			b.Fatalf("replayed %d operations", ops)
		}
		b.StopTimer()
		mustDo(b, db.Close())
		b.StartTimer()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "docs/s")
}

// openMemory makes a database with a log of the default size on a file system in memory.
func openMemory(b *testing.B) (*engine.DB, *engine.Collection, engine.Options) {
	b.Helper()
	o := testOptions(vfs.NewMem())
	o.WALMaxSize = 64 << 20
	db, c := openUsers(b, o)
	return db, c, o
}

// BenchmarkRead measures point gets and the two queries of PEERS over a million
// documents.
func BenchmarkRead(b *testing.B) {
	const n = 1_000_000
	o := load(b, n)
	db := mustOpen(b, o)
	defer db.Close()
	c, err := db.Collection("user", "v1")
	mustDo(b, err)
	rng := rand.New(rand.NewPCG(1, 1))
	b.Run("get", func(b *testing.B) {
		for range b.N {
			if doc, err := c.Get(fmt.Sprintf("u%010d", rng.IntN(n))); err != nil || doc == nil {
				b.Fatal(err)
			}
		}
	})
	query := func(name string, make func() engine.Query) {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				docs, err := c.Find(ctx, make())
				if err != nil || len(docs) != 100 {
					b.Fatal(len(docs), err)
				}
			}
		})
	}
	query("city", func() engine.Query {
		return engine.Query{Filter: fmt.Appendf(nil, `{"city":"city-%03d"}`, rng.IntN(200)), Sort: "_id", Limit: 100, HasLimit: true}
	})
	query("age", func() engine.Query {
		a := 18 + rng.IntN(79)
		return engine.Query{Filter: fmt.Appendf(nil, `{"age":{"$gte":%d,"$lte":%d}}`, a, a+1), Sort: "age", Limit: 100, HasLimit: true}
	})
}
