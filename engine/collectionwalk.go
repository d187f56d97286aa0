package engine

import (
	"bytes"

	"github.com/aerodb/aerodb/engine/key"
	"github.com/aerodb/aerodb/engine/merge"
)

// A collectionWalk walks the documents of all versions of a collection together, in
// the order of _id, which is unique over them.
type collectionWalk struct {
	versions []versionWalk
	at       int    // the version that holds the document shown, -1 for none
	id       []byte // valid until next
	failed   error
}

type versionWalk struct {
	version *version
	walk    *merge.Live
	prefix  []byte
	ok      bool
}

// newCollectionWalk returns a walk before the first document; a nil collection has
// none.
func newCollectionWalk(v view, col *collection) *collectionWalk {
	w := &collectionWalk{at: -1}
	if col == nil {
		return w
	}
	for _, ver := range col.versions {
		vw := versionWalk{version: ver, walk: v.walk(), prefix: key.AppendDocumentPrefix(nil, ver.coll, ver.number)}
		vw.settle(vw.walk.SeekGE(vw.prefix))
		w.versions = append(w.versions, vw)
	}
	return w
}

func (v *versionWalk) settle(ok bool) { v.ok = ok && bytes.HasPrefix(v.walk.Key(), v.prefix) }

func (v *versionWalk) id() []byte { return v.walk.Key()[len(v.prefix):] }

func (w *collectionWalk) next() {
	if w.at >= 0 {
		v := &w.versions[w.at]
		v.settle(v.walk.Next())
	}
	w.at, w.id = -1, nil
	for i := range w.versions {
		v := &w.versions[i]
		if !v.ok {
			if err := v.walk.Err(); err != nil {
				w.at, w.id, w.failed = -1, nil, err
				return
			}
			continue
		}
		if w.at < 0 || bytes.Compare(v.id(), w.id) < 0 {
			w.at, w.id = i, v.id()
		}
	}
}

func (w *collectionWalk) valid() bool      { return w.at >= 0 }
func (w *collectionWalk) version() string  { return w.versions[w.at].version.schema.Version }
func (w *collectionWalk) document() []byte { return w.versions[w.at].walk.Value() }
func (w *collectionWalk) err() error       { return w.failed }

func (w *collectionWalk) close() {
	for _, v := range w.versions {
		v.walk.Close()
	}
}
