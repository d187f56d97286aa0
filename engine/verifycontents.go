package engine

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"path"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/merge"
	"github.com/aerodb/aerodb/engine/segment"
)

// errDamaged says that a segment is not what it should be, so that what its entries
// say is no proof of anything.
var errDamaged = errors.New("a segment is damaged")

// contents reads every segment front to back, proves that it is whole, and on the same
// reading checks what the entries say: each document against its schema, each index
// entry against its document and back, that both lie in the same file, counts and
// digests. Damage of a file is errDamaged and nothing else is reported: which files,
// and how much of them, is for segmentFiles to find.
//
// The index entries that the documents ask for and those that are there are summed up
// by their hashes: equal sums and counts mean equal sets, without a lookup for each.
// If they differ, a slow walk names the entries.
func (v *verifier) contents() error {
	view, err := v.db.acquire()
	if err != nil {
		return err
	}
	defer view.release()
	walk := newEntryWalk(v)
	problems := len(v.result.Problems)
	if err := v.walkEntries(view, walk); err != nil {
		v.result.Problems = v.result.Problems[:problems]
		return err
	}
	var total digest.Sum
	for _, col := range v.db.catalog.Load().collections {
		var sum digest.Sum
		for _, ver := range col.versions {
			if err := v.version(view, walk, ver); err != nil {
				return err
			}
			sum = sum.Add(walk.documents(ver).sum)
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

// walkEntries walks the memtable and the segments together. The segments are opened
// again: what is in memory proves nothing about the disk.
func (v *verifier) walkEntries(view view, walk *entryWalk) error {
	runs := []merge.Run{view.state.table.NewIter(view.visible)}
	defer func() { merge.NewForward(runs...).Close() }()
	for _, e := range v.db.manifest.Segments {
		s, err := v.openSegment(v.db.gen.segments(), v.db.uuid, e)
		if err != nil {
			return damaged(err)
		}
		if v.fromDisk {
			s.DropCache()
		}
		runs = append(runs, newProvenRun(v.ctx, s, e, v.advance))
		s.Unref() // the run holds it
	}
	if err := walk.run(merge.NewForward(runs...)); err != nil {
		return damaged(err)
	}
	for _, e := range v.db.manifest.Segments {
		v.result.Files++
		v.result.Bytes += e.Bytes
	}
	return nil
}

// damaged makes errDamaged of an error that says so of a file.
func damaged(err error) error {
	switch dberr.CodeOf(err) {
	case dberr.ScriptInterrupted, dberr.InternalInvariant:
		return err
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

func (v *verifier) openSegment(dir string, uuid [16]byte, e manifest.Segment) (*segment.Segment, error) {
	name := path.Join(dir, segment.FileName(e.Number))
	return segment.Open(v.db.fs, v.db.path(name), name, segment.ID{UUID: uuid, Number: e.Number}, e.Bytes, nil)
}

func (v *verifier) inconsistent(format string, args ...any) {
	e := dberr.New(dberr.RecoveryInconsistent, format, args...)
	v.result.add(Problem{Code: e.Code, Message: e.Message, Affected: "which documents there are", Hint: e.Advice()})
}

// unknownKey reports an entry that belongs to no schema.
func (v *verifier) unknownKey(k []byte) {
	e := dberr.New(dberr.RecoveryInconsistent, "there is an entry % x of a collection, version or index that no schema declares", k[:min(len(k), 16)])
	v.result.add(Problem{Code: e.Code, Message: e.Message, Affected: "which documents there are", Hint: e.Advice()})
}

// version compares what was found of one version with what should be there.
func (v *verifier) version(view view, walk *entryWalk, ver *version) error {
	docs := walk.documents(ver)
	v.result.Documents += docs.count
	for _, p := range docs.sorted() {
		v.result.add(p)
	}
	if n := ver.documents.Load(); n != docs.count {
		v.inconsistent("collection %q version %q has %d documents, %d by its records", ver.collection, ver.schema.Version, docs.count, n)
	}
	for i := range ver.indexes {
		index := walk.index(ver, i)
		v.result.IndexEntries += index.count
		if docs.wanted[i] == index.found {
			continue
		}
		named := len(v.result.Problems)
		if err := v.nameEntries(view, ver, i); err != nil {
			return err
		}
		if len(docs.problems) == 0 && len(v.result.Problems) == named {
			v.inconsistent("index %q of collection %q version %q has %d entries, the documents ask for %d, and which differ was not found",
				ver.indexes[i].Field, ver.collection, ver.schema.Version, index.found.count, docs.wanted[i].count)
		}
	}
	return nil
}

// keySums hashes keys twice, under two seeds that live as long as one call.
type keySums struct{ seeds [2]maphash.Seed }

func newKeySums() *keySums {
	return &keySums{[2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// A keySet is a set of keys, each in a run, as its size and the sums of its members'
// hashes.
type keySet struct {
	count int64
	sums  [2]uint64
}

// add adds a key that lies in a run. An odd factor for each run makes the same key in
// another run another member.
func (s *keySet) add(h *keySums, k []byte, run int) {
	s.count++
	for i := range s.sums {
		s.sums[i] += maphash.Bytes(h.seeds[i], k) * uint64(2*run+1)
	}
}

func (s *keySet) join(t *keySet) {
	s.count += t.count
	for i := range s.sums {
		s.sums[i] += t.sums[i]
	}
}

// nameEntries finds which entries of an index and which documents do not belong
// together.
func (v *verifier) nameEntries(view view, ver *version, index int) error {
	n := entryNamer{v: v, view: view, ver: ver, index: index}
	if err := n.byDocument(); err != nil {
		return err
	}
	return n.byEntry()
}

type entryNamer struct {
	v     *verifier
	view  view
	ver   *version
	index int
}

func (n *entryNamer) wrong(format string, args ...any) {
	e := dberr.New(dberr.StorageCorruption, format, args...)
	n.v.result.add(Problem{Code: e.Code, Message: fmt.Sprintf("index %q of collection %q version %q: %s", n.ver.indexes[n.index].Field, n.ver.collection, n.ver.schema.Version, e.Message),
		Affected: "queries that use this index", Hint: e.Advice()})
}

// byDocument looks up the entry of each document.
func (n *entryNamer) byDocument() error {
	it := n.view.walk()
	defer it.Close()
	ver := n.ver
	prefix := key.AppendDocumentPrefix(nil, ver.coll, ver.number)
	var value, k []byte
	for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
		id := it.Key()[len(prefix):]
		var err error
		if value, err = ver.encoder.AppendIndexValue(value[:0], it.Value(), n.index); err != nil {
			continue // the document is reported
		}
		k = key.AppendIndex(k[:0], ver.coll, ver.number, uint16(n.index), value, id)
		_, found, err := n.view.get(k, nil)
		if err != nil {
			return err
		}
		if !found {
			n.wrong("document %q has no entry", id)
			continue
		}
		if _, beside, err := n.view.getInRun(it.Run(), k, nil); err != nil {
			return err
		} else if !beside {
			n.wrong("the entry of document %q lies in another file than the document", id)
		}
	}
	return it.Err()
}

// byEntry looks up the document of each entry.
func (n *entryNamer) byEntry() error {
	it := n.view.walk()
	defer it.Close()
	ver := n.ver
	prefix := key.AppendIndexPrefix(nil, ver.coll, ver.number, uint16(n.index))
	var value, k []byte
	for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
		length := key.ValueLen(it.Key()[len(prefix):], ver.indexes[n.index].Type)
		if length < 0 {
			n.wrong("an entry that is none: % x", it.Key())
			continue
		}
		id := it.Key()[len(prefix)+length:]
		doc, found, err := n.view.document(ver, id, nil)
		if err != nil {
			return err
		}
		if found {
			value, err = ver.encoder.AppendIndexValue(value[:0], doc, n.index)
		}
		if err != nil || !found || !bytes.Equal(value, it.Key()[len(prefix):len(prefix)+length]) {
			n.wrong("the entry of document %q is not what the document has", id)
			continue
		}
		k = key.AppendDocument(k[:0], ver.coll, ver.number, id)
		if _, beside, err := n.view.getInRun(it.Run(), k, nil); err != nil {
			return err
		} else if !beside {
			n.wrong("the entry of document %q lies in another file than the document", id)
		}
	}
	return it.Err()
}
