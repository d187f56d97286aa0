package engine

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"sync"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/schema"
)

// contents checks what the files say: each document against its schema, each index
// entry against its document and back, counts and digests.
//
// Documents and indexes are walked at the same time, by goroutines that the call
// waits for. Each sums up the hashes of the index keys it expects or finds; equal
// sums and counts mean equal sets, without a lookup for each. If they differ, a
// slow walk names the entries.
func (v *verifier) contents() error {
	view, err := v.db.acquire()
	if err != nil {
		return err
	}
	defer view.release()
	sums := newKeySums()
	var total digest.Sum
	for _, col := range v.db.catalog.Load().collections {
		var sum digest.Sum
		for _, ver := range col.versions {
			if err := v.version(view, ver, &sum, sums); err != nil {
				return err
			}
		}
		if sum != *col.digest {
			v.inconsistent("collection %q has digest %s by its documents, %s by its records", col.name, sum, *col.digest)
		}
		total = total.Add(sum)
	}
	v.result.Digest = total
	if total != v.db.digest {
		v.inconsistent("the digest is %s by the documents, %s by the records", total, v.db.digest)
	}
	return nil
}

func (v *verifier) inconsistent(format string, args ...any) {
	e := dberr.New(dberr.RecoveryInconsistent, format, args...)
	v.result.add(Problem{Code: e.Code, Message: e.Message, Affected: "which documents there are", Hint: e.Advice()})
}

// keySums hashes keys twice, under two seeds that live as long as one call.
type keySums struct{ seeds [2]maphash.Seed }

func newKeySums() *keySums {
	return &keySums{[2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// A keySet is a set of keys as its size and the sums of its keys' hashes.
type keySet struct {
	count int64
	sums  [2]uint64
}

func (s *keySet) add(h *keySums, k []byte) {
	s.count++
	for i := range s.sums {
		s.sums[i] += maphash.Bytes(h.seeds[i], k)
	}
}

func (s *keySet) join(t *keySet) {
	s.count += t.count
	for i := range s.sums {
		s.sums[i] += t.sums[i]
	}
}

func (v *verifier) version(view view, ver *version, sum *digest.Sum, h *keySums) error {
	docs := &documentWalk{v: v, view: view, ver: ver, hashes: h, indexes: make([]keySet, len(ver.indexes))}
	index := &indexWalk{v: v, view: view, ver: ver, hashes: h, indexes: make([]keySet, len(ver.indexes))}
	var wait sync.WaitGroup
	var indexErr error
	wait.Go(func() { indexErr = index.run() })
	err := docs.run()
	wait.Wait()
	if err == nil {
		err = indexErr
	}
	if err != nil {
		return err
	}
	*sum = sum.Add(docs.sum)
	v.result.Documents += docs.count
	v.result.Problems = append(v.result.Problems, docs.problems...)
	v.result.Problems = append(v.result.Problems, index.problems...)
	if n := ver.documents.Load(); n != docs.count {
		v.inconsistent("collection %q version %q has %d documents, %d by its records", ver.collection, ver.schema.Version, docs.count, n)
	}
	for i := range ver.indexes {
		v.result.IndexEntries += index.indexes[i].count
		if docs.indexes[i] != index.indexes[i] {
			if err := v.nameEntries(view, ver, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// A documentWalk checks the documents of one version. The call's goroutine walks and
// copies them into batches; workers, one a processor, check the batches.
type documentWalk struct {
	v       *verifier
	view    view
	ver     *version
	hashes  *keySums
	indexes []keySet // the index keys that the documents ask for
	count   int64
	sum     digest.Sum

	problems []Problem
}

// A documentBatch is documents one behind the other: ids and documents by turns end
// where ends says.
type documentBatch struct {
	number int64
	bytes  []byte
	ends   []int
}

const (
	verifyBatchBytes     = 256 << 10
	verifyBatchDocuments = 1024
)

func (w *documentWalk) run() error {
	batches := make(chan *documentBatch)
	free := sync.Pool{New: func() any { return new(documentBatch) }}
	workers := make([]documentWorker, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for i := range workers {
		worker := &workers[i]
		worker.ver, worker.hashes, worker.indexes = w.ver, w.hashes, make([]keySet, len(w.ver.indexes))
		wait.Go(func() {
			for b := range batches {
				worker.batch(b)
				free.Put(b)
			}
		})
	}
	err := w.walk(batches, &free)
	close(batches)
	wait.Wait()
	w.join(workers)
	return err
}

func (w *documentWalk) walk(batches chan<- *documentBatch, free *sync.Pool) error {
	it := w.view.walk()
	defer it.Close()
	prefix := key.AppendDocumentPrefix(nil, w.ver.coll, w.ver.number)
	next := func(number int64) *documentBatch {
		b := free.Get().(*documentBatch)
		b.number, b.bytes, b.ends = number, b.bytes[:0], b.ends[:0]
		return b
	}
	b := next(0)
	for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
		b.bytes = append(b.bytes, it.Key()[len(prefix):]...)
		b.ends = append(b.ends, len(b.bytes))
		b.bytes = append(b.bytes, it.Value()...)
		b.ends = append(b.ends, len(b.bytes))
		w.count++
		if len(b.bytes) < verifyBatchBytes && len(b.ends) < 2*verifyBatchDocuments {
			continue
		}
		if err := interrupted(w.v.ctx); err != nil {
			return err
		}
		w.v.contentProgress(int64(len(b.ends) / 2))
		batches <- b
		b = next(b.number + 1)
	}
	batches <- b
	return it.Err()
}

// join sums up what the workers found, problems in the order of the documents.
func (w *documentWalk) join(workers []documentWorker) {
	var found []numbered
	for i := range workers {
		worker := &workers[i]
		w.sum = w.sum.Add(worker.sum)
		for j := range worker.indexes {
			w.indexes[j].join(&worker.indexes[j])
		}
		found = append(found, worker.problems...)
	}
	slices.SortStableFunc(found, func(a, b numbered) int { return cmp.Compare(a.batch, b.batch) })
	for _, n := range found[:min(len(found), problemsMax)] {
		w.problems = append(w.problems, n.problem)
	}
}

// A documentWorker checks documents.
type documentWorker struct {
	ver      *version
	hashes   *keySums
	indexes  []keySet
	sum      digest.Sum
	problems []numbered

	hasher  digest.Hasher
	encoded schema.Encoded
	key     []byte
}

// A numbered problem is one of a batch.
type numbered struct {
	batch   int64
	problem Problem
}

func (w *documentWorker) batch(b *documentBatch) {
	from := 0
	for i := 0; i < len(b.ends); i += 2 {
		id, doc := b.bytes[from:b.ends[i]], b.bytes[b.ends[i]:b.ends[i+1]]
		from = b.ends[i+1]
		if wrong := w.document(id, doc); wrong != "" && len(w.problems) < problemsMax {
			e := dberr.New(dberr.StorageCorruption, "document %q of collection %q version %q: %s", id, w.ver.collection, w.ver.schema.Version, wrong)
			w.problems = append(w.problems, numbered{b.number, Problem{Code: e.Code, Message: e.Message, Affected: "this document", Hint: e.Advice()}})
		}
	}
}

// document says what is wrong with a document; "" is nothing.
func (w *documentWorker) document(id, doc []byte) string {
	w.sum = w.sum.Add(w.hasher.Document(w.ver.collection, w.ver.schema.Version, id, doc))
	err := w.ver.encoder.Encode(&w.encoded, doc)
	switch {
	case err != nil:
		return dberr.From(err).Message
	case !bytes.Equal(w.encoded.Document, doc):
		return "it is not in canonical form"
	case !bytes.Equal(w.encoded.ID, id):
		return fmt.Sprintf("its _id is %q", w.encoded.ID)
	}
	for i, value := range w.encoded.Values {
		w.key = key.AppendIndex(w.key[:0], w.ver.coll, w.ver.number, uint16(i), value, id)
		w.indexes[i].add(w.hashes, w.key)
	}
	return ""
}

// contentProgress reports documents as their share of the segments' bytes.
func (v *verifier) contentProgress(documents int64) {
	if all := v.db.manifest.Documents; all > 0 {
		v.advance(v.db.segmentBytes() * documents / all)
	}
}

// An indexWalk sums up the entries of one version's indexes.
type indexWalk struct {
	v        *verifier
	view     view
	ver      *version
	hashes   *keySums
	indexes  []keySet
	problems []Problem
}

func (w *indexWalk) run() error {
	it := w.view.walk()
	defer it.Close()
	for i := range w.ver.indexes {
		prefix := key.AppendIndexPrefix(nil, w.ver.coll, w.ver.number, uint16(i))
		set := &w.indexes[i]
		for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
			set.add(w.hashes, it.Key())
			if set.count%interruptEvery == 0 {
				if err := interrupted(w.v.ctx); err != nil {
					return err
				}
			}
		}
		if err := it.Err(); err != nil {
			return err
		}
	}
	return nil
}

// nameEntries finds which entries of an index and which documents do not belong
// together.
func (v *verifier) nameEntries(view view, ver *version, index int) error {
	field := ver.indexes[index].Field
	wrong := func(format string, args ...any) {
		e := dberr.New(dberr.StorageCorruption, format, args...)
		v.result.add(Problem{Code: e.Code, Message: fmt.Sprintf("index %q of collection %q version %q: %s", field, ver.collection, ver.schema.Version, e.Message),
			Affected: "queries that use this index", Hint: e.Advice()})
	}
	it := view.walk()
	defer it.Close()
	prefix := key.AppendDocumentPrefix(nil, ver.coll, ver.number)
	var value, k []byte
	for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
		id := it.Key()[len(prefix):]
		var err error
		if value, err = ver.encoder.AppendIndexValue(value[:0], it.Value(), index); err != nil {
			return err
		}
		k = key.AppendIndex(k[:0], ver.coll, ver.number, uint16(index), value, id)
		_, found, err := view.get(k, nil)
		if err != nil {
			return err
		}
		if !found {
			wrong("document %q has no entry", id)
		}
	}
	if err := it.Err(); err != nil {
		return err
	}
	prefix = key.AppendIndexPrefix(nil, ver.coll, ver.number, uint16(index))
	for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
		n := key.ValueLen(it.Key()[len(prefix):], ver.indexes[index].Type)
		if n < 0 {
			wrong("an entry that is none: % x", it.Key())
			continue
		}
		id := it.Key()[len(prefix)+n:]
		doc, found, err := view.document(ver, id, nil)
		if err != nil {
			return err
		}
		if found {
			value, err = ver.encoder.AppendIndexValue(value[:0], doc, index)
		}
		if err != nil || !found || !bytes.Equal(value, it.Key()[len(prefix):len(prefix)+n]) {
			wrong("the entry of document %q is not what the document has", id)
		}
	}
	return it.Err()
}
