package engine

import (
	"bytes"
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/merge"
	"github.com/aerodb/aerodb/engine/schema"
)

// An entryWalk goes over all entries there are, once, in the order of their keys. The
// call's goroutine walks and copies entries into batches; workers, one a processor,
// check the batches and sum up what they find in the part they belong to.
type entryWalk struct {
	v       *verifier
	parts   map[string]*part // by the prefix of its keys
	batches chan *entryBatch
	free    sync.Pool
	number  int64
}

// A part is the documents of one version, or the entries of one of its indexes: what
// shares a prefix.
type part struct {
	ver    *version
	index  int // position of the index; documentPart for documents
	prefix []byte

	mu       sync.Mutex
	count    int64
	sum      digest.Sum // of the documents
	found    keySet     // of the index entries
	wanted   []keySet   // by index: the entries that the documents ask for
	problems []numbered
}

const documentPart = -1

// A numbered problem is one of a batch.
type numbered struct {
	batch   int64
	problem Problem
}

// An entryBatch is entries of one part one behind the other: what follows the prefix,
// then the value.
type entryBatch struct {
	number int64
	part   *part
	bytes  []byte
	spans  []entrySpan
}

// An entrySpan says where the key and the value of an entry end in its batch, and
// which run it came from.
type entrySpan struct{ key, value, run int }

const (
	verifyBatchBytes   = 256 << 10
	verifyBatchEntries = 1024
)

// newEntryWalk knows a part for everything that the catalog knows.
func newEntryWalk(v *verifier) *entryWalk {
	w := &entryWalk{v: v, parts: map[string]*part{}, batches: make(chan *entryBatch), free: sync.Pool{New: func() any { return new(entryBatch) }}}
	for _, col := range v.db.catalog.Load().collections {
		for _, ver := range col.versions {
			w.add(&part{ver: ver, index: documentPart, prefix: key.AppendDocumentPrefix(nil, ver.coll, ver.number), wanted: make([]keySet, len(ver.indexes))})
			for i := range ver.indexes {
				w.add(&part{ver: ver, index: i, prefix: key.AppendIndexPrefix(nil, ver.coll, ver.number, uint16(i))})
			}
		}
	}
	return w
}

func (w *entryWalk) add(p *part) { w.parts[string(p.prefix)] = p }

// documents returns the part of a version's documents, index that of an index.
func (w *entryWalk) documents(ver *version) *part {
	return w.parts[string(key.AppendDocumentPrefix(nil, ver.coll, ver.number))]
}

func (w *entryWalk) index(ver *version, i int) *part {
	return w.parts[string(key.AppendIndexPrefix(nil, ver.coll, ver.number, uint16(i)))]
}

// run walks all entries of it.
func (w *entryWalk) run(it *merge.Forward) error {
	hashes := newKeySums()
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			worker := entryWorker{hashes: hashes}
			for b := range w.batches {
				worker.batch(b)
				w.free.Put(b)
			}
		})
	}
	err := w.walk(it)
	close(w.batches)
	wait.Wait()
	return err
}

func (w *entryWalk) walk(it *merge.Forward) error {
	b := w.next(nil)
	for ok := it.First(); ok; ok = it.Next() {
		if it.Tombstone() {
			continue
		}
		k := it.Key()
		if b.part == nil || !bytes.HasPrefix(k, b.part.prefix) {
			b = w.send(b)
			if b.part = w.partOf(k); b.part == nil {
				w.v.unknownKey(k)
				continue
			}
		}
		b.add(k, it.Value(), it.Run())
		if len(b.bytes) < verifyBatchBytes && len(b.spans) < verifyBatchEntries {
			continue
		}
		if err := interrupted(w.v.ctx); err != nil {
			return err
		}
		b = w.send(b)
	}
	w.send(b)
	return it.Err()
}

func (w *entryWalk) partOf(k []byte) *part {
	n := key.DocumentPrefixBytes
	if len(k) > 0 && k[0] == key.SpaceIndex {
		n = key.IndexPrefixBytes
	}
	return w.parts[string(k[:min(n, len(k))])]
}

// send hands a batch to the workers and returns an empty one of the same part.
func (w *entryWalk) send(b *entryBatch) *entryBatch {
	if len(b.spans) == 0 {
		return b
	}
	p := b.part
	w.batches <- b
	return w.next(p)
}

func (w *entryWalk) next(p *part) *entryBatch {
	b := w.free.Get().(*entryBatch)
	w.number++
	b.number, b.part, b.bytes, b.spans = w.number, p, b.bytes[:0], b.spans[:0]
	return b
}

func (b *entryBatch) add(k, value []byte, run int) {
	b.bytes = append(b.bytes, k[len(b.part.prefix):]...)
	at := len(b.bytes)
	b.bytes = append(b.bytes, value...)
	b.spans = append(b.spans, entrySpan{at, len(b.bytes), run})
}

// problems returns what the workers found in a part, in the order of the keys.
func (p *part) sorted() []Problem {
	slices.SortStableFunc(p.problems, func(a, b numbered) int { return cmp.Compare(a.batch, b.batch) })
	var list []Problem
	for _, n := range p.problems[:min(len(p.problems), problemsMax)] {
		list = append(list, n.problem)
	}
	return list
}

// An entryWorker checks batches.
type entryWorker struct {
	hashes  *keySums
	wanted  []keySet
	hasher  digest.Hasher
	encoded schema.Encoded
	key     []byte
}

func (w *entryWorker) batch(b *entryBatch) {
	if b.part.index == documentPart {
		w.documents(b)
	} else {
		w.entries(b)
	}
}

// entries sums up the entries of an index.
func (w *entryWorker) entries(b *entryBatch) {
	var found keySet
	from := 0
	for _, s := range b.spans {
		found.add(w.hashes, b.bytes[from:s.key], s.run)
		from = s.value
	}
	b.part.mu.Lock()
	defer b.part.mu.Unlock()
	b.part.count += found.count
	b.part.found.join(&found)
}

// documents checks documents and sums up the index entries that they ask for.
func (w *entryWorker) documents(b *entryBatch) {
	p := b.part
	w.wanted = append(w.wanted[:0], make([]keySet, len(p.wanted))...)
	var sum digest.Sum
	var problems []numbered
	from := 0
	for _, s := range b.spans {
		id, doc := b.bytes[from:s.key], b.bytes[s.key:s.value]
		from = s.value
		sum = sum.Add(w.hasher.Document(p.ver.collection, p.ver.schema.Version, id, doc))
		if wrong := w.document(p.ver, id, doc, s.run); wrong != "" && len(problems) < problemsMax {
			e := dberr.New(dberr.StorageCorruption, "document %q of collection %q version %q: %s", id, p.ver.collection, p.ver.schema.Version, wrong)
			problems = append(problems, numbered{b.number, Problem{Code: e.Code, Message: e.Message, Affected: "this document", Hint: e.Advice()}})
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count += int64(len(b.spans))
	p.sum = p.sum.Add(sum)
	for i := range w.wanted {
		p.wanted[i].join(&w.wanted[i])
	}
	p.problems = append(p.problems, problems...)
}

// document says what is wrong with a document; "" is nothing.
func (w *entryWorker) document(ver *version, id, doc []byte, run int) string {
	if !ver.stored.Check(&w.encoded, doc) {
		if err := ver.stored.Encode(&w.encoded, doc); err != nil {
			return dberr.From(err).Message
		}
		return "it is not in canonical form"
	}
	if !bytes.Equal(w.encoded.ID, id) {
		return fmt.Sprintf("its _id is %q", w.encoded.ID)
	}
	for i, value := range w.encoded.Values {
		w.key = append(append(w.key[:0], value...), id...)
		w.wanted[i].add(w.hashes, w.key, run)
	}
	return ""
}
